/// A figure of an endpoint that is read before an installation and after it, and how far it may
/// rise.
///
/// With an absolute limit and one by what was before, it fails when it is beyond both: the first is
/// then the least that is worth a word.
public struct HealthMeasure: Hashable, Sendable, Codable {
    /// What is measured.
    public enum Subject: String, Hashable, Sendable, Codable, CaseIterable {
        /// Processes that crashed, from the installation's beginning on, beside the day before it.
        case crashes
        /// Entries of the system's journal that tell of errors or worse, in equal times before the
        /// installation and after it.
        case journal
        /// How long the last boot took to its default target, beside the boot before it.
        case bootTime
    }

    /// What is measured.
    public var subject: Subject
    /// The program whose crashes count, or the unit whose entries do; `nil` for all.
    public var name: String?
    /// What an entry must hold to count; `*` and `?` stand for any characters. `nil` for any.
    public var text: String?
    /// The highest count that passes, or the longest boot in seconds; `nil` without such a limit.
    public var atMost: Int64?
    /// The highest value that passes, in percent of the one before; `nil` without such a limit.
    public var percent: Int64?
    /// For how many seconds after the installation or its reboot it is counted; `nil` for
    /// `usualSpan`.
    public var over: Int64?

    /// The limits of counts: more than a thousand are not told apart, so that reading them stays
    /// cheap.
    public static let counts: ClosedRange<Int64> = 0...1000
    /// The limits of a boot, in seconds: up to an hour.
    public static let bootSeconds: ClosedRange<Int64> = 1...3600
    /// How many times what was before may be allowed.
    public static let times: ClosedRange<Int64> = 1...100
    /// By how many percent a boot may be allowed to be slower.
    public static let slower: ClosedRange<Int64> = 1...100
    /// How long may be counted after an installation, in seconds: the job goes on for that long.
    public static let spans: ClosedRange<Int64> = 10...3600
    /// How long is counted where nobody says so, in seconds: a service that dies at once is
    /// started five times within that, and a timer of minutes comes up.
    public static let usualSpan: Int64 = 300
    /// How far back crashes before an installation count, in seconds: a day, as many crash daily
    /// and none by the hour.
    public static let crashesBefore: Int64 = 86_400
    /// The longest text that entries are asked for, in bytes.
    public static let longestText = 128

    /// A measure.
    public init(
        _ subject: Subject, name: String? = nil, text: String? = nil, atMost: Int64? = nil,
        percent: Int64? = nil, over: Int64? = nil
    ) {
        self.subject = subject
        self.name = name
        self.text = text
        self.atMost = atMost
        self.percent = percent
        self.over = over
    }

    /// For how many seconds it must be watched after the installation; 0 for what is read once.
    public var watchSeconds: Int64 { subject == .bootTime ? 0 : over ?? Self.usualSpan }

    /// How many seconds before the installation count.
    public var secondsBefore: Int64 {
        subject == .crashes ? Self.crashesBefore : watchSeconds
    }

    /// The highest value that passes; `nil` when there is none to go by, since nothing is known of
    /// before.
    public func limit(before: Int64?) -> Int64? {
        let absolute = atMost.map { subject == .bootTime ? $0 * 1000 : $0 }
        // A value that an endpoint has kept may be anything after its disk was damaged.
        let known = before.map { min(max($0, 0), Self.largestValue) }
        let share = percent ?? (absolute == nil ? 100 : nil)
        let relative = share.flatMap { share in known.map { $0 * share / 100 } }
        guard let absolute, let relative else { return absolute ?? relative }
        return max(absolute, relative)
    }

    /// More than a year in milliseconds.
    private static let largestValue: Int64 = 40_000_000_000
}

/// What an endpoint has read of itself.
public enum HealthReading: Hashable, Sendable {
    /// A count, at most one more than `HealthMeasure.counts` allows; or milliseconds.
    case value(Int64)
    /// It could not be read, for this reason, a clause. It is never taken for health.
    case unknown(String)
}

/// What a reading says.
public struct HealthVerdict: Hashable, Sendable {
    /// Whether it passes; what is unknown does not.
    public var isPassed: Bool
    /// What was read; `nil` when it is unknown.
    public var value: Int64?
    /// Whether nothing can be said: it was not read, or there is nothing to compare it with.
    public var isUnknown: Bool
    /// One sentence for people.
    public var sentence: String
}
