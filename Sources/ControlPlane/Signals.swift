import Synchronization

/// Wakes whoever waits for something to happen to a subject (an endpoint's work, a deployment's
/// progress) in this process.
///
/// It carries no content: who is woken reads the store. What happens in another process on the same
/// database is told to this one by the database (`WakeRecords`). A signal that is missed costs a
/// wait until the waiter's own time-out, nothing else.
public final class Signals: Sendable {
    private struct Waiters {
        var next: UInt64 = 0
        /// How often each subject was notified; a subject that never was counts 0. Grows by one
        /// entry for each endpoint or deployment that something happened to, and is dropped whole
        /// past `maximumVersions`.
        var versions: [String: UInt64] = [:]
        var bySubject: [String: [UInt64: CheckedContinuation<Void, Never>]] = [:]
        var isClosed = false
    }

    private let waiters = Mutex(Waiters())

    /// The most subjects whose versions are remembered, about 100 bytes each: twice the largest
    /// fleet that one process serves. When they are dropped, a waiter may miss one signal and waits
    /// for its time-out.
    static let maximumVersions = 200_000

    /// Nobody waits yet.
    public init() {}

    /// How often the subject has been notified so far: to be read before the store is, and handed
    /// to `wait`.
    public func version(of subject: String) -> UInt64 {
        waiters.withLock { $0.versions[subject] ?? 0 }
    }

    /// Wakes everyone who waits for the subject.
    public func notify(_ subject: String) {
        let woken = waiters.withLock { state in
            if state.versions.count >= Self.maximumVersions { state.versions = [:] }
            state.versions[subject, default: 0] += 1
            return state.bySubject.removeValue(forKey: subject)
        }
        for continuation in (woken ?? [:]).values { continuation.resume() }
    }

    /// Wakes everyone, now and from now on: the process is about to end.
    public func close() {
        let all = waiters.withLock { state in
            state.isClosed = true
            let all = state.bySubject
            state.bySubject = [:]
            return all
        }
        for waiting in all.values {
            for continuation in waiting.values { continuation.resume() }
        }
    }

    /// Whether the process is about to end, so that waiting has no sense any more.
    public var isClosed: Bool { waiters.withLock { $0.isClosed } }

    /// How many wait now, over all subjects.
    public var waiting: Int {
        waiters.withLock { state in state.bySubject.values.reduce(0) { $0 + $1.count } }
    }

    /// Waits until the subject has been notified more often than `version` says, or for `timeout`,
    /// whichever comes first. Cancellation ends the wait too.
    public func wait(for subject: String, since version: UInt64, timeout: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.signal(of: subject, since: version) }
            group.addTask { try? await Task.sleep(for: timeout) }
            await group.next()
            group.cancelAll()
        }
    }

    private func signal(of subject: String, since version: UInt64) async {
        let ticket = waiters.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayWait = waiters.withLock { state in
                    guard !state.isClosed, !Task.isCancelled,
                        (state.versions[subject] ?? 0) == version
                    else { return false }
                    state.bySubject[subject, default: [:]][ticket] = continuation
                    return true
                }
                if !mayWait { continuation.resume() }
            }
        } onCancel: {
            let continuation = waiters.withLock { state in
                let continuation = state.bySubject[subject]?.removeValue(forKey: ticket)
                if state.bySubject[subject]?.isEmpty == true { state.bySubject[subject] = nil }
                return continuation
            }
            continuation?.resume()
        }
    }
}
