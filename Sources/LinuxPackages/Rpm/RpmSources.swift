import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs

/// The sources in the `.repo` files of dnf, yum and zypper.
struct RpmSources: Sendable {
    /// One enabled source.
    struct Source: Hashable, Sendable {
        /// What it is called by.
        var id: String
        /// The identifier and the first address, for people.
        var name: String
    }

    /// The enabled ones, sorted.
    private(set) var sources: [Source] = []
    /// Lines that are neither headings, settings nor comments.
    private(set) var unparsed: [String] = []

    /// A file of a hundred sources has some tens of KB, in bytes.
    private static let largestFile = 1_048_576

    /// Reads all files of the folders.
    static func read(folders: [String]) -> RpmSources {
        var all = RpmSources()
        for folder in folders {
            for file in Files.names(in: folder) where file.hasSuffix(".repo") {
                all.add(Files.bytes("\(folder)/\(file)", limit: largestFile) ?? [])
            }
        }
        all.sources.sort { $0.id < $1.id }
        return all
    }

    /// Adds the sources of one file's text.
    mutating func add(_ bytes: [UInt8]) {
        var section: (id: String, fields: [String: String])?
        for raw in TextLines.strings(bytes) {
            let line = TextLines.trimmed(raw)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                close(section)
                section = (String(line.dropFirst().dropLast()), [:])
            } else if let equals = line.firstIndex(of: "="), section != nil {
                let key = TextLines.trimmed(line[..<equals]).lowercased()
                section?.fields[key] = TextLines.trimmed(line[line.index(after: equals)...])
            } else if raw.first != " ", raw.first != "\t" {
                // An indented line goes on with a list of addresses.
                unparsed.append(raw)
            }
        }
        close(section)
    }

    private mutating func close(_ section: (id: String, fields: [String: String])?) {
        guard let section, section.id != "main", Grammar.consists(section.id, of: "_.:-+")
        else { return }
        let enabled = section.fields["enabled"] ?? "1"
        guard !["0", "no", "false", "off"].contains(enabled.lowercased()) else { return }
        let address =
            (section.fields["baseurl"] ?? section.fields["mirrorlist"]
            ?? section.fields["metalink"])
            .flatMap { TextLines.words($0).first } ?? ""
        sources.append(
            Source(id: section.id, name: address.isEmpty ? section.id : "\(section.id) \(address)"))
    }
}
