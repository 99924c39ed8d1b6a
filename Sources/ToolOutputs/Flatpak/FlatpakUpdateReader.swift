import Fleet

/// Reads `flatpak remote-ls --updates`, whose columns are those that were asked for: between tabs
/// where the output goes to a file, filled up with blanks below a heading on a terminal.
///
/// What a column holds is seen from its values: an application's identifier, a reference, an
/// architecture and a commit have shapes of their own. What remains are the title in front of the
/// identifier, and version and branch behind it.
struct FlatpakUpdateReader {
    private(set) var reading = ToolReading(.flatpakUpdates)

    init(_ bytes: [UInt8]) {
        let documents = ToolDocuments(bytes)
        for record in documents.values.flatMap(\.elements) { read(record) }
        var rows: [(line: ToolLine, cells: [String])] = []
        var note = FlatpakNote()
        var heading = ""
        for line in documents.others {
            switch note.part(line) {
            case .known: continue
            case .unknown:
                reading.unparsed.append(line.raw)
                continue
            case .none: break
            }
            if Self.known.contains(line.trimmed) { continue }
            if rows.isEmpty, ["Ref", "Application ID"].contains(line.trimmed) { continue }
            let cells = Self.withoutNumber(Self.cells(line))
            if Self.isSaid(line) {
                reading.unparsed.append(line.raw)
            } else if cells.contains(where: {
                FlatpakColumns.isIdentifier($0) || FlatpakColumns.isReference($0)
            }) {
                rows.append((line, cells))
            } else if rows.isEmpty, Self.isHeading(line, cells) {
                heading = line.text
            } else {
                reading.unparsed.append(line.raw)
            }
        }
        let isPlaced = Self.place(&rows, below: heading)
        // A file that does not end with its line broke off within it where the others have more.
        if bytes.last != TextLines.newline, let last = rows.last, last.line.text.contains("\t"),
            rows.contains(where: { $0.cells.count > last.cells.count })
        {
            reading.unparsed.append(rows.removeLast().line.raw)
        }
        // Rows of one listing have the same columns.
        for (count, group) in Dictionary(grouping: rows.indices, by: { rows[$0].cells.count })
            .sorted(by: { $0.key < $1.key })
        {
            let isAligned =
                !isPlaced && group.allSatisfy { !rows[$0].line.text.contains("\t") }
            let columns = FlatpakColumns(
                group.map { rows[$0].cells }, count: count, isAligned: isAligned)
            for index in group {
                guard let update = columns.update(rows[index].cells) else {
                    reading.unparsed.append(rows[index].line.raw)
                    continue
                }
                add(update, columns.operation(rows[index].cells))
            }
        }
    }

    /// Parts the rows where the columns of their heading begin, which also tells the cells that are
    /// empty; whether all of them could be parted so.
    private static func place(
        _ rows: inout [(line: ToolLine, cells: [String])], below heading: String
    ) -> Bool {
        let texts = rows.map(\.line.text)
        guard !heading.isEmpty, !heading.hasPrefix(" "),
            !texts.contains(where: { $0.contains("\t") })
        else { return false }
        let starts = TableColumns.starts(heading, rows: texts)
        let placed = texts.compactMap { TableColumns.cells($0, starts: starts) }
        let hasNames = placed.allSatisfy { cells in
            cells.contains { FlatpakColumns.isIdentifier($0) || FlatpakColumns.isReference($0) }
        }
        guard starts.count >= 2, placed.count == rows.count, hasNames else { return false }
        for index in rows.indices { rows[index].cells = placed[index] }
        return true
    }

    private static let known = KnownLines(
        beginnings: [
            "Looking for", "Nothing to do", "Nothing to update", "Note that the directories",
            "are not in the search path",
            "installed by Flatpak may not", "'/", "F: ", "Proceed with", "Updating appstream",
            "Updates complete", "Changes complete",
            "Няма нищо за правене", "Není co dělat", "Intet at foretage", "Nichts zu tun",
            "Nenio farenda", "Nada que hacer", "Nema se što raditi",
            "Tidak ada yang bisa dilakukan", "Er valt niets te doen", "Pas res a far",
            "Nie ma nic do zrobienia", "Nada para fazer", "Nimic de făcut", "Нечего выполнять",
            "Nič ni za storiti", "Ништа за урадити", "Inget att göra", "Yapacak bir şey yok",
            "Немає що виконувати", "无事可做", "無事可做", "Rien à faire", "Проверяване за обновления",
            "Vyhledávají se aktualizace", "Leder efter opdateringer", "Suche nach Aktualisierungen",
            "Buscando actualizaciones", "Zoeken naar updates", "Wyszukiwanie aktualizacji",
            "A procurar por atualizações", "Procurando por atualizações", "Поиск обновлений",
            "Söker efter uppdateringar", "Güncellemeler aranıyor", "Шукаємо оновлення",
            "正在查找更新", "正在尋找更新", "Recherche de mises à jour",
        ],
        endings: ["environment variable, so applications"], parts: ["? [Y/n]:", "? [y/n]:"])

