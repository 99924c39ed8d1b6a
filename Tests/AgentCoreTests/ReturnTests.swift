@testable import AgentCore
import AgentProtocol
import Fleet
import Policy
import Rollout
import Synchronization
import Testing

/// Orders that return to a snapshot: made ready right before the reboot, and proved by a look after.
struct ReturnTests {
    private static let snapshot = "lvm lab/patchbay-20261121110000-job"

    private let machine = ReturningMachine()
    private let lives: Lives

    init() throws {
        var lives = Lives(["labgood": .good, "labother": .good])
        lives.safeguards = machine
        self.lives = lives
        lives.world.change { $0.installed[World.key("labgood")] = "2.0" }
    }

    private func remember(_ name: String = snapshot) throws {
        try SnapshotMemory(lives.folder).add(
            SnapshotRecord(name: name, job: Orders.identifier(9), takenAt: Orders.start))
    }

    private func order(_ names: [String] = ["labgood"]) -> JobOrder {
        var order = Orders.order(
            names.map { Orders.update($0).undone(bySnapshot: Self.snapshot) },
            deadlineSeconds: 30 * 86_400)
        var care = Aftercare(reboot: .ifNeeded)
        care.isRebootAsked = true
        order.aftercare = care
        return order
    }

    @Test func `the endpoint returns at its own reboot, and only a look after it verifies that`()
        async throws
    {
        try remember()
        let first = try await lives.install(order())
        #expect(first.goesOn == true)
        #expect(first.states == ["labgood": .pendingRestart])
        #expect(machine.prepared.isEmpty)
        #expect(lives.world.starts.isEmpty)
        #expect(try await lives.look(lives.desk()))
        #expect(machine.prepared == [Self.snapshot])
        lives.boot()
        lives.world.change { $0.installed[World.key("labgood")] = "1.0" }
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order()).last)
        #expect(last.states == ["labgood": .verified])
        #expect(last.goesOn == nil && last.failure == nil)
    }

    @Test func `a reboot that came without the return is no return`() async throws {
        try remember()
        _ = try await lives.install(order())
        lives.boot()
        try await lives.look(lives.desk())
        let last = try #require(try lives.results(of: order()).last)
        #expect(last.states == ["labgood": .failedVerification])
        #expect(machine.prepared.isEmpty)
    }

    @Test func `a snapshot that this agent has not taken is not returned to`() async throws {
        try remember("lvm lab/patchbay-20261121110000-other")
        let result = try await lives.install(order())
        #expect(result.outcomes.first?.failure == .refused)
        #expect(result.outcomes.first?.sentence.contains("knows of no snapshot") == true)
        #expect(result.goesOn == nil)
        #expect(try await lives.look(lives.desk()) == false)
    }

    @Test func `what the machine cannot return to is said before anything is begun`() async throws {
        try remember()
        machine.fault.withLock { $0 = "The snapshot is full." }
        let result = try await lives.install(order())
        #expect(result.outcomes.first?.sentence.contains("The snapshot is full.") == true)
        #expect(result.goesOn == nil)
    }

    @Test func `a return that cannot be made ready reboots nothing, and ends the job`()
        async throws
    {
        try remember()
        _ = try await lives.install(order())
        machine.lateFault.withLock { $0 = "lvconvert ended with status 5." }
        #expect(try await lives.look(lives.desk()) == false)
        let last = try #require(try lives.results(of: order()).last)
        #expect(last.states == ["labgood": .skipped])
        #expect(last.notes.contains { $0.contains("lvconvert ended with status 5.") })
        #expect(last.goesOn == nil)
    }

    @Test func `a signed policy that never reboots does not return either`() async throws {
        try remember()
        lives.machine.change {
            $0.signed = RebootTerms(
                rule: .none, opening: .open(since: nil, until: nil),
                check: HealthCheck(probes: []))
        }
        let result = try await lives.install(order())
        #expect(result.outcomes.first?.failure == .refused)
        #expect(result.outcomes.first?.sentence.contains("never reboots") == true)
    }

    @Test func `one line that does not fit keeps all of the snapshot away`() async throws {
        try remember()
        var wrong = order(["labgood", "labother"])
        wrong.updates[1].name = "missing"
        let result = try await lives.install(wrong)
        #expect(result.outcomes.allSatisfy { $0.failure == .refused })
        #expect(try await lives.look(lives.desk()) == false)
        var mixed = order(["labgood", "labother"])
        mixed.job = Orders.identifier(7)
        mixed.updates[1].snapshot = nil
        #expect(try await lives.install(mixed).outcomes.allSatisfy { $0.failure == .refused })
    }

    @Test func `what is remembered is the newest of each name, and no more than fits`() throws {
        let memory = SnapshotMemory(lives.folder)
        for number in 1...(SnapshotMemory.most + 3) { try remember("snapper \(number)") }
        try remember("snapper 9")
        #expect(memory.all.count == SnapshotMemory.most)
        #expect(memory.all.last?.name == "snapper 9")
        try memory.forget("snapper 9")
        #expect(!memory.all.contains { $0.name == "snapper 9" })
    }
}

/// A machine that notes to which snapshots it was to return.
private final class ReturningMachine: Safeguarding {
    let fault = Mutex<String?>(nil)
    let lateFault = Mutex<String?>(nil)
    private let asked = Mutex<[String]>([])

    var prepared: [String] { asked.withLock { $0 } }
    var namesBackupCommands: Bool { false }

    func lastBackup(at now: Timestamp) async -> BackupAnswer { .unknown("No command is named.") }

    func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
        .notPossible("It is ext4.")
    }

    func faultOfReturning(to snapshot: String) async -> String? { fault.withLock { $0 } }

    func prepareReturn(to snapshot: String, at now: Timestamp) async -> String? {
        if let fault = lateFault.withLock({ $0 }) { return fault }
        asked.withLock { $0.append(snapshot) }
        return nil
    }
}
