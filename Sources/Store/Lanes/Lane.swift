import Dispatch
import Foundation
import ServerRecords

/// Threads of their own for blocking calls: each has one connection and takes work from the lane's
/// queue.
struct Lane: Sendable {
    /// How much may wait before callers are refused: at 5,000 transactions a second, about two
    /// seconds' worth.
    static let maximumWaiting = 10_000
    /// The size of a thread's stack, in bytes: JSON of a posture is read on it.
    private static let stackBytes = 4 * 1024 * 1024

    private let queue: WorkQueue
    private let ended = DispatchGroup()
    private let callers: CallersRunner?

    /// An empty lane.
    init(waiting limit: Int = maximumWaiting) {
        queue = WorkQueue(limit: limit)
        callers = nil
    }

    /// A lane without threads: each closure runs on its caller's.
    init(on runner: CallersRunner) {
        queue = WorkQueue(limit: 0)
        callers = runner
    }

    /// Starts a thread, and waits until it has connected.
    ///
    /// - Parameters:
    ///   - name: What the thread is called in a debugger.
    ///   - connect: Makes the thread's connection, on that thread.
    ///   - serve: Takes work from the queue until it is closed.
    /// - Throws: what `connect` throws.
    func start(
        _ name: String, connect: @escaping @Sendable () throws -> any SQLConnection,
        serve: @escaping @Sendable (WorkQueue, any SQLConnection) -> Void
    ) throws {
        let report = StartReport()
        let (queue, ended) = (queue, ended)
        ended.enter()
        let thread = Thread {
            defer { ended.leave() }
            do {
                let connection = try connect()
                report.send(nil)
                serve(queue, connection)
                connection.close()
            } catch {
                report.send(error)
            }
        }
        thread.name = name
        thread.stackSize = Self.stackBytes
        thread.start()
        try report.wait()
    }

    /// Has a closure run in a transaction.
    func perform<Answer: Sendable>(
        _ kind: TransactionKind, _ body: @escaping @Sendable (StoreRecords) throws -> Answer
    ) async throws -> Answer {
        if let callers { return try callers.perform(kind, body) }
        return try await withCheckedThrowingContinuation { continuation in
            let work = Work(kind, body, continuation)
            switch queue.add(work) {
            case .accepted: break
            case .full:
                work.finish(
                    .failure(
                        LedgerUnavailable(
                            reason: .overloaded,
                            detail:
                                "\(Self.maximumWaiting) transactions wait already; "
                                + "try again in a few seconds."
                        )))
            case .closed:
                work.finish(
                    .failure(
                        LedgerUnavailable(
                            reason: .unreachable, detail: "The database has been closed.")))
            }
        }
    }

    /// Takes no more work; the threads end when what waits is done.
    func close() {
        queue.close()
        callers?.close()
    }

    /// Waits until the threads have ended, without holding a thread.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            ended.notify(queue: .global()) { continuation.resume() }
        }
    }
}

/// How a thread tells the one that started it whether it has connected.
private struct StartReport: Sendable {
    private let outcome = SharedValue<(any Error)?>(nil)
    private let sent = DispatchSemaphore(value: 0)

    func send(_ error: (any Error)?) {
        outcome.set(error)
        sent.signal()
    }

    func wait() throws {
        sent.wait()
        if let error = outcome.get() { throw error }
    }
}

/// Runs a function that blocks on a thread of its own, while the caller waits without holding one.
func onOwnThread<Answer: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Answer
) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try body() }) }
        thread.name = name
        thread.start()
    }
}
