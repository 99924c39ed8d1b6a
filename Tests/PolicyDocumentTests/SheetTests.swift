import Calendar
import Fleet
import Policy
import PolicyDocument
import PolicyForm
import TestSupport
import Testing

/// The form and the text are one object: the fields of a policy, sent by a browser and read back,
/// give the same policy. What is typed wrongly is told beside its field.
struct SheetTests {
    @Test(arguments: Examples.names)
    func `an example as a form is read back as the same policy`(_ name: String) throws {
        let file = PolicyFile.read(try Examples.bytes(name), named: name, in: surroundings)
        for policy in file.policies {
            let accepted = file.exceptions[policy.name] ?? []
            let again = sent(PolicySheet(policy, accepting: accepted))
            let others = file.policies.filter { $0.name != policy.name }
            let read = PolicyFile.read(
                Array(again.document.text.utf8), named: "form",
                in: .init(
                    now: surroundings.now, isKnownZone: surroundings.isKnownZone, others: others))
            #expect(read.isUsable, "\(read.diagnostics)\n\(again.document.text)")
            #expect(read.policies == [policy])
            #expect(read.exceptions[policy.name] ?? [] == accepted)
        }
    }

    @Test(arguments: Seeds.all)
    func `any policy as a form is read back as the same policy`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let policy = RandomPolicy.make(&random)
            let again = sent(PolicySheet(policy))
            let file = PolicyFile.read(Array(again.document.text.utf8), named: "form")
            #expect(file.isUsable, "seed \(seed), round \(round): \(file.diagnostics)")
            #expect(file.policies == [policy], "seed \(seed), round \(round)")
            #expect(again == PolicySheet(policy), "seed \(seed), round \(round)")
        }
    }

    @Test func `a policy that uses every key is read back as the same`() {
        let whole = read(Self.whole)
        let accepted = whole.exceptions.values.flatMap(\.self)
        let again = read(sent(PolicySheet(whole.policies[0], accepting: accepted)).document.text)
        #expect(again.policies == whole.policies && again.exceptions == whole.exceptions)
    }

    /// A key of the document that the form does not know would be lost.
    @Test func `the form writes every key that a policy can have`() {
        let whole = read(Self.whole)
        let accepted = whole.exceptions.values.flatMap(\.self)
        let form = PolicySheet(whole.policies[0], accepting: accepted).document.text
        let keys = Mirror(reflecting: whole.policies[0]).children.compactMap(\.label)
            .map { $0 == "otherwise" ? "default" : $0 }.filter { $0 != "inherits" }
        #expect(keys.count > 14)
        for key in keys { #expect(form.contains("\n\(key):"), "\(key)") }
    }

    @Test func `an exception asks in the form what it asks beside the policy's own condition`() {
        let exception = """
            exceptions:
              - {name: old-java, package: "openjdk-8", cves: [CVE-2026-1234, CVE-2026-99999],
                 endpoints: tag = legacy, owner: anna, reason: "Ends in May", control: No network,
                 approver: ben, from: 2026-11-01, until: 2027-03-31}
            """
        let file = read(smallest(adding: exception, applies: "role = server and os = debian"))
        let accepted = file.exceptions.values.flatMap(\.self)
        var sheet = PolicySheet(file.policies[0], accepting: accepted)
        #expect(sheet.root[table: "exceptions"][0]["endpoints"] == "tag = legacy")
        let again = read(sent(sheet).document.text)
        #expect(again.exceptions == file.exceptions)
        // When the policy applies to others, so does what it accepts.
        sheet.root["applies"] = "role = kiosk"
        let moved = read(sheet.document.text).exceptions.values.flatMap(\.self)
        let both = try? GroupExpression(parsing: "role = kiosk and tag = legacy")
        #expect(moved.map(\.endpoints) == [both])
    }

    /// What is typed into a field of a policy with every kind of row, and the field beside which it
    /// is told.
    private static let faults: [(field: String, typed: String, told: String)] = [
        ("name", "Servers", "name"), ("name", "", "name"),
        ("applies", "rol = server", "applies"), ("routine-windows", "nights", "routine-windows"),
        ("routine-windows", "", "routine-windows"), ("routine-rings", "other", "routine-rings"),
        ("rules.0.when", "class = ", "rules.0.when"),
        ("rules.0.approve", "soon", "rules.0.approve"),
        ("rules.1.days", "", "rules.1.days"), ("rules.1.days", "900", "rules.1.days"),
        ("rules.2.reason", " ", "rules.2.reason"), ("rules.3.days", "900", "rules.3.days"),
        ("rules.3.days", "a few", "rules.3.days"), ("rules.0.approvers", "2", "rules.0.approvers"),
        ("default.0.lane", "fast", "default.0.lane"), ("windows.0.name", "W!", "windows.0.name"),
        ("windows.0.every", "sometimes", "windows.0.every"),
        ("windows.0.from", "25:00", "windows.0.from"), ("windows.0.for", "4", "windows.0.for"),
        ("windows.0.zone", "Mars/Olympus", "windows.0.zone"),
        ("windows.1.monthDay", "32", "windows.1.every"),
        ("windows.1.monthDay", "", "windows.1.every"),
        ("freezes.0.to", "2026-01-01", "freezes.0.to"),
        ("freezes.0.reason", "", "freezes.0.reason"),
        ("catchUp", "later", "catchUp"), ("rings.0.name", "A B", "rings.0.name"),
        ("rings.0.rings.0.members", "120%", "rings.0.rings.0.members"),
        ("rings.0.rings.0.soak", "1", "rings.0.rings.0.soak"),
        ("rings.0.rings.0.verified", "", "rings.0.rings.0.verified"),
        ("rings.0.rings.0.minimum", "0", "rings.0.rings.0.minimum"),
        ("rings.0.rings.1.budget", "some", "rings.0.rings.1.budget"),
        ("reboot-mode", "", "reboot-mode"), ("reboot-deferrals", "101", "reboot-deferrals"),
        ("services-restart", "always", "services-restart"),
        ("services-within", "2h", "services-within"), ("bandwidth", "fast", "bandwidth"),
        ("before-backupAge", "old", "before-backupAge"),
        ("before-passed", "A B", "before-passed"), ("before-passed", "", "before-passedFor"),
        ("before-passedFor", "93d", "before-passedFor"), ("before-stack", "a/b", "before-stack"),
        ("before-power", "sun", "before-power"), ("before-people", "few", "before-people"),
        ("before-network", "fast", "before-network"), ("before-load", "0%", "before-load"),
        ("before-freeDisk", "2", "before-freeDisk"), ("before-evidence", "some", "before-evidence"),
        ("probes.0.value", "99999", "probes.0.value"),
        ("probes.0.atMost", "2", "probes.0.atMost"),
        ("probes.1.value", "a b", "probes.1.value"), ("probes.1.over", "2h", "probes.1.over"),
        ("probes.1.atMost", "many", "probes.1.atMost"),
        ("probes.1.kind", "crash", "probes.1.value"),
        ("probes.2.text", "**", "probes.2.text"), ("probes.2.times", "0", "probes.2.times"),
        ("probes.3.times", "20", "probes.3.times"), ("probes.3.over", "5m", "probes.3.over"),
        ("probes.3.times", "", "probes.3.kind"),
        ("services-never", "a/b", "services-never"),
        ("after-within", "2d", "after-within"), ("sla", "pci-9", "sla"),
        ("exceptions.0.cves", "CVE-1", "exceptions.0.cves"),
        ("exceptions.0.owner", "", "exceptions.0.owner"),
        ("exceptions.0.until", "2026-02-30", "exceptions.0.until"),
    ]

    @Test(arguments: faults.indices)
    func `what is wrong is told beside the field in which it was typed`(_ number: Int) throws {
        let fault = Self.faults[number]
        let whole = read(Self.whole)
        #expect(whole.isUsable, "\(whole.diagnostics)")
        let sheet = PolicySheet(
            whole.policies[0], accepting: whole.exceptions.values.flatMap(\.self))
        let typed = PolicySheet(
            fields: sheet.root.fields.filter { $0.name != fault.field }
                + [(fault.field, fault.typed)])
        let document = typed.document
        let found = read(document.text).diagnostics.filter { $0.severity == .error }
        // What refers to it may be wrong too.
        let fields = Set(found.map { document.field(ofLine: $0.line) ?? "" })
        #expect(fields.contains(fault.told), "\(fault): \(found)\n\(document.text)")
        #expect(!fields.contains(""))
    }

    private static let whole = """
        patchbay: policy/v1
        name: whole
        title: Whole
        applies: all
        lanes: {routine: {windows: [w, x], rings: r}, emergency: {windows: [w]}}
        rules:
          - {when: kev = true, approve: at once, lane: emergency}
          - {when: class = security, approve: after 2 days}
          - {when: package = nginx, hold: By hand}
          - {when: class = bugfix, approve: verdict ok or after 7 days}
        default: {approve: by hand, lane: emergency}
        windows:
          w: {every: saturday, from: "22:00", for: 4h}
          x: {every: day 15, from: "01:00", for: 2h}
        freezes: [{from: 2026-12-20, to: 2027-01-04, reason: Year end}]
        catchUp: nextWindow
        rings:
          r:
            - {name: canary, members: tag = canary, soak: 1d, gate: {verified: 90%, minimum: 2}}
            - {name: broad, members: rest, budget: 20%}
        reboot: {mode: ifNeeded, deadline: 3d, deferrals: 2}
        services: {restart: needed, never: ["x.service,", "libvirt*", "a,b.service"], within: 5m}
        bandwidth: 2 MB/s
        before: {snapshot: preferred, backupAge: 1d, passed: canary, passedFor: 3d, stack: [nginx, "postgresql-*"],
          power: mains, people: away, network: unmetered, load: 80%, freeDisk: 2 GB, evidence: always}
        after: {within: 5m, probes: [{tcp: 443}, {crashes: {program: nginx, atMost: 2, over: 2m}},
          {journal: {text: "timed out", times: 3}}, {bootTime: {slower: 20%}}]}
        sla: [pci-401]
        longestException: 200d
        exceptions:
          - {name: old, cves: [CVE-2026-1234], owner: anna, approver: ben, reason: Later,
             control: Alone, from: 2026-11-01, until: 2027-03-31}
        """

    @Test func `rows come, go and change places`() {
        var sheet = PolicySheet(read(Self.whole).policies[0])
        let rules = sheet.root[table: "rules"]
        sheet.make(.lower(row: "rules.0"))
        #expect(sheet.root[table: "rules"] == [rules[1], rules[0], rules[2], rules[3]])
        sheet.make(.raise(row: "rules.2"))
        #expect(sheet.root[table: "rules"] == [rules[1], rules[2], rules[0], rules[3]])
        sheet.make(.remove(row: "rules.1"))
        sheet.make(.add(table: "rules"))
        #expect(sheet.root[table: "rules"].count == 4)
        #expect(sheet.root[table: "rules"][3]["approve"] == "byHand")
        sheet.make(.add(table: "rings.0.rings"))
        sheet.make(.remove(row: "rings.0.rings.0"))
        #expect(sheet.root[table: "rings"][0][table: "rings"].map { $0["name"] } == ["broad", ""])
        let before = sheet
        for change in ["remove rules.9", "raise rules.0", "lower rules.3", "remove x.y.z", "add "] {
            if let change = SheetChange(change) { sheet.make(change) }
        }
        #expect(sheet == before)
    }

    @Test func `a form that somebody has made up costs no more than its bytes`() {
        let sheet = PolicySheet(fields: [
            ("rules.999999999.when", "all"), ("rules.-1.when", "x"), ("rules.0", "x"),
            ("rules.3.when", "kev = true"), ("", ""), ("..", "x"),
        ])
        #expect(sheet.root[table: "rules"].map { $0["when"] } == ["kev = true", "all"])
    }

    /// The sheet as it comes back from a browser.
    private func sent(_ sheet: PolicySheet) -> PolicySheet {
        PolicySheet(fields: sheet.root.fields)
    }
}
