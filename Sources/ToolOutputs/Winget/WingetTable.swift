import Fleet

/// The columns of one table, found by its heading.
///
/// winget fills each cell up to its column's width, which it counts in columns of the terminal, and
/// leaves out a column that would be empty. Names, and headings in some languages, hold blanks.
struct WingetTable {
    /// What the columns hold, from left to right.
    let columns: [WingetWords.Column]
    /// The first terminal column of each.
    private let starts: [Int]
    /// The columns of the line that rules the heading off.
    private let width: Int

    /// The cells of one row.
    struct Row {
        private let cells: [(WingetWords.Column, String)]

        fileprivate init(_ columns: [WingetWords.Column], _ cells: [String]) {
            self.cells = Array(zip(columns, cells))
        }

        /// Whether the table has the column.
        func hasColumn(_ column: WingetWords.Column) -> Bool {
            cells.contains { $0.0 == column }
        }

        /// A cell's text; empty when the table lacks the column.
        subscript(column: WingetWords.Column) -> String {
            cells.first { $0.0 == column }?.1 ?? ""
        }
    }

    /// A table with this heading and these lines below its rule.
    init?(heading: String, rule: String, body: ArraySlice<ToolLine>) {
        width = DisplayWidth.of(ToolText.trimmed(rule))
        if let (columns, starts) = Self.knownColumns(heading) {
            (self.columns, self.starts) = (columns, starts)
        } else {
            // The count below the rows is as long as it likes, and would hide the columns' edges.
            let rows = body.prefix { !$0.isBlank }.filter { !WingetReader.isSentence($0.trimmed) }
                .map(\.text)
            let starts = TableColumns.starts(heading, rows: rows)
            guard (3...6).contains(starts.count) else { return nil }
            self.starts = starts
            columns = Self.columns(count: starts.count, starts: starts, rows: rows)
        }
    }

    /// A row of this table; `nil` when the line is not one.
    func row(_ line: ToolLine) -> Row? {
        guard !line.isIndented else { return nil }
        // A character that the table's maker took for wider or narrower than it is moves all that
        // stands behind it.
        for shift in [0, 1, -1, 2, -2, 3, -3] {
            if let cells = TableColumns.cells(line.text, starts: starts, shift: shift) {
                let row = Row(columns, cells)
                // Longer than the rule: a table that somebody shortened by hand, or a sentence.
                let isLong = DisplayWidth.of(line.text.trimmingEnd) > width + max(shift, 0)
                if isPlausible(row, isShifted: shift != 0), !isLong || Self.isNamed(row) {
                    return row
                }
            }
        }
        return unaligned(line)
    }

    /// Whether the row has all that a sentence could not have by chance.
    private static func isNamed(_ row: Row) -> Bool {
        PackageName(row[.id], of: .winget) != nil && isSource(row[.source])
            && (row[.version].utf8.first.map(Grammar.isDigit) ?? false)
    }

    private static func isSource(_ text: String) -> Bool { ["winget", "msstore"].contains(text) }

    /// A row whose cells stand elsewhere than the heading's, since a script with marks above and
    /// below its letters was measured otherwise: read from its end, where no cell holds a blank.
    private func unaligned(_ line: ToolLine) -> Row? {
        var words = line.words
        guard columns == [.name, .id, .version, .available, .source],
            let source = words.popLast(), Self.isSource(source),
            let available = words.popLast(), var version = words.popLast()
        else { return nil }
        if let sign = words.last, ["<", ">"].contains(sign) {
            version = "\(words.removeLast()) \(version)"
        }
        guard let id = words.popLast(), !words.isEmpty, id.contains("."),
            PackageName(id, of: .winget) != nil || Grammar.isCut(id),
            [version, available].allSatisfy({ $0.utf8.contains(where: Grammar.isDigit) })
        else { return nil }
        return Row(columns, [words.joined(separator: " "), id, version, available, source])
    }

    private func isPlausible(_ row: Row, isShifted: Bool) -> Bool {
        guard !row[.name].isEmpty, !row[.id].isEmpty, !row[.version].isEmpty else { return false }
        let versions = [row[.version], row[.available]]
        guard versions.allSatisfy(Self.isVersion), !row[.source].contains(" ") else { return false }
        return !isShifted || !row[.id].contains(" ")
    }

    /// `1.2.3`, `< 1.2.3`, `> 1.2.3`, `Unknown`: a blank stands behind a sign only. Versions of
    /// applications that winget did not install may hold words.
    private static func isVersion(_ text: String) -> Bool {
        let bare = text.hasPrefix("< ") || text.hasPrefix("> ") ? text.dropFirst(2) : text[...]
        return !bare.contains("  ") && bare.split(separator: " ").count <= 3
    }

    /// The columns of a heading in a language of winget.
    private static func knownColumns(_ heading: String) -> ([WingetWords.Column], [Int])? {
        for language in WingetWords.headings {
            var columns: [WingetWords.Column] = []
            var starts: [Int] = []
            var place = 0
            var rest = heading[...]
            while !rest.isEmpty {
                if rest.first == " " {
                    rest = rest.dropFirst()
                    place += 1
                    continue
                }
                let known = zip(WingetWords.columns, language).first { column, word in
                    rest.hasPrefix(word) && !columns.contains(column)
                        && (rest.dropFirst(word.count).first ?? " ") == " "
                }
                guard let (column, word) = known else { break }
                columns.append(column)
                starts.append(place)
                place += DisplayWidth.of(word)
                rest = rest.dropFirst(word.count)
            }
            if rest.isEmpty, columns.starts(with: [.name, .id, .version]) {
                return (columns, starts)
            }
        }
        return nil
    }

    /// With four columns, the last is a source when no row has a digit in it.
    private static func columns(
        count: Int, starts: [Int], rows: [String]
    ) -> [WingetWords.Column] {
        guard count == 4, let last = starts.last else {
            return Array(WingetWords.columns.prefix(count))
        }
        let hasDigit = rows.contains { row in
            var place = 0
            return row.contains { character in
                defer { place += DisplayWidth.of(character) }
                return place >= last && character.isNumber
            }
        }
        return [.name, .id, .version, hasDigit ? .available : .source]
    }
}

extension String {
    /// Without blanks at the end.
    fileprivate var trimmingEnd: Substring {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return self[...last]
    }
}
