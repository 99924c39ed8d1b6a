import Calendar
import Fleet
import Policy

/// Reads single values: texts, choices, durations, shares, dates. Each says what is wrong with a
/// value that it cannot read, and gives `nil` then.
struct ValueReader {
    let list: DiagnosticList

    /// The longest text that is read, in characters: a reason, not a novel.
    static let maximumTextLength = 2_000

    /// A text, whatever it looks like.
    func text(
        _ value: YAMLValue, _ subject: String, limit: Int = maximumTextLength
    ) -> YAMLScalar? {
        if value.isRefused { return nil }
        guard case .scalar(let scalar) = value.content else {
            list.error(value.place, "\(subject) must be a text, not \(value.kind)")
            return nil
        }
        guard scalar.text.unicodeScalars.count <= limit else {
            list.error(value.place, "\(subject) is longer than \(limit) characters")
            return nil
        }
        // An escape such as "\e" would let a file move the cursor of whoever reads it.
        // A mark of direction would show whoever signs the policy another text than it has.
        if let bad = scalar.text.unicodeScalars.first(where: Self.misleads) {
            list.error(
                value.place,
                bad.properties.generalCategory == .control
                    ? "\(subject) holds a control character"
                    : "\(subject) holds a character that nobody sees and that changes how the rest "
                        + "is shown (U+\(Self.number(of: bad))); take it out")
            return nil
        }
        return scalar
    }

    private static func misleads(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isMisleading && !["\n", "\t", "\u{2028}", "\u{2029}"].contains(scalar)
    }

