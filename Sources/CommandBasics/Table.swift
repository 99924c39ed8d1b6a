import Fleet

/// Rows in columns, for people.
package struct Table {
    /// A column's title, and the side that its values stand at.
    package struct Column {
        package let title: String
        package let isNumber: Bool

        /// A column of texts.
        package static func text(_ title: String) -> Column {
            Column(title: title, isNumber: false)
        }
        /// A column of numbers, which stand at the right.
        package static func number(_ title: String) -> Column {
            Column(title: title, isNumber: true)
        }
    }

    package let columns: [Column]
    private var rows: [[String]] = []

    /// The narrowest that a column is made to fit the terminal, in characters.
    private static let narrowest = 8

    /// A table without rows.
    package init(_ columns: Column...) {
        self.columns = columns
    }

    /// Adds a row.
    package mutating func add(_ values: String...) {
        // A name from an endpoint must not move the cursor, colour the terminal or turn the line round.
        rows.append(values.map(Self.printable))
    }

    /// The table as text, no wider than `width`; `empty` when it has no rows.
    package func text(width: Int?, empty: String = "Nothing.") -> String {
        if rows.isEmpty { return empty }
        let widths = widths(within: width)
        let title = line(columns.map(\.title), widths)
        return ([title] + rows.map { line($0, widths) }).joined(separator: "\n")
    }

    private func widths(within limit: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
        }
        guard let limit else { return widths }
        let gaps = 2 * (columns.count - 1)
        while widths.reduce(gaps, +) > limit,
            let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.narrowest
        {
            widths[widest] -= 1
        }
        return widths
    }

    private func line(_ values: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, value) in values.enumerated() {
            let width = widths[index]
            let shown =
                value.count > width ? value.prefix(max(width - 1, 1)) + "…" : Substring(value)
            let space = String(repeating: " ", count: max(0, width - shown.count))
            text += columns[index].isNumber ? space + shown : shown + space
            if index < values.count - 1 { text += "  " }
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// A text without control characters and marks of direction.
    package static func printable(_ text: String) -> String { text.withoutMisleading("·") }
}

extension Int {
    /// So many of something, as a person says it: `1 endpoint`, `2 endpoints`.
    package func counted(_ noun: String) -> String {
        self == 1 ? "1 \(noun)" : "\(self) \(noun)s"
    }
}
