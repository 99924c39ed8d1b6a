import Fleet

/// Reads the rows of `choco outdated`: `name|installed|candidate|pinned`. A row whose versions are
/// the same says that the package's source has nothing newer, or is not known any more.
struct ChocolateyReader {
    private(set) var reading = ToolReading(.chocoOutdated)

    init(_ bytes: [UInt8]) {
        var isAnnounced = false
        var isCounted = false
        for line in ToolText.lines(bytes) {
            if line.trimmed == "Outdated Packages" { isAnnounced = true }
            if let count = Self.count(line.trimmed) {
                isCounted = true
                // It counts what it listed: another number says that rows are missing.
                if count != reading.updates.count { reading.unparsed.append(line.raw) }
            } else if !Self.known.contains(line.trimmed), !read(line.trimmed) {
                reading.unparsed.append(line.raw)
            }
        }
        // A list that was announced, and broke off before its count.
        if isAnnounced, !isCounted { reading.unparsed.append("Outdated Packages") }
    }

    /// The number in `Chocolatey has determined 3 package(s) are outdated.`
    private static func count(_ text: String) -> Int? {
        let beginning = "Chocolatey has determined "
        guard text.hasPrefix(beginning) else { return nil }
        return Int(text.dropFirst(beginning.count).prefix { $0.isNumber })
    }

    private static let known = KnownLines(
        beginnings: [
            "Chocolatey v", "Outdated Packages", "Output is ", "Chocolatey has determined",
            "Warnings:", "- ", "Source(s):", "Did you know", "automatically",
            "Features? Learn more", "licensed editions) go into", "Your support ensures",
            "plus it nets you",
            "https://", "Validation Warnings", "being ignored due to", "It is recommended",
            "your system", "Validating", "want to halt when this occurs", "using:",
            "choco feature ", "or pass the option", "Chocolatey detected you are not running",
            "You may experience errors", "Only an exit code", "A pending system reboot",
            "Do you want to continue?", "Directly running",
            "Upgrade available", "Directory '",
            "Enjoy using Chocolatey?", "experience to the next level", "Id|Version|Available",
            "Attempt to use original download", "This is try", "DEBUG:", "VERBOSE:",
        ],
        endings: [
            "package(s) had warnings.", "and 0 error(s).",
            "was not found with the source(s) listed.",
            "If you specified a particular version and are receiving this message, it is possible that the package name exists but the version does not.",
        ])

    private mutating func read(_ text: String) -> Bool {
        let cells = text.split(separator: "|", omittingEmptySubsequences: false).map {
            TextLines.trimmed($0)
        }
        guard cells.count == 4, PackageName(cells[0], of: .chocolatey) != nil,
            Self.isVersion(cells[1]), Self.isVersion(cells[2]),
            let isPinned = ["true": true, "false": false][cells[3].lowercased()]
        else { return false }
        if cells[1] == cells[2] {
            reading.packages.append(ToolPackage(name: cells[0], version: cells[1]))
            return true
        }
        var update = ToolUpdate(name: cells[0], installed: cells[1], candidate: cells[2])
        if isPinned { update.isHeld = true }
        reading.updates.append(update)
        return true
    }

    /// NuGet's versions: `1.2.3.4-rc.1+build`.
    private static func isVersion(_ text: String) -> Bool {
        Grammar.consists(text, of: ".-+") && text.utf8.first.map(Grammar.isDigit) == true
    }
}
