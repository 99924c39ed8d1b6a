/// One JSON text, checked as a whole and indexed: strings and numbers are made only of what is
/// asked for, so that a record costs its bytes and twelve more for each value.
public final class JSONDocument: Sendable {
    /// One value: where its text begins, and where it ends or which token comes after it.
    struct Token {
        /// The byte at which the value's text begins; that of a string, behind the quote.
        var start: UInt32
        /// For an array or object, the index of the token behind its last; for all others, the byte
        /// behind the value's text.
        var link: UInt32
        var kind: Kind
    }

    enum Kind: UInt8 {
        case object, array, string, escapedString, number, `true`, `false`, null
    }

    let bytes: [UInt8]
    let tokens: [Token]

    /// Reads and checks a text: grammar, UTF-8, limits, and that no object has a key twice.
    ///
    /// - Throws: `JSONError`
    public init(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        var bytes = bytes
        if bytes.starts(with: byteOrderMark) { bytes.removeFirst(byteOrderMark.count) }
        guard bytes.count <= limits.textBytes else {
            throw JSONError("a text of more than \(limits.textBytes) bytes", limits.textBytes)
        }
        try Self.checkEncoding(bytes)
        var indexer = JSONIndexer(bytes, limits)
        try indexer.indexText()
        self.bytes = bytes
        tokens = indexer.tokens
    }

    /// Reads as much of the beginning of a text as there is: what is open at the cut, or at the
    /// first fault, counts as closed there. It is for telling formats apart.
    init(prefix: ArraySlice<UInt8>, limits: JSONLimits = .standard) {
        var prefix = prefix
        if prefix.starts(with: byteOrderMark) { prefix = prefix.dropFirst(byteOrderMark.count) }
        bytes = Array(prefix)
        var indexer = JSONIndexer(bytes, limits)
        try? indexer.indexText()
        indexer.closeAll()
        tokens = indexer.tokens
    }

    /// The value that the text is; `nil` only for a prefix that holds none.
    public var root: JSONValue? {
        tokens.isEmpty ? nil : JSONValue(document: self, index: 0)
    }

    private static func checkEncoding(_ bytes: [UInt8]) throws(JSONError) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw JSONError("bytes that are not UTF-8", error.byteOffsets.lowerBound)
        }
    }
}

/// UTF-8's byte order mark, which some tools of Windows put first.
let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
