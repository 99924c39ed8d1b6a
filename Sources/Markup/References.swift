/// Replaces references and line ends (XML 1.0 sections 2.11, 3.3.3, 4.1 and 4.6). Nothing but the
/// five entities of XML itself is known, so that no text can grow.
enum References {
    /// The longest reference that is read: `&#x0010FFFF;` and a few leading zeros.
    private static let longest = 16

    /// The bytes of a token's range as a reader of the document sees them.
    static func replaced(
        in token: Token, _ range: Range<Int>, isAttribute: Bool
    ) throws(MarkupError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var place = range.lowerBound
        while place < range.upperBound {
            let byte = token.bytes[place]
            switch byte {
            case Ascii.ampersand:
                let stop = min(range.upperBound, place + longest)
                guard let end = token.bytes[place..<stop].firstIndex(of: Ascii.semicolon) else {
                    throw token.fault(.malformed, "“&” that begins no reference", at: place)
                }
                result += try character(of: token, place..<end)
                place = end + 1
            case Ascii.carriageReturn:
                // `\r\n` is one line end.
                let isPair = place + 1 < range.upperBound && token.bytes[place + 1] == 0x0A
                if !isPair { result.append(isAttribute ? Ascii.space : Ascii.lineFeed) }
                place += 1
            case Ascii.lineFeed, Ascii.tab:
                result.append(isAttribute ? Ascii.space : byte)
                place += 1
            default:
                result.append(byte)
                place += 1
            }
        }
        return result
    }

    /// Text without references: a CDATA section's.
    static func lineEnds(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.contains(Ascii.carriageReturn) else { return Array(bytes) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var last: UInt8?
        for byte in bytes {
            if byte == Ascii.carriageReturn {
                result.append(Ascii.lineFeed)
            } else if !(byte == Ascii.lineFeed && last == Ascii.carriageReturn) {
                result.append(byte)
            }
            last = byte
        }
        return result
    }

    /// The character of `&name` or `&#number`, without the semicolon.
    private static func character(
        of token: Token, _ range: Range<Int>
    ) throws(MarkupError) -> [UInt8] {
        let name = token.bytes[range].dropFirst()
        guard name.first == Ascii.hash else {
            switch String(decoding: name, as: UTF8.self) {
            case "lt": return [Ascii.less]
            case "gt": return [Ascii.greater]
            case "amp": return [Ascii.ampersand]
            case "apos": return [Ascii.singleQuote]
            case "quot": return [Ascii.doubleQuote]
            case let other:
                let isName = CharacterRules.isName(name)
                throw token.fault(
                    isName ? .unknownEntity : .malformed,
                    isName
                        ? "The entity “\(other)”, which is not XML's own"
                        : "“&” that begins no reference", at: range.lowerBound)
            }
        }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == UInt8(ascii: "x")
        let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
        // `UInt32(_:radix:)` would take a sign.
        guard text.utf8.first.map({ $0 != UInt8(ascii: "+") }) ?? false,
            let value = UInt32(text, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(value), CharacterRules.isAllowed(scalar)
        else {
            throw token.fault(
                .malformed, "A reference to no character", at: range.lowerBound)
        }
        return Array(String(Character(scalar)).utf8)
    }
}
