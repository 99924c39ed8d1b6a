import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs

/// pacman's own database of what is installed: a folder for each package, with a file `desc`.
enum PacmanDatabase {
    /// A description has some KB, in bytes.
    private static let largestFile = 1_048_576

    /// Every installed package; folders that cannot be read are shown.
    static func packages(_ folder: String, _ unparsed: inout [String]) -> [Package] {
        var packages: [Package] = []
        for name in Files.names(in: folder) where !name.hasPrefix("ALPM_DB_VERSION") {
            let bytes = Files.bytes("\(folder)/\(name)/desc", limit: largestFile) ?? []
            if let package = package(bytes) {
                packages.append(package)
            } else {
                unparsed.append("\(folder)/\(name)")
            }
        }
        return packages.sorted { $0.precedes($1) }
    }

    /// Fields are `%NAME%` on a line of its own, and the value below it.
    static func package(_ bytes: [UInt8]) -> Package? {
        var fields: [String: String] = [:]
        var key: String?
        for line in TextLines.strings(bytes) {
            if line.hasPrefix("%"), line.hasSuffix("%"), line.count > 2 {
                key = String(line.dropFirst().dropLast())
            } else if let open = key, !line.isEmpty {
                fields[open] = fields[open] ?? line
                key = nil
            }
        }
        guard let name = fields["NAME"], PackageName(name, of: .pacman) != nil,
            let version = fields["VERSION"], let architecture = fields["ARCH"]
        else { return nil }
        return Package(
            manager: .pacman, name: name, version: version, architecture: architecture,
            source: fields["BASE"] ?? name, sourceVersion: version, origin: nil)
    }
}

/// The sources in `pacman.conf`.
struct PacmanConfiguration {
    /// One source.
    struct Source: Hashable, Sendable {
        var id: String
        var name: String
    }

    private(set) var sources: [Source] = []

    /// Every section but `[options]` is a source.
    init(_ bytes: [UInt8]) {
        for raw in TextLines.strings(bytes) {
            let line = TextLines.trimmed(raw)
            if line.hasPrefix("["), line.hasSuffix("]") {
                let id = String(line.dropFirst().dropLast())
                if id != "options" { sources.append(Source(id: id, name: id)) }
            } else if let last = sources.last, last.name == last.id, line.hasPrefix("Server"),
                let equals = line.firstIndex(of: "=")
            {
                let address = TextLines.trimmed(line[line.index(after: equals)...])
                sources[sources.count - 1].name = "\(last.id) \(address)"
            }
        }
    }
}

/// The plan of `pacman -S --print --print-format '%n|%v|%r|%s'`.
struct PacmanPlan {
    struct Row: Hashable, Sendable {
        var name: String
        var version: String
        var source: String
        var bytes: Int64?
    }

    private(set) var rows: [Row] = []

    init(_ bytes: [UInt8]) {
        for line in TextLines.strings(bytes) {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            guard fields.count == 4, PackageName(String(fields[0]), of: .pacman) != nil else {
                continue
            }
            rows.append(
                Row(
                    name: String(fields[0]), version: String(fields[1]),
                    source: String(fields[2]), bytes: Int64(fields[3])))
        }
    }

    var byName: [String: Row] { Dictionary(rows.map { ($0.name, $0) }) { first, _ in first } }
}
