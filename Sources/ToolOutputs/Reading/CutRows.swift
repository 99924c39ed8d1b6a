/// Rows that somebody cut short (`…`, `...`): the tool itself, its terminal, or whoever recorded the
/// output. What such a row names cannot be installed, or has another version than it says.
extension ToolReading {
    /// Takes such rows out of what was read, and shows their lines.
    mutating func setCutRowsAside(_ bytes: [UInt8]) {
        guard updates.contains(where: \.isCut) || packages.contains(where: \.isCut) else { return }
        var cut = updates.filter(\.isCut)
        updates.removeAll(where: \.isCut)
        for package in packages where package.isCut {
            if !cut.contains(where: { $0.name == package.name }) { cut.append(package.asUpdate) }
        }
        packages.removeAll(where: \.isCut)
        truncated = (truncated ?? []) + cut
        let words = Set(cut.flatMap(\.cutWords))
        let shown = Set(unparsed)
        for line in ToolText.lines(bytes) where !shown.contains(line.raw) {
            if words.contains(where: { line.text.contains($0) }) { unparsed.append(line.raw) }
        }
        // Never without a word: a document may spell its signs otherwise than they read.
        if unparsed.isEmpty { unparsed = words.sorted() }
    }
}

extension ToolUpdate {
    fileprivate var isCut: Bool { !cutWords.isEmpty }

    fileprivate var cutWords: [String] { [name, installed, candidate].filter(Self.isCutWord) }

    fileprivate static func isCutWord(_ text: String) -> Bool {
        Grammar.isCut(text) || text.hasPrefix("…")
    }
}

extension ToolPackage {
    fileprivate var isCut: Bool { [name, version].contains(where: ToolUpdate.isCutWord) }

    fileprivate var asUpdate: ToolUpdate {
        ToolUpdate(
            name: name, architecture: architecture ?? "", installed: version, candidate: "",
            origin: origin, displayName: displayName)
    }
}
