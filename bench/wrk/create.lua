-- A new task.
dofile("bench/wrk/common.lua")

function request()
    local person = choose()
    return ask("POST", person.tasks, person, "", new_task())
end