    private static func number(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// A text that says something.
    func sentence(_ value: YAMLValue, _ subject: String) -> String? {
        guard let text = text(value, subject)?.text else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else {
            list.error(value.place, "\(subject) is empty")
            return nil
        }
        return text
    }

    /// A name as keys and references use it.
    func name(_ scalar: YAMLScalar, _ subject: String) -> PolicyName? {
        if let name = PolicyName(scalar.text) { return name }
        let better = Self.nameFrom(scalar.text)
        list.error(
            scalar.place,
            "\(subject) “\(scalar.text.prefix(MappingReader.shownCharacters))” must be 1 to "
                + "\(PolicyName.maximumLength) of a-z, 0-9 and -"
                + (better.isEmpty ? "" : ", such as “\(better)”"))
        return nil
    }

    /// A name that stands as a value.
    func name(_ value: YAMLValue, _ subject: String) -> PolicyName? {
        text(value, subject).flatMap { name($0, subject) }
    }

    /// One of a closed list of words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ value: YAMLValue, _ subject: String, as type: Choice.Type = Choice.self
    ) -> Choice? where Choice.RawValue == String {
        guard let scalar = text(value, subject) else { return nil }
        if let choice = Choice(rawValue: scalar.text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        list.error(
            value.place,
            "\(subject) cannot be “\(scalar.text.prefix(MappingReader.shownCharacters))”"
                + Guess.clause(for: scalar.text, of: known))
        return nil
    }

    /// A whole number within a range.
    func integer(_ value: YAMLValue, _ subject: String, in range: ClosedRange<Int>) -> Int? {
        guard let scalar = text(value, subject) else { return nil }
        guard let number = Self.digits(scalar.text), range.contains(number) else {
            list.error(
                value.place,
                "\(subject) must be a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound), not “\(scalar.text.prefix(20))”")
            return nil
        }
        return number
    }

    /// A share such as `95%`.
    func share(_ value: YAMLValue, _ subject: String) -> Percentage? {
        guard let scalar = text(value, subject) else { return nil }
        if let share = Percentage(scalar.text) { return share }
        let isNumber = scalar.text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        list.error(
            value.place,
            "\(subject) must be a share from 0% to 100%, not “\(scalar.text.prefix(20))”"
                + (isNumber && Percentage(scalar.text + "%") != nil
                    ? "; did you mean “\(scalar.text)%”?" : ""))
        return nil
    }

    /// A duration such as `15m`, `24h` or `3d`.
    func span(
        _ value: YAMLValue, _ subject: String, in range: ClosedRange<TimeSpan> = anySpan
    ) -> TimeSpan? {
        guard let scalar = text(value, subject) else { return nil }
        guard let span = TimeSpan(scalar.text) else {
            list.error(
                value.place,
                Self.digits(scalar.text) == nil
                    ? "\(subject) must be a duration such as 15m, 24h or 3d, not "
                        + "“\(scalar.text.prefix(20))”" + Self.meant(by: scalar.text)
                    : "\(subject) needs a unit: \(scalar.text)s, \(scalar.text)m, "
                        + "\(scalar.text)h or \(scalar.text)d")
            return nil
        }
        guard range.contains(span) else {
            list.error(
                value.place,
                "\(subject) must be from \(range.lowerBound) to \(range.upperBound), not \(span)")
            return nil
        }
        return span
    }

    /// The one number and unit that stand for several, as in `1h30m`, `1.5h` or `PT4H`.
    private static func meant(by text: String) -> String {
        let factors: [Character: Double] = [
            "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800,
        ]
        var seconds = 0.0
        var digits = ""
        var rest = text.lowercased().filter { $0 != " " }[...]
        if rest.hasPrefix("pt") {
            rest = rest.dropFirst(2)
        } else if rest.hasPrefix("p") {
            rest = rest.dropFirst()
        }
        for character in rest {
            if let factor = factors[character], let count = Double(digits) {
                seconds += count * factor
                digits = ""
            } else if character.isASCII, character.isNumber || character == ".", digits.count < 9 {
                digits.append(character)
            } else {
                return ""
            }
        }
        guard digits.isEmpty, seconds >= 1, seconds == seconds.rounded(),
            let span = TimeSpan(seconds: Int64(min(seconds, 1e12)))
        else { return "" }
        return "; did you mean “\(span)”?"
    }

    /// From no time to ten years.
    static let anySpan = TimeSpan.days(0)...TimeSpan.days(3_660)

    /// A date such as `2026-12-20`.
    func date(_ value: YAMLValue) -> LocalDate? {
        guard let scalar = text(value, "the date") else { return nil }
        if let date = LocalDate(scalar.text) { return date }
        list.error(
            value.place,
            "“\(scalar.text.prefix(20))” is no date of the calendar; write it as 2026-12-20")
        return nil
    }

    /// `true` or `false`, as YAML 1.2 writes them; version 1.1's `yes` and `on` are told apart.
    func flag(_ value: YAMLValue, _ subject: String) -> Bool? {
        guard let scalar = text(value, subject) else { return nil }
        switch scalar.text.lowercased() {
        case "true": return true
        case "false": return false
        case "yes", "on", "y":
            list.error(value.place, "\(subject) must be true or false; write “true”")
        case "no", "off", "n":
            list.error(value.place, "\(subject) must be true or false; write “false”")
        default:
            list.error(
                value.place, "\(subject) must be true or false, not “\(scalar.text.prefix(20))”")
        }
        return nil
    }

    /// The elements of a list; a single value stands for a list of one when that is allowed.
    func elements(_ value: YAMLValue, _ subject: String, orSingle: Bool = false) -> [YAMLValue]? {
        if case .list(let elements) = value.content { return elements }
        if orSingle, case .scalar = value.content { return [value] }
        if value.isRefused { return nil }
        list.error(value.place, "\(subject) must be a list, not \(value.kind)")
        return nil
    }

    /// Whether a text in capitals is a CVE number, such as CVE-2026-1234.
    static func isVulnerability(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "CVE" && parts[1].count == 4
            && digits(parts[1]) != nil && parts[2].count >= 4 && digits(parts[2]) != nil
    }

    /// A number of digits alone; `nil` for anything else, and for what no machine counts.
    static func digits(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func nameFrom(_ text: String) -> String {
        var name = ""
        for character in text.lowercased().unicodeScalars {
            let isGood = ("a"..."z").contains(character) || ("0"..."9").contains(character)
            if isGood {
                name.unicodeScalars.append(character)
            } else if !name.isEmpty, name.last != "-" {
                name.append("-")
            }
        }
        name = String(name.prefix(PolicyName.maximumLength))
        while name.last == "-" { name.removeLast() }
        return name
    }
}
