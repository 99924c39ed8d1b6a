@testable import AgentCore
import AgentProtocol
import Fleet
import Rollout

/// Carries jobs out in a world, through as many lives of the agent as it takes.
struct Workbench {
    let world: World
    let folder: CrashingFolder

    init(_ behaviours: [String: World.Behaviour]) {
        world = World(behaviours)
        folder = CrashingFolder(world: world)
    }

    /// The most lives that one job may take in a test.
    static let lives = 20

    private func runner() -> JobRunner {
        JobRunner(
            endpoint: Orders.endpoint, desk: ScanDesk(world), installer: world, runs: world,
            state: folder,
            effects: world.effects)
    }

    /// One life: takes the job up where its journal ends.
    func live(_ order: JobOrder, watch: JobWatch = JobWatch()) async throws -> JobRun {
        let place = JobFolder(order.job)
        let job: JobRun
        if case .intact(let entries) = try place.readJournal(in: folder),
            let known = JobRun(replaying: entries, endpoint: Orders.endpoint)
        {
            job = known
        } else {
            job = JobRun(order, endpoint: Orders.endpoint)
            try place.append([JournalEntry(at: world.now, .accepted(order))], in: folder)
        }
        return try await runner().carryOut(job, watch: watch)
    }

    /// Lives until there is a result; returns it and how many lives it took.
    func finish(_ order: JobOrder, powerCuts: Bool = false) async throws -> (
        result: JobResult, lives: Int
    ) {
        for life in 1...Self.lives {
            do {
                let job = try await live(order)
                if case .finished(let result) = job.stage { return (result, life) }
            } catch let failure as StateFolderFailure where failure == CrashingFolder.crash {
                if powerCuts { world.powerCut() }
                folder.revive()
            }
        }
        throw NoResult()
    }

    struct NoResult: Error {}

    /// The results in the job's journal.
    func results(of order: JobOrder) throws -> [JobResult] {
        guard case .intact(let entries) = try JobFolder(order.job).readJournal(in: folder) else {
            return []
        }
        return entries.compactMap {
            if case .finished(let result) = $0.event { result } else { nil }
        }
    }
}

extension JobResult {
    /// The states by package, for expectations.
    var states: [String: UpdateOutcome.State] {
        var states: [String: UpdateOutcome.State] = [:]
        for outcome in outcomes { states[outcome.update.name] = outcome.state }
        return states
    }

    func outcome(_ name: String) -> UpdateOutcome? { outcomes.first { $0.update.name == name } }
}
