import Calendar
import Fleet
import Health
import Policy
import Readiness
import PolicyDocument
import TestSupport
import Testing
import Verdicts

/// Policies written as documents, and read back.
struct WritingTests {
    @Test(arguments: Examples.names)
    func `an example that was written is read back as the same value`(_ name: String) throws {
        let file = PolicyFile.read(try Examples.bytes(name), named: name, in: surroundings)
        let text = file.policies.map {
            PolicyWriter.yaml($0, accepting: file.exceptions[$0.name] ?? [])
        }.joined(separator: "---\n")
        let again = read(text)
        #expect(again.diagnostics == [])
        #expect(again.policies == file.policies)
        #expect(again.exceptions == file.exceptions)
        #expect(
            again.policies.map { PolicyWriter.yaml($0, accepting: again.exceptions[$0.name] ?? []) }
                .joined(separator: "---\n") == text)
    }

    @Test func `the document of the contract has one canonical text`() {
        let policies = read(PolicyFileTests.contract).policies
        expectGolden(PolicyWriter.yaml(policies), "contract.yaml")
    }

    @Test(arguments: Seeds.all)
    func `any policy that was written is read back as the same value`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let policy = RandomPolicy.make(&random)
            let text = PolicyWriter.yaml(policy)
            let file = PolicyFile.read(Array(text.utf8), named: "f")
            #expect(file.isUsable, "seed \(seed), round \(round): \(file.diagnostics)\n\(text)")
            #expect(file.policies == [policy], "seed \(seed), round \(round):\n\(text)")
        }
    }
}

/// Policies of chance, but such as may be written.
enum RandomPolicy {
    static func make(_ random: inout SeededGenerator) -> PatchPolicy {
        let windows = windows(&random)
        let names = windows.compactMap { PolicyName($0.name) }
        let rings = rings(&random)
        func route(_ random: inout SeededGenerator) -> LaneRoute {
            LaneRoute(
                windows: [names.randomElement(using: &random)].compactMap { $0 },
                rings: rings.keys.sorted().randomElement(using: &random))
        }
        return PatchPolicy(
            name: name(&random), title: maybe(&random) { text(&$0) },
            applies: group(&random), inherits: maybe(&random) { name(&$0) },
            lanes: Lanes(
                routine: route(&random), priority: maybe(&random) { route(&$0) },
                emergency: maybe(&random) { route(&$0) }),
            rules: many(&random, 5) { PolicyRule(when: update(&$0), treatment(&$0)) },
            otherwise: treatment(&random), windows: windows, freezes: many(&random, 3, freeze),
            catchUp: maybe(&random) { CatchUp.allCases.randomElement(using: &$0) } ?? nil,
            rings: rings, reboot: maybe(&random, reboot), before: maybe(&random, before),
            after: maybe(&random, after), services: maybe(&random, services),
            bandwidth: maybe(&random, bandwidth),
            sla: SLAPreset.allCases.filter { _ in Bool.random(using: &random) }
                .compactMap { PolicyName($0.rawValue) },
            longestException: maybe(&random) {
                TimeSpan.days(Int.random(in: 1...366, using: &$0))
            })
    }

    private static func maybe<Value>(
        _ random: inout SeededGenerator, _ make: (inout SeededGenerator) -> Value
    ) -> Value? {
        Bool.random(using: &random) ? make(&random) : nil
    }

    private static func many<Value>(
        _ random: inout SeededGenerator, _ most: Int, _ make: (inout SeededGenerator) -> Value?
    ) -> [Value] {
        (0..<Int.random(in: 0...most, using: &random)).compactMap { _ in make(&random) }
    }

