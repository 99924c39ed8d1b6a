import AgentCore
import Fleet
import Simulation
import Synchronization

/// Those who wait for the clock of a world.
struct Sleepers {
    struct Sleeper {
        let wakesAt: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// Whether an agent lives in the world: then whoever sleeps does so until the clock has come so
    /// far. Else the clock is put on by each sleep.
    var isAwaited = false
    private var last = 0
    private var all: [Int: Sleeper] = [:]

    mutating func ticket() -> Int? {
        guard isAwaited else { return nil }
        last += 1
        return last
    }

    mutating func add(_ sleeper: Sleeper, _ ticket: Int) { all[ticket] = sleeper }

    mutating func remove(_ ticket: Int) -> Sleeper? { all.removeValue(forKey: ticket) }

    /// Takes out whoever wakes first; of several the one who lay down first.
    mutating func removeFirst() -> Sleeper? {
        let first = all.min { ($0.value.wakesAt, $0.key) < ($1.value.wakesAt, $1.key) }
        return first.flatMap { remove($0.key) }
    }
}

extension World {
    /// Sleeps in the world's time.
    func sleep(_ milliseconds: Int64) async throws {
        try Task.checkCancellation()
        let span = max(1, milliseconds)
        guard let ticket = sleepers.withLock({ $0.ticket() }) else {
            change { $0.now = Timestamp(milliseconds: $0.now.milliseconds + span) }
            await Task.yield()
            return
        }
        let wakesAt = Timestamp(milliseconds: now.milliseconds + span)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let sleeps = sleepers.withLock { sleepers in
                    if Task.isCancelled { return false }
                    sleepers.add(
                        Sleepers.Sleeper(wakesAt: wakesAt, continuation: continuation), ticket)
                    return true
                }
                if !sleeps { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            sleepers.withLock { $0.remove(ticket) }?.continuation
                .resume(throwing: CancellationError())
        }
    }

    /// Lets an agent live until `isDone`, or until the clock has come to `end`.
    ///
    /// The agent has one thread, and the clock goes on only when all that the agent does at once
    /// waits for it: what happens is the same on every machine, however busy it is.
    ///
    /// - Returns: whether it is done.
    @discardableResult
    func live(_ agent: AgentLoop, until end: Timestamp, isDone: () -> Bool) async -> Bool {
        let executor = TurnExecutor()
        sleepers.withLock { $0.isAwaited = true }
        let task = Task(executorPreference: executor) { await agent.run() }
        var answer = false
        repeat {
            executor.drain()
            answer = isDone()
            // Other tests have their turn.
            await Task.yield()
        } while !answer && now < end && wakeFirst()
        task.cancel()
        executor.drain()
        sleepers.withLock { $0.isAwaited = false }
        return answer
    }

    /// The clock goes on to whoever wakes first; `false` when nobody sleeps.
    private func wakeFirst() -> Bool {
        guard let sleeper = sleepers.withLock({ $0.removeFirst() }) else { return false }
        change { $0.now = max($0.now, sleeper.wakesAt) }
        sleeper.continuation.resume()
        return true
    }
}
