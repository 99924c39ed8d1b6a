import Fleet
import Policy
import PolicyDocument
import Testing
import Versions

/// Ranges of versions in policies: read, written back, and told where nothing can be within them.
@Suite struct `Version ranges in policies` {
    private func rule(_ line: String) -> String {
        smallest(adding: "rules:\n  - {\(line), hold: Not here}")
    }

    @Test func `a rule's range is short for the same in its condition`() throws {
        let short = read(rule("when: package = nginx, version: \">= 2.0, < 2.4\""))
        let long = read(rule("when: package = nginx and version >= 2.0 and version < 2.4"))
        #expect(short.diagnostics == [] && long.diagnostics == [])
        #expect(short.policies == long.policies)
        let every = read(rule("when: all, version: < 2.4"))
        #expect(every.policies.first?.rules.first?.when.description == "version < 2.4")
        let policy = try #require(short.policies.first)
        #expect(read(PolicyWriter.yaml(policy)).policies == [policy])
    }

    private static let told: [(line: String, message: String)] = [
        (
            "when: all, version: \"> 2, < 1\"",
            "f:8:26: warning: no version can be within “> 2, < 1”; did you mean “> 1, < 2”?"
        ),
        (
            "when: all, version: \">= 2.0, =< 2.4\"",
            "f:8:35: “version”: “=<” is no comparison; did you mean “<=”?"
        ),
        ("when: all, version: \">= new\"", "f:8:27: “version”: “new” is no version"),
        (
            "when: version > 2 and version < 1",
            "f:8:12: warning: no update can fit this rule: its parts exclude each other"
        ),
        (
            "when: version < new",
            "f:8:22: “new” is no value of version, which is a version such as 2.4.1 or 1:2.36.1-8"
        ),
    ]

    @Test(arguments: told.indices)
    func `a range that is wrong or never holds is told with its place`(_ number: Int) {
        let (line, message) = Self.told[number]
        let found = read(rule(line)).diagnostics.map(\.description)
        #expect(found.contains { $0.hasPrefix(message) }, "\(found)")
    }

    @Test(arguments: [
        "version >= 2 and version <= 2", "version > \"1.0~rc1\" and version < 1.0",
        "version = 1.0 and version <= 1.0-0", "version > 1 or version < 0.5",
        "not (version >= 2 and version < 3)",
    ])
    func `a range that holds in some ecosystem is not warned of`(when: String) throws {
        #expect(try UpdateExpression(parsing: when).impossibility == nil)
    }

    @Test(arguments: [
        "version > 2 and version < 1", "version >= 2 and version < 2",
        "not version > 1 and version > 1", "version in (1, 2) and version > 3",
    ])
    func `a range that holds nowhere is seen in a condition`(when: String) throws {
        #expect(try UpdateExpression(parsing: when).impossibility != nil)
    }

    @Test func `an exception of a range is written as it was read`() throws {
        let text = smallest(
            adding: """
                exceptions:
                  - {name: old, package: x, version: ">= 1.0, < 2.0", owner: a, approver: b,
                     reason: r, control: c, from: 2026-11-01, until: 2026-12-31}
                """)
        let file = read(text)
        #expect(file.diagnostics == [])
        let policy = try #require(file.policies.first)
        let risks = try #require(file.exceptions[policy.name])
        #expect(risks.first?.versions.map { "\($0)" } == ">= 1.0, < 2.0")
        let again = read(PolicyWriter.yaml(policy, accepting: risks))
        #expect(again.exceptions == file.exceptions)
    }
}
