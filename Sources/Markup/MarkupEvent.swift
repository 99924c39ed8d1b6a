/// What stands next in a document, in its order.
public enum MarkupEvent: Hashable, Sendable {
    /// An element begins. An empty element (`<a/>`) begins and ends.
    case start(MarkupElement)
    /// The element of this name ends.
    case end(name: String)
    /// Character data between two tags, in one piece: references are replaced, CDATA sections are
    /// joined with what stands beside them, line ends are `\n` (XML 1.0 section 2.11).
    case text(String)
}

/// The beginning of an element.
public struct MarkupElement: Hashable, Sendable {
    /// The name as written, with its prefix: `oval-def:title`.
    public let name: String
    /// The attributes in their order; no name stands twice.
    public let attributes: [MarkupAttribute]

    /// An element of these parts.
    public init(name: String, attributes: [MarkupAttribute] = []) {
        self.name = name
        self.attributes = attributes
    }

    /// The name without its prefix: `title`.
    public var localName: Substring { MarkupElement.localName(of: name) }

    /// The value of the attribute of this name, as written with its prefix; `nil` when it has none.
    public subscript(attribute: String) -> String? {
        attributes.first { $0.name == attribute }?.value
    }

    /// What stands behind the prefix of a name (Namespaces in XML 1.0 section 4).
    public static func localName(of name: String) -> Substring {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return name[...] }
        return name[name.utf8.index(after: colon)...]
    }
}

/// One attribute of an element.
public struct MarkupAttribute: Hashable, Sendable {
    /// Its name as written, with its prefix.
    public let name: String
    /// Its value, normalised (XML 1.0 section 3.3.3): references are replaced, tabs and line ends
    /// are spaces.
    public let value: String

    /// An attribute of these parts.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
