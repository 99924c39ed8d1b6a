import AgentProtocol
import Fleet
import Policy
import Readiness
import Rollout
import Testing
import Trust

@testable import AgentCore

/// A return to a snapshot as an order, played: the real one is a virtual machine's (`make test-vm`).
@Suite struct `An order to return to a snapshot` {
    static let snapshot = "lvm lab/patchbay-20261121110000-job_1"
    let world = World(["labgood": .good, "labother": .good])
    let folder: CrashingFolder
    let machine: FakeMachine

    init() {
        folder = CrashingFolder(world: world)
        machine = FakeMachine(world)
        world.change { content in
            content.installed[World.key("labgood")] = "2.0"
            content.snapshots = [Self.snapshot]
        }
    }

    /// The endpoint's own command, where it has one.
    private struct Returning: Safeguarding {
        var hasCommand = true
        var namesBackupCommands: Bool { false }

        func lastBackup(at now: Timestamp) async -> BackupAnswer { .unknown("None.") }

        func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
            .notPossible("It is ext4.")
        }

        func returnCommand(to snapshot: String, for job: JobID) -> [String]? {
            hasCommand ? ["/usr/bin/patchbay-agent", "snapshot", "return", snapshot] : nil
        }

        func surroundings(for rule: ReadinessRule) async -> Surroundings { Surroundings() }
    }

    private func order(
        to snapshot: String = Self.snapshot, inventory: String? = nil, care: Aftercare? = nil
    ) async throws -> JobOrder {
        let desk = ScanDesk(world)
        _ = try await desk.scan(refreshingSources: false)
        let digest = try #require(desk.latest?.inventoryDigest)
        var line = Orders.update("labgood").undone
        line.returnsTo = SnapshotReturn(snapshot: snapshot, inventory: inventory ?? digest)
        var order = Orders.order([line])
        order.aftercare = care
        return order
    }

    private func carryOut(
        _ order: JobOrder, hasCommand: Bool = true, watch: JobWatch = JobWatch()
    ) async throws -> JobRun {
        let parts = AftercareParts(
            bootId: "boot-1", rules: machine, rebooting: machine, probing: machine)
        let runner = JobRunner(
            endpoint: Orders.endpoint, desk: ScanDesk(world), installer: world, runs: world,
            state: folder, effects: world.effects, aftercare: parts, gate: nil, selfUpdates: nil,
            safeguards: Returning(hasCommand: hasCommand))
        try JobFolder(order.job).append(
            [JournalEntry(at: world.now, .accepted(order))], in: folder)
        return try await runner.carryOut(
            JobRun(order, endpoint: Orders.endpoint), watch: watch)
    }

    @Test func `it is the endpoint's own command that returns, and a scan after it that verifies`()
        async throws
    {
        let result = try #require(try await carryOut(order()).result)
        #expect(result.states == ["labgood": .verified])
        #expect(result.outcomes.first?.versionAfter == "1.0")
        #expect(result.outcomes.first?.sentence.hasSuffix("as in the snapshot.") == true)
        let plan = try #require(world.change { $0.runs.values.first?.plan })
        #expect(
            plan.commands == [
                ["/usr/bin/patchbay-agent", "snapshot", "return", Self.snapshot]
            ])
        #expect(world.starts.count == 1)
        #expect(result.runs == nil)
    }

    @Test func `a return that was cut off before it came into force is tried again`() async throws {
        world.change { $0.cutReturns = 1 }
        let result = try #require(try await carryOut(order()).result)
        #expect(result.states == ["labgood": .verified])
        #expect(world.starts.count == 2)
    }

    @Test func `one that is cut off again and again ends, and says that it has not returned`()
        async throws
    {
        world.change { $0.cutReturns = 9 }
        let result = try #require(try await carryOut(order()).result)
        let outcome = try #require(result.outcomes.first)
        #expect(outcome.failure == .interrupted)
        #expect(outcome.sentence.contains("has not returned to the snapshot"))
        #expect(world.starts.count == JobRun.maximumInterruptions)
    }

    @Test func `what has changed since it was said what would be lost keeps it from being started`()
        async throws
    {
        let order = try await order()
        world.change { $0.installed[World.key("labother")] = "1.1" }
        let outcome = try #require(try await carryOut(order).result?.outcomes.first)
        #expect(outcome.failure == .refused)
        #expect(outcome.sentence.contains("has changed since"), "\(outcome.sentence)")
        #expect(world.starts.isEmpty)
    }

    @Test func `a snapshot that is gone is told in the command's own words`() async throws {
        world.change { $0.snapshots = [] }
        let outcome = try #require(try await carryOut(order()).result?.outcomes.first)
        #expect(outcome.state == .failed)
        #expect(outcome.failure == .refused)
        #expect(outcome.sentence.contains("Nothing has changed. The agent has taken no such"))
        #expect(outcome.versionAfter == "2.0")
    }

    @Test(arguments: ["btrfs /.patchbay-snapshots/patchbay-20261121110000-job_1", "snapper 7", ""])
    func `other snapshots are for people on the endpoint`(snapshot: String) async throws {
        let outcome = try #require(
            try await carryOut(order(to: snapshot)).result?.outcomes.first)
        #expect(outcome.sentence.contains("cannot return to such a snapshot"))
        #expect(world.starts.isEmpty)
    }

    @Test func `an endpoint without the command says so`() async throws {
        let outcome = try #require(
            try await carryOut(order(), hasCommand: false).result?.outcomes.first)
        #expect(outcome.failure == .refused)
        #expect(world.starts.isEmpty)
    }

    @Test func `an endpoint whose rule never reboots it does not return`() async throws {
        let outcome = try #require(
            try await carryOut(order(care: Aftercare(reboot: .never))).result?.outcomes.first)
        #expect(outcome.sentence.contains("never reboots it"), "\(outcome.sentence)")
        #expect(world.starts.isEmpty)
    }

    private func wait(
        _ care: Aftercare, inhibitors: [String] = [], sessions: [UserSession] = []
    ) async throws -> JobProgress {
        machine.change { content in
            content.inhibitors = inhibitors
            content.sessions = sessions
        }
        let watch = JobWatch()
        let job = try await carryOut(try await order(care: care), watch: watch)
        #expect(job.stage == .preflight)
        #expect(world.starts.isEmpty)
        return try #require(watch.progress)
    }

    private let anna = UserSession(user: 1000, name: "anna", terminal: "/dev/pts/1")

    @Test func `it waits for a window in which the endpoint may reboot`() async throws {
        let opens = world.now.adding(seconds: 1_800)
        let window = RebootWindow(from: opens, until: opens.adding(seconds: 600))
        let step = try await wait(Aftercare(reboot: .ifNeeded, windows: [window]))
        #expect(step.phase == .waitingForWindow)
        #expect(step.until == opens)
    }

    @Test func `it waits for what must not be cut off`() async throws {
        let step = try await wait(Aftercare(reboot: .ifNeeded), inhibitors: ["a backup"])
        #expect(step.sentence.contains("a backup"))
    }

    @Test func `where people are asked before reboots it waits until nobody is there`()
        async throws
    {
        let step = try await wait(Aftercare(reboot: .prompt), sessions: [anna])
        #expect(step.sentence.contains("until nobody has a session"))
    }

    @Test func `people are told what may be lost, and have the time that the rule gives`()
        async throws
    {
        let present = [anna]
        machine.change { $0.sessions = present }
        let begun = world.now
        let order = try await order(care: Aftercare(reboot: .ifNeeded, warningSeconds: 300))
        let result = try #require(try await carryOut(order).result)
        #expect(result.states == ["labgood": .verified])
        let shown = machine.change { $0.shown.map(\.text) }
        #expect(shown.count == 1)
        #expect(shown.first?.contains("may be lost") == true)
        #expect(world.now.seconds(since: begun) >= 300)
    }

    @Test func `ways are not mixed, and nothing goes forward by a snapshot`() async throws {
        let back = SnapshotReturn(snapshot: Self.snapshot, inventory: "")
        var first = Orders.update("labgood").undone
        first.returnsTo = back
        let second = Orders.update("labother").undone
        var forth = Orders.update("labother")
        forth.returnsTo = back
        for updates in [[first, second], [forth]] {
            let job = JobRun(Orders.order(updates), endpoint: Orders.endpoint)
            #expect(job.wholeFault(at: Orders.start)?.contains("by several ways") == true)
        }
    }
}
