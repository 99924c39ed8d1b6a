/// The watch over an update of the agent's own program, as a machine: it is told what is seen, and
/// says what to do next.
///
/// It knows no clock. Time is what has passed between two looks, so that a clock that is set
/// forward takes nobody's patience away.
public struct SelfUpdateWatch: Hashable, Sendable {
    /// How long the new program may take to speak with the server once it is in place, in seconds:
    /// five minutes are a few of its retries.
    public static let standardPatienceSeconds: Int64 = 300
    /// After how many seconds without a word the service is started anew, once: a package may have
    /// left that out.
    static let restartAfterSeconds: Int64 = 60
    /// How long the old program waits before it asks again whether the server can be reached.
    static let askAgainAfterSeconds: Int64 = 60
    /// How long an outage may last before the old program is put back without having reached the
    /// server itself, in seconds: a week. It is the one that is known to work.
    static let longestOutageSeconds: Int64 = 7 * 86_400
    /// How long a run may last, in seconds: two days, far longer than any that still does
    /// something. The watch is over then, and nothing is put back.
    static let longestRunSeconds: Int64 = 2 * 86_400

    /// What is seen.
    struct Sight: Hashable, Sendable {
        /// Whether the package manager has ended.
        var isRunOver: Bool
        /// The program's file as it is; `nil` when there is none.
        var program: ProgramFile?
        /// The program that has spoken with the server last.
        var checkedIn: ProgramFile?
    }

    /// What to do.
    enum Step: Hashable, Sendable {
        /// Look again soon.
        case wait
        /// Start the agent's service anew.
        case restartAgent
        /// Try to reach the server with the old program, and tell `serverAnswered`.
        case askServer
        /// Put the old program back, for the reason given, and end.
        case takeBack(String)
        /// End: the new program is confirmed, or nothing was replaced.
        case end(isConfirmed: Bool)
    }

    /// The file that is to be replaced.
    private let before: ProgramFile
    private let patience: Int64
    private var running: Int64 = 0
    private var silent: Int64 = 0
    private var nextAsk: Int64
    private var hasRestarted = false

    /// A watch that begins before the run.
    init(before: ProgramFile, patienceSeconds: Int64 = standardPatienceSeconds) {
        self.before = before
        patience = max(patienceSeconds, 1)
        nextAsk = patience
    }

    /// What to do, so many seconds after the last look.
    mutating func next(_ sight: Sight, after seconds: Int64) -> Step {
        guard sight.isRunOver else {
            running += seconds
            return running > Self.longestRunSeconds ? .end(isConfirmed: false) : .wait
        }
        if sight.program == before { return .end(isConfirmed: false) }
        if let program = sight.program, program == sight.checkedIn {
            return .end(isConfirmed: true)
        }
        silent += seconds
        if silent >= patience {
            guard sight.program != nil else {
                return .takeBack("the update left no program behind")
            }
            if silent >= Self.longestOutageSeconds {
                return .takeBack("it reached no server within \(silent) s")
            }
            guard silent >= nextAsk else { return .wait }
            nextAsk = silent + Self.askAgainAfterSeconds
            return .askServer
        }
        if silent >= min(Self.restartAfterSeconds, patience / 2), !hasRestarted {
            hasRestarted = true
            return .restartAgent
        }
        return .wait
    }

    /// What to do now that the old program has tried to reach the server. When it cannot either,
    /// the network is to blame and not the update.
    func serverAnswered(_ isReachable: Bool) -> Step {
        isReachable
            ? .takeBack(
                "it did not check in within \(patience) s, though the old one reaches the server")
            : .wait
    }
}
