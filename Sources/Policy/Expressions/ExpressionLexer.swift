/// One word, quoted text or sign of an expression.
struct ExpressionToken: Hashable {
    enum Kind: Hashable {
        case word(String)
        case quoted(String)
        case comparator(Comparator)
        case open
        case close
        case comma
        case end
    }

    let kind: Kind
    /// Where it begins, in Unicode scalars.
    let offset: Int
    /// How many Unicode scalars it takes.
    let length: Int

    /// What it is, for messages.
    var inWords: String {
        switch kind {
        case .word(let text), .quoted(let text): "“\(text.prefix(40))”"
        case .comparator(let sign): "“\(sign.rawValue)”"
        case .open: "“(”"
        case .close: "“)”"
        case .comma: "“,”"
        case .end: "the end"
        }
    }

    /// Whether it is the keyword, in any case; a quoted text never is.
    func isKeyword(_ keyword: String) -> Bool {
        if case .word(let text) = kind { return text.lowercased() == keyword }
        return false
    }
}

/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
    private let scalars: [Unicode.Scalar]
    private var place = 0

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// The tokens of a text; the last is the end.
    static func tokens(of text: String) throws(ExpressionError) -> [ExpressionToken] {
        guard text.utf8.count <= ExpressionLimits.length else {
            throw ExpressionError(
                .tooLong, at: 0, length: text.unicodeScalars.count,
                "The expression is longer than \(ExpressionLimits.length) bytes.")
        }
        var lexer = ExpressionLexer(text)
        var tokens: [ExpressionToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private mutating func next() throws(ExpressionError) -> ExpressionToken {
        while place < scalars.count, Self.isBlank(scalars[place]) { place += 1 }
        guard place < scalars.count else {
            return ExpressionToken(kind: .end, offset: place, length: 0)
        }
        switch scalars[place] {
        case "(": return sign(.open, 1)
        case ")": return sign(.close, 1)
        case ",": return sign(.comma, 1)
        case "\"", "'": return try quoted()
        case "=", "!", "<", ">", "~": return try comparator()
        default: return try word()
        }
    }

    private mutating func sign(_ kind: ExpressionToken.Kind, _ length: Int) -> ExpressionToken {
        defer { place += length }
        return ExpressionToken(kind: kind, offset: place, length: length)
    }

    private mutating func comparator() throws(ExpressionError) -> ExpressionToken {
        let first = scalars[place]
        let isFollowedByEqual = place + 1 < scalars.count && scalars[place + 1] == "="
        switch (first, isFollowedByEqual) {
        case ("=", true):
            throw ExpressionError(
                .syntax, at: place, length: 2, "“==” is written “=” here.", suggestion: "=")
        case ("!", false):
            throw ExpressionError(
                .syntax, at: place, length: 1, "“!” is written “not” here.", suggestion: "not")
        case ("!", true): return sign(.comparator(.notEqual), 2)
        case ("<", true): return sign(.comparator(.lessOrEqual), 2)
        case (">", true): return sign(.comparator(.greaterOrEqual), 2)
        case ("<", false): return sign(.comparator(.less), 1)
        case (">", false): return sign(.comparator(.greater), 1)
        case ("~", _): return sign(.comparator(.glob), 1)
        default: return sign(.comparator(.equal), 1)
        }
    }

    /// A text between quotes of one kind; a quote inside is written twice, and a backslash is only
    /// a backslash.
    private mutating func quoted() throws(ExpressionError) -> ExpressionToken {
        let quote = scalars[place]
        var text = String.UnicodeScalarView()
        var end = place + 1
        while end < scalars.count {
            if scalars[end] == quote {
                guard end + 1 < scalars.count, scalars[end + 1] == quote else {
                    return sign(.quoted(String(text)), end + 1 - place)
                }
                end += 1
            }
            text.append(scalars[end])
            end += 1
        }
        throw ExpressionError(
            .unterminatedText, at: place, length: scalars.count - place,
            "The text that begins here has no closing quote.", suggestion: String(quote))
    }

    private mutating func word() throws(ExpressionError) -> ExpressionToken {
        let length = scalars[place...].prefix(while: Self.standsInWord).count
        guard length > 0 else {
            let character = scalars[place]
            let hint: (String, String?) =
                switch character {
                case "&": ("“&” is written “and” here.", "and")
                case "|": ("“|” is written “or” here.", "or")
                default: ("The character “\(character)” stands for nothing here.", nil)
                }
            throw ExpressionError(
                .badCharacter, at: place, length: 1, hint.0, suggestion: hint.1)
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[place..<place + length])
        return sign(.word(String(text)), length)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
    }

    /// Letters of any script, digits, and the signs that stand in names, versions, patterns and
    /// numbers.
    static func standsInWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", "+", "/", ":", "@", "*", "?", "%":
            true
        default: scalar.properties.isAlphabetic && !scalar.isASCII
        }
    }
}
