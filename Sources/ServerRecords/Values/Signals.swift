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
        /// What happened lately to the subjects that somebody watches.
        var watched: [String: Recent] = [:]
        var isClosed = false
    }

    /// The parts of a subject that something happened to, oldest first.
    fileprivate struct Recent {
        var watchers = 0
        var parts: [(version: UInt64, part: String)] = []
        /// The latest version of which the part has been forgotten, or was never known.
        var forgotten: UInt64
    }

    private let waiters = Mutex(Waiters())

    /// The most parts of one watched subject that are remembered: a watcher that looks once a
    /// second misses none up to so many changes a second.
    static let mostParts = 200

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

    /// Wakes everyone who waits for the subject. What follows a `/` in it is the part of the
    /// subject that something happened to, for those who watch it.
    public func notify(_ subject: String) {
        let name = String(subject.prefix { $0 != "/" })
        let part = subject.dropFirst(name.count + 1)
        let woken = waiters.withLock { state in
            if state.versions.count >= Self.maximumVersions {
                state.versions = [:]
                // The count begins anew, and what was remembered by it means nothing any more.
                for name in state.watched.keys { state.watched[name]?.forgotten = .max }
            }
            let version = state.versions[name, default: 0] + 1
            state.versions[name] = version
            if !part.isEmpty { state.watched[name]?.note(String(part), version) }
            return state.bySubject.removeValue(forKey: name)
        }
        for continuation in (woken ?? [:]).values { continuation.resume() }
    }

    /// Remembers from now on which parts of a subject something happens to, while `body` runs.
    public func watching<Answer>(
        _ subject: String, _ body: () async throws -> Answer
    ) async rethrows -> Answer {
        waiters.withLock { state in
            let now = state.versions[subject] ?? 0
            state.watched[subject, default: Recent(forgotten: now)].watchers += 1
        }
        defer {
            waiters.withLock { state in
                state.watched[subject]?.watchers -= 1
                if state.watched[subject]?.watchers == 0 { state.watched[subject] = nil }
            }
        }
        return try await body()
    }

    /// The parts of a watched subject that something happened to since a version; `nil` when there
    /// were more than are remembered.
    public func parts(of subject: String, since version: UInt64) -> Set<String>? {
        waiters.withLock { state in
            guard let recent = state.watched[subject], recent.forgotten <= version else {
                return nil
            }
            return Set(recent.parts.lazy.filter { $0.version > version }.map(\.part))
        }
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

extension Signals.Recent {
    fileprivate mutating func note(_ part: String, _ version: UInt64) {
        parts.append((version, part))
        guard parts.count > Signals.mostParts else { return }
        forgotten = max(forgotten, parts.removeFirst().version)
    }
}
