import Synchronization

/// Lets one go at a time through work that waits in between; the others wait in the order in which
/// they came.
package final class Turn: Sendable {
    private struct Line {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let line = Mutex(Line())

    /// A turn that nobody has.
    package init() {}

    /// Runs `body` when it is this caller's turn.
    package func run<Answer: Sendable>(
        _ body: @Sendable () async throws -> Answer
    ) async throws -> Answer {
        await take()
        defer { give() }
        return try await body()
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = line.withLock { line in
                if line.isTaken {
                    line.waiting.append(continuation)
                    return false
                }
                line.isTaken = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func give() {
        let next = line.withLock { line -> CheckedContinuation<Void, Never>? in
            if line.waiting.isEmpty {
                line.isTaken = false
                return nil
            }
            return line.waiting.removeFirst()
        }
        next?.resume()
    }
}
