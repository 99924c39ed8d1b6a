@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Testing
import Trust

/// Services that still run replaced code after an installation.
struct ServiceTests {
    // MARK: Which ones

    /// A unit of which systemd says this, the rule's own exclusions, and why it is left alone.
    static let choices: [(ServiceUnit?, String, [Glob], String?)] = [
        (ServiceUnit(name: "nginx.service"), "nginx.service", [], nil),
        (ServiceUnit(name: "nginx.service"), "nginx.service", ["postgresql.service"], nil),
        (
            ServiceUnit(name: "nginx.service"), "nginx.service", ["ng*"],
            "the policy excludes ng*"
        ),
        (
            ServiceUnit(name: "dbus.service"), "dbus.service", [],
            "every program on the system bus would lose its connection"
        ),
        (
            ServiceUnit(name: "user@1000.service"), "user@1000.service", [],
            "people would lose their sessions"
        ),
        (
            ServiceUnit(name: "virtlogd.service"), "virtlogd.service", [],
            "virtual machines run on it"
        ),
        (
            ServiceUnit(name: "patchbay-agent.service"), "patchbay-agent.service", [],
            "it is the agent itself, which a restart would cut off"
        ),
        (
            ServiceUnit(name: "backup.service", isTask: true), "backup.service", [],
            "it is a task that ends by itself"
        ),
        (
            ServiceUnit(name: "run-1.service", isTransient: true), "run-1.service", [],
            "it was started by hand"
        ),
        (
            ServiceUnit(name: "a.service", refusesByHand: true), "a.service", [],
            "its unit refuses to be restarted by hand"
        ),
        (
            ServiceUnit(name: "a.service", isActive: false), "a.service", [], "it is not active"
        ),
        (nil, "gone.service", [], "systemd does not know it"),
        (
            ServiceUnit(name: "ssh.service", otherNames: ["sshd.service"]), "ssh.service",
            ["sshd.service"], "as sshd.service: the policy excludes sshd.service"
        ),
        (
            ServiceUnit(name: "db.service", takesAlong: ["shop.service"]), "db.service",
            ["shop.service"],
            "shop.service would be restarted with it, and the policy excludes shop.service"
        ),
        (
            ServiceUnit(name: "db.service", takesAlong: ["shop.service"]), "db.service",
            ["nginx.service"], nil
        ),
    ]

    @Test(arguments: choices)
    func `a service is restarted unless something speaks against it`(
        known: ServiceUnit?, unit: String, never: [Glob], reason: String?
    ) {
        let plan = ServicePlan(
            [RestartNeed(process: "p", pid: 9, unit: unit, files: ["/usr/lib/a.so"])],
            known: known.map { [$0] } ?? [], by: ServiceRule(restart: .needed, never: never))
        #expect(plan.restarts == (reason == nil ? [unit] : []))
        #expect(plan.left == (reason.map { [ServiceReport(unit, .left, reason: $0)] } ?? []))
    }