    private static func name(_ random: inout SeededGenerator) -> PolicyName {
        let letters = Array("abcxyz019-no")
        while true {
            let count = Int.random(in: 1...8, using: &random)
            let text = String((0..<count).compactMap { _ in letters.randomElement(using: &random) })
            if let name = PolicyName(text) { return name }
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Zz", " ", ": ", " #", "\"", "'", "\\", "\n", "{", "}", "[", "]", ",", "yes",
            "1e3",
            "é", "👩‍🔧", "\u{2028}", "&", "*", "!", "%", "@", "- ", "? ", "|", ">", "~", "null", "\t",
        ]
        let count = Int.random(in: 0...6, using: &random)
        return "x" + (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
    }

    private static func group(_ random: inout SeededGenerator) -> GroupExpression {
        let texts = [
            "all", "role = server", "tag in (a, b) or not exposed", "hostname ~ \"web-*\"",
            "os = debian and os.version < 12", "memory >= 8 GiB and (site = \"a b\" or virtual)",
        ]
        return (try? GroupExpression(parsing: texts.randomElement(using: &random) ?? "all"))
            ?? .always
    }

    private static func update(_ random: inout SeededGenerator) -> UpdateExpression {
        let texts = [
            "all", "kev = true or epss >= 0.5", "severity in (critical, unrated)",
            "package ~ \"a, b: {c}\"", "age >= 14 days and class != feature", "bytes < 1.5 MB",
        ]
        return (try? UpdateExpression(parsing: texts.randomElement(using: &random) ?? "all"))
            ?? .always
    }

    private static func treatment(_ random: inout SeededGenerator) -> Treatment {
        let approvals: [Approval] = [
            .atOnce, .afterDays(Int.random(in: 0...365, using: &random)), .byHand, .prepareOnly,
            .declined, .hold(reason: text(&random)), .byVerdict(VerdictGate()),
            .byVerdict(VerdictGate(orAfterDays: Int.random(in: 0...365, using: &random))),
        ]
        let approval = approvals.randomElement(using: &random) ?? .byHand
        return Treatment(
            approval, approvers: approval.asksPerson ? Int.random(in: 1...2, using: &random) : 1,
            lane: Lane.allCases.randomElement(using: &random) ?? .routine)
    }

    private static func windows(
        _ random: inout SeededGenerator
    ) -> [MaintenanceWindow] {
        let texts = [
            "day", "saturday, sunday", "2nd tuesday + 4 days", "last friday", "day 31", "last day",
            "2030-02-28", "1st monday + 1 day", "7 days after release",
        ]
        let zones = ["endpoint", "site", "Europe/Berlin", "Etc/GMT+3"].compactMap(WindowZone.init)
        let count = Int.random(in: 1...4, using: &random)
        let names = Set((0..<count).map { _ in name(&random) }).sorted()
        return names.compactMap { name in
            var kinds = Set(WindowKind.allCases.filter { _ in Bool.random(using: &random) })
            kinds.insert(.install)
            let text = texts.randomElement(using: &random) ?? "day"
            if text.hasSuffix("release") { kinds.subtract([.detection, .prefetch]) }
            return MaintenanceWindow(
                name: name.text,
                recurrence: (try? Recurrence(text)) ?? .daily,
                from: LocalTime(
                    hour: Int.random(in: 0...23, using: &random),
                    minute: Int.random(in: 0...59, using: &random)) ?? .midnight,
                lengthSeconds: Int64.random(in: 60...2_678_400, using: &random),
                zone: zones.randomElement(using: &random) ?? .endpoint, kinds: kinds,
                staffing: Bool.random(using: &random) ? .onDuty : .unstaffed)
        }
    }

    private static func freeze(_ random: inout SeededGenerator) -> Freeze? {
        let from = LocalDate(daysSinceEpoch: Int64.random(in: 20_000...30_000, using: &random))
        return Freeze(
            from: from, to: from.adding(days: Int.random(in: 0...40, using: &random)),
            reason: text(&random), zone: maybe(&random) { _ in WindowZone.site })
    }

    private static func rings(
        _ random: inout SeededGenerator
    ) -> [PolicyName: [Ring]] {
        var lists: [PolicyName: [Ring]] = [:]
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            var names: Set<PolicyName> = []
            let rings = many(&random, 3) { ring(&$0) }.filter { names.insert($0.name).inserted }
            var last = ring(&random)
            last.members = .rest
            lists[name(&random)] = rings.filter { $0.name != last.name } + [last]
        }
        return lists
    }

