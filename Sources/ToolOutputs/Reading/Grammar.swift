import Fleet

/// Tests of single words, shared by the readers.
package enum Grammar {
    package static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    package static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    package static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

    /// Whether it is a number without a sign.
    package static func isNumber(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isDigit)
    }

    /// Whether it has only letters, digits and the given characters.
    package static func consists(_ text: some StringProtocol, of others: StaticString) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                isAlphanumeric(byte) || others.withUTF8Buffer { $0.contains(byte) }
            }
    }

    /// Whether it holds a time of day or a duration: `0:00:04`.
    package static func holdsTime(_ text: String) -> Bool {
        text.utf8.split { !isDigit($0) && $0 != UInt8(ascii: ":") }.contains { run in
            let parts = run.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            return parts.count == 3 && parts.allSatisfy { (1...2).contains($0.count) }
        }
    }

    /// Whether it is a date: `2026-11-21`.
    package static func isDate(_ text: some StringProtocol) -> Bool {
        let parts = String(text).split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [4, 2, 2] && parts.allSatisfy(isNumber)
    }

    /// Whether it identifies a vulnerability: `CVE-2026-12345`.
    package static func isCVE(_ text: some StringProtocol) -> Bool {
        let parts = String(text).split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0] == "CVE" && parts[1].utf8.count == 4
            && parts[2].utf8.count >= 4 && isNumber(parts[1]) && isNumber(parts[2])
    }

    /// Whether a tool cut it short.
    package static func isCut(_ text: String) -> Bool {
        text.hasSuffix("…") || text.hasSuffix("...")
    }

    /// Whether it is a line of one character repeated, as tables are ruled with.
    package static func isRule(_ text: String, of characters: StaticString = "-=─━") -> Bool {
        guard let first = text.first, text.count >= 3 else { return false }
        return "\(characters)".contains(first) && text.allSatisfy { $0 == first }
    }

    /// A size with its unit in bytes: `555MB`, `1.2 MiB`, `391 bytes`, `471282K`. Units of 1000
    /// where the unit says so; `K` alone is `kilo` bytes.
    package static func bytes(_ text: String, kilo: Double = 1000) -> Int64? {
        let compact = String(text.filter { !$0.isWhitespace })
        let number = compact.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
        guard let value = Double(number.replacing(",", with: ".")) else { return nil }
        let unit = compact.dropFirst(number.count).lowercased()
        let steps = ["k", "m", "g", "t"]
        guard let power = steps.firstIndex(where: { unit.hasPrefix($0) }) else {
            return ["", "b", "byte", "bytes"].contains(unit) ? Int64(exactly: value.rounded()) : nil
        }
        let rest = unit.dropFirst()
        guard ["", "b", "ib", "byte", "bytes"].contains(rest) else { return nil }
        let base = rest == "ib" ? 1024 : (rest.isEmpty ? kilo : 1000)
        var result = value
        for _ in 0...power { result *= base }
        return Int64(exactly: result.rounded())
    }

    /// Unix time in seconds as RFC 3339; `nil` for what lies beyond the year 9999.
    package static func instant(_ seconds: Int64) -> String? {
        (0...253_402_300_799).contains(seconds) ? Timestamp(seconds: seconds).description : nil
    }
}