    @Test func `what belongs to no service is left alone, with the reason`() {
        let files = ["/usr/lib/a.so"]
        let plan = ServicePlan(
            [
                RestartNeed(process: "systemd", pid: 1, unit: "init.scope", files: files),
                RestartNeed(process: "bash", pid: 50, unit: "session-3.scope", files: files),
                RestartNeed(process: "daemon", pid: 60, files: files),
                RestartNeed(process: "daemon", pid: 61, files: files),
            ], known: [], by: ServiceRule(restart: .needed))
        #expect(plan.restarts.isEmpty)
        #expect(
            plan.left.map(\.reason) == [
                "it is the system's first process, which a reboot replaces",
                "it belongs to somebody's session", "it belongs to no service",
            ])
    }

    @Test func `those come first that others are started after, and a circle is no obstacle`() {
        let needs = ["a", "b", "c", "d", "e"].map {
            RestartNeed(process: $0, pid: 9, unit: "\($0).service", files: ["/usr/lib/a.so"])
        }
        let units = [
            ServiceUnit(name: "a.service", after: ["c.service", "network.target", "a.service"]),
            ServiceUnit(name: "b.service"),
            ServiceUnit(name: "c.service", after: ["e.service"]),
            ServiceUnit(name: "d.service", after: ["e.service"]),
            ServiceUnit(name: "e.service", after: ["d.service"]),
        ]
        let plan = ServicePlan(needs, known: units, by: ServiceRule(restart: .needed))
        #expect(
            plan.restarts == [
                "b.service", "d.service", "e.service", "c.service", "a.service",
            ])
    }

    // MARK: In a job

    private func lives(
        _ terms: ServiceTerms?, daemons: [String] = ["a.service", "b.service"]
    ) -> Lives {
        let lives = Lives(["libfoo": .leavesDaemon])
        lives.world.change { $0.daemons = daemons }
        let units = daemons.map { ServiceUnit(name: $0) }
        lives.machine.change {
            $0.services = terms
            $0.units = units
        }
        return lives
    }

    @Test func `after the restart of its services an update is verified`() async throws {
        let lives = lives(ServiceTerms(rule: ServiceRule(restart: .needed)))
        let result = try await lives.install(Orders.order(of: "libfoo"))
        #expect(result.states == ["libfoo": .verified])
        #expect(lives.machine.change { $0.restarted } == ["a.service", "b.service"])
        #expect(result.notes.contains("a.service ran replaced code and was restarted."))
        #expect(result.failure == nil)
    }

    @Test func `an excluded service keeps its update pending, with the reason`() async throws {
        let lives = lives(
            ServiceTerms(rule: ServiceRule(restart: .needed, never: ["b.service"])))
        let result = try await lives.install(Orders.order(of: "libfoo"))
        let outcome = try #require(result.outcome("libfoo"))
        #expect(outcome.state == .pendingRestart)
        #expect(
            outcome.sentence
                == "libfoo 2.0 is installed; b.service (pid 8) still runs the old code. b.service "
                + "runs replaced code and was not restarted: the policy excludes b.service.",
            "\(outcome.sentence)")
        #expect(lives.machine.change { $0.restarted } == ["a.service"])
        #expect(result.failure == nil)
    }

    static let none: [ServiceTerms?] = [
        nil, ServiceTerms(rule: .none),
        ServiceTerms(rule: ServiceRule(restart: .needed), obstacle: "the window has closed"),
    ]

    @Test(arguments: none)
    func `without the policy's word, approval and window nothing is restarted`(
        terms: ServiceTerms?
    ) async throws {
        let lives = lives(terms)
        let result = try await lives.install(Orders.order(of: "libfoo"))
        #expect(result.states == ["libfoo": .pendingRestart])
        #expect(lives.machine.change { $0.restarted }.isEmpty)
        let sentence = try #require(result.outcome("libfoo")).sentence
        #expect(sentence.contains("the window has closed") == (terms?.obstacle != nil))
    }

    @Test(arguments: [true, false])
    func `a service that does not come back makes the endpoint unhealthy`(
        endsSoon: Bool
    ) async throws {
        let lives = lives(ServiceTerms(rule: ServiceRule(restart: .needed)))
        lives.machine.change {
            if endsSoon { $0.shortLived = ["a.service"] } else { $0.broken = ["a.service"] }
        }
        let result = try await lives.install(Orders.order(of: "libfoo"))
        #expect(result.states == ["libfoo": .verified])
        #expect(result.failure == .unhealthyAfterPatch)
        #expect(result.isHealthy == false)
        let words = endsSoon ? "it ended soon after its start" : "within 180 s"
        #expect(result.notes.contains { $0.hasPrefix("a.service was restarted, and does not") })
        #expect(result.notes.contains { $0.contains(words) }, "\(result.notes)")
        // The others still get their turn.
        #expect(lives.machine.change { $0.restarted } == ["a.service", "b.service"])
    }

    @Test(arguments: CrashingFolder.Mode.allCases)
    func `a service that does not come back is told though the agent is killed meanwhile`(
        mode: CrashingFolder.Mode
    ) async throws {
        func play(crashAt write: Int?) async throws -> (JobResult, writes: Int) {
            let lives = lives(ServiceTerms(rule: ServiceRule(restart: .needed)))
            lives.machine.change { $0.broken = ["a.service"] }
            if let write { lives.folder.crash(at: write, mode) }
            let result = try await lives.installThroughCrashes(Orders.order(of: "libfoo"))
            return (result, lives.folder.writes)
        }
        let writes = try await play(crashAt: nil).writes
        #expect(writes > 3)
        // The first is the order's own, which is not taken before it is written.
        for write in 1..<writes {
            let (result, _) = try await play(crashAt: write)
            #expect(result.isHealthy == false, "write \(write)")
            #expect(result.failure == .unhealthyAfterPatch, "write \(write)")
            #expect(
                result.notes.contains { $0.hasPrefix("a.service was restarted, and does not") },
                "write \(write): \(result.notes)")
        }
    }

    // MARK: By the signed policy

    /// What an endpoint's own documents say at an hour of the day on which its window is open from
    /// 10:00 to 14:00.
    private func terms(
        _ rule: ServiceRule?, hour: Int64, hasGrant: Bool = true, isStrange: Bool = false
    ) async throws -> ServiceTerms? {
        let world = World(["labgood": .good])
        let folder = CrashingFolder(world: world)
        let office = try SigningOffice()
        var set = try SigningOffice.policies(from: 10)
        set.policies[0].policy.services = rule
        let policies = try office.sign(set, "policy")
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let desk = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: folder, zones: { _ in .utc },
            effects: world.effects, logger: quiet)
        desk.use(ScanDesk(world))
        desk.take(
            TrustResponse(
                digest: "1", roots: [office.text(office.root)], policies: office.text(policies)))
        var order = Orders.order(of: "labgood")
        if hasGrant {
            let signer = isStrange ? try SigningOffice(seed: 99) : office
            order.grant = try signer.grant([Orders.update("labgood")], under: policies)
        }
        return await desk.services(
            for: order, at: Orders.start.adding(seconds: (hour - 12) * 3_600))
    }

    @Test func `the signed policy, an approval and an open window let services be restarted`()
        async throws
    {
        let rule = ServiceRule(restart: .needed, never: ["postgresql.service"])
        #expect(try await terms(rule, hour: 13) == ServiceTerms(rule: rule))
        #expect(try await terms(nil, hour: 13) == nil)
        #expect(try await terms(rule, hour: 15)?.obstacle == "the window has closed")
        let without = "the order's approval holds no more"
        #expect(try await terms(rule, hour: 13, hasGrant: false)?.obstacle == without)
        #expect(try await terms(rule, hour: 13, isStrange: true)?.obstacle == without)
    }
}
