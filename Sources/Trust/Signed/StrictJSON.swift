#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON (RFC 8259) of which each value has exactly one text: keys sorted, no spaces, nothing that
/// is not known. Two programs cannot read two different things in the same signed bytes.
enum StrictJSON {
    /// How deep payloads may be nested: a policy of the deepest conditions has about 30 levels.
    static let maximumDepth = 64

    /// The value's one text.
    static func encode(_ value: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { Array($0) }
    }

    /// The value of a text; `nil` when the text is not the one that `encode` would have written: a
    /// key that is unknown or stands twice, a space, another way to write a number.
    static func decode<Value: Codable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        guard let value = read(type, from: bytes, maximumDepth: maximumDepth),
            encode(value) == bytes
        else { return nil }
        return value
    }

    /// The value of a text in any order and with any additions, no deeper than the limit.
    static func read<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], maximumDepth: Int
    ) -> Value? {
        guard isNoDeeper(bytes, than: maximumDepth) else { return nil }
        return try? JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Whether brackets outside of texts nest no deeper than the limit. It is asked before parsing,
    /// so that nesting costs a hostile sender more than the reader.
    static func isNoDeeper(_ bytes: [UInt8], than limit: Int) -> Bool {
        var depth = 0
        var isInText = false
        var isEscaped = false
        for byte in bytes {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > limit { return false }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return true
    }
}
