/// A value of a YAML document, with the place where it begins.
struct YAMLValue: Hashable, Sendable {
    /// What it is.
    enum Content: Hashable, Sendable {
        case scalar(YAMLScalar)
        case list([YAMLValue])
        case mapping([YAMLEntry])
        /// Something that policies do not use, such as an anchor: it has been told, and whoever
        /// wants the value says no more.
        case refused
    }

    var place: Place
    var content: Content

    /// Whether it stands for “nothing” (YAML 1.2.2 section 10.3.2, `tag:yaml.org,2002:null`).
    var isNull: Bool {
        guard case .scalar(let scalar) = content else { return false }
        return scalar.isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }

    /// Whether it has been refused, and its key has its diagnostic.
    var isRefused: Bool { content == .refused }

    /// What it is, in a word for messages.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        case .refused: "something that policies do not use"
        }
    }
}

/// One key of a mapping, and its value.
struct YAMLEntry: Hashable, Sendable {
    var key: YAMLScalar
    var value: YAMLValue
}

/// A text of a YAML document. No type is guessed from its looks: `no`, `on`, `22:00` and `1.10`
/// stay what was written, and the reader of each key knows what it wants.
struct YAMLScalar: Hashable, Sendable {
    var text: String
    var place: Place
    /// Whether it stands without quotes, and not as a block.
    var isPlain: Bool
}
