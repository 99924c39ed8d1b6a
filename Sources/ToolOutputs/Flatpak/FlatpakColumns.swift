import Fleet

/// What flatpak says of platforms that are not maintained any more: `Info: …`, and below it, three
/// blanks in, the reason or the applications that it concerns. These are no updates.
struct FlatpakNote {
    /// What a line is.
    enum Part {
        /// One of a note that is known.
        case known
        /// One below a line that ends with a colon and is not known.
        case unknown
        /// None of a note.
        case none
    }

    private var open: Part = .none

    mutating func part(_ line: ToolLine) -> Part {
        if line.text.contains("\t") || line.isBlank {
            open = .none
        } else if Self.beginnings.contains(where: line.trimmed.hasPrefix) {
            open = .known
        } else if line.text.hasPrefix("   "), !line.text.hasPrefix("    ") {
            return open
        } else {
            // In another language, or of another age: what stands below it is no row either.
            open = !line.isIndented && ":：".contains(line.trimmed.last ?? " ") ? .unknown : .none
            return .none
        }
        return open
    }

    /// Before flatpak 1.10 the applications of a platform had a heading without `Info:`.
    private static let beginnings = [
        "Info:", "Applications using this ", "applications using this ",
    ]
}

/// What the columns of a listing hold.
struct FlatpakColumns {
    private enum Column {
        case title, identifier, reference, architecture, commit, size, version, branch, origin,
            operation, platform, other
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
        setPlatformsAside(rows)
        assignVersions(rows, isAligned: isAligned)
    }

    /// A reference beside the identifier that names something else is the platform that the
    /// application needs (`--columns=runtime`).
    private mutating func setPlatformsAside(_ rows: [[String]]) {
        guard let identifier = columns.firstIndex(of: .identifier) else { return }
        for column in columns.indices where columns[column] == .reference {
            let isOwn = rows.allSatisfy {
                $0[column].isEmpty || Self.parts($0[column]).name == $0[identifier]
            }
            if !isOwn { columns[column] = .platform }
        }
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

    /// `391 bytes`, `< 130.8 MB (partial)`, and where it has begun `1.2 MB / 130.8 MB`.
    private static func size(_ text: String) -> Int64? {
        let whole = text.lastIndex(of: "/").map { text[text.index(after: $0)...] } ?? text[...]
        let bare = ToolText.trimmed(
            String(whole).replacing("< ", with: "").replacing("(partial)", with: ""))
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

    static func parts(_ text: String) -> (
        name: String, architecture: String, branch: String
    ) {
        var parts = text.split(separator: "/").map(String.init)
        if parts.first == "app" || parts.first == "runtime" { parts.removeFirst() }
        guard parts.count == 3, parts[1...].allSatisfy({ Grammar.consists($0, of: "._-") }) else {
            return ("", "", "")
        }
        return (parts[0], parts[1], parts[2])
    }

    private static func branch(of reference: String) -> String? {
        let branch = parts(reference).branch
        return branch.isEmpty ? nil : branch
    }

    /// Whether it can only be a cell of its own: an architecture, a commit, a branch, or a version.
    static func isOwnValue(_ text: String) -> Bool {
        isArchitecture(text) || isCommit(text) || isBranchWord(text)
            || (text.utf8.first.map(Grammar.isDigit) ?? false)
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
