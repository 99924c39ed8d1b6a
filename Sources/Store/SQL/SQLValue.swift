/// A value on its way to or from a database, in one of the four types that both engines have.
enum SQLValue: Hashable, Sendable {
    /// No value.
    case null
    /// A signed 64-bit number: INTEGER in SQLite, BIGINT in PostgreSQL.
    case integer(Int64)
    /// A text without the character U+0000, which PostgreSQL cannot store.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

/// One row of an answer.
struct SQLRow {
    /// The columns in the order of the query.
    let values: [SQLValue]

    /// Reads the columns from left to right.
    var reader: SQLRowReader { SQLRowReader(values: values) }

    /// The first column.
    func first<Value: SQLConvertible>(as type: Value.Type = Value.self) throws -> Value {
        var reader = reader
        return try reader.next()
    }
}

/// Takes the columns of a row one after the other, each as the type that is asked for.
struct SQLRowReader {
    private let values: [SQLValue]
    private var place = 0

    fileprivate init(values: [SQLValue]) {
        self.values = values
    }

    /// The next column.
    ///
    /// - Throws: `SQLFailure` of the kind `corrupt` when there is none, or it is of another type.
    mutating func next<Value: SQLConvertible>(_ type: Value.Type = Value.self) throws -> Value {
        guard place < values.count else {
            throw SQLFailure(.corrupt, "A row has fewer columns than expected.")
        }
        let value = values[place]
        place += 1
        guard let converted = Value(sql: value) else {
            throw SQLFailure(.corrupt, "A column does not hold a \(Value.self).")
        }
        return converted
    }
}

/// What went wrong in a database, told apart by what to do about it.
struct SQLFailure: Error, Hashable {
    /// What to do about it.
    enum Kind: Hashable {
        /// A constraint of the schema refused a row: only the closure that wrote it has failed.
        case constraint
        /// Two transactions got in each other's way: run it again.
        case conflict
        /// The connection is gone: connect and run it again.
        case lostConnection
        /// The connection was lost while committing, so whether it was committed is not known.
        case commitUnknown
        /// No room is left.
        case diskFull
        /// The database is damaged.
        case corrupt
        /// Another process holds it.
        case busy
        /// A value that cannot be stored.
        case invalidValue
        /// A write in a transaction that only reads.
        case readOnly
        /// Anything else.
        case other
    }

    /// What to do about it.
    let kind: Kind
    /// The database's own words, without values, which may be secret.
    let detail: String

    /// A failure.
    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// Whether the same transaction may succeed when it is run again.
    var isRetriable: Bool { kind == .conflict || kind == .lostConnection }
    /// Whether only the closure that met it has failed, and its neighbours in the group need not be
    /// run again.
    var isLocal: Bool { kind == .constraint || kind == .invalidValue || kind == .readOnly }
}
