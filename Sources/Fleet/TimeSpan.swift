/// A length of time as people write it: `15m`, `24h`, `3d`, `14 days`. Whole seconds; a day is 24
/// hours and a week seven days, whatever a clock on the wall does meanwhile.
public struct TimeSpan: Hashable, Comparable, Sendable, Codable {
    /// Seconds; never negative.
    public let seconds: Int64

    /// The longest span that is read, in seconds: ten years. Nothing in patching takes longer, and
    /// sums of such spans do not overflow.
    public static let maximumSeconds: Int64 = 10 * 366 * 86_400

    /// A span; `nil` when negative or longer than ten years.
    public init?(seconds: Int64) {
        guard (0...Self.maximumSeconds).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// So many days, at most ten years.
    public static func days(_ count: Int) -> TimeSpan {
        TimeSpan(clamping: Int64(clamping: count), unit: 86_400)
    }

    /// So many hours, at most ten years.
    public static func hours(_ count: Int) -> TimeSpan {
        TimeSpan(clamping: Int64(clamping: count), unit: 3600)
    }

    /// So many minutes, at most ten years.
    public static func minutes(_ count: Int) -> TimeSpan {
        TimeSpan(clamping: Int64(clamping: count), unit: 60)
    }

    private init(clamping count: Int64, unit: Int64) {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        seconds = max(0, overflow ? Self.maximumSeconds : min(product, Self.maximumSeconds))
    }

    /// Whether one span is shorter.
    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.seconds < rhs.seconds }

    /// A unit and the words for it; the first is the one that is written.
    private static let units: [(seconds: Int64, words: [String])] = [
        (604_800, ["w", "week", "weeks"]), (86_400, ["d", "day", "days"]),
        (3600, ["h", "hour", "hours"]), (60, ["m", "min", "minute", "minutes"]),
        (1, ["s", "second", "seconds"]),
    ]

    /// Whether a word is a unit, such as `days`.
    package static func isUnit(_ word: String) -> Bool {
        units.contains { $0.words.contains(word.lowercased()) }
    }
}

extension TimeSpan: LosslessStringConvertible {
    /// Reads one number and one unit (`s m h d w`, or the words), with or without a space between;
    /// `nil` for anything else, and for more than ten years.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits) else { return nil }
        let word = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard let unit = Self.units.first(where: { $0.words.contains(word) }) else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit.seconds)
        guard !overflow else { return nil }
        self.init(seconds: seconds)
    }

    /// In the largest unit up to days that divides it: `90m`, `24h` as `1d`, `14d`.
    public var description: String {
        let unit = Self.units.dropFirst().first {
            seconds >= $0.seconds && seconds % $0.seconds == 0
        }
        guard let unit, let word = unit.words.first else { return "0s" }
        return "\(seconds / unit.seconds)\(word)"
    }

    /// A length of time in its two largest units, such as `2 h 30 min`: for what was measured or
    /// worked out, and is seldom round.
    public static func measured(_ seconds: Int64) -> String {
        let parts: [(Int64, String)] = [
            (seconds / 86_400, "d"), (seconds % 86_400 / 3600, "h"), (seconds % 3600 / 60, "min"),
            (seconds % 60, "s"),
        ]
        let shown = parts.filter { $0.0 > 0 }.prefix(2).map { "\($0.0) \($0.1)" }
        return shown.isEmpty ? "0 s" : shown.joined(separator: " ")
    }

    /// For sentences: `2 days`, `1 hour`, `90 minutes`.
    public var inWords: String {
        let unit = Self.units.dropFirst().first {
            seconds >= $0.seconds && seconds % $0.seconds == 0
        }
        guard let unit, let plural = unit.words.last else { return "no time" }
        let count = seconds / unit.seconds
        return "\(count) \(count == 1 ? String(plural.dropLast()) : plural)"
    }
}
