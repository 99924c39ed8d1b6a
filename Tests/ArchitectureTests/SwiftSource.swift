import Foundation

/// One Swift file: its text, and its text without what is not code.
struct SwiftSource {
    /// The path from the package's folder, such as `Sources/Fleet/Timestamp.swift`.
    let path: String
    /// The lines as they stand.
    let lines: [Substring]
    /// The code's bytes; as many lines as there are in `lines`, at the same places.
    let code: [UInt8]
    /// The code's words (identifiers, keywords) in order.
    let words: [Word]

    /// An identifier, keyword or number in the code.
    struct Word {
        let text: String
        /// Where it begins in `code`.
        let start: Int
        /// Where it ends in `code`.
        let end: Int
        /// Its line, from 1.
        let line: Int
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = CodeMask.code(of: text)
        words = Self.words(of: code)
    }

    /// The folder below `Sources` or `Tests` that the file belongs to.
    var module: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// Every Swift file below a folder of the package, sorted by path.
    static func all(below folder: String, of root: URL) throws -> [SwiftSource] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return try walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map
        { name in
            let text = try String(contentsOf: base.appending(path: name), encoding: .utf8)
            return SwiftSource(path: "\(folder)/\(name)", text: text)
        }
    }

    /// The byte at a place; a blank outside of the code.
    func byte(_ index: Int) -> UInt8 {
        code.indices.contains(index) ? code[index] : UInt8(ascii: " ")
    }

    /// The first place at or after `index` that is not blank; the end when there is none.
    func skippingBlanks(_ index: Int) -> Int {
        var place = index
        while place < code.count, code[place] <= 0x20 { place += 1 }
        return place
    }

    /// The place behind the bracket that closes the one at `open`.
    func closing(_ open: Int) -> Int {
        var depth = 0
        for place in open..<code.count {
            switch code[place] {
            case UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: continue
            }
            if depth == 0 { return place + 1 }
        }
        return code.count
    }

    /// How many line ends stand between two places.
    func lineEnds(from start: Int, to end: Int) -> Int {
        code[start..<end].count { $0 == newline }
    }

    private static func words(of code: [UInt8]) -> [Word] {
        var words: [Word] = []
        var line = 1
        var index = 0
        while index < code.count {
            let start = index
            while index < code.count, isIdentifierByte(code[index]) { index += 1 }
            if index > start {
                let text = String(decoding: code[start..<index], as: UTF8.self)
                words.append(Word(text: text, start: start, end: index, line: line))
            } else {
                if code[index] == newline { line += 1 }
                index += 1
            }
        }
        return words
    }
}
