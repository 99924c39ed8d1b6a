/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time).
///
/// It is written and read as RFC 3339 text; a text with any offset is read, and `Z` is written.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the epoch; negative before 1970.
    public let milliseconds: Int64

    /// An instant so many milliseconds after the epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// An instant so many whole seconds after the epoch.
    public init(seconds: Int64) {
        milliseconds = seconds * 1000
    }

    /// Whether one instant lies before the other.
    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool {
        lhs.milliseconds < rhs.milliseconds
    }

    /// The instant `seconds` later (earlier when negative).
    public func adding(seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + seconds * 1000)
    }

    /// Whole seconds from `earlier` to this instant, rounded toward zero; negative if it lies
    /// before.
    public func seconds(since earlier: Timestamp) -> Int64 {
        (milliseconds - earlier.milliseconds) / 1000
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339, UTC, with milliseconds only when they are not zero: `2026-11-21T18:00:00Z`.
    public var description: String {
        var days = milliseconds / 86_400_000
        var rest = milliseconds % 86_400_000
        if rest < 0 {
            rest += 86_400_000
            days -= 1
        }
        let (year, month, day) = CivilDate.date(daysSinceEpoch: days)
        // Years of other lengths stand in no text that is read again.
        guard year >= 0, year <= 9999 else {
            let time = Timestamp(milliseconds: rest).description.dropFirst("1970-01-01".utf8.count)
            return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))\(time)"
        }
        return String(unsafeUninitializedCapacity: DigitWriter.capacity) { buffer in
            var writer = DigitWriter(buffer)
            writer.write(year, width: 4, then: "-")
            writer.write(month, width: 2, then: "-")
            writer.write(day, width: 2, then: "T")
            writer.write(rest / 3_600_000, width: 2, then: ":")
            writer.write(rest / 60_000 % 60, width: 2, then: ":")
            writer.write(rest / 1000 % 60, width: 2, then: rest % 1000 == 0 ? "Z" : ".")
            if rest % 1000 != 0 { writer.write(rest % 1000, width: 3, then: "Z") }
            return writer.count
        }
    }

    /// The seconds of the instant only, for logs that people read: `2026-11-21T18:00:00Z`.
    public var wholeSeconds: Timestamp {
        let floor = (milliseconds % 1000 + 1000) % 1000
        return Timestamp(milliseconds: milliseconds - floor)
    }
}

extension Timestamp: LosslessStringConvertible {
    /// Reads RFC 3339 (section 5.6) `date-time`; `nil` for anything else, such as a text without
    /// offset.
    public init?(_ text: String) {
        var text = text
        guard let value = text.withUTF8(Self.reading) else { return nil }
        milliseconds = value
    }

    /// The milliseconds since the epoch that a text stands for.
    private static func reading(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard var reader = DigitReader(text),
            let year = reader.number(4), reader.skip("-"),
            let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"),
            let second = reader.number(2)
        else { return nil }
        var millis: Int64 = 0
        if reader.skip(".") {
            guard let fraction = reader.fractionInMilliseconds() else { return nil }
            millis = fraction
        }
        guard let offset = reader.offsetInMinutes(), reader.isAtEnd,
            month >= 1, month <= 12, day >= 1, day <= 31, hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
        guard CivilDate.date(daysSinceEpoch: days) == (year, month, day) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        return seconds * 1000 + millis
    }
}

extension Timestamp: Codable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not an RFC 3339 date-time: \(text.prefix(40))")
        }
        self = value
    }

    /// Writes the value as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Days and dates of the proleptic Gregorian calendar, years numbered astronomically (year 0
/// exists).
public enum CivilDate {
    /// Days from 1970-01-01 to the given date; a day past the month's end runs into the next month.
    public static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        // The year is taken to begin in March, so that the leap day is its last day.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The date so many days after 1970-01-01.
    public static func date(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = daysSinceEpoch + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Reads the fixed-width fields of an RFC 3339 text, byte by byte: stored and sent values hold
/// thousands of instants.
private struct DigitReader {
    private let bytes: UnsafePointer<UInt8>
    private let count: Int
    private var place = 0

    /// `nil` for an empty text, which has no address.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return nil }
        bytes = start
        count = text.count
    }

    var isAtEnd: Bool { place == count }

    /// The value of the digit that comes next; `nil` when none does.
    private var digit: Int64? {
        guard place < count, bytes[place] >= 48, bytes[place] <= 57 else { return nil }
        return Int64(bytes[place]) - 48
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        let end = place + width
        while place < end {
            guard let digit else { return nil }
            value = value * 10 + digit
            place += 1
        }
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard place < count, UInt32(bytes[place]) == character.value else { return false }
        place += 1
        return true
    }

    /// Digits after the point; those past the third are read and dropped.
    mutating func fractionInMilliseconds() -> Int64? {
        var value: Int64 = 0
        var digits = 0
        while let digit {
            if digits < 3 { value = value * 10 + digit }
            digits += 1
            place += 1
        }
        guard digits >= 1, digits <= 12 else { return nil }
        while digits < 3 {
            value *= 10
            digits += 1
        }
        return value
    }

    mutating func offsetInMinutes() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

/// Writes the fixed-width fields of an RFC 3339 text.
private struct DigitWriter {
    /// The bytes of the longest text: `2026-11-21T18:00:00.000Z`.
    static let capacity = 24

    private let bytes: UnsafeMutablePointer<UInt8>?
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        bytes = buffer.baseAddress
    }

    /// Writes a number with leading zeros, and what stands after it.
    mutating func write(_ value: Int64, width: Int, then mark: Unicode.Scalar) {
        guard let bytes else { return }
        var rest = value
        var place = count + width
        while place > count {
            place -= 1
            bytes[place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
        bytes[count + width] = UInt8(truncatingIfNeeded: mark.value)
        count += width + 1
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
