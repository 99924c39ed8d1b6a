/// A package URL: `pkg:type/namespace/name@version?qualifiers#subpath` (ECMA-427).
struct PackageURL: Hashable {
    var type: String
    /// Empty where there is none.
    var namespace: String
    var name: String
    var version: String?
    private var qualifiers: [String: String] = [:]

    /// Reads a package URL; `nil` for a text that is none.
    init?(_ text: String) {
        guard text.hasPrefix("pkg:") else { return nil }
        var rest = text.dropFirst(4).drop { $0 == "/" }
        if let hash = rest.lastIndex(of: "#") { rest = rest[..<hash] }
        if let mark = rest.lastIndex(of: "?") {
            for pair in rest[rest.index(after: mark)...].split(separator: "&") {
                let sides = pair.split(separator: "=", maxSplits: 1)
                if sides.count == 2 {
                    qualifiers[sides[0].lowercased()] = Self.decoded(sides[1])
                }
            }
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        type = rest[..<slash].lowercased()
        rest = rest[rest.index(after: slash)...]
        if let at = rest.lastIndex(of: "@"), !rest[at...].contains("/") {
            version = Self.decoded(rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        let parts = rest.split(separator: "/").map(Self.decoded)
        guard let last = parts.last, !last.isEmpty, !type.isEmpty else { return nil }
        name = last
        namespace = parts.dropLast().joined(separator: "/")
    }

    /// The value of a qualifier.
    subscript(qualifier: String) -> String? { qualifiers[qualifier] }

    /// Replaces `%` and two hexadecimal digits by the byte they stand for.
    private static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                let high = hexadecimalDigit(bytes[place + 1]),
                let low = hexadecimalDigit(bytes[place + 2])
            {
                result.append(UInt8(high << 4 | low))
                place += 3
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
