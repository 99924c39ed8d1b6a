import Fleet

extension PolicyExpression: CustomStringConvertible {
    /// The canonical text: one space between words, brackets only where they are needed, units that
    /// divide evenly.
    public var description: String { root.text(inside: .any) }
}

extension PolicyExpression.Term {
    /// What a part stands in: it needs brackets when it binds less tightly.
    fileprivate enum Surroundings {
        case any
        case all
        case not
    }

    fileprivate func text(inside surroundings: Surroundings) -> String {
        switch self {
        case .always: return "all"
        case .test(let test): return test.description
        case .not(let term): return "not " + term.text(inside: .not)
        case .all(let terms):
            let text = terms.map { $0.text(inside: .all) }.joined(separator: " and ")
            return surroundings == .not ? "(\(text))" : text
        case .any(let terms):
            let text = terms.map { $0.text(inside: .any) }.joined(separator: " or ")
            return surroundings == .any ? text : "(\(text))"
        }
    }
}

extension FieldTest: CustomStringConvertible {
    /// As it stands in an expression.
    public var description: String {
        let texts = values.map(text)
        return comparator == .oneOf
            ? "\(field.rawValue) in (\(texts.joined(separator: ", ")))"
            : "\(field.rawValue) \(comparator.rawValue) \(texts.first ?? "")"
    }

    private func text(_ literal: Literal) -> String {
        switch literal {
        case .text(let text): Self.quotedIfNeeded(text)
        case .word(let place):
            field.wordList.flatMap { $0.words.indices.contains(place) ? $0.words[place] : nil }
                ?? ""
        case .number(let number):
            switch field.kind {
            case .duration: TimeSpan(seconds: Int64(number))?.description ?? "0s"
            case .bytes: Self.size(number)
            case .text, .texts, .version, .release, .number, .words, .wordSet:
                Self.plain(number)
            }
        }
    }

    /// Bare when it reads back as one word that is no keyword.
    private static func quotedIfNeeded(_ text: String) -> String {
        let isWord = !text.isEmpty && text.unicodeScalars.allSatisfy(ExpressionLexer.standsInWord)
        if isWord, !["and", "or", "not", "in", "all"].contains(text.lowercased()) { return text }
        let doubled = text.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + doubled.joined(separator: "\"\"") + "\""
    }

    private static func size(_ bytes: Double) -> String {
        let unit = LiteralReader.sizes.first { bytes >= $0.bytes && isWhole(bytes / $0.bytes) }
        guard let unit, unit.bytes > 1, let letter = unit.unit.first else { return plain(bytes) }
        let rest = unit.unit.dropFirst().map { $0 == "b" ? "B" : String($0) }.joined()
        return plain(bytes / unit.bytes) + (unit.unit == "kb" ? "k" : letter.uppercased()) + rest
    }

    private static func isWhole(_ number: Double) -> Bool { number == number.rounded() }

    /// Decimal digits without an exponent, as the parser reads them.
    private static func plain(_ number: Double) -> String {
        if isWhole(number), number.magnitude < 1e16 { return "\(Int64(number))" }
        let text = "\(number)"
        guard let exponent = text.firstIndex(of: "e"),
            let shift = Int(text[exponent...].dropFirst())
        else { return text }
        // Only small shares come here: 1.5e-05 is 0.000015.
        let digits = text[..<exponent].filter { $0 != "." }
        return "0." + String(repeating: "0", count: max(0, -shift - 1)) + digits
    }
}
