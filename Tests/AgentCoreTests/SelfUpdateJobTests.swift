import AgentProtocol
import Fleet
import Rollout
import Synchronization
import Testing

@testable import AgentCore

/// Jobs that update the agent's own package.
struct SelfUpdateJobTests {
    /// A watch over the agent's update, as a test wants it.
    private final class FakeWatch: SelfUpdating {
        struct Content: Sendable {
            var refusal: String?
            var begun: [LockedUpdate] = []
            /// What it says, look by look; the last one stays.
            var standings: [SelfUpdateStanding]
        }

        let content: Mutex<Content>

        init(_ standings: [SelfUpdateStanding], refusal: String? = nil) {
            content = Mutex(Content(refusal: refusal, standings: standings))
        }

        func begin(_ run: RunName, _ update: LockedUpdate) async -> String? {
            content.withLock {
                if $0.refusal == nil { $0.begun.append(update) }
                return $0.refusal
            }
        }

        func noteCheckIn() {}

        func standing(of update: LockedUpdate) -> SelfUpdateStanding {
            content.withLock {
                guard $0.begun.contains(update) else { return .notWatched }
                return $0.standings.count > 1 ? $0.standings.removeFirst() : $0.standings[0]
            }
        }

        var begun: [LockedUpdate] { content.withLock { $0.begun } }
    }

    private func carryOut(
        _ names: [String], _ world: World, _ watch: FakeWatch
    ) async throws -> JobResult {
        let order = Orders.order(names.map { Orders.update($0) })
        let folder = CrashingFolder(world: world)
        try JobFolder(order.job).append(
            [JournalEntry(at: world.now, .accepted(order))], in: folder)
        let runner = JobRunner(
            endpoint: Orders.endpoint, desk: ScanDesk(world), installer: world, runs: world,
            state: folder, effects: world.effects, aftercare: nil, gate: nil, selfUpdates: watch,
            safeguards: nil)
        let job = try await runner.carryOut(
            JobRun(order, endpoint: Orders.endpoint), watch: JobWatch())
        return try #require(job.result)
    }

    @Test func `An update of the agent is verified only after the new agent is confirmed`()
        async throws
    {
        let world = World([AgentPackage.name: .good])
        let watch = FakeWatch([.open, .open, .open, .confirmed])
        let before = world.now
        let result = try await carryOut([AgentPackage.name], world, watch)
        #expect(result.states == [AgentPackage.name: .verified])
        #expect(watch.begun.map(\.name) == [AgentPackage.name])
        #expect(
            world.now.milliseconds - before.milliseconds
                >= 3 * JobRunner.selfUpdatePollMilliseconds)
    }

    @Test(arguments: [World.Behaviour.good, .fails])
    func `An agent that was taken back failed, whatever the package manager says`(
        _ behaviour: World.Behaviour
    ) async throws {
        let sentence = "It was taken back: it did not check in within 300 s."
        let world = World([AgentPackage.name: behaviour, "labgood": .good])
        let watch = FakeWatch([.takenBack(sentence)])
        let result = try await carryOut(["labgood", AgentPackage.name], world, watch)
        #expect(result.states["labgood"] == .verified)
        let own = try #require(result.outcome(AgentPackage.name))
        #expect(own.state == .failedVerification)
        #expect(own.failure == .unhealthyAfterPatch)
        #expect(own.sentence == sentence)
    }

    @Test func `Without a watch the agent's update does not begin`() async throws {
        let world = World([AgentPackage.name: .good])
        let watch = FakeWatch([.confirmed], refusal: "There is no room for the old agent.")
        let result = try await carryOut([AgentPackage.name], world, watch)
        let own = try #require(result.outcome(AgentPackage.name))
        #expect(own.failure == .refused)
        #expect(own.sentence.contains("There is no room"))
        #expect(world.starts.isEmpty)
    }

    @Test func `Other packages are not watched`() async throws {
        let world = World(["labgood": .good])
        let watch = FakeWatch([.open])
        let result = try await carryOut(["labgood"], world, watch)
        #expect(result.states == ["labgood": .verified])
        #expect(watch.begun.isEmpty)
    }

    @Test func `The agent's own package comes in a run of its own, after the others`() {
        let (own, other) = (Orders.update(AgentPackage.name), Orders.update("labgood"))
        #expect(AgentPackage.apart([own, other]) == [other])
        #expect(AgentPackage.apart([own]) == [own])
        #expect(AgentPackage.apart([]) == [])
    }
}
