-- 500 completes at once, of one person: COUNT is 1.
dofile("bench/wrk/common.lua")

function request()
    local person
    local operations = {}
    for number = 1, 500 do
        local ordinal
        person, ordinal = choose()
        operations[number] = '{"op":"complete","id":"' .. task_id(ordinal) .. '","completed":'
            .. flag() .. "}"
    end
    local body = '{"operations":[' .. table.concat(operations, ",") .. "]}"
    return ask("POST", person.tasks .. "/batch", person, "", body)
end
