import Fleet

/// Reads the values that fields are compared with.
enum LiteralReader {
    /// The longest text, in bytes: as long as the longest package name.
    static let maximumTextLength = 255

    /// A value of a field; `nil` when the field does not have such values.
    static func read<Field: ExpressionField>(_ text: String, for field: Field) -> Literal? {
        switch field.kind {
        case .text, .texts, .release:
            return text.utf8.count <= maximumTextLength ? .text(text) : nil
        case .version:
            guard text.utf8.count <= maximumTextLength,
                text.utf8.contains(where: { (0x30...0x39).contains($0) || $0 == 0x2A })
            else { return nil }
            return .text(text)
        case .number(let range): return number(text, in: range)
        case .duration: return TimeSpan(text).map { .number(Double($0.seconds)) }
        case .bytes: return bytes(text).map(Literal.number)
        case .words, .wordSet: return field.place(ofWord: text).map(Literal.word)
        }
    }

    /// Whether a word may be the unit of a value of this kind.
    static func takesUnit(_ word: String, in kind: FieldKind) -> Bool {
        switch kind {
        case .duration: TimeSpan.isUnit(word)
        case .bytes: sizes.contains { $0.unit == word.lowercased() }
        case .text, .texts, .version, .release, .number, .words, .wordSet: false
        }
    }

    /// A number in plain decimal notation; with `%` a hundredth of it.
    private static func number(_ text: String, in range: ClosedRange<Double>) -> Literal? {
        let isShare = text.last == "%"
        let digits = isShare ? text.dropLast() : text[...]
        guard let first = digits.utf8.first, (0x30...0x39).contains(first), digits.utf8.count <= 32,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }),
            let value = Double(digits)
        else { return nil }
        let number = isShare ? value / 100 : value
        return range.contains(number) ? .number(number) : nil
    }

    /// Units of size: the decimal ones of the SI, the binary ones of IEC 80000-13.
    static let sizes: [(unit: String, bytes: Double)] = [
        ("tib", 1_099_511_627_776), ("tb", 1e12), ("gib", 1_073_741_824), ("gb", 1e9),
        ("mib", 1_048_576), ("mb", 1e6), ("kib", 1024), ("kb", 1000), ("b", 1),
    ]

    /// The largest size, in bytes: one pebibyte, exact as a floating-point number.
    private static let maximumBytes = 1_125_899_906_842_624.0

    private static func bytes(_ text: String) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard case .number(let count)? = number(String(digits), in: 0...maximumBytes),
            let factor = unit.isEmpty ? 1 : sizes.first(where: { $0.unit == unit })?.bytes
        else { return nil }
        let bytes = (count * factor).rounded()
        return bytes <= maximumBytes ? bytes : nil
    }
}
