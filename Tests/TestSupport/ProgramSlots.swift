import Synchronization

/// Lets so many programs of tests run at once. All tests begin together; hundreds of programs on two
/// processors would each take as long as all of them, and their time limits would mean nothing.
final class ProgramSlots: Sendable {
    /// For the programs that tests wait for: more than processors, since some only wait, or hold
    /// something for others.
    static let shared = ProgramSlots(16)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Runs `body` once there is a slot for it; those that came first go first.
    func run<Answer>(_ body: () async throws -> Answer) async rethrows -> Answer {
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayGo { continuation.resume() }
        }
        defer {
            let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
                if state.waiting.isEmpty {
                    state.free += 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            next?.resume()
        }
        return try await body()
    }
}
