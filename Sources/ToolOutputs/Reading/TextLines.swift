/// Cuts bytes into lines and words. Recorded output is read as bytes, since it need not be valid
/// UTF-8.
package enum TextLines {
    package static let newline = UInt8(ascii: "\n")
    package static let space = UInt8(ascii: " ")
    package static let colon = UInt8(ascii: ":")

    /// Every line, without its end (`\n` or `\r\n`).
    package static func each(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: newline) ?? bytes.endIndex
            let line = bytes[start..<end]
            body(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            start = end + 1
        }
    }

    /// Every line as text.
    package static func strings(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        each(bytes) { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    /// Without spaces, tabs and line ends at both ends.
    package static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let head = bytes.drop(while: isBlank)
        return head.dropLast(head.reversed().prefix(while: isBlank).count)
    }

    /// The text without spaces, tabs and line ends at both ends.
    package static func trimmed(_ text: some StringProtocol) -> String {
        String(decoding: trimmed(Array(text.utf8)[...]), as: UTF8.self)
    }

    /// The words between spaces and tabs.
    package static func words(_ text: some StringProtocol) -> [String] {
        Array(text.utf8).split(whereSeparator: isBlank).map { String(decoding: $0, as: UTF8.self) }
    }

    package static func isBlank(_ byte: UInt8) -> Bool {
        byte == space || byte == UInt8(ascii: "\t") || byte == newline || byte == UInt8(ascii: "\r")
    }
}
