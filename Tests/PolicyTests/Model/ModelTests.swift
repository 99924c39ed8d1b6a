import Calendar
import Fleet
import Foundation
import Policy
import Testing

@Suite("The parts of a policy")
struct ModelTests {
    @Test(arguments: [
        ("a", true), ("servers-standard", true), ("0-9", true), ("", false), ("A", false),
        ("a b", false), ("ä", false), ("a_b", false), (String(repeating: "a", count: 63), true),
        (String(repeating: "a", count: 64), false),
    ])
    func `a name is 1 to 63 lower-case letters, digits and hyphens`(text: String, isName: Bool) {
        #expect((PolicyName(text) != nil) == isName)
    }

    @Test(
        arguments: [
            ("95%", 9500, "95%"), ("99.5%", 9950, "99.5%"), ("0.25 %", 25, "0.25%"),
            ("100%", 10_000, "100%"), ("0%", 0, "0%"), ("10.05%", 1005, "10.05%"),
            ("101%", nil, nil), ("95", nil, nil), ("%", nil, nil), (".5%", nil, nil),
            ("5.%", nil, nil), ("1.005%", nil, nil), ("-1%", nil, nil), ("1e2%", nil, nil),
        ] as [(String, Int?, String?)])
    func `a percentage is read and written`(text: String, points: Int?, written: String?) {
        #expect(Percentage(text)?.basisPoints == points)
        #expect(Percentage(text)?.description == written)
    }

    @Test func `a share of few is reached and rounded exactly`() throws {
        let share = try #require(Percentage("95%"))
        #expect(share.isReached(by: 19, of: 20))
        #expect(!share.isReached(by: 18, of: 20))
        #expect(!share.isReached(by: 0, of: 0))
        #expect(share.isReached(by: .max, of: .max))
        #expect(share.rounded(of: 21) == 19)
        #expect(share.rounded(of: .max) < .max)
    }

    @Test(arguments: [
        ("15m", 900, "15m", "15 minutes"), ("24h", 86_400, "1d", "1 day"),
        ("3d", 259_200, "3d", "3 days"), ("14 days", 1_209_600, "14d", "14 days"),
        ("1 week", 604_800, "7d", "7 days"), ("90 min", 5400, "90m", "90 minutes"),
        ("0s", 0, "0s", "no time"), ("61 seconds", 61, "61s", "61 seconds"),
        ("1H", 3600, "1h", "1 hour"),
    ])
    func `a time span is read and written`(
        text: String, seconds: Int64, written: String, words: String
    ) throws {
        let span = try #require(TimeSpan(text))
        #expect(span.seconds == seconds)
        #expect(span.description == written)
        #expect(span.inWords == words)
        #expect(TimeSpan(written) == span)
    }

    @Test(arguments: [
        "", "15", "h", "-1h", "1.5h", "1 fortnight", "99999999999999999999d", "11000d",
    ])
    func `what is no time span is refused`(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test func `a lane without a route takes that of the next slower one`() throws {
        let routine = LaneRoute(windows: [try Sample.name("weekend")])
        let priority = LaneRoute(windows: [try Sample.name("nightly")])
        #expect(Lanes(routine: routine).route(of: .emergency) == routine)
        #expect(Lanes(routine: routine, priority: priority).route(of: .emergency) == priority)
    }

    @Test func `a budget is never so small that a ring is stuck, unless it says 0`() throws {
        let fifth = DisruptionBudget(.share(try #require(Percentage("20%"))))
        #expect([0, 1, 4, 10, 99].map(fifth.limit) == [0, 1, 1, 2, 19])
        #expect(DisruptionBudget(.endpoints(5)).limit(of: 3) == 3)
        #expect(DisruptionBudget(.endpoints(0)).limit(of: 3) == 0)
    }

    @Test func `a policy is stored and read back the same`() throws {
        let ring = Ring(
            name: try Sample.name("canary"), members: .matching(try Sample.group("tag = canary")),
            soak: .hours(24),
            gate: RingGate(verified: try #require(Percentage("95%")), minimum: 3),
            budget: DisruptionBudget(.endpoints(2), per: .site))
        var policy = try Sample.policy(catchUp: .nextCheckIn, rings: [ring])
        policy.before = Preconditions(snapshot: .preferred, backupAge: .hours(24))
        policy.after = HealthCheck(probes: [
            .unit("nginx.service"), .tcp(port: 443), .http("https://localhost/healthz"),
            .process("nginx"), .script("check"),
        ])
        policy.reboot = RebootRule(mode: .prompt, deadline: .days(3))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes = try encoder.encode(policy)
        let again = try JSONDecoder().decode(PatchPolicy.self, from: bytes)
        #expect(again == policy)
        #expect(try encoder.encode(again) == bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""standard":["#), "rings are an object by name")
    }
}
