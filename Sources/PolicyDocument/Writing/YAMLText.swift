/// Writes values as YAML that every reader of version 1.1 or 1.2 reads alike.
package enum YAMLText {
    /// A text: bare when nobody could take it for anything else, else in double quotes.
    package static func scalar(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// `{key: value, …}`; the values are written already.
    static func mapping(_ entries: [(key: String, value: String?)]) -> String {
        let present = entries.compactMap { entry in entry.value.map { "\(entry.key): \($0)" } }
        return "{\(present.joined(separator: ", "))}"
    }

    /// `[value, …]`; the values are written already.
    package static func list(_ values: [String]) -> String {
        "[\(values.joined(separator: ", "))]"
    }

    /// Words that some version of YAML takes for something else than a text.
    private static let reserved: Set<String> = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n",
    ]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isLetter(first), last != 0x20,
            !reserved.contains(text.lowercased())
        else { return false }
        let signs = Set(" _-./+=<>~()*%!'\"".utf8)
        return text.utf8.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || signs.contains($0)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20)
    }

    /// YAML 1.2.2 section 5.7: escapes of a text in double quotes.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where isEscaped(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            true
        default: false
        }
    }
}
