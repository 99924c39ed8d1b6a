import Calendar
import Fleet
import Policy
import PolicyDocument
import TestSupport
import Testing

/// A policy file as a whole.
struct PolicyFileTests {
    /// The document of the contract, word for word.
    static let contract = """
        patchbay: policy/v1
        name: servers-standard            # [a-z0-9-]{1,63}, unique in its scope
        title: Standard servers
        applies: role = server and tag = production and not (os = debian and os.version < 12)
        lanes:                            # which windows and rings an approved update goes through
          routine:   {windows: [weekend, monthly], rings: standard}
          emergency: {windows: [any], rings: fast}
        rules:                            # first match wins
          - {when: kev = true or epss >= 0.5, approve: at once, lane: emergency}
          - {when: class = security and severity in (critical, important), approve: after 2 days}
          - {when: package ~ "postgresql-*", hold: "The database team patches these by hand"}
          - {when: severity = unrated, approve: after 7 days}
          - {when: class = feature, approve: by hand}
        default: {approve: by hand}
        windows:
          any:     {every: day, from: "00:00", for: 24h, zone: endpoint}
          weekend: {every: "saturday, sunday", from: "22:00", for: 4h, zone: endpoint}
          monthly: {every: 2nd tuesday + 4 days, from: "01:00", for: 3h, zone: Europe/Berlin}
        freezes:
          - {from: 2026-12-20, to: 2027-01-04, reason: Year end}
        catchUp: nextCheckIn
        rings:
          standard:
            - {name: canary, members: tag = canary, soak: 24h, gate: {verified: 95%, healthy: 99%, minimum: 3}}
            - {name: early, members: 10%, soak: 48h}
            - {name: broad, members: rest, budget: 20%}
          fast:
            - {name: canary, members: tag = canary, soak: 1h, gate: {verified: 90%, minimum: 1}}
            - {name: broad, members: rest}
        reboot: {mode: ifNeeded, deadline: 3d, deferrals: 3, warning: 15m}
        before: {snapshot: preferred, backupAge: 24h}
        after: {probes: [{unit: nginx.service}, {tcp: 443}, {http: "https://localhost/healthz"}], within: 10m}
        sla: [pci-401, e8-ml1]
        """

