extension HealthMeasure {
    /// What follows the colon in `crashes:program=nginx,atMost=2,over=5m`: keys and values with
    /// commas between, a text of the journal last, since it may hold commas itself.
    public var words: String {
        var parts: [String] = []
        if let name { parts.append("\(subject == .crashes ? "program" : "unit")=\(name)") }
        if let atMost {
            parts.append("atMost=\(subject == .bootTime ? Self.span(atMost) : "\(atMost)")")
        }
        if let percent {
            parts.append(
                subject == .bootTime ? "slower=\(percent - 100)%" : "times=\(percent / 100)")
        }
        if let over { parts.append("over=\(Self.span(over))") }
        if let text { parts.append("text=\(text)") }
        return parts.joined(separator: ",")
    }

    /// Reads what follows the colon; `nil` when it is none that could be measured.
    public init?(_ subject: Subject, words: String) {
        self.init(subject)
        var rest = words[...]
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let key = rest[..<equals]
            let after = rest[rest.index(after: equals)...]
            let end = key == "text" ? nil : after.firstIndex(of: ",")
            guard take(String(key), String(after[..<(end ?? after.endIndex)])) else { return nil }
            rest = end.map { after[after.index(after: $0)...] } ?? ""
        }
        guard isSound else { return nil }
    }

    /// Takes one key with its value; `false` when it is none of this subject, or stands twice.
    private mutating func take(_ key: String, _ value: String) -> Bool {
        switch (key, subject) {
        case ("program", .crashes), ("unit", .journal):
            return Self.set(&name, value)
        case ("text", .journal):
            return Self.set(&text, value)
        case ("atMost", .bootTime):
            return Self.set(&atMost, Self.seconds(value))
        case ("atMost", _):
            return Self.set(&atMost, Self.number(value[...]))
        case ("times", .crashes), ("times", .journal):
            return Self.set(&percent, Self.number(value[...]).map { $0 * 100 })
        case ("slower", .bootTime):
            guard value.hasSuffix("%") else { return false }
            return Self.set(&percent, Self.number(value.dropLast()).map { $0 + 100 })
        case ("over", .crashes), ("over", .journal):
            return Self.set(&over, Self.seconds(value))
        default:
            return false
        }
    }

    private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        guard field == nil, let value else { return false }
        field = value
        return true
    }

    /// A whole number of at most six digits; every limit has fewer.
    private static func number(_ text: Substring) -> Int64? {
        guard (1...6).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int64(text)
    }

    private static let units: [(sign: Character, seconds: Int64)] = [
        ("h", 3600), ("m", 60), ("s", 1),
    ]

    private static func seconds(_ text: String) -> Int64? {
        guard let unit = units.first(where: { $0.sign == text.last }) else { return nil }
        return number(text.dropLast()).map { $0 * unit.seconds }
    }

    /// Seconds as they are read back: `5m`, `90s`.
    static func span(_ seconds: Int64) -> String {
        let unit = units.first { seconds >= $0.seconds && seconds % $0.seconds == 0 }
        return unit.map { "\(seconds / $0.seconds)\($0.sign)" } ?? "0s"
    }

    /// Whether an endpoint can be asked for it: each limit is one that can be, and names are names.
    public var isSound: Bool {
        let isCount = subject != .bootTime
        if let atMost, !(isCount ? Self.counts : Self.bootSeconds).contains(atMost) { return false }
        if let over, !isCount || !Self.spans.contains(over) { return false }
        if let percent {
            let isFair =
                isCount
                ? percent % 100 == 0 && Self.times.contains(percent / 100)
                : Self.slower.contains(percent - 100)
            if !isFair { return false }
        }
        switch subject {
        case .crashes: return text == nil && (name.map(Self.isName) ?? true)
        case .journal:
            return (name.map(Self.isName) ?? true) && (text.map(Self.isSearchable) ?? true)
        case .bootTime: return name == nil && text == nil && (atMost ?? percent) != nil
        }
    }

    /// Whether it can be the name of a program or a unit: no option, no path, no list.
    public static func isName(_ name: String) -> Bool {
        (1...longestText).contains(name.utf8.count) && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || ":-_.\\@+".utf8.contains(byte)
            }
    }

    /// Whether entries can be asked for a text: it says something, on one line.
    public static func isSearchable(_ text: String) -> Bool {
        (1...longestText).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            && text.contains { $0 != "*" && $0 != "?" && $0 != " " }
    }
}
