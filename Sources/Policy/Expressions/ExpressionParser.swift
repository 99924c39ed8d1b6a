import Fleet
import Versions

extension PolicyExpression {
    /// Reads an expression:
    ///
    ///     expression = conjunction { "or" conjunction }
    ///     conjunction = part { "and" part }
    ///     part = "not" part | "(" expression ")" | "all" | test
    ///     test = field comparator value | field ["not"] "in" "(" value { "," value } ")" | field
    ///
    /// A field alone is a test that it is true. Names and keywords are read in any case.
    ///
    /// - Throws: `ExpressionError` for the first thing that is wrong.
    public init(parsing text: String) throws(ExpressionError) {
        var parser = ExpressionParser<Field>(tokens: try ExpressionLexer.tokens(of: text))
        self.init(try parser.whole())
    }
}

/// Reads an expression by recursive descent.
private struct ExpressionParser<Field: ExpressionField> {
    typealias Term = PolicyExpression<Field>.Term

    private let tokens: [ExpressionToken]
    private var place = 0
    private var testCount = 0

    init(tokens: [ExpressionToken]) {
        self.tokens = tokens
    }

    /// The token that is looked at; at the end it is the end for ever.
    private var token: ExpressionToken { tokens[min(place, tokens.count - 1)] }

    mutating func whole() throws(ExpressionError) -> Term {
        if token.kind == .end {
            throw ExpressionError(
                .empty, at: token.offset,
                "There is no expression; “all” is the one for everything.",
                suggestion: "all")
        }
        let term = try alternatives(depth: 0)
        guard token.kind == .end else { throw unexpected("“and”, “or” or the end") }
        return term
    }

    private mutating func alternatives(depth: Int) throws(ExpressionError) -> Term {
        var terms = [try conjunction(depth: depth)]
        while token.isKeyword("or") {
            place += 1
            terms.append(try conjunction(depth: depth))
        }
        return .any(terms)
    }

    private mutating func conjunction(depth: Int) throws(ExpressionError) -> Term {
        var terms = [try part(depth: depth)]
        while token.isKeyword("and") {
            place += 1
            terms.append(try part(depth: depth))
        }
        return .all(terms)
    }

    private mutating func part(depth: Int) throws(ExpressionError) -> Term {
        guard depth < ExpressionLimits.depth else {
            throw ExpressionError(
                .tooDeep, at: token.offset, length: token.length,
                "Brackets and “not” are nested deeper than \(ExpressionLimits.depth) levels.")
        }
        if token.isKeyword("not") {
            place += 1
            return .not(try part(depth: depth + 1))
        }
        if token.kind == .open {
            place += 1
            let inner = try alternatives(depth: depth + 1)
            guard token.kind == .close else { throw unexpected("“)”") }
            place += 1
            return inner
        }
        if token.isKeyword("all") {
            place += 1
            return .always
        }
        return try test()
    }

    private mutating func test() throws(ExpressionError) -> Term {
        let field = try self.field()
        switch token.kind {
        case .comparator(let comparator):
            try check(comparator, fits: field)
            place += 1
            return .test(FieldTest(field, comparator, [try value(of: field, for: comparator)]))
        case .word where token.isKeyword("in"):
            return .test(try list(of: field))
        case .word
        where token.isKeyword("not")
            && tokens[min(place + 1, tokens.count - 1)]
                .isKeyword("in"):
            place += 1
            return .not(.test(try list(of: field)))
        default:
            guard field.isTruth else {
                throw unexpected(
                    "a comparison of \(field.rawValue) ("
                        + field.kind.comparators.map(\.rawValue).joined(separator: " ") + ")")
            }
            return .test(FieldTest(field, .equal, [.word(1)]))
        }
    }

    private mutating func field() throws(ExpressionError) -> Field {
        guard case .word(let name) = token.kind, !Self.keywords.contains(name.lowercased()) else {
            throw unexpected("a field such as \(Self.example)")
        }
        guard let field = Field.named(name) else {
            let names = Field.allCases.map(\.rawValue) + Field.synonyms.keys.sorted()
            let nearest = Spelling.nearest(to: name, among: names)
            let hint =
                nearest.map { "; did you mean “\($0)”?" }
                ?? "; the fields are " + Field.allCases.map(\.rawValue).joined(separator: ", ")
                + "."
            throw ExpressionError(
                .unknownField, at: token.offset, length: token.length,
                "There is no field “\(name.prefix(40))”\(hint)", suggestion: nearest)
        }
        place += 1
        return field
    }

    private func check(
        _ comparator: Comparator, fits field: Field
    ) throws(ExpressionError) {
        guard !field.kind.comparators.contains(comparator) else { return }
        throw ExpressionError(
            .wrongComparator, at: token.offset, length: token.length,
            "\(field.rawValue) cannot be compared with “\(comparator.rawValue)”; it can with "
                + field.kind.comparators.map(\.rawValue).joined(separator: " ") + ".")
    }

    /// `in` and its list.
    private mutating func list(of field: Field) throws(ExpressionError) -> FieldTest<Field> {
        place += 1
        guard token.kind == .open else { throw unexpected("“(” and a list of values") }
        var values: [Literal] = []
        repeat {
            place += 1
            let literal = try value(of: field, for: .oneOf)
            if !values.contains(literal) { values.append(literal) }
        } while token.kind == .comma
        guard token.kind == .close else { throw unexpected("“,” or “)”") }
        place += 1
        return FieldTest(field, .oneOf, values)
    }

    private mutating func value(
        of field: Field, for comparator: Comparator
    ) throws(ExpressionError) -> Literal {
        let first = token
        testCount += 1
        guard testCount <= ExpressionLimits.tests else {
            throw ExpressionError(
                .tooManyTests, at: first.offset, length: first.length,
                "The expression compares with more than \(ExpressionLimits.tests) values.")
        }
        var text: String
        switch first.kind {
        case .word(let word) where !Self.keywords.contains(word.lowercased()): text = word
        case .quoted(let quoted): text = quoted
        case .word, .comparator, .open, .close, .comma, .end: throw unexpected(expectation(field))
        }
        place += 1
        var length = first.length
        // A number and its unit may stand apart: `14 days`, `8 GiB`.
        if case .word(let unit) = token.kind, LiteralReader.takesUnit(unit, in: field.kind) {
            text += " " + unit
            length = token.offset + token.length - first.offset
            place += 1
        }
        let isComparable =
            field.kind != .release || !comparator.isOrdering || VersionBounds.isVersion(text)
        guard isComparable, let literal = LiteralReader.read(text, for: field) else {
            let nearest = field.wordList.flatMap {
                Spelling.nearest(to: text, among: $0.words)
            }
            throw ExpressionError(
                .wrongValue, at: first.offset, length: length,
                "“\(text.prefix(40))” is no value of \(field.rawValue), which is "
                    + "\(field.kind.expectation).", suggestion: nearest)
        }
        return literal
    }

    private func expectation(_ field: Field) -> String {
        "a value of \(field.rawValue): \(field.kind.expectation)"
    }

    private func unexpected(_ expected: String) -> ExpressionError {
        ExpressionError(
            .syntax, at: token.offset, length: token.length,
            "Here stands \(token.inWords); expected \(expected).")
    }

    private static var keywords: Set<String> { ["and", "or", "not", "in"] }

    private static var example: String { Field.allCases.first?.rawValue ?? "" }
}
