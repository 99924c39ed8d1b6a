/// How long to wait before the next try: exponential, with full jitter, so that many that failed
/// together do not come back together.
public struct BackOff: Hashable, Sendable {
    /// The bound of the first wait, in milliseconds.
    public let first: Int64
    /// The bound of the longest wait, in milliseconds.
    public let longest: Int64
    /// The tries so far.
    public private(set) var tries = 0

    /// For calls to the control plane: the first retry comes within 2 s; the bound of 5 min keeps
    /// an agent that was cut off for a day from being late by more than that.
    public static let link = BackOff(first: 2000, longest: 300_000)
    /// For another program's lock: package managers often hold it for seconds, so the first look
    /// comes soon.
    public static let lock = BackOff(first: 2000, longest: 30_000)
    /// For a scan or a state folder that failed: both need a person more often than time.
    public static let local = BackOff(first: 10_000, longest: 300_000)
    /// The shortest wait, in milliseconds: chance must not turn a retry into a busy loop.
    static let shortest: Int64 = 500

    /// Waits between `shortest` and a bound that starts at `first` and doubles up to `longest`, in
    /// milliseconds.
    public init(first: Int64, longest: Int64) {
        self.first = first
        self.longest = longest
    }

    /// The next wait in milliseconds, for a chance from 0 to 1.
    public mutating func next(chance: Double) -> Int64 {
        let bound = min(longest, first << min(Int64(tries), 20))
        tries += 1
        return max(Self.shortest, Int64(Double(bound) * chance))
    }

    /// Begins anew, after a success.
    public mutating func reset() {
        tries = 0
    }
}
