-- A new task, with an idempotency key.
dofile("bench/wrk/common.lua")

function request()
    local person = choose()
    local key = "Idempotency-Key: " .. fresh_key() .. "\r\n"
    return ask("POST", person.tasks, person, key, new_task())
end