    private static func ring(_ random: inout SeededGenerator) -> Ring {
        let shares = [1, 99, 150, 1_000, 3_000].compactMap(Percentage.init(basisPoints:))
        let share = shares[Int.random(in: shares.indices, using: &random)]
        let amounts: [DisruptionBudget.Amount] = [
            .endpoints(Int.random(in: 0...50, using: &random)), .share(share),
        ]
        return Ring(
            name: name(&random),
            members: Bool.random(using: &random)
                ? .matching(group(&random)) : .share(share),
            soak: .hours(Int.random(in: 0...100, using: &random)),
            gate: maybe(&random) {
                RingGate(
                    verified: share, healthy: maybe(&$0) { _ in share },
                    minimum: Int.random(in: 1...9, using: &$0))
            },
            budget: maybe(&random) {
                DisruptionBudget(
                    amounts.randomElement(using: &$0) ?? .endpoints(1),
                    per: DisruptionBudget.Scope.allCases.randomElement(using: &$0) ?? .ring)
            })
    }

    private static func reboot(_ random: inout SeededGenerator) -> RebootRule {
        RebootRule(
            mode: RebootRule.Mode.allCases.randomElement(using: &random) ?? .never,
            deadline: maybe(&random) { .hours(Int.random(in: 1...2_000, using: &$0)) },
            deferrals: Int.random(in: 0...9, using: &random),
            warning: .minutes(Int.random(in: 1...1_440, using: &random)))
    }

    private static func before(_ random: inout SeededGenerator) -> Preconditions {
        Preconditions(
            snapshot: Preconditions.Snapshot.allCases.randomElement(using: &random) ?? .none,
            backupAge: maybe(&random) { .hours(Int.random(in: 1...8_000, using: &$0)) },
            passed: maybe(&random) {
                RingPass(
                    ring: ["lab", "canary", "ring-0"].randomElement(using: &$0) ?? "lab",
                    seconds: maybe(&$0) { Int64.random(in: 1...92, using: &$0) * 86_400 },
                    stack: maybe(&$0) {
                        Bool.random(using: &$0) ? ["nginx"] : ["*", "a?b-*", "on"]
                    })
            },
            ready: maybe(&random) {
                ReadinessRule(
                    power: .mains, people: Bool.random(using: &$0) ? .away : .nobody,
                    network: Bool.random(using: &$0) ? .unmetered : nil,
                    load: maybe(&$0) { Int.random(in: ReadinessRule.loads, using: &$0) },
                    freeDisk: maybe(&$0) {
                        FreeSpace(bytes: Int64.random(in: 1...100_000, using: &$0) * 1_000_000)
                    } ?? nil)
            })
    }

    private static func services(_ random: inout SeededGenerator) -> ServiceRule {
        let patterns: [Glob] = ["postgresql.service", "libvirt*", "on", "a?b@*.service", "*"]
        return ServiceRule(
            restart: ServiceRule.Mode.allCases.randomElement(using: &random) ?? .never,
            never: patterns.filter { _ in Bool.random(using: &random) },
            within: .minutes(Int.random(in: 1...60, using: &random)))
    }

    private static func bandwidth(_ random: inout SeededGenerator) -> Bandwidth {
        Bandwidth(bytesPerSecond: Int64.random(in: 10...10_000_000, using: &random) * 1_000)
            ?? bandwidth(&random)
    }

    private static func after(_ random: inout SeededGenerator) -> HealthCheck {
        let probes: [HealthProbe] = [
            .unit("nginx.service"), .tcp(port: 443), .http("https://localhost/healthz?a=b&c=[d]"),
            .process("on"), .script("smoke-test"), .measure(HealthMeasure(.crashes)),
            .measure(
                HealthMeasure(
                    .crashes, name: "nginx", atMost: Int64.random(in: 0...1000, using: &random),
                    over: Int64.random(in: 10...3600, using: &random))),
            .measure(
                HealthMeasure(
                    .journal, name: "a@1.service", text: "timed *out: \"a\", b#",
                    percent: 100 * Int64.random(in: 1...100, using: &random))),
            .measure(
                HealthMeasure(
                    .bootTime, atMost: Int64.random(in: 1...3600, using: &random),
                    percent: Int64.random(in: 101...200, using: &random))),
        ]
        return HealthCheck(
            probes: probes.filter { _ in Bool.random(using: &random) },
            within: .minutes(Int.random(in: 1...1_440, using: &random)))
    }
}
