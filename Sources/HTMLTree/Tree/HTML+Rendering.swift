import Fleet

extension HTML {
    /// The page's bytes, UTF-8.
    package func rendered() -> [UInt8] {
        var bytes: [UInt8] = []
        // Most pages are between 8 and 48 KB.
        bytes.reserveCapacity(48 * 1024)
        render(into: &bytes)
        return bytes
    }

    /// The page as text.
    package var text: String { String(decoding: rendered(), as: UTF8.self) }

    /// With `keepsMarks` texts are what a person edits, which a page gives back as it was.
    private func render(into bytes: inout [UInt8], keepsMarks: Bool = false) {
        switch self {
        case .text(let text): Self.escape(text, keepsMarks: keepsMarks, into: &bytes)
        case .constant(let markup): bytes.append(markup)
        case .group(let pieces):
            for piece in pieces { piece.render(into: &bytes, keepsMarks: keepsMarks) }
        case .element(let tag, let attributes, let pieces):
            if tag.beginsLine { bytes.append(UInt8(ascii: "\n")) }
            bytes.append(UInt8(ascii: "<"))
            bytes.append(tag.name)
            for attribute in attributes { attribute.render(into: &bytes) }
            bytes.append(UInt8(ascii: ">"))
            guard !tag.isVoid else { return }
            for piece in pieces { piece.render(into: &bytes, keepsMarks: tag.holdsTyped) }
            guard !tag.endsByItself else { return }
            bytes.append(contentsOf: "</".utf8)
            bytes.append(tag.name)
            bytes.append(UInt8(ascii: ">"))
        }
    }

    /// Control characters that stand in texts of several lines.
    private static let blanks: Set<Unicode.Scalar> = ["\t", "\n"]

    /// Escapes the five characters that mean something in text or in a quoted attribute, and
    /// replaces control characters, which HTML does not allow (a hostname or a log may hold any
    /// byte), and marks of direction, with which a feed could turn a page's line round.
    package static func escape(
        _ text: String, keepsMarks: Bool = false, into bytes: inout [UInt8]
    ) {
        let text = keepsMarks ? text : text.withoutMisleading("\u{FFFD}", keeping: blanks)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
            case 0x09, 0x0A: bytes.append(byte)
            case 0..<0x20, 0x7F: bytes.append(contentsOf: "\u{FFFD}".utf8)
            default: bytes.append(byte)
            }
        }
    }
}

extension Attribute {
    fileprivate func render(into bytes: inout [UInt8]) {
        switch value {
        case .absent: return
        case .present:
            bytes.append(UInt8(ascii: " "))
            bytes.append(name)
        case .text(let text): write(text, into: &bytes)
        case .icon(let icon): write("#i-\(icon.rawValue)", into: &bytes)
        }
    }

    /// Whether it is what a field of a form holds, and is sent back.
    private var isTyped: Bool {
        name.withUTF8Buffer { $0.elementsEqual("value".utf8) }
    }

    private func write(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: " "))
        bytes.append(name)
        bytes.append(contentsOf: "=\"".utf8)
        HTML.escape(text, keepsMarks: isTyped, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }
}
