/// Blanks what is not code (comments, string literals with their interpolations, raw identifiers
/// that are sentences), byte by byte, so that every place keeps its line and column. It reads as
/// much of Swift's lexical structure as that takes.
struct CodeMask {
    private let bytes: [UInt8]
    private var code: [UInt8]
    private var index = 0

    private init(_ text: String) {
        bytes = Array(text.utf8)
        code = bytes
    }

    /// The code of `text`, with blanks where something else stood.
    static func code(of text: String) -> [UInt8] {
        var mask = CodeMask(text)
        while mask.index < mask.bytes.count { mask.step() }
        return mask.code
    }

    private mutating func step() {
        if starts("//") {
            while index < bytes.count, bytes[index] != newline { blank() }
        } else if starts("/*") {
            blankComment()
        } else if let hashes = stringHashes() {
            blankString(hashes: hashes)
        } else if bytes[index] == UInt8(ascii: "`") {
            blankRawIdentifier()
        } else {
            index += 1
        }
    }

    private mutating func blankComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(2)
            } else if starts("*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && index < bytes.count
    }

    /// The number of `#` before the quote that stands here; `nil` when no string begins here.
    private func stringHashes() -> Int? {
        var end = index
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - index : nil
    }

    private mutating func blankString(hashes: Int) {
        let mark = String(repeating: "#", count: hashes)
        blank(hashes)
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        blank(quote.utf8.count)
        while index < bytes.count {
            if starts("\\\(mark)(") {
                blank(hashes + 2)
                blankInterpolation()
            } else if starts("\\\(mark)") {
                blank(hashes + 2)
            } else if starts(quote + mark) {
                return blank(quote.utf8.count + hashes)
            } else {
                blank()
            }
        }
    }

    /// From behind the opening parenthesis to the closing one, strings within included.
    private mutating func blankInterpolation() {
        var depth = 1
        while index < bytes.count, depth > 0 {
            if let hashes = stringHashes() {
                blankString(hashes: hashes)
                continue
            }
            if bytes[index] == UInt8(ascii: "(") { depth += 1 }
            if bytes[index] == UInt8(ascii: ")") { depth -= 1 }
            blank()
        }
    }

    /// A plain identifier between backticks stays; a sentence goes.
    private mutating func blankRawIdentifier() {
        let start = index
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "`"), bytes[index] != newline {
            index += 1
        }
        let end = index
        if !bytes[start + 1..<end].allSatisfy(isIdentifierByte) {
            index = start + 1
            while index < end {
                code[index] = UInt8(ascii: "x")
                index += 1
            }
        }
        index = min(end + 1, bytes.count)
    }

    private func starts(_ text: String) -> Bool {
        var place = index
        for byte in text.utf8 {
            guard place < bytes.count, bytes[place] == byte else { return false }
            place += 1
        }
        return true
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] != newline { code[index] = UInt8(ascii: " ") }
            index += 1
        }
    }
}

let newline = UInt8(ascii: "\n")

/// Letters, digits, underscore, and everything beyond ASCII.
func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
    default: false
    }
}
