-- A change of one member.
dofile("bench/wrk/common.lua")

function request()
    local person, ordinal = choose()
    local path = person.tasks .. "/" .. task_id(ordinal)
    return ask("PUT", path, person, "", '{"completed":' .. flag() .. "}")
end
