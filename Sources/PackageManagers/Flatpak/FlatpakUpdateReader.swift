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
        var rows: [(line: ToolLine, cells: [String])] = []
        var note = FlatpakNote()
        for line in ToolText.lines(bytes) {
            if note.holds(line) || Self.known.contains(line.trimmed) { continue }
            let cells = Self.withoutNumber(Self.cells(line))
            if cells.contains(where: {
                FlatpakColumns.isIdentifier($0) || FlatpakColumns.isReference($0)
            }) {
                rows.append((line, cells))
            } else if !rows.isEmpty || !Self.isHeading(line, cells) {
                reading.unparsed.append(line.raw)
            }
        }
        // Rows of one listing have the same columns.
        for (count, group) in Dictionary(grouping: rows.indices, by: { rows[$0].cells.count })
            .sorted(by: { $0.key < $1.key })
        {
            let isAligned = group.allSatisfy { !rows[$0].line.text.contains("\t") }
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

    private static let known = KnownLines(
        beginnings: [
            "Looking for", "Nothing to do", "Note that the directories",
            "are not in the search path",
            "installed by Flatpak may not", "'/", "F: ", "Proceed with", "Updating appstream",
            "Updates complete", "Changes complete",
        ],
        endings: ["environment variable, so applications"])

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
        guard let first = cells.first, first.hasSuffix("."), Grammar.isNumber(first.dropLast())
        else { return cells }
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

/// What flatpak says of platforms that are not maintained any more: `Info: …`, and below it, three
/// blanks in, the reason or the applications that it concerns. These are no updates.
private struct FlatpakNote {
    private var isOpen = false

    mutating func holds(_ line: ToolLine) -> Bool {
        if line.text.contains("\t") || line.isBlank {
            isOpen = false
        } else if line.trimmed.hasPrefix("Info:") {
            isOpen = true
        } else if isOpen {
            isOpen = line.text.hasPrefix("   ") && !line.text.hasPrefix("    ")
        }
        return isOpen
    }
}

/// What the columns of a listing hold.
struct FlatpakColumns {
    private enum Column {
        case title, identifier, reference, architecture, commit, size, version, branch, origin,
            operation, other
    }
    private var columns: [Column]

    /// Finds out by all rows of the listing.
    init(_ rows: [[String]], count: Int, isAligned: Bool) {
        func all(_ column: Int, _ test: (String) -> Bool) -> Bool {
            let values = rows.map { $0[column] }.filter { !$0.isEmpty }
            return !values.isEmpty && values.allSatisfy(test)
        }
        columns = (0..<count).map { column in
            if all(column, Self.isIdentifier) { return .identifier }
            if all(column, Self.isReference) { return .reference }
            if all(column, Self.isArchitecture) { return .architecture }
            if all(column, Self.isCommit) { return .commit }
            if all(column, { Self.size($0) != nil }) { return .size }
            return .other
        }
        // More than one identifier: the first names the application, later ones its runtime.
        if let first = columns.firstIndex(of: .identifier) {
            for column in columns.indices where column > first && columns[column] == .identifier {
                columns[column] = .other
            }
            for column in columns.indices where column < first && columns[column] == .other {
                columns[column] = .title
            }
        }
        assignVersions(rows, isAligned: isAligned)
    }

    private mutating func assignVersions(_ rows: [[String]], isAligned: Bool) {
        let anchor = columns.firstIndex { $0 == .identifier || $0 == .reference } ?? 0
        let reference = columns.firstIndex(of: .reference)
        // What `flatpak update` would do stands behind the branch.
        let operation = columns.indices.first { column in
            columns[column] == .other && rows.allSatisfy { ["u", "i", "r"].contains($0[column]) }
        }
        if let operation { columns[operation] = .operation }
        let free = columns.indices.filter { $0 > anchor && columns[$0] == .other }
        let named = free.first { column in
            guard let reference else {
                return rows.contains { Self.isBranchWord($0[column]) }
            }
            return rows.allSatisfy { Self.branch(of: $0[reference]) == $0[column] }
        }
        // The branch of an application is never empty; its version may be, and leaves no cell then
        // where blanks part the cells.
        let neighbour = columns.firstIndex { $0 == .architecture || $0 == .operation }.map {
            $0 - 1
        }
        let place =
            named
            ?? neighbour.flatMap { free.contains($0) && (free.count > 1 || isAligned) ? $0 : nil }
        if let place { columns[place] = .branch }
        for column in free where column != place {
            let isVersion = Self.isVersion(rows, column) && !columns.contains(.version)
            columns[column] = isVersion ? .version : (columns.contains(.origin) ? .other : .origin)
        }
    }

    /// `391 bytes`, `< 130.8 MB (partial)`
    private static func size(_ text: String) -> Int64? {
        let bare = text.replacing("< ", with: "").replacing("(partial)", with: "")
        return bare.contains(where: \.isLetter) ? Grammar.bytes(bare) : nil
    }

    /// What `flatpak update` would do with a row: `u`, `i` or `r`; `nil` in other listings.
    func operation(_ cells: [String]) -> String? {
        columns.firstIndex(of: .operation).map { cells[$0] }
    }

    /// Whether all values have digits, or are empty.
    private static func isVersion(_ rows: [[String]], _ column: Int) -> Bool {
        rows.allSatisfy { $0[column].isEmpty || $0[column].utf8.contains(where: Grammar.isDigit) }
    }

    /// The row's update; `nil` when it names no application.
    func update(_ cells: [String]) -> ToolUpdate? {
        func value(_ column: Column) -> String? {
            columns.firstIndex(of: column).flatMap { cells[$0].isEmpty ? nil : cells[$0] }
        }
        let reference = value(.reference).map { Self.parts($0) }
        guard let name = value(.identifier) ?? reference?.name, Self.isIdentifier(name),
            PackageName(name, of: .flatpak) != nil
        else { return nil }
        let commit = value(.commit)
        var update = ToolUpdate(
            name: name, architecture: value(.architecture) ?? reference?.architecture ?? "",
            candidate: value(.version) ?? commit ?? "", origin: value(.origin),
            displayName: value(.title))
        update.bytes = value(.size).flatMap(Self.size)
        var details: [String: String] = [:]
        details["branch"] = value(.branch) ?? reference?.branch
        details["commit"] = commit
        details["ref"] = value(.reference)
        update.details = details.isEmpty ? nil : details
        return update
    }

    /// `org.example.Name`: at least three parts between dots, none of which begins with a digit
    /// (the D-Bus specification's names).
    static func isIdentifier(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 3 && text.utf8.count <= 255
            && parts.allSatisfy { part in
                guard let first = part.utf8.first else { return false }
                return Grammar.consists(part, of: "_-") && first != UInt8(ascii: "-")
            } && parts.prefix(2).allSatisfy { $0.utf8.first.map(Grammar.isDigit) == false }
    }

    /// `app/org.example.Name/x86_64/stable`, or without the kind.
    static func isReference(_ text: String) -> Bool {
        isIdentifier(parts(text).name) && text.contains("/")
    }

    private static func parts(_ text: String) -> (
        name: String, architecture: String, branch: String
    ) {
        var parts = text.split(separator: "/").map(String.init)
        if parts.first == "app" || parts.first == "runtime" { parts.removeFirst() }
        guard parts.count == 3 else { return ("", "", "") }
        return (parts[0], parts[1], parts[2])
    }

    private static func branch(of reference: String) -> String? {
        let branch = parts(reference).branch
        return branch.isEmpty ? nil : branch
    }

    private static func isArchitecture(_ text: String) -> Bool {
        ["x86_64", "i386", "aarch64", "arm", "riscv64", "ppc64le", "s390x"].contains(text)
    }

    private static func isCommit(_ text: String) -> Bool {
        text.utf8.count >= 10 && text.allSatisfy(\.isHexDigit) && text == text.lowercased()
    }

    private static func isBranchWord(_ text: String) -> Bool {
        ["stable", "beta", "master", "devel", "edge", "nightly", "main", "test"].contains(text)
            || text.hasSuffix("-stable") || text.hasSuffix("beta")
    }
}
