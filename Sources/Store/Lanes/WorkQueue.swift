import Dispatch
import Synchronization

/// A bounded queue between callers, which must not wait, and threads, which may.
final class WorkQueue: Sendable {
    /// What became of an attempt to add work.
    enum Admission {
        /// It will be done.
        case accepted
        /// Too much waits already.
        case full
        /// Nothing is done any more.
        case closed
    }

    private struct State {
        var work: [Work] = []
        /// Where the next piece of work lies; those before it are done.
        var head = 0
        var sleepers = 0
        var isClosed = false

        mutating func take() -> Work? {
            guard head < work.count else { return nil }
            let next = work[head]
            head += 1
            // Taken pieces are dropped in bulk, so that each costs a constant time.
            if head == work.count || head > 1024 {
                work.removeFirst(head)
                head = 0
            }
            return next
        }
    }

    private let limit: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// A queue in which at most `limit` pieces wait.
    init(limit: Int) {
        self.limit = limit
    }

    /// Adds work without waiting.
    func add(_ work: Work) -> Admission {
        let (admission, wakes) = state.withLock { state -> (Admission, Bool) in
            if state.isClosed { return (.closed, false) }
            if state.work.count - state.head >= limit { return (.full, false) }
            state.work.append(work)
            guard state.sleepers > 0 else { return (.accepted, false) }
            state.sleepers -= 1
            return (.accepted, true)
        }
        if wakes { wakeUp.signal() }
        return admission
    }

    /// Waits for work; `nil` once the queue is closed and empty.
    func next() -> Work? {
        while true {
            let (work, isOver) = state.withLock { state -> (Work?, Bool) in
                if let work = state.take() { return (work, false) }
                if !state.isClosed { state.sleepers += 1 }
                return (nil, state.isClosed)
            }
            if let work { return work }
            if isOver { return nil }
            wakeUp.wait()
        }
    }

    /// Work that is there already.
    func poll() -> Work? {
        state.withLock { $0.take() }
    }

    /// Whether nothing waits.
    var isEmpty: Bool {
        state.withLock { $0.head == $0.work.count }
    }

    /// Takes no more work; what waits is still done.
    func close() {
        let sleepers = state.withLock { state -> Int in
            state.isClosed = true
            defer { state.sleepers = 0 }
            return state.sleepers
        }
        for _ in 0..<sleepers { wakeUp.signal() }
    }
}
