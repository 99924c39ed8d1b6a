import Fleet

/// Reads `check-update` of dnf 4, dnf 5, tdnf and yum by its rows, which are not translated:
/// `name.architecture  [epoch:]version-release  repository`.
///
/// A row too long for the columns goes on in the next line. Below a heading, rows that are each
/// followed by an indented one say what replaces what.
struct DnfUpdateReader {
    private(set) var reading = ToolReading(.dnfCheckUpdate)
    /// The words of a row that has begun, with the lines they stood in.
    private var open: (words: [String], lines: [ToolLine]) = ([], [])
    private var isObsoletes = false
    /// The update that came last and its line, while it may turn out to be a replacement.
    private var isInstalled = false

    init(_ bytes: [UInt8]) {
        guard !readDocument(bytes) else { return }
        let lines = ToolText.lines(bytes)
        for (index, line) in lines.enumerated() {
            read(line, before: index + 1 < lines.count ? lines[index + 1] : nil)
        }
        close()
    }

    private mutating func read(_ line: ToolLine, before next: ToolLine?) {
        let words = line.words
        if line.isBlank { return close() }
        if !open.words.isEmpty {
            if Self.isContinuation(words, of: open.words) {
                open = (open.words + words, open.lines + [line])
                if open.words.count == 3 { finish() }
                return
            }
            close()
        }
        if RpmName.named(words[0]) != nil {
            open = (words, [line])
            if words.count >= 3 || !Self.isBeginning(words) { finish(isIndented: line.isIndented) }
            return
        }
        if isHeading(line, before: next) { return }
        // One mirror that fails is nothing as long as there is another.
        let isMirror = line.trimmed.contains("[Errno") || line.trimmed.hasPrefix("Trying other")
        let isRetried = next?.trimmed.hasPrefix("Trying other mirror") == true
        if isMirror, isRetried || line.trimmed.hasPrefix("Trying other") { return }
        if isMirror || DnfLines.isFault(line.trimmed) || !DnfLines.isKnown(line) {
            reading.unparsed.append(line.raw)
        }
    }

    /// `name.architecture`, and perhaps the version.
    private static func isBeginning(_ words: [String]) -> Bool {
        words.count == 1 || (words.count == 2 && RpmName.isVersion(words[1]))
    }

    private static func isContinuation(_ words: [String], of open: [String]) -> Bool {
        switch (open.count, words.count) {
        case (1, 1): RpmName.isVersion(words[0])
        case (1, 2): RpmName.isVersion(words[0]) && isRepository(words[1])
        case (2, 1): isRepository(words[0])
        default: false
        }
    }

    private static func isRepository(_ text: String) -> Bool {
        guard RpmName.named(text) == nil, let first = text.utf8.first else { return false }
        return (Grammar.isAlphanumeric(first) || "@<_".utf8.contains(first))
            && Grammar.consists(text, of: "-_.:/+@<>~")
    }

    /// A row that ends too early is shown.
    private mutating func close() {
        reading.unparsed += open.lines.map(\.raw)
        open = ([], [])
    }

    private mutating func finish(isIndented: Bool = false) {
        let words = open.words
        guard words.count == 3, let (name, architecture) = RpmName.named(words[0]),
            RpmName.isVersion(words[1]), Self.isRepository(words[2])
        else { return close() }
        open = ([], [])
        let package = ToolPackage(
            name: name, version: words[1], architecture: architecture, origin: words[2])
        if isIndented, replaced(package) { return }
        if isObsoletes {
            addReplacement(package)
        } else if isInstalled || words[2].hasPrefix("@") || words[2] == "installed" {
            reading.packages.append(package)
        } else {
            reading.updates.append(
                ToolUpdate(
                    name: name, architecture: architecture, candidate: words[1], origin: words[2]))
        }
    }

    /// An indented row with what is installed: the row before it said what replaces it. In other
    /// languages than English that row was taken for an update until now.
    private mutating func replaced(_ package: ToolPackage) -> Bool {
        guard package.origin?.hasPrefix("@") == true || package.origin == "installed" || isObsoletes
        else { return false }
        if !isObsoletes {
            guard let last = reading.updates.popLast() else { return false }
            isObsoletes = true
            addReplacement(
                ToolPackage(
                    name: last.name, version: last.candidate, architecture: last.architecture,
                    origin: last.origin))
        }
        guard let count = reading.replacements?.count, count > 0 else { return false }
        reading.replacements?[count - 1].replaces.append(package)
        return true
    }

    private mutating func addReplacement(_ package: ToolPackage) {
        if reading.replacements == nil { reading.replacements = [] }
        reading.replacements?.append(ToolReplacement(package: package, replaces: []))
    }

    /// A few words without digits or a colon, in front of a row.
    private mutating func isHeading(_ line: ToolLine, before next: ToolLine?) -> Bool {
        let words = line.words
        guard !line.isIndented, words.count <= 5, let row = next?.words.first,
            RpmName.named(row) != nil, !DnfLines.isFault(line.trimmed),
            line.trimmed.utf8.allSatisfy({ !Grammar.isDigit($0) && $0 != UInt8(ascii: ":") })
        else { return false }
        isObsoletes = words[0] == "Obsoleting"
        isInstalled = words[0] == "Installed"
        return true
    }

    /// dnf 5 prints the same as JSON with `--json`.
    private mutating func readDocument(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first(where: { !TextLines.isBlank($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return false }
        let documents = ToolDocuments(bytes)
        reading.unparsed = documents.unread
        for document in documents.values {
            guard case .object(let members) = document else { continue }
            for (section, rows) in members.sorted(by: { $0.key < $1.key }) {
                for row in rows.elements { read(row, of: section) }
            }
        }
        return true
    }

    private mutating func read(_ row: ToolJSON, of section: String) {
        guard let name = row["name"]?.text, let architecture = row["arch"]?.text,
            let version = row["evr"]?.text, PackageName(name, of: .dnf) != nil,
            RpmName.isArchitecture(architecture), RpmName.isVersion(version)
        else { return reading.unparsed.append(row.line) }
        let origin = row["repository"]?.text
        let package = ToolPackage(
            name: name, version: version, architecture: architecture, origin: origin)
        if section.contains("upgrades") {
            reading.updates.append(
                ToolUpdate(
                    name: name, architecture: architecture, candidate: version, origin: origin))
        } else if section.contains("obsolet") {
            addReplacement(package)
        } else {
            reading.packages.append(package)
        }
    }
}
