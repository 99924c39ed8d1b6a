import Fleet

/// Reads the ways in which feeds write dates. Where no offset stands, UTC is meant: all of these
/// sources publish in it.
enum FeedTime {
    /// RFC 3339, or the same without an offset, without seconds, with a blank for the `T`, with an
    /// offset without a colon, or a date alone; `nil` for anything else.
    static func read(_ text: String) -> Timestamp? {
        if let instant = Timestamp(text) { return instant }
        let bytes = Array(text.utf8.prefix(41))
        guard bytes.count <= 40 else { return nil }
        switch bytes.count {
        case 10: return Timestamp(text + "T00:00:00Z")
        case 16: return Timestamp(text + ":00Z")
        case 17 where bytes.last == UInt8(ascii: "Z"):
            return Timestamp(text.dropLast() + ":00Z")
        default:
            if let instant = Timestamp(text + "Z") { return instant }
            return withColon(bytes)
        }
    }

    /// The date under a key; a text that is none is a fault, since a feed's order depends on it.
    static func read(_ value: JSONValue, _ key: String) throws -> Timestamp? {
        guard let member = value[key] else { return nil }
        guard let text = member.text else { throw RecordFault("“\(key)” is no date") }
        if text.isEmpty { return nil }
        guard let time = read(text) else { throw RecordFault("“\(key)” is no date: \(text)") }
        return time
    }

    /// `…+0000` as `…+00:00`.
    private static func withColon(_ bytes: [UInt8]) -> Timestamp? {
        guard bytes.count > 5, let sign = bytes.dropLast(4).last,
            sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        else { return nil }
        let text = String(decoding: bytes.dropLast(2), as: UTF8.self)
        return Timestamp(text + ":" + String(decoding: bytes.suffix(2), as: UTF8.self))
    }
}
