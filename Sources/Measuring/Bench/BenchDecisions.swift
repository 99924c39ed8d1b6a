import ArgumentParser
import Calendar
import CommandBasics
import Fleet
import Policy

/// `patchbay bench decisions`
struct BenchDecisions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions", abstract: "Decide on missing updates on one thread.",
        discussion: "Example: patchbay bench decisions")

    @Option(help: "How many decisions.")
    var count = 5_000_000

    /// So many updates in turn: enough that they do not all stay in the processor's nearest cache.
    private static let updates = 2_000

    func run() async throws {
        // 2026-11-23, a Monday, at noon.
        let now = Timestamp(seconds: 1_795_435_200)
        let effective = EffectivePolicy(of: PlacedPolicy(try policy(), at: .tenant))
        let compiled = CompiledPolicy(effective)
        let context = DecisionContext(
            work: WorkEstimate(seconds: 600),
            outlook: effective.outlook(in: Zones(endpoint: .utc), at: now))
        let waiting = (0..<Self.updates).map { Waiting(Self.subject($0, now)) }
        let time = await seconds {
            Terminal.writeError(
                "\(Self.installs(count, waiting, compiled, context, now)) of \(count) install")
        }
        try Measurement(name: "policy.decisions", value: Double(count) / time, unit: "1/s").show()
    }

    /// A missing update. An object, so that it is looked at where it stands: what is taken out of an
    /// array is copied, and a copy is no decision.
    private final class Waiting: Sendable {
        let subject: UpdateSubject

        init(_ subject: UpdateSubject) { self.subject = subject }

        @inline(never)
        func isInstalled(
            under policy: CompiledPolicy, in context: DecisionContext, at now: Timestamp
        ) -> Bool {
            Decision.decide(subject, under: policy, in: context, at: now).action == .install
        }
    }

    private static func installs(
        _ count: Int, _ waiting: [Waiting], _ policy: CompiledPolicy, _ context: DecisionContext,
        _ now: Timestamp
    ) -> Int {
        var installs = 0
        for number in 0..<count {
            let isInstalled = waiting[number % waiting.count].isInstalled(
                under: policy, in: context, at: now)
            if isInstalled { installs += 1 }
        }
        return installs
    }

    /// Ten rules of all kinds: words, numbers, lists, patterns, age.
    private static let rules: [(String, Treatment)] = [
        ("kev = true or epss >= 0.5", Treatment(.atOnce, lane: .emergency)),
        ("package ~ \"postgresql-*\"", Treatment(.hold(reason: "By the database team"))),
        ("package in (docker-ce, containerd, runc) and severity < critical", Treatment(.byHand)),
        ("class = security and severity in (critical, important)", Treatment(.afterDays(2))),
        ("class = security and cvss >= 9", Treatment(.atOnce, lane: .priority)),
        ("origin ~ \"*backports*\"", Treatment(.declined)),
        ("package ~ \"linux-image-*\" and age < 7d", Treatment(.prepareOnly)),
        ("severity = unrated", Treatment(.afterDays(7))),
        ("class = bugfix and bytes < 50 MB", Treatment(.afterDays(14))),
        ("class = feature", Treatment(.byHand)),
    ]

    private func policy() throws -> PatchPolicy {
        guard let name = PolicyName("servers-standard"), let weekend = PolicyName("weekend"),
            let evening = LocalTime(hour: 22, minute: 0),
            let window = MaintenanceWindow(
                name: weekend.text, recurrence: try Recurrence("saturday, sunday"), from: evening,
                lengthSeconds: 4 * 3600)
        else { throw ValidationError("The sample policy does not hold.") }
        return PatchPolicy(
            name: name, applies: .always, lanes: Lanes(routine: LaneRoute(windows: [weekend])),
            rules: try Self.rules.map {
                PolicyRule(when: try UpdateExpression(parsing: $0.0), $0.1)
            },
            otherwise: Treatment(.byHand), windows: [window])
    }

    private static func subject(_ number: Int, _ now: Timestamp) -> UpdateSubject {
        let names = ["openssl", "postgresql-15", "linux-image-6.1.0-28-amd64", "nginx", "bash"]
        let classes: [[UpdateClass]] = [[.security], [.bugfix], [.feature], [.security, .bugfix]]
        let severities = Severity.allCases
        let update = Update(
            manager: .apt, name: names[number % names.count], architecture: "amd64",
            installed: "1.0-\(number)", candidate: "1.1-\(number)",
            classes: classes[number % classes.count], origin: "Debian-Security:12/stable-security",
            installability: .installable, bytes: Int64(number) * 10_000)
        return UpdateSubject(
            update: update, severity: severities[number % severities.count],
            vulnerabilities: ["CVE-2026-\(number)"], kev: number % 50 == 0,
            epss: Double(number % 100) / 200, cvss: Double(number % 100) / 10,
            releasedAt: now.adding(seconds: -Int64(number) * 3600))
    }
}
