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
        // dnf 5 and tdnf print the same as JSON when they are asked to.
        let documents = DnfUpdateDocuments(bytes)
        documents.read(into: &reading)
        read(documents.others)
        close()
    }

    private mutating func read(_ lines: [ToolLine]) {
        let loading = DnfLines.loading(lines)
        for (index, line) in lines.enumerated() where !loading.contains(index) {
            let before = index > 0 && !loading.contains(index - 1) ? lines[index - 1] : nil
            read(line, between: before, and: lines[(index + 1)...].prefix(2))
        }
    }

    private mutating func read(
        _ line: ToolLine, between before: ToolLine?, and rest: ArraySlice<ToolLine>
    ) {
        let (words, next) = (line.words, rest.first)
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
        if isHeading(line, between: before, and: rest) { return }
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

    /// A few words without digits or a colon, in front of a row: where a list begins, or in front of
    /// one that says what it replaces.
    private mutating func isHeading(
        _ line: ToolLine, between before: ToolLine?, and rest: ArraySlice<ToolLine>
    ) -> Bool {
        // Behind the heading dnf 5 explains its colours, in parentheses.
        let text = line.trimmed.prefix { $0 != "(" }
        let words = TextLines.words(text)
        guard !line.isIndented, (1...5).contains(words.count),
            let row = rest.first?.words.first, RpmName.named(row) != nil,
            before?.isBlank ?? true || before.map(DnfLines.isKnown) == true
                || rest.dropFirst().first?.isIndented == true || words[0] == "Obsoleting",
            !DnfLines.isFault(line.trimmed),
            text.utf8.allSatisfy({ !Grammar.isDigit($0) && $0 != UInt8(ascii: ":") }),
            text.count == line.trimmed.count || line.trimmed.hasSuffix(")")
        else { return false }
        isObsoletes = words[0] == "Obsoleting"
        isInstalled = words[0] == "Installed"
        return true
    }
}
