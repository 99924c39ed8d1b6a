import Calendar
import Fleet
import Policy
import Testing

/// Short ways to say what the tests talk about. Times are of one week: it begins on Monday,
/// 2026-11-23, 12:00 UTC.
enum Sample {
    static let monday = Timestamp("2026-11-23T12:00:00Z") ?? Timestamp(seconds: 0)

    static func days(_ count: Int64) -> Timestamp { monday.adding(seconds: count * 86_400) }

    static func name(_ text: String) throws -> PolicyName {
        try #require(PolicyName(text), "\(text)")
    }

    static func when(_ text: String) throws -> UpdateExpression {
        try UpdateExpression(parsing: text)
    }

    static func group(_ text: String) throws -> GroupExpression {
        try GroupExpression(parsing: text)
    }

    /// A window that opens each week.
    static func window(
        _ name: String, every: String = "saturday, sunday", from hour: Int = 22,
        hours: Int64 = 4
    ) throws -> MaintenanceWindow {
        let recurrence = try Recurrence(every)
        let from = try #require(LocalTime(hour: hour, minute: 0))
        return try #require(
            MaintenanceWindow(
                name: name, recurrence: recurrence, from: from, lengthSeconds: hours * 3600))
    }

    /// The policy of the contract's example, without its rings.
    static func policy(
        _ name: String = "servers-standard", applies: String = "all", inherits: String? = nil,
        rules: [PolicyRule]? = nil, otherwise: Treatment = Treatment(.byHand),
        windows: [MaintenanceWindow]? = nil, freezes: [Freeze] = [], catchUp: CatchUp? = nil,
        rings: [Ring]? = nil, reboot: RebootRule? = nil
    ) throws -> PatchPolicy {
        let standard = try Self.name("standard")
        return PatchPolicy(
            name: try Self.name(name), applies: try group(applies),
            inherits: try inherits.map(Self.name),
            lanes: Lanes(
                routine: LaneRoute(
                    windows: [try Self.name("weekend")], rings: rings == nil ? nil : standard),
                emergency: LaneRoute(windows: [try Self.name("any")])),
            rules: try rules ?? exampleRules(), otherwise: otherwise,
            windows: try windows ?? [
                window("weekend"), window("any", every: "day", from: 0, hours: 24),
            ],
            freezes: freezes, catchUp: catchUp, rings: rings.map { [standard: $0] } ?? [:],
            reboot: reboot)
    }

    static func exampleRules() throws -> [PolicyRule] {
        [
            PolicyRule(
                when: try when("kev = true or epss >= 0.5"),
                Treatment(.atOnce, lane: .emergency)),
            PolicyRule(
                when: try when("class = security and severity in (critical, important)"),
                Treatment(.afterDays(2))),
            PolicyRule(
                when: try when("package ~ \"postgresql-*\""),
                Treatment(.hold(reason: "The database team patches these by hand"))),
            PolicyRule(when: try when("severity = unrated"), Treatment(.afterDays(7))),
            PolicyRule(when: try when("class = feature"), Treatment(.byHand)),
        ]
    }

    static func effective(_ policy: PatchPolicy) -> EffectivePolicy {
        EffectivePolicy(of: PlacedPolicy(policy, at: .tenant))
    }

    /// An update that closes one important vulnerability, out since Thursday before.
    static func update(
        _ name: String = "openssl", severity: Severity = .important,
        classes: [UpdateClass] = [.security], kev: Bool? = false, epss: Double? = 0.01,
        outFor days: Int64? = 4, vulnerabilities: [String]? = ["CVE-2026-0001"]
    ) -> UpdateSubject {
        UpdateSubject(
            update: Update(
                manager: .apt, name: name, architecture: "amd64", installed: "1.0-1",
                candidate: "1.0-2", classes: classes,
                origin: "Debian-Security:12/stable-security", installability: .installable,
                bytes: 1_000_000),
            severity: severity, vulnerabilities: vulnerabilities, kev: kev, epss: epss,
            releasedAt: days.map { monday.adding(seconds: -$0 * 86_400) })
    }

    static func endpoint(
        _ key: String = "ept_1", role: String? = "server", tags: Set<String>? = ["production"],
        site: String? = "Berlin", osVersion: String = "12"
    ) -> EndpointSubject {
        EndpointSubject(
            key: key,
            facts: EndpointFacts(
                hostname: key,
                os: OperatingSystem(
                    id: "debian", versionId: osVersion, name: "Debian GNU/Linux",
                    codename: "bookworm"),
                kernel: "6.1.0-28-amd64", bootId: "b", timeZone: "Etc/UTC", architecture: "amd64",
                hardware: Hardware(processorCount: 4, memoryBytes: 8_589_934_592)),
            role: role, tags: tags, tenant: "Acme", site: site, groups: ["web"],
            criticality: .high, isExposed: true, managers: ["apt"])
    }

    /// The decision on an update under one policy, with its windows in UTC.
    static func decide(
        _ subject: UpdateSubject, under policy: PatchPolicy,
        _ context: DecisionContext = DecisionContext(), at now: Timestamp = monday
    ) -> Decision {
        let effective = effective(policy)
        var context = context
        context.outlook = effective.outlook(in: Zones(endpoint: .utc), at: now)
        return Decision.decide(subject, under: CompiledPolicy(effective), in: context, at: now)
    }
}
