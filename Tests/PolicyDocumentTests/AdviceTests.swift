import Fleet
import Policy
import Testing

@testable import PolicyDocument

/// What is well written and can hardly be meant.
struct AdviceTests {
    private func messages(_ text: String) -> [String] {
        read(text).diagnostics.map(\.description)
    }

    @Test(
        arguments: [
            ("10m", "reboot: {mode: ifNeeded}", true), ("11m", "reboot: {mode: ifNeeded}", true),
            ("12m", "reboot: {mode: ifNeeded}", false), ("1m", "", true), ("2m", "", false),
        ])
    func `a window too short for any update is told`(
        length: String, reboot: String, isShort: Bool
    ) {
        let windows = "{w: {every: day, from: \"22:00\", for: \(length)}}"
        let found = messages(smallest(adding: reboot, windows: windows))
        let says = found.contains {
            $0.contains("warning: the window “w” is by itself too short for any update")
        }
        #expect(says == isShort, "\(found)")
    }

    @Test func `a window for detection alone may be short`() {
        let windows = """
            {w: {every: day, from: "22:00", for: 4h}, d: {every: day, from: "12:00", for: 1m, \
            allows: [detection]}}
            """
        #expect(messages(smallest(lane: "[w, d]", windows: windows)) == [])
    }

    @Test func `a warning longer than the deadline is told`() {
        let found = messages(
            smallest(adding: "reboot: {mode: prompt, deadline: 10m, warning: 1h}"))
        #expect(found.count == 1)
        #expect(found.first?.contains("the warning (1h) is longer than the deadline (10m)") == true)
        #expect(
            messages(smallest(adding: "reboot: {mode: prompt, deadline: 1h, warning: 1h}")) == [])
    }

    @Test(
        arguments: [
            ("http://[::", false), ("http://[::1]:8080/health", true), ("http://[::1]x", false),
            ("http://:80/", false), ("http://web:0/", false), ("http://web:99999", false),
            ("https://user@web.example:8443/a?b=c", true), ("http://web]", false),
            ("http://web", true), ("http://1::2/", false),
        ])
    func `the address of a probe names a server`(address: String, isGood: Bool) {
        let found = messages(smallest(adding: "after: {probes: [{http: \"\(address)\"}]}"))
        #expect(found.isEmpty == isGood, "\(found)")
    }

    @Test(arguments: ["Europe/Berln", "europe/berlin"])
    func `the zone that was meant is named`(_ zone: String) {
        var known = surroundings
        known.zoneNames = { ["America/New_York", "Europe/Berlin", "Europe/Paris"] }
        let text = smallest(
            windows: "{w: {every: day, from: \"22:00\", for: 4h, zone: \(zone)}}")
        let file = PolicyFile.read(Array(text.utf8), named: "f", in: known)
        #expect(
            file.diagnostics.first?.message.hasSuffix("; did you mean “Europe/Berlin”?") == true,
            "\(file.diagnostics)")
    }

    @Test(arguments: [40, 5000])
    func `nesting too deep is told in the same words`(depth: Int) {
        let value = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let found = messages(smallest(adding: "x: \(value)"))
        #expect(found.contains { $0.hasSuffix("values nest deeper than 32 levels") }, "\(found)")
    }

    @Test(arguments: ["a ", " A", "a"])
    func `the owner does not become another person by a blank`(_ approver: String) {
        let found = messages(
            smallest(
                adding: """
                    exceptions:
                      - name: old
                        package: "openssl*"
                        owner: a
                        reason: Old
                        control: One segment
                        approver: "\(approver)"
                        from: 2026-11-01
                        until: 2027-01-31
                    """))
        #expect(
            found.contains { $0.contains("The owner cannot approve the exception") }, "\(found)")
    }

    @Test func `a question tolerates a lane whose last date has passed, and says so`() {
        let text = smallest().replacing("every: day", with: "every: 2020-01-01")
        let now = Timestamp(seconds: 1_800_000_000)
        let check = PolicyFile.read(Array(text.utf8), named: "f", in: .init(now: now))
        #expect(!check.isUsable)
        let question = PolicyFile.read(
            Array(text.utf8), named: "f", in: .init(now: now, toleratesIdleLanes: true))
        #expect(question.isUsable)
        #expect(
            question.diagnostics.contains {
                $0.description.contains("warning: no window of the lane “routine” ever opens")
            })
    }
}