    /// `flatpak remote-ls --updates --json`: an object for each, with the columns' names as keys. Its
    /// headings are translated: what is not English is read by its values.
    private mutating func read(_ record: ToolJSON) {
        guard case .object(let members) = record else {
            return reading.unparsed.append(record.line)
        }
        let texts = members.values.compactMap(\.text)
        let reference = record["ref"]?.text ?? texts.first { $0.hasPrefix("app/") }
        let parts = reference.map(FlatpakColumns.parts)
        let name =
            record["application_id"]?.text ?? parts?.name
            ?? texts.first(where: FlatpakColumns.isIdentifier)
        guard let name, FlatpakColumns.isIdentifier(name),
            PackageName(name, of: .flatpak) != nil
        else { return reading.unparsed.append(record.line) }
        func value(_ key: String) -> String? {
            record[key]?.text.flatMap { $0.isEmpty ? nil : $0 }
        }
        var update = ToolUpdate(
            name: name, architecture: value("arch") ?? parts?.architecture ?? "",
            candidate: value("version") ?? value("commit") ?? "",
            origin: value("origin") ?? value("remote"), displayName: value("name"))
        update.bytes = value("download_size").flatMap { Grammar.bytes($0) }
        var details: [String: String] = [:]
        details["branch"] = value("branch") ?? parts?.branch
        details["commit"] = value("commit")
        details["ref"] = value("ref")
        update.details = details.isEmpty ? nil : details
        add(update, value("op"))
    }

    /// Whether a line is something that the tool or its libraries say, and no row, though it names an
    /// application: `error: org.example.App not installed`, `** (flatpak:1): WARNING **: …`.
    private static func isSaid(_ line: ToolLine) -> Bool {
        let text = line.trimmed
        if line.text.contains("\t") || text.contains("  ") { return text.hasPrefix("** (") }
        let words = text.split(separator: " ")
        guard words.count > 1,
            let place = words.firstIndex(where: { FlatpakColumns.isIdentifier(String($0)) })
        else { return false }
        // Columns as wide as their cells leave one blank: then what follows are cells too.
        let rest = words[(place + 1)...].map(String.init)
        let isRow = rest.contains { FlatpakColumns.isOwnValue($0) }
        return !isRow || (place > 0 && words[place - 1].hasSuffix(":"))
    }

    private mutating func add(_ update: ToolUpdate, _ operation: String?) {
        let package = ToolPackage(
            name: update.name, version: update.candidate, architecture: update.architecture,
            displayName: update.displayName, origin: update.origin)
        switch operation {
        case "i": reading.newPackages = (reading.newPackages ?? []) + [package]
        case "r": reading.removals = (reading.removals ?? []) + [package]
        default: reading.updates.append(update)
        }
    }

    /// On a terminal two blanks or more part the cells; what `flatpak update` lists has a number
    /// and a box in front.
    private static func cells(_ line: ToolLine) -> [String] {
        if line.text.contains("\t") {
            return line.text.split(separator: "\t", omittingEmptySubsequences: false).map {
                ToolText.trimmed(String($0))
            }
        }
        var cells: [String] = []
        var blanks = 0
        for character in line.trimmed {
            if character == " " {
                blanks += 1
                continue
            }
            if blanks >= 2 || cells.isEmpty {
                cells.append("")
            } else if blanks == 1 {
                cells[cells.count - 1].append(" ")
            }
            cells[cells.count - 1].append(character)
            blanks = 0
        }
        return cells.flatMap(apart)
    }

    /// `flatpak update` numbers its rows, and ticks those that are done.
    private static func withoutNumber(_ cells: [String]) -> [String] {
        guard var first = cells.first else { return cells }
        // A ticked row has but one blank behind its box.
        if first.hasSuffix("]"), let box = first.firstIndex(of: "[") {
            first = ToolText.trimmed(String(first[..<box]))
        }
        guard first.hasSuffix("."), Grammar.isNumber(first.dropLast()) else { return cells }
        return Array(cells.dropFirst().drop { $0.hasPrefix("[") })
    }

    /// A cell as long as its column has one blank behind it only: identifiers hold none, so one
    /// among words is a cell of its own.
    private static func apart(_ cell: String) -> [String] {
        let words = cell.split(separator: " ").map(String.init)
        guard words.count > 1, let place = words.firstIndex(where: FlatpakColumns.isIdentifier)
        else { return [cell] }
        let head = words[..<place].joined(separator: " ")
        return (head.isEmpty ? [] : [head]) + words[place...]
    }

    private static func isHeading(_ line: ToolLine, _ cells: [String]) -> Bool {
        cells.count >= 2 && !line.trimmed.contains { $0.isNumber || ".:…".contains($0) }
    }
}
