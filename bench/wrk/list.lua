-- A page of 20, the newest first.
dofile("bench/wrk/common.lua")

function request()
    local person = choose()
    return ask("GET", person.tasks .. "?limit=20", person, "")
end
