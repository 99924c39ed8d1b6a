import Fleet
import Synchronization

/// The world's time, its chance, what is going to happen, and the log of what has happened.
final class Timeline: Sendable {
    /// When every world begins.
    static let start = Timestamp(seconds: 1_800_000_000)

    /// When something happens, and under which number it is kept: entries move through the heap
    /// often, and what happens is large.
    private struct Entry: Sendable {
        let at: Int64
        let tie: UInt64
        let number: Int

        func comes(before other: Entry) -> Bool {
            at == other.at ? tie < other.tie : at < other.at
        }
    }

    private struct State {
        var now = Timeline.start.milliseconds
        var chance: Chance
        var heap: [Entry] = []
        var happenings: [Int: Happening] = [:]
        var scheduled = 0
        var log: [String] = []
        var violations: [(invariant: Invariant, detail: String)] = []
    }

    private let state: Mutex<State>
    private let keepsLog: Bool

    init(seed: UInt64, keepsLog: Bool) {
        state = Mutex(State(chance: Chance(seed: seed)))
        self.keepsLog = keepsLog
    }

    /// The true time, in milliseconds since 1970.
    var now: Int64 { state.withLock { $0.now } }
    /// The true time, which is the server's too.
    var instant: Timestamp { Timestamp(milliseconds: now) }

    /// Lets the seed decide something.
    func chance<Answer: Sendable>(_ body: (inout Chance) -> Answer) -> Answer {
        state.withLock { body(&$0.chance) }
    }

    /// Lets something happen so many milliseconds from now; ties are broken by the seed.
    func schedule(after milliseconds: Int64, _ happening: Happening) {
        state.withLock { state in
            state.scheduled += 1
            let entry = Entry(
                at: state.now + max(0, milliseconds), tie: state.chance.next(),
                number: state.scheduled)
            state.happenings[entry.number] = happening
            state.heap.append(entry)
            Self.siftUp(&state.heap)
        }
    }

    /// What happens next; time goes there. `nil` when nothing will, or not before `end`.
    func next(before end: Int64) -> Happening? {
        state.withLock { state in
            guard let first = state.heap.first, first.at < end else { return nil }
            state.heap.swapAt(0, state.heap.count - 1)
            state.heap.removeLast()
            Self.siftDown(&state.heap)
            state.now = max(state.now, first.at)
            return state.happenings.removeValue(forKey: first.number)
        }
    }

    /// Lets time pass in which nothing happens.
    func skip(seconds: Int64) { state.withLock { $0.now += seconds * 1000 } }

    private static func siftUp(_ heap: inout [Entry]) {
        var child = heap.count - 1
        let entry = heap[child]
        while child > 0 {
            let parent = (child - 1) / 2
            guard entry.comes(before: heap[parent]) else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    private static func siftDown(_ heap: inout [Entry]) {
        guard !heap.isEmpty else { return }
        var parent = 0
        let entry = heap[0]
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
            guard heap[child].comes(before: entry) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = entry
    }
}

extension Timeline {
    /// Writes a line of the log that `--trace` prints.
    func note(_ who: String, _ text: @autoclosure () -> String) {
        guard keepsLog else { return }
        let line = text()
        state.withLock { state in
            let seconds = Double(state.now - Timeline.start.milliseconds) / 1000
            let whole = Int64(seconds)
            let thousandths = String(1000 + (state.now - Timeline.start.milliseconds) % 1000)
                .dropFirst()
            state.log.append("\(whole).\(thousandths) \(who): \(line)")
        }
    }

    /// Tells that a promise is broken.
    func broken(_ invariant: Invariant, _ detail: String) {
        note("BROKEN", "\(invariant.rawValue): \(detail)")
        state.withLock { $0.violations.append((invariant, detail)) }
    }

    /// The first broken promise; `nil` while all hold.
    var firstViolation: (invariant: Invariant, detail: String)? {
        state.withLock { $0.violations.first }
    }

    /// Whether a promise is broken.
    var isBroken: Bool { state.withLock { !$0.violations.isEmpty } }

    /// The lines so far.
    var log: [String] { state.withLock { $0.log } }
}
