/// Tells formats apart by the beginning of their content.
enum FormatDetection {
    /// The format of a feed that begins so; `nil` for an unknown one.
    static func detect(_ prefix: ArraySlice<UInt8>, name: String) -> DetectedFormat? {
        let marked = prefix.starts(with: byteOrderMark)
        let start = prefix.dropFirst(marked ? byteOrderMark.count : 0)
            .drop { isJSONBlank($0) }
        switch start.first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // Debian's list of notices begins with a date in brackets.
            return NoticeList.detect(start) ?? JSONDetection.detect(start, name: name)
        case UInt8(ascii: "<"): return MarkupDetection.detect(start)
        case nil: return nil
        default: return TableDetection.detect(start, name: name)
        }
    }

    /// How many bytes tell text of two bytes a character from binary data.
    private static let wideBytes = 16

    /// Whether every second byte is zero and the others are not: Latin letters and signs in UTF-16
    /// without a mark in front (Unicode 3.10).
    private static func looksWide(_ prefix: ArraySlice<UInt8>) -> Bool {
        let head = Array(prefix.prefix(wideBytes))
        guard head.count == wideBytes else { return false }
        let zeros = head.indices.filter { head[$0] == 0 }
        return zeros.count == wideBytes / 2 && Set(zeros.map { $0 % 2 }).count == 1
    }

    /// What unknown content looks like, for the message.
    static func appearance(_ prefix: ArraySlice<UInt8>) -> String {
        let start = prefix.drop { isJSONBlank($0) }
        let magic: [([UInt8], String)] = [
            (Array("BZh".utf8), "a bzip2 file; unpack it first"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz file; unpack it first"),
            ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file; unpack it first"),
            ([0xFF, 0xFE], "UTF-16; store it as UTF-8"),
            ([0xFE, 0xFF], "UTF-16; store it as UTF-8"),
        ]
        if let known = magic.first(where: { prefix.starts(with: $0.0) }) { return known.1 }
        if looksWide(prefix) { return "UTF-16; store it as UTF-8" }
        switch start.first {
        case nil: return "nothing: it is empty"
        case UInt8(ascii: "{"), UInt8(ascii: "["): return "JSON of another kind"
        case UInt8(ascii: "<"):
            let text = String(decoding: start.prefix(256), as: UTF8.self).lowercased()
            return text.contains("<html") || text.contains("<!doctype html")
                ? "a web page; check the address" : "XML of another kind"
        default:
            return start.contains { $0 == 0 } ? "binary data" : "plain text"
        }
    }
}
