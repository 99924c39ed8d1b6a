/// An IP address read from text, as certificates need it: 4 bytes (RFC 5280, section 4.2.1.6) or
/// 16.
struct IPAddress: Hashable {
    let bytes: [UInt8]

    /// Reads dotted decimal, or RFC 4291 section 2.2 with or without brackets; `nil` for a name.
    init?(_ text: String) {
        if let four = Self.version4(Substring(text)) {
            bytes = four
            return
        }
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        guard
            let sixteen = Self.version6(isBracketed ? text.dropFirst().dropLast() : Substring(text))
        else { return nil }
        bytes = sixteen
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            // A leading zero would be octal to some readers and decimal to others.
            guard part.utf8.allSatisfy({ (48...57).contains($0) }), part == "0" || part.first != "0"
            else { return nil }
            return UInt8(part)
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count <= 45, text.contains(":") else { return nil }
        guard let gap = text.firstRange(of: "::") else {
            return groups(text).flatMap { $0.count == 16 ? $0 : nil }
        }
        guard let head = groups(text[..<gap.lowerBound], mayEndInVersion4: false),
            let tail = groups(text[gap.upperBound...]),
            head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Groups between colons; the last may be dotted decimal.
    private static func groups(_ text: Substring, mayEndInVersion4: Bool = true) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndInVersion4, index == parts.count - 1, let four = version4(part) {
                bytes += four
            } else {
                guard (1...4).contains(part.utf8.count), part.first?.isHexDigit == true,
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 255)]
            }
        }
        return bytes
    }
}

extension Substring {
    fileprivate func firstRange(of text: String) -> Range<Substring.Index>? {
        var place = startIndex
        while place < endIndex {
            if self[place...].hasPrefix(text) { return place..<index(place, offsetBy: text.count) }
            place = index(after: place)
        }
        return nil
    }
}
