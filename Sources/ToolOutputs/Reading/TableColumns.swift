/// Columns of a table that is filled up with blanks, counted in columns of the terminal.
enum TableColumns {
    /// The first terminal column of each, by a heading in any language: words with more than one
    /// blank in front begin a column; others do when every row has a blank there and something
    /// behind it.
    static func starts(_ heading: String, rows: [String]) -> [Int] {
        var starts: [Int] = []
        var place = 0
        var blanks = 2
        let maps = rows.map(columnMap)
        for character in heading {
            if character == " " {
                blanks += 1
            } else {
                if blanks >= 2 || (blanks == 1 && isEdge(place, maps)) { starts.append(place) }
                blanks = 0
            }
            place += DisplayWidth.of(character)
        }
        return starts
    }

    private static func isEdge(_ place: Int, _ rows: [[Bool]]) -> Bool {
        let reaching = rows.filter { $0.count > place }
        return !reaching.isEmpty && reaching.allSatisfy { !$0[place - 1] }
            && reaching.contains { $0[place] }
    }

    /// For each terminal column whether something stands there.
    private static func columnMap(_ text: String) -> [Bool] {
        text.flatMap { character in
            [Bool](repeating: character != " ", count: DisplayWidth.of(character))
        }
    }

    /// The cells of a row, when a blank stands in front of each column.
    static func cells(_ text: String, starts: [Int], shift: Int = 0) -> [String]? {
        let edges = starts.enumerated().map { $0.offset == 0 ? 0 : $0.element + shift }
        var cells = [String](repeating: "", count: edges.count)
        var place = 0
        var index = 0
        var last: Character = " "
        for character in text {
            while index + 1 < edges.count, place >= edges[index + 1] {
                // A wide character must not stand across the edge either.
                guard place == edges[index + 1], last == " " else { return nil }
                index += 1
            }
            cells[index].append(character)
            last = character
            place += DisplayWidth.of(character)
        }
        // A row may end early: the last cells may be empty.
        return cells.map { ToolText.trimmed($0) }
    }
}
