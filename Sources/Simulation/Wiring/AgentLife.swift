import AgentCore
import Fleet
import Logging
import Synchronization

/// One life of an agent: from its start to its death, which may come at any call of a port.
///
/// After its death it has no effect on anything: every port fails.
final class AgentLife: Sendable {
    /// What becomes of the write during which an agent dies.
    enum LastWrite: CaseIterable {
        /// It does not happen.
        case missing
        /// A part of the bytes reaches the disk.
        case torn
        /// It happens, and nobody hears of it.
        case whole
    }

    private struct State {
        var isDead = false
        var calls = 0
        var diesAt: Int?
        var lastWrite = LastWrite.missing
        var ticket = 0
        var sleeps: [Int: CheckedContinuation<Void, any Error>] = [:]
        var task: Task<Void, Never>?
        var cancelled: Set<JobID> = []
    }

    let endpoint: SimulatedEndpoint
    let number: Int
    let boot: Int
    let timeline: Timeline
    private let state = Mutex(State())

    init(_ endpoint: SimulatedEndpoint, number: Int, boot: Int, timeline: Timeline) {
        self.endpoint = endpoint
        self.number = number
        self.boot = boot
        self.timeline = timeline
    }

    /// Starts the product's agent with its ports wired to this world.
    func begin(_ switchboard: Switchboard, _ gate: OrderGate, on executor: TurnExecutor) {
        let loop = AgentLoop(
            endpoint: endpoint.id,
            settings: AgentSettings(
                agentVersion: "simulated", bootId: endpoint.bootId, refreshesSources: false),
            link: SimulatedLink(life: self, switchboard: switchboard, gate: gate),
            scanner: AgentHands(life: self),
            installer: AgentHands(life: self),
            runs: AgentRuns(life: self, gate: gate),
            state: AgentFolder(life: self),
            effects: AgentEffects(
                now: { self.endpoint.clock }, sleep: { try await self.sleep($0) },
                chance: { self.timeline.chance { $0.fraction() } }),
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        let task = Task(executorPreference: executor) { await loop.run() }
        state.withLock { $0.task = task }
    }

    var isDead: Bool { state.withLock { $0.isDead } }

    /// Counts a call of a port; the agent may die at it.
    ///
    /// - Returns: whether the agent lives on.
    func call() -> Bool {
        let (lives, isDue) = state.withLock { state in
            if state.isDead { return (false, false) }
            state.calls += 1
            return (true, state.diesAt.map { state.calls >= $0 } ?? false)
        }
        if isDue { die() }
        return lives && !isDue
    }

    /// Counts a call that writes; the same, with what becomes of the write.
    func writingCall() -> LastWrite? {
        let wasDead = isDead
        if call() { return .whole }
        return wasDead ? nil : state.withLock { $0.lastWrite }
    }

    /// Lets the agent die so many port calls from now.
    func dieLater(calls: Int, _ lastWrite: LastWrite) {
        state.withLock { state in
            state.diesAt = state.calls + calls
            state.lastWrite = lastWrite
        }
    }

    /// The death to come is called off.
    func liveOn() { state.withLock { $0.diesAt = nil } }

    /// The agent is killed.
    func die() {
        let task = state.withLock { state in
            defer { state.task = nil }
            guard !state.isDead else { return nil as Task<Void, Never>? }
            state.isDead = true
            return state.task
        }
        guard let task else { return }
        timeline.note(endpoint.name, "the agent dies (life \(number))")
        task.cancel()
    }

    /// The agent hears that a job is called off.
    func hears(cancellationOf job: JobID) { state.withLock { _ = $0.cancelled.insert(job) } }

    /// Whether it has heard so.
    func knows(cancellationOf job: JobID) -> Bool { state.withLock { $0.cancelled.contains(job) } }
}

extension AgentLife {
    /// Waits in the world's time.
    func sleep(_ milliseconds: Int64) async throws {
        let ticket = state.withLock { state in
            state.ticket += 1
            return state.ticket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waits = state.withLock { state in
                    if state.isDead || Task.isCancelled { return false }
                    state.sleeps[ticket] = continuation
                    return true
                }
                if waits {
                    timeline.schedule(after: milliseconds, .sleepEnds(self, ticket: ticket))
                } else {
                    continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            state.withLock { $0.sleeps.removeValue(forKey: ticket) }?
                .resume(throwing: CancellationError())
        }
    }

    /// Ends a sleep whose time has come.
    func wake(_ ticket: Int) {
        state.withLock { $0.sleeps.removeValue(forKey: ticket) }?.resume()
    }
}
