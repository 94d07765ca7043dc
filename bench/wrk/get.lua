-- One task.
dofile("bench/wrk/common.lua")

function request()
    local person, ordinal = choose()
    return ask("GET", person.tasks .. "/" .. task_id(ordinal), person, "")
end
