import Policy
import Testing

@testable import PolicyDocument

/// Conditions that can never hold, found by how they are written: by the values that their
/// comparisons leave a field.
struct ImpossibleConditionTests {
    @Test(
        arguments: [
            "os = debian and os = ubuntu", "os = debian and not os = debian",
            "os.version < 10 and os.version > 11", "os.version > 12 and os.version < 12.0",
            "os.version = 12 and os.version < 12", "not (os.version < 12 or os.version > 10)",
            "criticality > critical", "criticality < low", "not criticality >= low",
            "criticality >= high and criticality < high", "memory < 1 GB and memory > 2 GB",
            "not (os = debian or not os = debian)", "memory < 0", "processors > 1000000",
            "hostname = db1 and hostname ~ \"web*\"", "tag = a and not tag in (a, b)",
            "tag ~ \"a*\" and not tag ~ \"a*\"", "exposed and not exposed", "not all",
            "(os = debian or os = ubuntu) and os = fedora",
            "memory = 1 GB and memory != 1 GB",
            "memory >= 1 GB and memory <= 1 GB and memory != 1 GB",
        ])
    func `no endpoint can fit`(_ text: String) throws {
        #expect(try GroupExpression(parsing: text).impossibility != nil)
    }

    @Test(
        arguments: [
            "all", "os = debian and os = Debian", "tag = a and tag = b", "tag = a and tag != b",
            "os.version >= 12 and os.version <= 12.0", "os.version > 10 and os.version < 11",
            "os.version = 12 and os.version ~ \"12.0*\"", "criticality >= critical",
            "not criticality > low", "memory > 1 GB and memory < 2 GB", "memory >= 1 GB",
            "(os = debian or os = ubuntu) and os = ubuntu", "tag in (a, b) and not tag = a",
            "os.family = debian and os.family = ubuntu", "not (os = debian and os = ubuntu)",
            "hostname ~ \"web*\" and hostname != web1",
        ])
    func `an endpoint may fit`(_ text: String) throws {
        #expect(try GroupExpression(parsing: text).impossibility == nil)
    }

    @Test(
        arguments: [
            ("severity > critical", true), ("epss > 1", true), ("epss > 0.9 and epss < 0.1", true),
            ("cvss > 10", true), ("ssvc > act", true),
            ("severity = unrated and severity >= low", true),
            ("severity < unrated", true), ("age > 3 days and age < 1 day", true),
            ("class = security and not class = security", true),
            ("class = security and class = bugfix", false), ("epss >= 1", false),
            ("severity >= low or severity = unrated", false), ("ssvc >= act", false),
            ("severity in (critical, important) and severity < critical", false),
            ("cvss >= 10", false), ("cve = CVE-2026-1234 and cve = CVE-2026-1235", false),
        ])
    func `of a rule it is told whether an update can fit`(text: String, isImpossible: Bool) throws {
        let found = read(smallest(adding: "rules: [{when: \"\(text)\", approve: at once}]"))
            .diagnostics.map(\.description)
        let says = found.contains { $0.contains("warning: no update can fit this rule: ") }
        #expect(says == isImpossible, "\(found)")
    }

    @Test func `one comparison that never holds is named`() {
        #expect(
            read(smallest(applies: "criticality > critical")).diagnostics.map(\.description) == [
                "f:3:10: no endpoint can fit “applies”: “criticality > critical” never holds"
            ])
    }

    @Test func `a rule for a malformed CVE number is refused, as in an exception`() {
        let rules = "rules: [{when: cve in (CVE-2026-1234, CVE-26-1), approve: at once}]"
        let file = read(smallest(adding: rules))
        #expect(!file.isUsable)
        #expect(
            file.diagnostics.contains {
                $0.message == "“CVE-26-1” is no CVE number such as CVE-2026-1234"
            })
        #expect(
            read(smallest(adding: "rules: [{when: cve ~ \"CVE-2026-*\", approve: at once}]"))
                .isUsable)
    }

    @Test func `a condition of a great many alternatives is left unjudged in little time`() throws {
        let some = (1...40).map { "hostname = a\($0)" }.joined(separator: " or ")
        let others = (1...40).map { "tag = b\($0)" }.joined(separator: " or ")
        #expect(try GroupExpression(parsing: "(\(some)) and (\(others))").impossibility == nil)
    }
}
