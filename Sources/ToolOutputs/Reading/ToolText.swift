/// One line of recorded output.
struct ToolLine {
    /// The line as it was recorded, without its end.
    let raw: String
    /// What a terminal would show of it: without control sequences, and of parts that overwrite
    /// each other the last.
    let text: String
    /// The text without blanks at both ends.
    let trimmed: String

    var isBlank: Bool { trimmed.isEmpty }
    /// Whether it begins with a blank.
    var isIndented: Bool { text.unicodeScalars.first?.properties.isWhitespace ?? false }
    /// The words between blanks.
    var words: [String] { TextLines.words(trimmed) }

    init(_ raw: String) {
        self.raw = raw
        text = ToolText.shown(raw)
        trimmed = ToolText.trimmed(text)
    }
}

/// Recorded output on its way to lines.
package enum ToolText {
    /// UTF-8 without a byte order mark. Windows PowerShell writes UTF-16 into files, and programs
    /// into pipes, there without the mark: no text but UTF-16 has a zero in every other byte.
    package static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let hasMark = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        let isLittle =
            hasMark ? bytes[0] == 0xFF : zeros(bytes, from: 1) > zeros(bytes, from: 0)
        guard hasMark || isWide(bytes) else { return bytes }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for place in stride(from: hasMark ? 2 : 0, to: bytes.count - 1, by: 2) {
            let (low, high) =
                isLittle
                ? (bytes[place], bytes[place + 1]) : (bytes[place + 1], bytes[place])
            units.append(UInt16(high) << 8 | UInt16(low))
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// How many of the first pairs tell the order of bytes: a line's worth.
    private static let examined = 128

    private static func zeros(_ bytes: [UInt8], from start: Int) -> Int {
        stride(from: start, to: min(bytes.count, examined), by: 2).count { bytes[$0] == 0 }
    }

    /// Whether most of the first pairs hold one zero: letters and blanks of Latin scripts.
    private static func isWide(_ bytes: [UInt8]) -> Bool {
        let pairs = min(bytes.count, examined) / 2
        let (even, odd) = (zeros(bytes, from: 0), zeros(bytes, from: 1))
        return pairs >= 4 && min(even, odd) == 0 && max(even, odd) * 4 >= pairs * 3
    }

    /// The lines, without the prompts and commands that people record with an output.
    static func lines(_ bytes: [UInt8]) -> [ToolLine] {
        var lines: [ToolLine] = []
        var isCommand = false
        for raw in TextLines.strings(bytes) {
            let line = ToolLine(raw)
            isCommand = isCommand || ShellPrompt.begins(line.text)
            if isCommand {
                isCommand = line.trimmed.hasSuffix("\\")
            } else {
                lines.append(line)
            }
        }
        return lines
    }

    /// A line as a terminal would show it.
    package static func shown(_ raw: String) -> String {
        var bytes = Array(raw.utf8)
        if bytes.contains(escape) { bytes = withoutSequences(bytes) }
        if bytes.contains(carriageReturn) { bytes = overwritten(bytes) }
        if bytes.contains(backspace) { bytes = withoutStruck(bytes) }
        bytes.removeAll { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let escape: UInt8 = 0x1B
    private static let bell: UInt8 = 0x07
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let backspace: UInt8 = 0x08

    /// So many blanks in front are a column to the right of what overwrites them, and no progress
    /// that is longer than what took its place.
    private static let rightColumn = 16

    /// Of parts that overwrite each other, the last that holds something. A table may be written so
    /// too (tdnf): its right columns first, behind blanks, which then still show.
    private static func overwritten(_ bytes: [UInt8]) -> [UInt8] {
        let parts = bytes.split(separator: carriageReturn)
            .filter { !$0.allSatisfy(TextLines.isBlank) }
        var shown = Array(parts.last ?? [])
        for part in parts.dropLast().reversed() where part.count > shown.count {
            let blanks = part.prefix { $0 == TextLines.space }.count
            if blanks >= rightColumn, blanks > shown.count {
                shown += part.dropFirst(shown.count)
            }
        }
        return shown
    }

    /// Without what was struck out by stepping back: a wheel that turns while a tool waits.
    private static func withoutStruck(_ bytes: [UInt8]) -> [UInt8] {
        var characters: [Character] = []
        for character in String(decoding: bytes, as: UTF8.self) {
            if character == "\u{8}" {
                _ = characters.popLast()
            } else {
                characters.append(character)
            }
        }
        return Array(String(characters).utf8)
    }

    /// Without the control sequences of ECMA-48: `ESC [ … letter`, `ESC ] … BEL`, `ESC x`.
    private static func withoutSequences(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == escape else {
                result.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "["):
                while let next = rest.popFirst(), !(0x40...0x7E).contains(next) {}
            case UInt8(ascii: "]"):
                while let next = rest.popFirst(), next != bell {
                    if next == escape {
                        rest = rest.dropFirst()
                        break
                    }
                }
            case UInt8(ascii: "("): rest = rest.dropFirst()
            default: break
            }
        }
        return result
    }

    /// Without blanks of any script at both ends.
    static func trimmed(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return TextLines.trimmed(text) }
        let head = text.unicodeScalars.drop(while: \.properties.isWhitespace)
        let tail = head.reversed().prefix(while: \.properties.isWhitespace).count
        return String(String.UnicodeScalarView(head.dropLast(tail)))
    }
}

/// What stands in front of a command that was recorded with its output.
private enum ShellPrompt {
    /// `$ apk …`, `> winget …`, `PS C:\> …`, `C:\Users\x>winget …`, `root@endpoint:~# …`.
    static func begins(_ text: String) -> Bool {
        if text.hasPrefix("$ ") || text.hasPrefix("> ") { return true }
        let path = text.hasPrefix("PS ") ? text.dropFirst(3) : text[...]
        let bytes = Array(path.utf8.prefix(3))
        if bytes.count == 3, bytes[1] == UInt8(ascii: ":"), bytes[2] == UInt8(ascii: "\\") {
            return path.contains(">")
        }
        guard let first = TextLines.words(text.prefix(120)).first, first.contains("@") else {
            return false
        }
        guard let at = first.firstIndex(of: "@"), at != first.startIndex else { return false }
        let words = TextLines.words(text.prefix(120))
        return first.hasSuffix("#") || first.hasSuffix("$") || (words.count > 2 && words[2] == "%")
            || (text.hasPrefix("[") && (text.contains("]# ") || text.contains("]$ ")))
    }
}
