import Fleet

/// Reads `snap refresh --list`: `name version revision [size] publisher notes`, without blanks in
/// any of them, below a heading in any language.
struct SnapRefreshReader {
    private(set) var reading = ToolReading(.snapRefreshList)

    init(_ bytes: [UInt8]) {
        var isHeadingRead = false
        for line in ToolText.lines(bytes) where !Self.known.contains(line.trimmed) {
            if let update = Self.update(line.words) {
                reading.updates.append(update)
            } else if !isHeadingRead, Self.isHeading(line) {
                isHeadingRead = true
            } else {
                reading.unparsed.append(line.raw)
            }
        }
    }

    private static let known = KnownLines(
        beginnings: [
            "All snaps up to date", "WARNING: There ", "Alle snaps", "Alle Snaps sind aktuell",
            "Svi snapovi su", "Svi snap paketi su", "Všechny snapy jsou", "Όλα τα πακέτα snap",
            "Todos los snaps están", "Kaikki snapit ovat", "Tous les paquets Snaps sont",
            "Todos os snaps", "Tutte le snap", "Alle snap-pakker", "Totes los paquets Snaps",
            "Все пакеты актуальны", "Alla snap-paket", "Всі snap-пакунки",
        ],
        parts: [" INFO Waiting for automatic snapd restart"])

    /// Names of five columns or six, none of which is a revision.
    private static func isHeading(_ line: ToolLine) -> Bool {
        let words = line.words
        let own: Set = ["Name", "Version", "Rev", "Size", "Publisher", "Developer", "Notes"]
        if words.count >= 5, words.allSatisfy(own.contains) { return true }
        return (5...8).contains(words.count) && line.text.contains("  ")
            && !line.trimmed.contains { $0.isNumber || $0 == ":" }
    }

    private static func update(_ words: [String]) -> ToolUpdate? {
        guard (5...6).contains(words.count), PackageName(words[0], of: .snap) != nil,
            isRevision(words[2])
        else { return nil }
        var update = ToolUpdate(
            name: words[0], candidate: words[1] == "-" ? "" : words[1])
        if words.count == 6 {
            // A snap that was built or tried here has no download.
            let bytes = Grammar.bytes(words[3])
            guard bytes != nil || words[3] == "-" else { return nil }
            update.bytes = bytes
        }
        let notes = words[words.count - 1]
        // Marks behind a publisher's name say that the store has verified or starred it.
        let publisher = words[words.count - 2]
        var details = [
            "revision": words[2], "publisher": String(publisher.prefix { !"*✓✪".contains($0) }),
        ]
        if notes != "-" { details["notes"] = notes }
        update.details = details
        if notes.split(separator: ",").contains("held") { update.isHeld = true }
        return update
    }

    /// A number, or `x` and a number for one that was installed from a file.
    private static func isRevision(_ text: String) -> Bool {
        Grammar.isNumber(text.hasPrefix("x") ? text.dropFirst() : text[...])
    }
}
