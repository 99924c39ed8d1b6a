/// A condition over the fields of an endpoint or of an update, such as
/// `role = server and not (os = debian and os.version < 12)`.
///
/// It is a value in normal form: nested `and`s are one, and two texts that differ only in spaces,
/// brackets or ways to write a value are equal. `description` is the canonical text, and reads back
/// as the same value.
public struct PolicyExpression<Field: ExpressionField>: Hashable, Sendable {
    /// A part of a condition.
    public indirect enum Term: Hashable, Sendable {
        /// Always so: `all`.
        case always
        /// A field is compared with values.
        case test(FieldTest<Field>)
        /// The opposite.
        case not(Term)
        /// Every part holds; at least two.
        case all([Term])
        /// One part holds; at least two.
        case any([Term])
    }

    /// The condition.
    public let root: Term

    /// A condition, put in normal form.
    public init(_ root: Term) {
        self.root = root.normalized
    }

    /// The condition that always holds.
    public static var always: Self { Self(.always) }

    /// The fields that it names.
    public var fields: Set<Field> { root.fields }
}

/// A condition over endpoints.
public typealias GroupExpression = PolicyExpression<EndpointField>
/// A condition over missing updates.
public typealias UpdateExpression = PolicyExpression<UpdateField>

/// A field compared with values.
public struct FieldTest<Field: ExpressionField>: Hashable, Sendable {
    /// The field.
    public let field: Field
    /// How it is compared.
    public let comparator: Comparator
    /// With what: one value, or several after `in`.
    public let values: [Literal]

    init(_ field: Field, _ comparator: Comparator, _ values: [Literal]) {
        self.field = field
        self.comparator = comparator
        self.values = values
    }
}

extension PolicyExpression.Term {
    /// Nested `and`s and `or`s of one kind drawn together, and those of one part replaced by it.
    fileprivate var normalized: Self {
        switch self {
        case .always, .test: return self
        case .not(let term): return .not(term.normalized)
        case .all(let terms):
            let parts = terms.map(\.normalized).flatMap { part -> [Self] in
                if case .all(let inner) = part { return inner }
                return [part]
            }
            return parts.count == 1 ? parts[0] : parts.isEmpty ? .always : .all(parts)
        case .any(let terms):
            let parts = terms.map(\.normalized).flatMap { part -> [Self] in
                if case .any(let inner) = part { return inner }
                return [part]
            }
            return parts.count == 1 ? parts[0] : parts.isEmpty ? .not(.always) : .any(parts)
        }
    }

    fileprivate var fields: Set<Field> {
        switch self {
        case .always: []
        case .test(let test): [test.field]
        case .not(let term): term.fields
        case .all(let terms), .any(let terms):
            terms.reduce(into: []) { $0.formUnion($1.fields) }
        }
    }
}

extension PolicyExpression: Codable {
    /// Reads the expression from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try Self(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(error.message) (at \(error.offset))")
        }
    }

    /// Writes the canonical text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
