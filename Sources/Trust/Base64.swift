/// Base 64 (RFC 4648), read strictly: one byte string has exactly one text, so no character of a
/// token can be changed unnoticed.
public enum Base64 {
    /// The two alphabets in use here.
    public enum Variant: Sendable {
        /// Section 4, with padding: keys and signatures in JSON messages.
        case standard
        /// Section 5, without padding: tokens, and the parts of a JWS.
        case url
    }

    private static let standardAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The bytes as text.
    public static func encode(_ bytes: [UInt8], _ variant: Variant = .standard) -> String {
        String(decoding: encodedBytes(bytes, variant), as: UTF8.self)
    }

    static func encodedBytes(_ bytes: [UInt8], _ variant: Variant) -> [UInt8] {
        let alphabet = variant == .url ? urlAlphabet : standardAlphabet
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var place = 0
        while place < bytes.count {
            let count = min(3, bytes.count - place)
            var group = UInt32(bytes[place]) << 16
            if count > 1 { group |= UInt32(bytes[place + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[place + 2]) }
            for digit in 0...count {
                text.append(alphabet[Int(group >> UInt32(18 - 6 * digit) & 63)])
            }
            if variant == .standard, count < 3 {
                text.append(contentsOf: repeatElement(padding, count: 3 - count))
            }
            place += 3
        }
        return text
    }

    /// The text's bytes; `nil` for a foreign character, wrong padding, an impossible length, or
    /// bits set that stand for nothing.
    public static func decode(_ text: some StringProtocol, _ variant: Variant = .standard)
        -> [UInt8]?
    {
        decode(utf8: text.utf8, variant)
    }

    static func decode(utf8: some Collection<UInt8>, _ variant: Variant) -> [UInt8]? {
        let text = Array(utf8)
        var digits = text.count
        if variant == .standard {
            guard digits.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where digits > 0 && text[digits - 1] == padding { digits -= 1 }
        }
        guard digits % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits * 3 / 4)
        var held: UInt32 = 0
        var bits: UInt32 = 0
        var place = 0
        while place < digits {
            guard let digit = value(text[place], variant) else { return nil }
            place += 1
            held = (held << 6 | digit) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> bits))
            }
        }
        return held & (1 << bits - 1) == 0 ? bytes : nil
    }

    private static func value(_ character: UInt8, _ variant: Variant) -> UInt32? {
        // From 0x41 on A to Z, from 0x61 on a to z, from 0x30 on 0 to 9.
        if character >= 0x41, character <= 0x5A { return UInt32(character) - 0x41 }
        if character >= 0x61, character <= 0x7A { return UInt32(character) - 0x61 + 26 }
        if character >= 0x30, character <= 0x39 { return UInt32(character) - 0x30 + 52 }
        switch variant {
        case .standard: return character == 0x2B ? 62 : character == 0x2F ? 63 : nil
        case .url: return character == 0x2D ? 62 : character == 0x5F ? 63 : nil
        }
    }
}