    @Test func `the document of the contract is read without a word`() throws {
        let file = read(Self.contract)
        #expect(file.diagnostics == [])
        let policy = try #require(file.policies.first)
        #expect(policy.rules.count == 5)
        #expect(
            policy.rules[1].when.description
                == "class = security and severity in (critical, important)")
        #expect(policy.rules[0].treatment == Treatment(.atOnce, lane: .emergency))
        #expect(
            policy.rules[2].treatment.approval
                == .hold(reason: "The database team patches these by hand"))
        #expect(policy.windows.map(\.name) == ["any", "monthly", "weekend"])
        #expect(policy.windows[1].recurrence.description == "2nd tuesday + 4 days")
        #expect(policy.windows[1].zone.description == "Europe/Berlin")
        #expect(policy.catchUp == .nextCheckIn)
        let standard = try #require(PolicyName("standard").flatMap { policy.rings[$0] })
        #expect(standard.map(\.name.text) == ["canary", "early", "broad"])
        #expect(standard[0].gate?.minimum == 3)
        #expect(standard[2].members == .rest)
        #expect(policy.after?.probes.count == 3)
        #expect(policy.sla.map(\.text) == ["pci-401", "e8-ml1"])
    }

    @Test func `what another file holds is taken from it, and missed without it`() throws {
        let text = Self.contract.replacing(
            "lanes:", with: "inherits: msp-baseline\nlanes:", maxReplacements: 1)
        #expect(read(text).diagnostics == [])
        let borrowed = smallest(adding: "inherits: base", lane: "[w, theirs]")
        #expect(
            read(borrowed).diagnostics.map(\.description) == [
                "f:4:32: there is no window “theirs” here; if it is one of “base”, check that file "
                    + "together with this one; known are w"
            ])
        var together = surroundings
        together.others =
            read(
                smallest(
                    lane: "[theirs]", windows: "{theirs: {every: day, from: \"22:00\", for: 1h}}"
                )
                .replacing("name: small", with: "name: base")
            ).policies
        #expect(
            PolicyFile.read(Array(borrowed.utf8), named: "f", in: together).diagnostics == [])
    }

    @Test(arguments: Examples.names)
    func `an example is read without a word`(_ name: String) throws {
        let file = PolicyFile.read(try Examples.bytes(name), named: name, in: surroundings)
        #expect(file.diagnostics == [])
        #expect(!file.policies.isEmpty)
    }

    @Test func `every example is found`() {
        #expect(Examples.names.count == 11)
    }

    @Test(arguments: [
        ("", "f:1:1: the file holds no policy"),
        ("# nothing\n---\n", "f:1:1: the file holds no policy"),
        ("just a text", "f:1:1: the policy must be a mapping of keys, not a text"),
        ("- a", "f:1:1: the policy must be a mapping of keys, not a list"),
        (
            "name: x",
            "f:1:1: the policy needs “patchbay”, such as “patchbay: policy/v1”"
        ),
        ("patchbay: policy/v2", "f:1:11: this program reads “policy/v1” only, not “policy/v2”"),
        ("patchbay: 1", "f:1:11: “patchbay” must be “policy/v1”, not “1”"),
    ])
    func `a file that is no policy is told so`(_ text: String, _ message: String) {
        #expect(read(text).diagnostics.map(\.description) == [message])
        #expect(!read(text).isUsable)
    }

    @Test func `everything that is wrong is told at once, in order`() {
        let file = read(
            """
            patchbay: policy/v1
            name: Not Good
            aplies: role = server
            lanes:
              routine: {window: [w], rings: r}
            rules:
              - {when: colour = red, approve: at once}
              - {when: kev = true, approve: soon}
              - {when: kev = true, approve: at once, hold: why}
            default: {approve: after 9999 days}
            windows:
              w: {every: someday, from: 9 pm, for: 4}
            catchUp: always
            """)
        #expect(
            file.diagnostics.map { "\($0.line):\($0.column)" } == [
                "2:7", "3:1", "5:13", "7:12", "8:33", "9:42", "10:20", "12:14", "12:29", "12:40",
                "13:10",
            ])
        #expect(file.policies.isEmpty)
    }

    @Test func `two policies of one name, and inheritance in a ring, are refused`() {
        let one = smallest()
        #expect(
            read(one + "---\n" + one).diagnostics.map(\.description) == [
                "f:9:7: the policy “small” stands twice; the first is in line 2"
            ])
        let first = smallest(adding: "inherits: second")
        let second = smallest(adding: "inherits: small").replacing(
            "name: small", with: "name: second")
        #expect(
            read(first + "\n---\n" + second).diagnostics.map(\.message) == [
                "“small” inherits itself by way of “second”",
                "“second” inherits itself by way of “small”",
            ])
        #expect(
            read(smallest(adding: "inherits: small")).diagnostics.map(\.message) == [
                "“small” cannot inherit itself"
            ])
    }

    @Test(arguments: Seeds.all)
    func `no change of a good file makes it fail`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = Array(Self.contract.unicodeScalars)
        let pieces: [String] = [
            "", " ", "\n", ":", "{", "}", "[", "]", ",", "\"", "'", "#", "(", ")", "-", "%", "\t",
            "9999999999999999999", "and", "not", "\u{0}", "é", "&", "*", "!", "|", ">",
        ]
        for _ in 0..<60 {
            var view = String.UnicodeScalarView()
            let place = Int.random(in: 0..<text.count, using: &random)
            let cut = min(text.count, place + Int.random(in: 0...12, using: &random))
            view.append(contentsOf: text[..<place])
            view.append(contentsOf: (pieces.randomElement(using: &random) ?? "").unicodeScalars)
            view.append(contentsOf: text[cut...])
            let file = read(String(view))
            for diagnostic in file.diagnostics {
                #expect(diagnostic.line >= 1 && diagnostic.column >= 1, "seed \(seed)")
                #expect(!diagnostic.message.contains("\n"), "seed \(seed)")
            }
        }
    }
}
