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
        var digits = utf8.count
        if variant == .standard {
            guard digits.isMultiple(of: 4) else { return nil }
            let pads = utf8.reversed().prefix(2).prefix { $0 == padding }.count
            digits -= pads
        }
        guard digits % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits * 3 / 4)
        var held: UInt32 = 0
        var bits: UInt32 = 0
        for character in utf8.prefix(digits) {
            guard let digit = value(character, variant) else { return nil }
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
        switch (character, variant) {
        case (UInt8(ascii: "A")...UInt8(ascii: "Z"), _): UInt32(character - UInt8(ascii: "A"))
        case (UInt8(ascii: "a")...UInt8(ascii: "z"), _): UInt32(character - UInt8(ascii: "a")) + 26
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), _): UInt32(character - UInt8(ascii: "0")) + 52
        case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .url): 62
        case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .url): 63
        default: nil
        }
    }
}
