-- A change of one member, with the versions that the task may have.
dofile("bench/wrk/common.lua")

local versions = { '"1"' }
for version = 2, 20 do
    versions[version] = '"' .. version .. '"'
end
local header = "If-Match: " .. table.concat(versions, ", ") .. "\r\n"

function request()
    local person, ordinal = choose()
    local path = person.tasks .. "/" .. task_id(ordinal)
    return ask("PUT", path, person, header, '{"completed":' .. flag() .. "}")
end
