import Fleet

/// Reads `brew outdated --json=v2`: formulae (with all their installed versions) and casks.
struct BrewOutdatedReader {
    private(set) var reading = ToolReading(.brewOutdatedJSON)

    init(_ bytes: [UInt8]) {
        let documents = ToolDocuments(bytes)
        reading.unparsed = Self.unread(documents.others)
        if documents.values.isEmpty, reading.unparsed.isEmpty { reading.unparsed = [""] }
        for document in documents.values {
            if case .array = document {
                // Version 1 of the format: formulae alone.
                read(document.elements, kind: "formula")
            } else if document["formulae"] != nil || document["casks"] != nil {
                read(document["formulae"]?.elements ?? [], kind: "formula")
                read(document["casks"]?.elements ?? [], kind: "cask")
            } else {
                reading.unparsed.append(document.line)
            }
        }
    }

    private static let known = KnownLines(beginnings: [
        "==> ", "Warning: ", "✔", "✔\u{FE0E}", "####", "Already up-to-date", "Updated ",
        "Running `brew update", "Adjust how often this is run", "`brew update", "Hide these hints",
        "You have ", "You can upgrade", "or list them with", "No changes to ", "Updating Homebrew",
    ])

    /// What is not known of the lines around the document. Below the headings of an update of
    /// Homebrew itself stand the names of what is new, up to an empty line.
    private static func unread(_ lines: [ToolLine]) -> [String] {
        var isList = false
        return lines.filter { line in
            if line.isBlank { isList = false }
            if line.trimmed.hasPrefix("==> ") {
                isList = ["New ", "Deleted ", "Renamed ", "Outdated ", "Updated "].contains {
                    line.trimmed.dropFirst(4).hasPrefix($0)
                }
            }
            return !known.contains(line.trimmed)
                && !(isList && !line.trimmed.hasPrefix("Error"))
        }.map(\.raw)
    }

    private mutating func read(_ records: [ToolJSON], kind: String) {
        for record in records {
            guard let name = record["name"]?.text, PackageName(name, of: .brew) != nil,
                let candidate = record["current_version"]?.text, !candidate.isEmpty
            else {
                reading.unparsed.append(record.line)
                continue
            }
            let installed = Self.installed(record["installed_versions"])
            var update = ToolUpdate(name: name, installed: installed, candidate: candidate)
            update.details = ["kind": kind]
            if record["pinned"]?.bool == true { update.isHeld = true }
            reading.updates.append(update)
        }
    }

    /// The newest of the installed versions, which stands last. Casks had theirs in one text
    /// (`1.0, 1.1`) before they had a list; a comma without a blank belongs to a version.
    private static func installed(_ versions: ToolJSON?) -> String {
        guard let versions else { return "" }
        if case .string(let text) = versions {
            return String(text.split(separator: ", ").last ?? "")
        }
        return versions.texts.last ?? ""
    }
}
