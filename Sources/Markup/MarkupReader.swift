/// Reads XML 1.0 (fifth edition) as a stream: chunks of bytes go in, events come out.
///
/// It is strict: a document that is not well-formed gives an error with its line and column, never
/// a guess. It is bounded by `MarkupLimits`. It does not validate; a document type declaration is
/// passed over, and no entity but XML's own five is expanded, so that no document can grow or
/// reach for other files. UTF-8 is read (US-ASCII with it), and ISO-8859-1 when it is declared;
/// every other encoding is refused. Names keep their prefixes.
public struct MarkupReader: Sendable {
    private let limits: MarkupLimits
    private var scanner: TokenScanner
    private var open: [String] = []
    private var hasRoot = false
    private var hasDocumentType = false
    private var isFirst = true
    private var isLatin1 = false
    private var hasFailed = false
    private var mark = ByteOrderMark()
    /// Text since the last tag.
    private var text: [UInt8] = []

    /// A reader of one document.
    public init(limits: MarkupLimits = MarkupLimits()) {
        self.limits = limits
        scanner = TokenScanner(limits: limits)
    }

    /// Reads a whole document.
    ///
    /// - Throws: `MarkupError`, or what `body` throws.
    public static func read(
        _ bytes: [UInt8], limits: MarkupLimits = MarkupLimits(),
        _ body: (MarkupEvent) throws -> Void
    ) throws {
        var reader = MarkupReader(limits: limits)
        try reader.read(bytes[...], body)
        try reader.finish()
    }

    /// Reads the next bytes; they may begin and end anywhere, within a character too.
    ///
    /// - Throws: `MarkupError`, or what `body` throws; the reader is of no further use then.
    public mutating func read(
        _ chunk: ArraySlice<UInt8>, _ body: (MarkupEvent) throws -> Void
    ) throws {
        try checkUse()
        hasFailed = true
        var rest = try mark.passed(chunk)
        if isLatin1 { rest = Self.utf8(fromLatin1: rest) }
        while let token = try scanner.next(&rest) {
            let wasLatin1 = isLatin1
            try accept(token, body)
            if isLatin1, !wasLatin1 { rest = Self.utf8(fromLatin1: rest) }
        }
        hasFailed = false
    }

    /// Says that the document ends here.
    ///
    /// - Throws: `MarkupError` when it must not end yet.
    public mutating func finish() throws {
        try checkUse()
        hasFailed = true
        var rest = try mark.finish()
        while let token = try scanner.next(&rest) { try accept(token) { _ in } }
        if let token = scanner.takeText() { try accept(token) { _ in } }
        if scanner.isInMarkup { throw unfinished("The document ends within a tag or a comment") }
        if let name = open.last { throw unfinished("The element “\(name)” is not closed") }
        if !hasRoot { throw unfinished("The document holds no element") }
    }

    private func unfinished(_ message: String) -> MarkupError {
        MarkupError(.unfinished, message, at: scanner.place)
    }

    private func checkUse() throws(MarkupError) {
        if hasFailed {
            throw MarkupError(
                .malformed, "The document has ended, or could not be read", at: scanner.place)
        }
    }

    private mutating func accept(_ token: Token, _ body: (MarkupEvent) throws -> Void) throws {
        defer { isFirst = false }
        try token.checkCharacters()
        switch token.kind {
        case .text: try add(text: token)
        case .characterData: try add(characterData: token)
        case .tag: try accept(tag: token, body)
        case .comment: try Self.check(comment: token)
        case .instruction: try accept(instruction: token)
        case .documentType:
            guard !hasRoot, !hasDocumentType else {
                throw token.fault(.malformed, "A document type declaration in this place")
            }
            hasDocumentType = true
        }
    }
}

// What each kind of token means.
extension MarkupReader {
    private mutating func add(text token: Token) throws(MarkupError) {
        if open.isEmpty {
            if let offset = token.bytes.firstIndex(where: { !Ascii.isBlank($0) }) {
                throw token.fault(.malformed, "Text outside the document's element", at: offset)
            }
            return
        }
        if token.bytes.contains(Ascii.closeBracket),
            let end = token.bytes.firstRange(of: Array("]]>".utf8))
        {
            throw token.fault(.malformed, "“]]>” outside a CDATA section", at: end.lowerBound)
        }
        try add(
            References.replaced(in: token, token.bytes.indices, isAttribute: false), of: token)
    }

    private mutating func add(characterData token: Token) throws(MarkupError) {
        guard !open.isEmpty else {
            throw token.fault(.malformed, "A CDATA section outside the document's element")
        }
        try add(References.lineEnds(token.bytes.dropFirst(9).dropLast(3)), of: token)
    }

    private mutating func add(_ bytes: [UInt8], of token: Token) throws(MarkupError) {
        guard text.count + bytes.count <= limits.textBytes else {
            throw token.fault(.limit, "A text of more than \(limits.textBytes) bytes")
        }
        text += bytes
    }

