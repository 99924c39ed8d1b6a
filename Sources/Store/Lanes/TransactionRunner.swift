import Foundation

/// Runs closures in transactions on one connection: in groups that share a commit, or alone with
/// retries.
struct TransactionRunner {
    /// The most closures of one commit. One commit waits for the disk once, so a group of n costs
    /// each its nth part.
    static let maximumGroup = 256
    /// How long a group may go on growing, in seconds: the first closure of it should not wait
    /// noticeably for the last.
    static let maximumGroupSeconds = 0.05
    /// How often one closure is run at most when others get in its way, or the connection is lost.
    static let maximumAttempts = 8
    /// How long the first wait before another attempt is, in seconds; each next one is twice as
    /// long, up to `longestPause`.
    static let firstPause = 0.02
    /// The longest wait, in seconds: with 8 attempts they come to about 2 s, after which the caller
    /// may try again itself.
    static let longestPause = 1.0

    let connection: any SQLConnection
    let interned: InternCache

    /// Serves a queue until it is closed: takes what waits into one transaction, commits once, then
    /// answers all.
    func serveInGroups(_ queue: WorkQueue) {
        while let first = queue.next() {
            runGroup(first, queue)
        }
    }

    /// Serves a queue until it is closed, each closure in a transaction of its own.
    func serveOneByOne(_ queue: WorkQueue) {
        while let work = queue.next() {
            runAlone(work, queue)
        }
    }

    // MARK: - Groups

    /// A closure that has run in an open transaction.
    private struct Ran {
        let work: Work
        let records: StoreRecords
        let result: Result<Void, any Error>
    }

    private func runGroup(_ first: Work, _ queue: WorkQueue) {
        guard !queue.isEmpty else { return runAlone(first, queue) }
        var taken = [first]
        do {
            let ran = try connection.use { session in
                try inTransaction(session, .write) { try runMembers(session, &taken, queue) }
            }
            for member in ran {
                if case .success = member.result { member.records.staged.publish(to: interned) }
                member.work.finish(member.result)
            }
        } catch let failure as SQLFailure where failure.kind == .commitUnknown {
            // Running them again could do them twice.
            for work in taken { work.finish(.failure(failure)) }
        } catch {
            // One of them has broken the transaction for all: each gets one of its own.
            for work in taken { runAlone(work, queue) }
        }
    }

    private func runMembers(
        _ session: any SQLSession, _ taken: inout [Work], _ queue: WorkQueue
    ) throws -> [Ran] {
        let begun = ProcessInfo.processInfo.systemUptime
        var ran = [try runMember(taken[0], session)]
        while ran.count < Self.maximumGroup,
            ProcessInfo.processInfo.systemUptime - begun < Self.maximumGroupSeconds,
            let work = queue.poll()
        {
            taken.append(work)
            ran.append(try runMember(work, session))
        }
        return ran
    }

    /// Runs one closure so that, if it throws, only what it wrote is undone.
    private func runMember(_ work: Work, _ session: any SQLSession) throws -> Ran {
        let records = makeRecords(work, session)
        try session.savepoint()
        do {
            try work.run(records)
        } catch {
            if let failure = error as? SQLFailure, !failure.isLocal { throw failure }
            try session.rollbackToSavepoint()
            return Ran(work: work, records: records, result: .failure(error))
        }
        try session.release()
        return Ran(work: work, records: records, result: .success(()))
    }

    // MARK: - Alone

    /// Runs one closure in its own transaction, and again while that may help.
    private func runAlone(_ work: Work, _ queue: WorkQueue) {
        var pause = Self.firstPause
        for attempt in 1...Self.maximumAttempts {
            do {
                try attemptAlone(work)
                return work.finish(.success(()))
            } catch let failure as SQLFailure
                where failure.isRetriable && attempt < Self.maximumAttempts
            {
                // Two nodes that got in each other's way should not meet again: the wait varies.
                Thread.sleep(forTimeInterval: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, Self.longestPause)
            } catch {
                work.finish(.failure(error))
                if let failure = error as? SQLFailure, failure.kind == .lostConnection {
                    refuseWaiting(queue, failure)
                }
                return
            }
        }
    }

    private func attemptAlone(_ work: Work) throws {
        try connection.use { session in
            let records = makeRecords(work, session)
            try inTransaction(session, work.kind) { try work.run(records) }
            records.staged.publish(to: interned)
        }
    }

    /// Runs a closure in a transaction of its own, once: nobody else can be in its way.
    func runHere<Answer>(
        _ kind: TransactionKind, _ body: (StoreRecords) throws -> Answer
    ) throws -> Answer {
        try connection.use { session in
            let records = StoreRecords(
                session: session, mayWrite: kind == .write, interned: interned)
            let answer = try inTransaction(session, kind) { try body(records) }
            records.staged.publish(to: interned)
            return answer
        }
    }

    /// Tells those who wait that there is no database, rather than have each find out for itself.
    private func refuseWaiting(_ queue: WorkQueue, _ failure: SQLFailure) {
        for _ in 0..<Lane.maximumWaiting {
            guard let work = queue.poll() else { return }
            work.finish(.failure(failure))
        }
    }

    // MARK: - Both

    private func makeRecords(_ work: Work, _ session: any SQLSession) -> StoreRecords {
        StoreRecords(session: session, mayWrite: work.kind == .write, interned: interned)
    }

    private func inTransaction<Answer>(
        _ session: any SQLSession, _ kind: TransactionKind, _ body: () throws -> Answer
    ) throws -> Answer {
        try session.begin(kind)
        do {
            let answer = try body()
            try session.commit()
            return answer
        } catch {
            session.rollback()
            throw error
        }
    }
}
