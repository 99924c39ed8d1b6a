import Fleet

extension Recurrence {
    /// Longest text that is read, in bytes: seven weekday names with their commas take 62.
    public static let maximumTextBytes = 200

    /// Reads the words after `every:`; upper and lower case are the same.
    public init(_ text: String) throws(RecurrenceError) {
        guard text.utf8.count <= Self.maximumTextBytes else {
            throw RecurrenceError(
                offset: 0, length: text.count,
                message: "a recurrence has at most \(Self.maximumTextBytes) bytes", suggestion: nil)
        }
        var parser = RecurrenceParser(text)
        self = try parser.recurrence()
    }
}

/// Reads a recurrence word by word.
private struct RecurrenceParser {
    /// A word, a comma or a plus sign, with its place in characters.
    struct Token {
        var text: String
        var offset: Int
    }

    private var tokens: [Token]
    private let end: Int

    init(_ text: String) {
        var tokens: [Token] = []
        var isInWord = false
        var count = 0
        for (offset, character) in text.enumerated() {
            count = offset + 1
            switch character {
            case " ", "\t", "\n": isInWord = false
            case ",", "+":
                tokens.append(Token(text: String(character), offset: offset))
                isInWord = false
            case _ where isInWord:
                tokens[tokens.count - 1].text += character.lowercased()
            default:
                tokens.append(Token(text: character.lowercased(), offset: offset))
                isInWord = true
            }
        }
        self.tokens = tokens.reversed()
        end = count
    }

    mutating func recurrence() throws(RecurrenceError) -> Recurrence {
        guard let first = tokens.popLast() else {
            throw missing("a recurrence such as “saturday” or “2nd tuesday”")
        }
        let value = try recurrence(beginningWith: first)
        if let extra = tokens.last {
            throw wrong(extra, "nothing is expected after “\(value)”")
        }
        return value
    }

    private mutating func recurrence(beginningWith first: Token) throws(RecurrenceError)
        -> Recurrence
    {
        switch first.text {
        case "day":
            guard let number = tokens.popLast() else { return .daily }
            return .monthDay(try self.number(number, in: 1...31, what: "a day of the month"))
        case "last" where tokens.last?.text == "day":
            tokens.removeLast()
            return .lastDay
        default: break
        }
        if let ordinal = WeekOrdinal(rawValue: first.text) { return try monthly(ordinal) }
        if let weekday = Weekday(rawValue: first.text) { return try weekly(weekday) }
        if first.text.first?.isWholeNumber == true, first.text.contains("-") {
            guard let date = LocalDate(first.text) else {
                throw wrong(first, "“\(first.text)” is no date of the calendar (YYYY-MM-DD)")
            }
            return .date(date)
        }
        if Digits.number(first.text.utf8) != nil { return try afterRelease(first) }
        if first.text == "release" {
            throw RecurrenceError(
                offset: first.offset, length: first.text.count,
                message: "how many days after the release it opens comes first",
                suggestion: "7 days after release")
        }
        throw unknown(first, among: Self.beginnings)
    }

    private mutating func weekly(_ first: Weekday) throws(RecurrenceError) -> Recurrence {
        var days: Set = [first]
        while tokens.last?.text == "," {
            tokens.removeLast()
            days.insert(try weekday())
        }
        return .weekly(days)
    }

    private mutating func monthly(_ ordinal: WeekOrdinal) throws(RecurrenceError) -> Recurrence {
        let day = try weekday()
        guard tokens.last?.text == "+" else {
            return .monthlyWeekday(ordinal, day, plusDays: 0)
        }
        tokens.removeLast()
        guard let count = tokens.popLast() else { throw missing("a number of days") }
        let days = try number(count, in: 0...Recurrence.maximumPlusDays, what: "a number of days")
        guard let unit = tokens.popLast() else { throw missing("“days”") }
        guard ["day", "days"].contains(unit.text) else { throw unknown(unit, among: ["days"]) }
        return .monthlyWeekday(ordinal, day, plusDays: days)
    }

    /// `7 days after release`
    private mutating func afterRelease(_ first: Token) throws(RecurrenceError) -> Recurrence {
        let days = try number(first, in: Recurrence.releaseDays, what: "a number of days")
        for words in [["days", "day"], ["after"], ["release"]] {
            guard let token = tokens.popLast() else { throw missing("“\(words[0])”") }
            guard words.contains(token.text) else { throw unknown(token, among: words) }
        }
        return .afterRelease(days: days)
    }

    private mutating func weekday() throws(RecurrenceError) -> Weekday {
        guard let token = tokens.popLast() else { throw missing("a weekday") }
        guard let day = Weekday(rawValue: token.text) else {
            throw unknown(token, among: Weekday.allCases.map(\.rawValue))
        }
        return day
    }

    private func number(_ token: Token, in range: ClosedRange<Int>, what: String)
        throws(RecurrenceError) -> Int
    {
        guard let number = Digits.number(token.text.utf8), range.contains(number) else {
            throw wrong(
                token, "“\(token.text)” is not \(what), \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static let beginnings =
        ["day", "last"] + WeekOrdinal.allCases.map(\.rawValue) + Weekday.allCases.map(\.rawValue)

    /// What people write for the words that are known.
    private static let otherWords = [
        "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
        "1th": "1st", "2th": "2nd", "3th": "3rd", "daily": "day", "everyday": "day",
        "mon": "monday", "tue": "tuesday", "tues": "tuesday", "wed": "wednesday",
        "thu": "thursday", "thur": "thursday", "thurs": "thursday", "fri": "friday",
        "sat": "saturday", "sun": "sunday", "patch": "2nd",
    ]

    /// What people write for several of them.
    private static let phrases = [
        "weekend": "saturday, sunday", "weekends": "saturday, sunday",
        "weekday": "monday, tuesday, wednesday, thursday, friday",
        "weekdays": "monday, tuesday, wednesday, thursday, friday",
    ]

    /// What can be written at all, for whoever thinks of another way to say it, such as cron's.
    private static let everything =
        "; write day, weekdays such as “saturday, sunday”, 2nd tuesday + 4 days, last friday, "
        + "day 15, last day, a date or 7 days after release"

    private func unknown(_ token: Token, among words: [String]) -> RecurrenceError {
        let known = Self.otherWords[token.text].flatMap { words.contains($0) ? $0 : nil }
        let begins = words == Self.beginnings
        let suggestion =
            known ?? (begins ? Self.phrases[token.text] : nil)
            ?? Spelling.nearest(to: token.text, among: words)
        return RecurrenceError(
            offset: token.offset, length: token.text.count,
            message: "“\(token.text)” is not known here"
                + (begins && suggestion == nil ? Self.everything : ""),
            suggestion: suggestion)
    }

    private func wrong(_ token: Token, _ message: String) -> RecurrenceError {
        RecurrenceError(
            offset: token.offset, length: token.text.count, message: message, suggestion: nil)
    }

    private func missing(_ what: String) -> RecurrenceError {
        RecurrenceError(offset: end, length: 0, message: "\(what) is missing", suggestion: nil)
    }
}
