/// A statement that is put together from parts: conditions that are there or not, each with its
/// values.
struct SQLText {
    /// The text so far.
    private(set) var text: String
    /// The values of `$1`, `$2` and so on.
    private(set) var values: [SQLValue] = []
    private var hasCondition = false

    /// A text that conditions are added to.
    init(_ text: String) {
        self.text = text
    }

    /// Gives a value a place, and returns its placeholder.
    mutating func bind(_ value: some SQLConvertible) -> String {
        values.append(value.sql)
        return "$\(values.count)"
    }

    /// Adds text.
    mutating func add(_ more: String) {
        text += " " + more
    }

    /// Adds a condition to the statement's WHERE clause.
    mutating func require(_ condition: String) {
        text += (hasCondition ? " AND " : " WHERE ") + condition
        hasCondition = true
    }

    /// Begins another WHERE clause, as of a later part of a statement.
    mutating func beginClause(_ more: String) {
        text += " " + more
        hasCondition = false
    }

    /// The pattern of LIKE (with `ESCAPE '\'`) for texts that hold `part`.
    static func containing(_ part: String) -> String {
        var pattern = "%"
        for character in part.unicodeScalars {
            if character == "%" || character == "_" || character == "\\" { pattern += "\\" }
            pattern.unicodeScalars.append(character)
        }
        return pattern + "%"
    }

    /// `($1, $2), ($3, $4)`: so many rows of so many placeholders.
    static func placeholders(rows: Int, columns: Int) -> String {
        (0..<rows).map { row in
            let row = (1...columns).map { "$\(row * columns + $0)" }.joined(separator: ", ")
            return "(\(row))"
        }.joined(separator: ", ")
    }
}
