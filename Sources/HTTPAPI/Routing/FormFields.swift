/// The fields of a query or of a form (application/x-www-form-urlencoded), in order; a name may
/// stand more than once.
public struct FormFields: Hashable, Sendable {
    /// The fields.
    public let fields: [(name: String, value: String)]

    /// The most fields that are read: a form that approves updates has one for each.
    public static let mostFields = 12_000

    /// No fields.
    public init() {
        fields = []
    }

    /// Reads fields; `nil` for a broken escape, text that is not UTF-8, a control character, or too
    /// many fields.
    public init?(_ text: Substring) {
        var fields: [(name: String, value: String)] = []
        for pair in text.split(separator: "&") {
            guard fields.count < Self.mostFields else { return nil }
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0]),
                let value = halves.count == 2 ? Self.decode(halves[1]) : ""
            else { return nil }
            fields.append((name, value))
        }
        self.fields = fields
    }

    /// The first value of a name; `nil` when there is none, or it is empty.
    public subscript(name: String) -> String? {
        fields.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// All values of a name that are not empty.
    public func all(_ name: String) -> [String] {
        fields.compactMap { $0.name == name && !$0.value.isEmpty ? $0.value : nil }
    }

    /// Undoes the escapes of one name or value: `+` is a space, `%41` an A.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex),
                    let low = rest.popFirst().flatMap(hex)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        // Line ends may come from a text field; other control characters come from nobody who means
        // well.
        guard
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 })
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The same fields in the same order.
    public static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.fields.elementsEqual(rhs.fields, by: ==)
    }

    /// Hashes names and values.
    public func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name)
            hasher.combine(field.value)
        }
    }
}