    private mutating func accept(tag token: Token, _ body: (MarkupEvent) throws -> Void) throws {
        var parser = TagParser(token, limits: limits)
        let element = try parser.element()
        if !text.isEmpty {
            try body(.text(String(decoding: text, as: UTF8.self)))
            text.removeAll(keepingCapacity: true)
        }
        if parser.isEnd {
            try close(element.name, token)
            return try body(.end(name: element.name))
        }
        if open.isEmpty, hasRoot {
            throw token.fault(.malformed, "A second element beside the document's own")
        }
        guard open.count < limits.depth else {
            throw token.fault(.limit, "More than \(limits.depth) elements within each other")
        }
        hasRoot = true
        try body(.start(element))
        if parser.isEmpty {
            try body(.end(name: element.name))
        } else {
            open.append(element.name)
        }
    }

    private mutating func close(_ name: String, _ token: Token) throws(MarkupError) {
        guard let last = open.popLast() else {
            throw token.fault(.mismatchedTag, "“</\(name)>” closes nothing")
        }
        guard last == name else {
            throw token.fault(.mismatchedTag, "“</\(name)>” where “\(last)” is open")
        }
    }

    /// Production 15: no `--` inside.
    private static func check(comment token: Token) throws(MarkupError) {
        let inside = token.bytes.dropFirst(4).dropLast(2)
        if let offset = inside.firstRange(of: [Ascii.hyphen, Ascii.hyphen]) {
            throw token.fault(.malformed, "“--” within a comment", at: offset.lowerBound)
        }
    }

    /// Productions 16, 17 and 23: the target `xml` is the declaration's, which stands first.
    private mutating func accept(instruction token: Token) throws(MarkupError) {
        let inside = token.bytes.dropFirst(2).dropLast(2)
        let target = inside.prefix { !Ascii.isBlank($0) }
        guard CharacterRules.isName(target) else {
            throw token.fault(.malformed, "A processing instruction without a name", at: 2)
        }
        guard String(decoding: target, as: UTF8.self).lowercased() == "xml" else { return }
        guard isFirst, target.elementsEqual("xml".utf8) else {
            throw token.fault(.malformed, "An XML declaration that does not stand first")
        }
        // Its parts are written as an element's attributes are.
        var start = token.start
        start.column += 1
        try accept(
            declaration: Token(
                kind: .tag, bytes: [Ascii.less] + inside + [Ascii.greater], start: start))
    }

    private mutating func accept(declaration token: Token) throws(MarkupError) {
        var parser = TagParser(token, limits: limits)
        let declaration = try parser.element()
        let names = declaration.attributes.map(\.name)
        let known = ["version", "encoding", "standalone"]
        guard names.first == "version", names == known.filter(names.contains) else {
            throw token.fault(.malformed, "An XML declaration that is not well-formed")
        }
        guard declaration["version"]?.hasPrefix("1.") == true else {
            throw token.fault(.malformed, "A version of XML that is not 1.0")
        }
        guard [nil, "yes", "no"].contains(declaration["standalone"]) else {
            throw token.fault(.malformed, "An XML declaration that is not well-formed")
        }
        switch declaration["encoding"]?.lowercased() {
        case nil, "utf-8", "utf8", "us-ascii", "ascii": break
        case "iso-8859-1", "iso_8859-1", "latin1", "latin-1": isLatin1 = true
        case .some(let other):
            throw token.fault(.encoding, "The encoding “\(other)”, which is not read")
        }
    }

    private static func utf8(fromLatin1 bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            if byte < 0x80 {
                result.append(byte)
            } else {
                result += [0xC0 | byte >> 6, 0x80 | byte & 0x3F]
            }
        }
        return result[...]
    }
}

/// The first bytes of a stream, which may tell its encoding (XML 1.0 appendix F).
private struct ByteOrderMark: Sendable {
    private var held: [UInt8]? = []

    /// The bytes without UTF-8's mark; nothing until enough have come.
    mutating func passed(_ chunk: ArraySlice<UInt8>) throws(MarkupError) -> ArraySlice<UInt8> {
        guard var bytes = held else { return chunk }
        bytes += chunk
        held = bytes
        return bytes.count < 4 ? [] : try finish()
    }

    /// What was held back, once no more is awaited.
    mutating func finish() throws(MarkupError) -> ArraySlice<UInt8> {
        guard let bytes = held else { return [] }
        held = nil
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
        let isWide =
            bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
            || (bytes.count >= 2 && (bytes[0] == 0 || bytes[1] == 0))
        if isWide {
            throw MarkupError(
                .encoding, "UTF-16 or UTF-32, which is not read", at: MarkupPosition())
        }
        return bytes[...]
    }
}
