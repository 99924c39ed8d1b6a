import Fleet

/// Reads the tables of `winget upgrade` and `winget list`, in any language, and the blocks of
/// `winget list --details`.
///
/// A row that winget cut short (`…`) does not tell the identifier or version that it stands for: it
/// is listed under `truncated`, and its line is shown as unread. The second table of `winget
/// upgrade` has packages that must be named to be updated.
struct WingetReader {
    private(set) var reading: ToolReading
    private let isList: Bool

    init(_ bytes: [UInt8], of tool: ToolOutput) {
        reading = ToolReading(tool)
        isList = tool == .wingetList
        let lines = ToolText.lines(bytes)
        let rules = lines.indices.dropFirst().filter { index in
            Self.isRule(lines[index]) && !lines[index - 1].isBlank
                && !Self.isRule(lines[index - 1])
        }
        guard let first = rules.first else {
            var details = WingetDetails(lines)
            if details.read(into: &reading) { return }
            // Silence is no empty list: with nothing to list, winget says so.
            guard lines.contains(where: { !$0.isBlank }) else {
                reading.unparsed = [""]
                return
            }
            readAnswer(lines)
            return
        }
        readBetween(lines[..<(first - 1)], isIntroduction: true)
        for (number, rule) in rules.enumerated() {
            let end = number + 1 < rules.count ? rules[number + 1] - 1 : lines.endIndex
            let isExplicit = number > 0 || Self.isIntroduced(lines[..<(rule - 1)])
            readTable(
                lines[(rule - 1)..<end], isExplicit: isExplicit && !isList,
                isFollowed: number + 1 < rules.count)
        }
        if !isList { compareCount(lines) }
    }

    /// `7 upgrades available.`: fewer rows than that say that some are missing. More are none: older
    /// versions count the first table alone.
    private mutating func compareCount(_ lines: [ToolLine]) {
        let ending = " upgrades available."
        let rows = reading.updates.count + (reading.truncated ?? []).count
        for line in lines where line.trimmed.hasSuffix(ending) {
            let count = Int(line.trimmed.dropLast(ending.count)) ?? 0
            let isShown = reading.unparsed.contains(line.raw)
            if count > rows, !isShown { reading.unparsed.append(line.raw) }
        }
    }

    /// What parts a heading from its rows: at least as long as the shortest headings.
    private static func isRule(_ line: ToolLine) -> Bool {
        Grammar.isRule(line.trimmed, of: "-") && line.trimmed.count >= 10
    }

    /// Whether the last line before a heading is a sentence about the table.
    private static func isIntroduced(_ lines: ArraySlice<ToolLine>) -> Bool {
        guard let last = lines.last?.trimmed, let end = last.last else { return false }
        return ":：.。".contains(end) && !last.contains("[Y]")
    }

    private mutating func readTable(
        _ lines: ArraySlice<ToolLine>, isExplicit: Bool, isFollowed: Bool
    ) {
        let start = lines.startIndex
        let body = lines[(start + 2)...]
        guard
            let table = WingetTable(
                heading: lines[start].text, rule: lines[start + 1].text, body: body)
        else {
            reading.unparsed += lines.filter { !$0.isBlank }.map(\.raw)
            return
        }
        guard let lastRow = body.lastIndex(where: { table.row($0) != nil }) else {
            // winget prints no table without rows: it broke off.
            reading.unparsed += lines.filter { !$0.isBlank }.map(\.raw)
            return
        }
        for index in body[...lastRow].indices where !body[index].isBlank {
            guard let row = table.row(body[index]), add(row, isExplicit: isExplicit) else {
                reading.unparsed.append(body[index].raw)
                continue
            }
            if isCut(row) { reading.unparsed.append(body[index].raw) }
        }
        readBetween(body[(lastRow + 1)...], isIntroduction: isFollowed)
    }

    private func isCut(_ row: WingetTable.Row) -> Bool {
        // A newer version comes from a source: without it the output broke off within the row.
        if row.hasColumn(.source), row[.source].isEmpty, !row[.available].isEmpty { return true }
        return [row[.id], row[.version], row[.available], row[.source]].contains(
            where: Grammar.isCut)
    }

    private mutating func add(_ row: WingetTable.Row, isExplicit: Bool) -> Bool {
        var update = ToolUpdate(
            name: row[.id], installed: row[.version], candidate: row[.available],
            origin: row[.source].isEmpty ? nil : row[.source], displayName: row[.name])
        if isExplicit {
            update.isHeld = true
            update.details = ["explicit": "yes"]
        }
        if isCut(row) {
            if reading.truncated == nil { reading.truncated = [] }
            reading.truncated?.append(update)
            return true
        }
        let isOwn = PackageName(row[.id], of: .winget) != nil
        // A list also has software that winget did not install, under names of other kinds:
        // `ARP\Machine\X64\Some Name`, `MSIX\…`, `{4A03706F-…}`.
        guard isOwn || isList else { return false }
        if isList {
            reading.packages.append(
                ToolPackage(
                    name: row[.id], version: row[.version], displayName: row[.name],
                    origin: update.origin))
        }
        guard isOwn, !row[.available].isEmpty else { return isList }
        reading.updates.append(update)
        return true
    }

    /// Lines in front of, between and behind tables: counts, hints, and the sentence that introduces
    /// the next table.
    private mutating func readBetween(_ lines: ArraySlice<ToolLine>, isIntroduction: Bool) {
        let said = lines.indices.filter {
            !lines[$0].isBlank && !Self.isSpinner(lines[$0].trimmed)
        }
        // What a source asks before its first use ends in the question and its answers.
        let question = said.last { lines[$0].trimmed.hasPrefix("[Y] ") }
        for index in said {
            let text = lines[index].trimmed
            let isPart =
                index == said.last && isIntroduction || question.map { index <= $0 } == true
            let isOwn = WingetWords.isOwn(text) || (isPart && Self.isSentence(text))
            if WingetWords.isFault(text) || !isOwn { reading.unparsed.append(lines[index].raw) }
        }
    }

    /// Without a table only a sentence that says that nothing was found is an answer.
    private mutating func readAnswer(_ lines: [ToolLine]) {
        if lines.contains(where: { WingetWords.nothingFound.contains($0.trimmed) && !$0.isBlank }) {
            return readBetween(lines[...], isIntroduction: false)
        }
        reading.unparsed += lines.filter { !$0.isBlank && !Self.isSpinner($0.trimmed) }.map(\.raw)
    }

    /// What turns while winget waits, and its bar.
    private static func isSpinner(_ text: String) -> Bool {
        text.allSatisfy { "-\\|/ ".contains($0) }
            || text.unicodeScalars.contains { (0x2580...0x259F).contains($0.value) }
    }

    /// A sentence, or a count of packages: one blank between words, and a full stop or colon at the
    /// end, or what is winget's own.
    static func isSentence(_ text: String) -> Bool {
        guard !text.contains("  "), let last = text.last else { return false }
        return ".。．:：?？".contains(last) || WingetWords.isOwn(text)
    }
}
