-- The load of `make bench`, for wrk: wrk -s Benchmarks/load.lua URL -- hello|check-in FILE
-- FILE holds one endpoint a line: its access token, a tab, the body of its check-in. Requests are made before the clock starts,
-- and both kinds are handed out the same way, so that the client costs the same for both.

local requests, place = {}, 0

function init(arguments)
    if arguments[1] == "hello" then
        requests[1] = wrk.format("GET", "/bench/hello")
        return
    end
    for line in io.lines(arguments[2]) do
        local token, body = line:match("^(%S+)\t(.+)$")
        local headers = {
            ["authorization"] = "Bearer " .. token,
            ["content-type"] = "application/json",
            ["patchbay-protocol"] = "1",
        }
        requests[#requests + 1] = wrk.format("POST", "/agent/v1/check-in", headers, body)
    end
end

function request()
    place = place % #requests + 1
    return requests[place]
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format(
        '{"requests": %d, "perSecond": %.1f, "p50Ms": %.3f, "p99Ms": %.3f, "failed": %d}\n',
        summary.requests, summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
