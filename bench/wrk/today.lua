-- What is open and due today or before: a page of 20, by date and priority.
dofile("bench/wrk/common.lua")

local query = "?filter=completed%20%3D%20false%20AND%20due%20%3C%3D%20today()"
    .. "&order_by=due%2Cpriority&limit=20"

function request()
    local person = choose()
    return ask("GET", person.tasks .. query, person, "")
end
