/// A piece of a document between two places where markup begins or ends, as bytes.
struct Token {
    /// What a piece is.
    enum Kind {
        /// Character data with references.
        case text
        /// `<a …>`, `</a>` or `<a …/>`
        case tag
        /// `<![CDATA[…]]>`
        case characterData
        /// `<!--…-->`
        case comment
        /// `<?…?>`
        case instruction
        /// `<!DOCTYPE …>` with its internal subset.
        case documentType
    }

    /// What it is.
    let kind: Kind
    /// Its bytes with the delimiters.
    let bytes: [UInt8]
    /// Where it begins.
    let start: MarkupPosition

    /// An error at one of its bytes.
    func fault(
        _ code: MarkupError.Code, _ message: String, at offset: Int = 0
    ) -> MarkupError {
        MarkupError(code, message, at: start.behind(bytes[..<min(offset, bytes.count)]))
    }

    /// Refuses characters that must not stand in a document.
    func checkCharacters() throws(MarkupError) {
        guard let offset = CharacterRules.firstFault(in: bytes[...]) else { return }
        let isControl = bytes[offset] < 0x20
        throw fault(
            isControl ? .malformed : .encoding,
            isControl ? "A control character" : "Bytes that are no character in UTF-8", at: offset)
    }
}

/// Cuts a stream of UTF-8 into tokens; each byte is looked at once, however small the chunks are.
struct TokenScanner: Sendable {
    private let limits: MarkupLimits
    private var position = MarkupPosition()
    private var pending: [UInt8] = []
    private var start = MarkupPosition()
    /// The kind of the markup that is open; `nil` in text, and until its first bytes tell it.
    private var kind: Token.Kind?
    private var isMarkup = false
    /// The quotation mark that is open within a tag or a document type declaration.
    private var quote: UInt8?
    private var subset = InternalSubset()

    init(limits: MarkupLimits) {
        self.limits = limits
    }

    /// Where the scanner stands.
    var place: MarkupPosition { position }

    /// Whether a tag, comment or the like has begun and not ended.
    var isInMarkup: Bool { isMarkup }

    /// The text that has come since the last markup.
    mutating func takeText() -> Token? {
        guard !isMarkup, !pending.isEmpty else { return nil }
        let token = Token(kind: .text, bytes: pending, start: start)
        pending = []
        return token
    }

    /// The next whole token of `chunk`, which loses its bytes; `nil` when it is used up.
    mutating func next(_ chunk: inout ArraySlice<UInt8>) throws(MarkupError) -> Token? {
        if !isMarkup {
            let stop = chunk.firstIndex(of: Ascii.less) ?? chunk.endIndex
            try append(text: chunk[..<stop])
            chunk = chunk[stop...]
            guard !chunk.isEmpty else { return nil }
            let text = takeText()
            (isMarkup, kind, quote, subset, start) = (true, nil, nil, InternalSubset(), position)
            if let text { return text }
        }
        while let byte = chunk.popFirst() {
            position.pass(byte)
            pending.append(byte)
            if try isComplete(byte) {
                let token = Token(kind: kind ?? .tag, bytes: pending, start: start)
                (pending, isMarkup) = ([], false)
                return token
            }
        }
        return nil
    }

    private mutating func append(text: ArraySlice<UInt8>) throws(MarkupError) {
        if pending.isEmpty { start = position }
        guard pending.count + text.count <= limits.textBytes else {
            throw MarkupError(
                .limit, "A text of more than \(limits.textBytes) bytes", at: start)
        }
        pending.append(contentsOf: text)
        position = position.behind(text)
    }

    /// Whether the byte that was appended ends the markup.
    private mutating func isComplete(_ byte: UInt8) throws(MarkupError) -> Bool {
        let limit = kind == .characterData ? limits.textBytes : limits.markupBytes
        guard pending.count <= limit else {
            throw MarkupError(.limit, "Markup of more than \(limit) bytes", at: start)
        }
        guard let kind else {
            self.kind = try kindSoFar()
            // The shortest of all is `<>`, which is whole as soon as its kind is known.
            return self.kind == .tag ? try endsTag(byte) : false
        }
        switch kind {
        case .tag: return try endsTag(byte)
        case .instruction: return byte == Ascii.greater && ends("?>", least: 4)
        case .comment: return byte == Ascii.greater && ends("-->", least: 7)
        case .characterData: return byte == Ascii.greater && ends("]]>", least: 12)
        case .documentType: return subset.ends(byte)
        case .text: return false
        }
    }

    private mutating func endsTag(_ byte: UInt8) throws(MarkupError) -> Bool {
        if byte == Ascii.less, pending.count > 1 {
            throw MarkupError(.malformed, "“<” within a tag", at: start.behind(pending.dropLast()))
        }
        if let quote {
            if byte == quote { self.quote = nil }
            return false
        }
        if byte == Ascii.doubleQuote || byte == Ascii.singleQuote { quote = byte }
        return byte == Ascii.greater
    }

    private func ends(_ text: StaticString, least: Int) -> Bool {
        guard pending.count >= least else { return false }
        return text.withUTF8Buffer { pending.suffix($0.count).elementsEqual($0) }
    }

    private static let openings: [(Token.Kind, [UInt8])] = [
        (.comment, Array("<!--".utf8)), (.characterData, Array("<![CDATA[".utf8)),
        (.documentType, Array("<!DOCTYPE".utf8)),
    ]

    private func kindSoFar() throws(MarkupError) -> Token.Kind? {
        guard pending.count > 1 else { return nil }
        switch pending[1] {
        case Ascii.question: return .instruction
        case Ascii.exclamation:
            for (kind, opening) in Self.openings where opening.starts(with: pending) {
                return opening.count == pending.count ? kind : nil
            }
            throw MarkupError(.malformed, "A declaration that is not known", at: start)
        default: return .tag
        }
    }
}

/// Finds the end of a document type declaration, whose internal subset may hold declarations,
/// comments and literals with any of the delimiters in them. Nothing in it is obeyed.
private struct InternalSubset: Sendable {
    private enum Place { case plain, quoted(UInt8), comment, instruction }
    private var place = Place.plain
    private var isBracketed = false
    /// The last four bytes, the newest lowest.
    private var recent: UInt32 = 0

    mutating func ends(_ byte: UInt8) -> Bool {
        recent = recent << 8 | UInt32(byte)
        switch place {
        case .quoted(let quote): if byte == quote { place = .plain }
        case .comment: if recent & 0xFF_FFFF == 0x2D_2D3E { place = .plain }
        case .instruction: if recent & 0xFFFF == 0x3F3E { place = .plain }
        case .plain: return endsPlain(byte)
        }
        return false
    }

    private mutating func endsPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case Ascii.doubleQuote, Ascii.singleQuote: place = .quoted(byte)
        case Ascii.openBracket: isBracketed = true
        case Ascii.closeBracket: isBracketed = false
        case Ascii.hyphen where recent == 0x3C21_2D2D:
            place = .comment
            recent = 0
        case Ascii.question where recent & 0xFFFF == 0x3C3F: place = .instruction
        case Ascii.greater: return !isBracketed
        default: break
        }
        return false
    }
}
