/// The text of a JSON string (RFC 8259 section 7).
enum JSONString {
    /// The text of a string's token. Half of a surrogate pair stands as U+FFFD: a description with
    /// one is no reason to lose a record.
    static func decode(_ bytes: [UInt8], _ token: JSONDocument.Token) -> String {
        let raw = bytes[Int(token.start)..<Int(token.link)]
        if token.kind == .string { return String(decoding: raw, as: UTF8.self) }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var place = raw.startIndex
        while place < raw.endIndex {
            guard raw[place] == UInt8(ascii: "\\") else {
                text.append(raw[place])
                place += 1
                continue
            }
            let escape = raw[place + 1]
            if escape == UInt8(ascii: "u") {
                let (scalar, length) = unicodeEscape(raw, place)
                text.append(contentsOf: String(Character(scalar)).utf8)
                place += length
            } else {
                text.append(plain(escape))
                place += 2
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func plain(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: escape
        }
    }

    private static func unicodeEscape(
        _ raw: ArraySlice<UInt8>, _ place: Int
    ) -> (Unicode.Scalar, Int) {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let high = codeUnit(raw, place)
        if let scalar = Unicode.Scalar(high) { return (scalar, 6) }
        guard (0xD800..<0xDC00).contains(high), place + 11 < raw.endIndex,
            raw[place + 6] == UInt8(ascii: "\\"), raw[place + 7] == UInt8(ascii: "u")
        else { return (replacement, 6) }
        let low = codeUnit(raw, place + 6)
        guard (0xDC00..<0xE000).contains(low) else { return (replacement, 6) }
        let code = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
        return (Unicode.Scalar(code) ?? replacement, 12)
    }

    private static func codeUnit(_ raw: ArraySlice<UInt8>, _ place: Int) -> UInt16 {
        raw[(place + 2)...(place + 5)].reduce(0) { $0 << 4 | (hexadecimalDigit($1) ?? 0) }
    }
}
