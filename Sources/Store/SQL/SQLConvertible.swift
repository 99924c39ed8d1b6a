import Fleet

/// A type that a column can hold.
protocol SQLConvertible {
    /// What is stored.
    var sql: SQLValue { get }
    /// Reads what was stored; `nil` when it is something else.
    init?(sql: SQLValue)
}

extension Int64: SQLConvertible {
    var sql: SQLValue { .integer(self) }

    init?(sql: SQLValue) {
        guard case .integer(let number) = sql else { return nil }
        self = number
    }
}

extension Int: SQLConvertible {
    var sql: SQLValue { .integer(Int64(self)) }

    init?(sql: SQLValue) {
        guard case .integer(let number) = sql else { return nil }
        self.init(exactly: number)
    }
}

extension Bool: SQLConvertible {
    var sql: SQLValue { .integer(self ? 1 : 0) }

    init?(sql: SQLValue) {
        switch sql {
        case .integer(0): self = false
        case .integer(1): self = true
        default: return nil
        }
    }
}

extension String: SQLConvertible {
    var sql: SQLValue { .text(self) }

    init?(sql: SQLValue) {
        guard case .text(let text) = sql else { return nil }
        self = text
    }
}

extension [UInt8]: SQLConvertible {
    var sql: SQLValue { .blob(self) }

    init?(sql: SQLValue) {
        guard case .blob(let bytes) = sql else { return nil }
        self = bytes
    }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    var sql: SQLValue { self?.sql ?? .null }

    init?(sql: SQLValue) {
        if case .null = sql {
            self = .none
            return
        }
        guard let wrapped = Wrapped(sql: sql) else { return nil }
        self = .some(wrapped)
    }
}

extension Timestamp: SQLConvertible {
    var sql: SQLValue { .integer(milliseconds) }

    init?(sql: SQLValue) {
        guard case .integer(let number) = sql else { return nil }
        self.init(milliseconds: number)
    }
}

extension Identifier: SQLConvertible {
    var sql: SQLValue { .text(text) }

    init?(sql: SQLValue) {
        guard case .text(let text) = sql else { return nil }
        self.init(text)
    }
}

extension SQLConvertible where Self: RawRepresentable, RawValue == String {
    var sql: SQLValue { .text(rawValue) }

    init?(sql: SQLValue) {
        guard case .text(let text) = sql else { return nil }
        self.init(rawValue: text)
    }
}
