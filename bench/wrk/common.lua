-- What the scripts beside this one share: who asks, for which task, and what was found.
--   wrk … -s bench/wrk/get.lua URL -- PEOPLE FIRST COUNT TASKS SEED
-- PEOPLE is a file with a user and a token on each line; COUNT of them ask, from FIRST on (0 is the
-- first); each has TASKS tasks. SEED makes keys that no other run has made.

local people = {}
local users, tasks_each, first, count, seed
local made = 0

function init(arguments)
    first, count = tonumber(arguments[2]), tonumber(arguments[3])
    tasks_each, seed = tonumber(arguments[4]), arguments[5]
    users = 0
    for line in io.lines(arguments[1]) do
        local user, token = line:match("^(%S+) (%S+)$")
        people[users] = {
            tasks = "/api/" .. user .. "/tasks",
            head = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " .. token .. "\r\n",
        }
        users = users + 1
    end
    math.randomseed(tonumber(seed))
end

-- A random person, and the number of one of their tasks among those of all.
function choose()
    local number = first + math.random(0, count - 1)
    local task = math.random(0, tasks_each - 1)
    return people[number], task * users + number
end

-- Another task of the same person.
function sibling(ordinal)
    local task = math.floor(ordinal / users)
    local other = (task + math.random(1, tasks_each - 1)) % tasks_each
    return other * users + ordinal % users
end

-- As `data.rs` names the tasks that it makes: digits only, so that pgbench can, too.
function task_id(ordinal)
    local digits = string.format("0%.0f", 190000000007000 + ordinal * 10000)
    return digits:sub(1, 8) .. "-" .. digits:sub(9, 12) .. "-" .. digits:sub(13, 16)
        .. "-8123-456789012345"
end

-- One that was never sent before.
function fresh_key()
    made = made + 1
    return seed .. "-" .. made
end

function ask(method, path, person, headers, body)
    local start = method .. " " .. path .. person.head .. headers
    if not body then
        return start .. "\r\n"
    end
    return start .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n"
        .. body
end

function new_task()
    made = made + 1
    return '{"title":"New task number ' .. made
        .. '","description":"Written by the load generator"}'
end

function flag()
    return math.random(0, 1) == 1 and "true" or "false"
end

-- The last line that wrk prints, for the harness. Times are in microseconds.
function done(summary, latency)
    local lost = summary.errors.connect + summary.errors.read + summary.errors.write
        + summary.errors.timeout
    io.write(string.format(
        '{"requests":%d,"time":%d,"refused":%d,"lost":%d,"p50":%.0f,"p99":%.0f}\n',
        summary.requests, summary.duration, summary.errors.status, lost,
        latency:percentile(50), latency:percentile(99)))
end
