-- A task is done, or open again.
dofile("bench/wrk/common.lua")

function request()
    local person, ordinal = choose()
    local path = person.tasks .. "/" .. task_id(ordinal) .. "/complete"
    return ask("PATCH", path, person, "", '{"completed":' .. flag() .. "}")
end
