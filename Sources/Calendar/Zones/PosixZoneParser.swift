/// Why a zone's rules cannot be read.
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable code, for programs.
    public enum Code: String, Sendable {
        /// Not a TZif file, or a damaged one.
        case malformed = "E_ZONE_MALFORMED"
        /// A well-formed one of a kind that is not read.
        case unsupported = "E_ZONE_UNSUPPORTED"
        /// The zone is not known here.
        case unknown = "E_ZONE_UNKNOWN"
    }

    /// The code.
    public let code: Code
    /// What is wrong, as a sentence.
    public let message: String
    /// What to do, as a sentence.
    public let nextStep: String

    /// An error.
    public init(_ code: Code, _ message: String, nextStep: String) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }

    /// What is wrong and what to do.
    public var description: String { "\(message) \(nextStep)" }
}

extension PosixZoneRule {
    /// The longest text that is read, in bytes; the database's longest has 45.
    static let maximumTextBytes = 200

    /// Reads a POSIX TZ string with the extensions of RFC 8536 section 3.3.1.
    public init(_ text: String) throws(ZoneError) {
        guard text.utf8.count <= Self.maximumTextBytes else {
            throw PosixZoneParser.failure("a rule has at most \(Self.maximumTextBytes) bytes")
        }
        var parser = PosixZoneParser(text)
        self = try parser.rule(text)
    }
}

/// Reads a POSIX TZ string byte by byte.
private struct PosixZoneParser {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = Substring(text).utf8
    }

    static func failure(_ detail: String) -> ZoneError {
        ZoneError(
            .malformed, "The zone's rule for the future cannot be read: \(detail).",
            nextStep: "Install the system's tzdata package anew.")
    }

    mutating func rule(_ text: String) throws(ZoneError) -> PosixZoneRule {
        try name()
        let standard = -(try seconds(hours: 0...24))
        guard !rest.isEmpty else {
            return PosixZoneRule(text: text, standardOffset: standard, daylight: nil)
        }
        try name()
        var daylightOffset = standard + 3600
        if rest.first != UInt8(ascii: ",") { daylightOffset = -(try seconds(hours: 0...24)) }
        try expect(",")
        let begins = try moment()
        try expect(",")
        let ends = try moment()
        guard rest.isEmpty else { throw Self.failure("something follows its end") }
        return PosixZoneRule(
            text: text, standardOffset: standard,
            daylight: .init(offset: daylightOffset, begins: begins, ends: ends))
    }

    /// Three or more letters, or letters, digits and signs between angle brackets.
    private mutating func name() throws(ZoneError) {
        let isQuoted = skip("<")
        let length = rest.prefix { byte in
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            let isOther = (48...57).contains(byte) || byte == 43 || byte == 45
            return isLetter || (isQuoted && isOther)
        }.count
        guard length >= 3 else { throw Self.failure("a name has three letters or more") }
        rest = rest.dropFirst(length)
        if isQuoted { try expect(">") }
    }

    /// `[+-]h[hh][:mm[:ss]]`.
    private mutating func seconds(hours limit: ClosedRange<Int>) throws(ZoneError) -> Int {
        let isNegative = skip("-")
        if !isNegative { _ = skip("+") }
        var value = try number(limit) * 3600
        if skip(":") {
            value += try number(0...59) * 60
            if skip(":") { value += try number(0...59) }
        }
        return isNegative ? -value : value
    }

    private mutating func moment() throws(ZoneError) -> YearlyMoment {
        let day: YearlyMoment.Day
        if skip("J") {
            day = .julian(try number(1...365))
        } else if skip("M") {
            let month = try number(1...12)
            try expect(".")
            let week = try number(1...5)
            try expect(".")
            day = .weekday(month: month, week: week, sundayBased: try number(0...6))
        } else {
            day = .ordinal(try number(0...365))
        }
        // Without a time it is two in the morning; version 3 files may go a week either way.
        let seconds = skip("/") ? try seconds(hours: 0...167) : 2 * 3600
        return YearlyMoment(day: day, seconds: seconds)
    }

    private mutating func number(_ range: ClosedRange<Int>) throws(ZoneError) -> Int {
        let digits = rest.prefix { (48...57).contains($0) }
        guard digits.count <= 3, let value = Digits.number(digits), range.contains(value) else {
            throw Self.failure("a number is missing or out of range")
        }
        rest = rest.dropFirst(digits.count)
        return value
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(ZoneError) {
        guard skip(character) else { throw Self.failure("“\(character)” is missing") }
    }
}
