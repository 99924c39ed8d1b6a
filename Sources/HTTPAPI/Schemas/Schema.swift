/// The shape of a JSON value, as far as the interface promises it.
public indirect enum Schema: Hashable, Sendable {
    /// Text. `format` is a name of JSON Schema's or OpenAPI's, such as `date-time`.
    case string(format: String?)
    /// One of these texts.
    case oneOf([String])
    /// An identifier with this prefix.
    case identifier(String)
    /// A whole number.
    case integer
    /// Any number.
    case number
    /// True or false.
    case boolean
    /// A list.
    case array(Schema)
    /// An object with these members. One that is `optional` may be left out.
    case object([String: Schema])
    /// An object whose members' names are not known, with values of one shape.
    case map(Schema)
    /// A shape that has a name.
    case named(NamedSchema)
    /// May be left out.
    case optional(Schema)
    /// May be null.
    case nullable(Schema)

    /// Text of any kind.
    public static let string = Schema.string(format: nil)
    /// An instant, RFC 3339.
    public static let time = Schema.string(format: "date-time")

    /// Named shapes that this one mentions, itself and those within.
    var mentioned: [NamedSchema] {
        switch self {
        case .string, .oneOf, .identifier, .integer, .number, .boolean: []
        case .array(let inner), .map(let inner), .optional(let inner), .nullable(let inner):
            inner.mentioned
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap(\.value.mentioned)
        case .named(let named): [named] + named.schema.mentioned
        }
    }

    /// The shape as JSON Schema (draft 2020-12, which OpenAPI 3.1 uses).
    var json: JSONValue {
        switch self {
        case .string(nil): ["type": "string"]
        case .string(let format?): ["type": "string", "format": .text(format)]
        case .oneOf(let values): ["type": "string", "enum": .array(values.map(JSONValue.text))]
        case .identifier(let prefix):
            ["type": "string", "pattern": .text("^\(prefix)_[0-9a-hjkmnp-tv-z]{26}$")]
        case .integer: ["type": "integer", "format": "int64"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .array(let inner): ["type": "array", "items": inner.json]
        case .map(let inner): ["type": "object", "additionalProperties": inner.json]
        case .named(let named): ["$ref": .text("#/components/schemas/\(named.name)")]
        case .optional(let inner): inner.json
        case .nullable(let inner): ["anyOf": .array([inner.json, ["type": "null"]])]
        case .object(let members): Self.object(members)
        }
    }

    private static func object(_ members: [String: Schema]) -> JSONValue {
        let required = members.filter { !$0.value.isOptional }.keys.sorted()
        var value: [String: JSONValue] = [
            "type": "object", "properties": .object(members.mapValues(\.json)),
        ]
        if !required.isEmpty { value["required"] = .array(required.map(JSONValue.text)) }
        return .object(value)
    }

    private var isOptional: Bool {
        if case .optional = self { true } else { false }
    }
}

/// A shape with a name, which stands once in the OpenAPI document.
public struct NamedSchema: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The shape.
    public let schema: Schema

    /// A shape with a name.
    public init(_ name: String, _ schema: Schema) {
        self.name = name
        self.schema = schema
    }

    /// A shape with a name: an object with these members.
    public init(_ name: String, _ members: [String: Schema]) {
        self.init(name, .object(members))
    }
}

/// Any JSON value.
public enum JSONValue: Hashable, Sendable, Encodable, ExpressibleByStringLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral
{
    /// Text.
    case text(String)
    /// A truth value.
    case truth(Bool)
    /// A list.
    case array([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// Text.
    public init(stringLiteral value: String) {
        self = .text(value)
    }

    /// A truth value.
    public init(booleanLiteral value: Bool) {
        self = .truth(value)
    }

    /// An object.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .truth(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
