import Administration
import ControlPlane
import ServerRecords
import Synchronization

/// The server's store, under a server that may crash before or after any commit.
struct FaultyLedger: Ledger {
    /// What is thrown in a server that is no more.
    struct Crash: Error {}

    /// The life of one server process.
    final class Process: Sendable {
        private struct State {
            var isDown = false
            var writesLeft: Int?
            var crashesBefore = false
            var commits = 0
        }

        private let state = Mutex(State())

        var isDown: Bool { state.withLock { $0.isDown } }
        var commits: Int { state.withLock { $0.commits } }

        /// Lets the process crash at a write to come.
        func crash(after writes: Int, beforeCommit: Bool) {
            state.withLock { state in
                state.writesLeft = writes
                state.crashesBefore = beforeCommit
            }
        }

        /// Whether it crashes at this write, and whether before its commit.
        fileprivate func fate() throws -> (crashes: Bool, before: Bool) {
            try state.withLock { state in
                if state.isDown { throw Crash() }
                guard let left = state.writesLeft else { return (false, false) }
                state.writesLeft = left - 1
                guard left <= 0 else { return (false, false) }
                state.isDown = true
                return (true, state.crashesBefore)
            }
        }

        fileprivate func committed() { state.withLock { $0.commits += 1 } }
    }

    let ledger: any Ledger
    let process: Process

    func read<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer {
        if process.isDown { throw Crash() }
        return try await ledger.read(body)
    }

    func write<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer {
        let fate = try process.fate()
        let answer = try await ledger.write { records in
            let answer = try body(records)
            // What has been written is rolled back.
            if fate.crashes && fate.before { throw Crash() }
            return answer
        }
        process.committed()
        if fate.crashes { throw Crash() }
        return answer
    }
}
