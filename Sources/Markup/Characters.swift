/// The bytes that mean something in markup.
enum Ascii {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let less = UInt8(ascii: "<")
    static let greater = UInt8(ascii: ">")
    static let ampersand = UInt8(ascii: "&")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")
    static let slash = UInt8(ascii: "/")
    static let question = UInt8(ascii: "?")
    static let exclamation = UInt8(ascii: "!")
    static let hyphen = UInt8(ascii: "-")
    static let hash = UInt8(ascii: "#")
    static let doubleQuote = UInt8(ascii: "\"")
    static let singleQuote = UInt8(ascii: "'")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")

    /// White space (XML 1.0, production 3).
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == space || byte == lineFeed || byte == tab || byte == carriageReturn
    }
}

/// Which characters may stand where (XML 1.0, fifth edition, productions 2, 4 and 4a).
enum CharacterRules {
    /// Production 2, Char.
    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// The offset of the first byte of a character that must not stand in a document, or that is
    /// not UTF-8; `nil` when all may.
    static func firstFault(in bytes: ArraySlice<UInt8>) -> Int? {
        if let control = bytes.firstIndex(where: { $0 < 0x20 && !Ascii.isBlank($0) }) {
            return control
        }
        if bytes.allSatisfy({ $0 < 0x80 }) { return nil }
        var rest = bytes
        while !rest.isEmpty {
            let place = rest.startIndex
            guard let scalar = popScalar(&rest), isAllowed(scalar) else { return place }
        }
        return nil
    }

    /// Production 5, Name.
    static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        var rest = bytes
        var isFirst = true
        while !rest.isEmpty {
            guard let scalar = popScalar(&rest) else { return false }
            guard isNameStart(scalar) || (!isFirst && isNameRest(scalar)) else { return false }
            isFirst = false
        }
        return true
    }

    /// Production 4, NameStartChar.
    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3A, 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF,
            0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF,
            0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        default: false
        }
    }

    /// What production 4a, NameChar, adds.
    private static func isNameRest(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: false
        }
    }

    /// Takes one character off the front; `nil` when it is not UTF-8 (RFC 3629: no surrogates, no
    /// overlong forms).
    private static func popScalar(_ bytes: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let first = bytes.popFirst() else { return nil }
        let (length, least): (Int, UInt32)
        switch first {
        case 0..<0x80: return Unicode.Scalar(first)
        case 0xC2...0xDF: (length, least) = (1, 0x80)
        case 0xE0...0xEF: (length, least) = (2, 0x800)
        case 0xF0...0xF4: (length, least) = (3, 0x10000)
        default: return nil
        }
        var value = UInt32(first) & (0x3F >> UInt32(length))
        for _ in 0..<length {
            guard let next = bytes.first, next & 0xC0 == 0x80 else { return nil }
            bytes.removeFirst()
            value = value << 6 | UInt32(next & 0x3F)
        }
        return value < least ? nil : Unicode.Scalar(value)
    }
}
