-- A task behind another one of the same person.
dofile("bench/wrk/common.lua")

function request()
    local person, ordinal = choose()
    local body = '{"after":"' .. task_id(sibling(ordinal)) .. '"}'
    return ask("POST", person.tasks .. "/" .. task_id(ordinal) .. "/move", person, "", body)
end
