public import Calendar
public import Fleet

/// How often each cause has struck one endpoint, and what follows from it.
public struct FailureCounts: Hashable, Sendable, Codable {
    private var counts: [String: Int] = [:]

    /// After so many failures with the same cause an endpoint is not tried again by itself.
    public static let mostOfOneCause = 3
    /// The rest after the first failure, in seconds; four times as long after each further one.
    public static let firstRestSeconds: Int64 = 300

    /// No failures yet.
    public init() {}

    /// What follows from a failure.
    public enum Next: Hashable, Sendable {
        /// Another try at this instant.
        case retry(at: Timestamp)
        /// No other try; a person has to act.
        case giveUp
    }

    /// Counts a failure, and says what follows: a cause that may pass by itself is tried again
    /// after a rest, twice; any other is not. The cause is `nil` when the deadline passed in the
    /// middle of the work.
    public mutating func record(_ cause: FailureClass?, at now: Timestamp) -> Next {
        let count = min(counts[cause?.rawValue ?? "expired", default: 0] + 1, Self.mostOfOneCause)
        counts[cause?.rawValue ?? "expired"] = count
        guard cause?.mayPassByItself ?? true, count < Self.mostOfOneCause else { return .giveUp }
        var rest = Self.firstRestSeconds
        for _ in 1..<count { rest *= 4 }
        return .retry(at: now.adding(seconds: rest))
    }

    /// Whether nothing has failed.
    public var isEmpty: Bool { counts.isEmpty }

    /// How often a cause has struck; `nil` asks for deadlines that passed.
    public func count(of cause: FailureClass?) -> Int { counts[cause?.rawValue ?? "expired"] ?? 0 }

    /// When a retry can begin so that it ends in its window: at its time if the opening that is
    /// under way has room for the work, else when the next one that has room opens; `nil` when none
    /// of the openings has.
    ///
    /// `earliest` is when the rest is over, `seconds` how long the work takes, reserve for a reboot
    /// included. The endpoint's openings may come in any order.
    public static func start(
        notBefore earliest: Timestamp, seconds: Int64, openings: [Occurrence]
    ) -> Timestamp? {
        openings.sorted().lazy.compactMap { opening -> Timestamp? in
            let start = max(earliest, opening.opens)
            return start.adding(seconds: seconds) <= opening.closes ? start : nil
        }.min()
    }
}
