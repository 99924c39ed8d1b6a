/// Why a document cannot be read, and where.
public struct MarkupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of fault; the texts are stable.
    public enum Code: String, Sendable, CaseIterable {
        /// The bytes break a rule of XML 1.0's grammar.
        case malformed
        /// An end tag names another element than the one that is open.
        case mismatchedTag
        /// An entity that is none of XML's own five: entities that a document declares are not
        /// expanded.
        case unknownEntity
        /// An encoding that is not read, or bytes that are not what was declared.
        case encoding
        /// The document is larger, deeper or wider than the reader's limits allow.
        case limit
        /// The document ends too early, or holds no element at all.
        case unfinished
    }

    /// The kind of fault.
    public let code: Code
    /// What is wrong, as a sentence without a full stop.
    public let message: String
    /// Where it is.
    public let position: MarkupPosition

    init(_ code: Code, _ message: String, at position: MarkupPosition) {
        self.code = code
        self.message = message
        self.position = position
    }

    /// `line:column: message`
    public var description: String { "\(position.line):\(position.column): \(message)" }
}

/// A place in a document.
public struct MarkupPosition: Hashable, Sendable {
    /// The line, from 1.
    public internal(set) var line = 1
    /// The character within the line, from 1; counted in Unicode scalars.
    public internal(set) var column = 1

    /// Moves behind one byte of UTF-8.
    mutating func pass(_ byte: UInt8) {
        if byte == Ascii.lineFeed {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    /// The place behind these bytes.
    func behind(_ bytes: ArraySlice<UInt8>) -> MarkupPosition {
        var place = self
        for byte in bytes { place.pass(byte) }
        return place
    }
}
