/// A place of this site: an absolute path, its query and its fragment. A link of the dashboard
/// cannot lead anywhere else.
package struct Place: Hashable, Sendable {
    /// The path, such as `/endpoints/ept_…`, percent-encoded.
    package let path: String
    /// The query's names and values, in order.
    private(set) var query: [Field] = []
    /// The part after `#`.
    private(set) var fragment: String?

    /// A name and its value.
    package struct Field: Hashable, Sendable {
        /// The name.
        let name: String
        /// The value.
        let value: String
    }

    /// A place from the parts of its path, each of which is percent-encoded.
    package init(_ parts: String...) {
        path = "/" + parts.map { Self.encoded($0, plain: ":+") }.joined(separator: "/")
    }

    /// A place whose path stands in the source.
    package init(path: StaticString) {
        self.path = "\(path)"
    }

    /// The same place with one more field in its query; unchanged when the value is `nil` or empty.
    package func with(_ name: String, _ value: String?) -> Place {
        guard let value, !value.isEmpty else { return self }
        var copy = self
        copy.query.removeAll { $0.name == name }
        copy.query.append(Field(name: name, value: value))
        return copy
    }

    /// The same place with one more field in its query, beside others of the same name.
    package func adding(_ name: String, _ value: String) -> Place {
        var copy = self
        copy.query.append(Field(name: name, value: value))
        return copy
    }

    /// The same place without a field of its query.
    package func without(_ name: String) -> Place {
        var copy = self
        copy.query.removeAll { $0.name == name }
        return copy
    }

    /// The same place, at one of its parts.
    package func at(_ fragment: String) -> Place {
        var copy = self
        copy.fragment = fragment
        return copy
    }

    /// The text of a link.
    package var text: String {
        var text = path
        if !query.isEmpty {
            text += "?"
            text += query.map { Self.encoded($0.name) + "=" + Self.encoded($0.value) }
                .joined(separator: "&")
        }
        if let fragment { text += "#" + Self.encoded(fragment) }
        return text
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986, section 2.3, and those
    /// in `plain`; a segment of a path has `:` and `+` as they are (section 3.3), and the server
    /// takes no escapes there.
    package static func encoded(_ text: String, plain: StaticString = "") -> String {
        let kept = Array("\(plain)".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            case _ where kept.contains(byte): bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
