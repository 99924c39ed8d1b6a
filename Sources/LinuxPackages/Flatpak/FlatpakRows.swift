import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// The rows of `flatpak list` and `remote-ls` with the columns application, version, branch, arch,
/// origin, commit, and perhaps a size; between tabs where the output is no terminal.
struct FlatpakRows {
    /// One application or runtime.
    struct Row: Hashable, Sendable {
        /// The identifier, with `//branch` where several branches are installed side by side.
        var name: String
        var id: String
        var branch: String
        var arch: String
        var origin: String
        var commit: String
        /// `version@commit`, or the commit alone.
        var version: String
        var bytes: Int64?

        /// What flatpak takes: `id/arch/branch`; the branch is left out where only one can be
        /// meant.
        var reference: String { branch.isEmpty ? "\(id)/\(arch)" : "\(id)/\(arch)/\(branch)" }

        var package: Package {
            Package(
                manager: .flatpak, name: name, version: version, architecture: arch, source: name,
                sourceVersion: version, origin: origin)
        }
    }

    private(set) var rows: [Row] = []
    private(set) var unparsed: [String] = []

    /// How many digits of a commit flatpak shows.
    private static let shownDigits = 12

    /// Reads rows; those of offers get the names that the installed ones have.
    init(_ bytes: [UInt8], names installed: [Row]? = nil) {
        for line in TextLines.strings(bytes) where !line.isEmpty {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                .map { TextLines.trimmed($0) }
            guard let row = Self.row(fields) else {
                unparsed.append(line)
                continue
            }
            rows.append(row)
        }
        if let installed {
            for place in rows.indices {
                let own = installed.first {
                    $0.id == rows[place].id && $0.arch == rows[place].arch
                        && $0.branch == rows[place].branch
                }
                rows[place].name = own?.name ?? "\(rows[place].id)//\(rows[place].branch)"
            }
        } else {
            nameBranches()
        }
    }

    /// Two branches of one runtime are two packages.
    private mutating func nameBranches() {
        var counts: [String: Int] = [:]
        for row in rows { counts["\(row.id) \(row.arch)", default: 0] += 1 }
        for place in rows.indices
        where (counts["\(rows[place].id) \(rows[place].arch)"] ?? 0) > 1 {
            rows[place].name = "\(rows[place].id)//\(rows[place].branch)"
        }
    }

    private static func row(_ fields: [String]) -> Row? {
        guard fields.count >= 6, PackageName(fields[0], of: .flatpak) != nil, !fields[2].isEmpty,
            !fields[3].isEmpty, fields[5].utf8.count >= shownDigits,
            fields[5].allSatisfy(\.isHexDigit)
        else { return nil }
        let commit = String(fields[5].prefix(shownDigits))
        let size = fields.count > 6 ? fields[6] : ""
        return Row(
            name: fields[0], id: fields[0], branch: fields[2], arch: fields[3], origin: fields[4],
            commit: commit, version: version(fields[1], commit),
            bytes: size.isEmpty ? nil : Grammar.bytes(size.replacing("< ", with: "")))
    }

    /// Versions are free text; what could not stand in an argument vector is left out.
    private static func version(_ text: String, _ commit: String) -> String {
        Grammar.consists(text, of: "._+~^:,-") && text.utf8.count <= 100
            ? "\(text)@\(commit)" : commit
    }

    /// The commit in a version.
    static func commit(of version: String) -> String {
        version.split(separator: "@").last.map(String.init) ?? version
    }
}

extension FlatpakRows.Row {
    /// Whether a line of an order is about it.
    func isMeant(by update: LockedUpdate) -> Bool {
        name == update.name && arch == update.architecture
    }

    /// What an order names.
    init(_ update: LockedUpdate) {
        let parts = update.name.split(separator: "/").map(String.init)
        self.init(
            name: update.name, id: parts.first ?? update.name,
            branch: parts.count > 1 ? parts[1] : "", arch: update.architecture, origin: "",
            commit: FlatpakRows.commit(of: update.to), version: update.to)
    }
}

/// Patterns of `flatpak mask`: an identifier or a reference in which `*` stands for any text.
enum FlatpakMask {
    static func covers(_ mask: String, _ row: FlatpakRows.Row) -> Bool {
        let parts = mask.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var pattern = parts[...]
        if let kind = pattern.first, kind == "app" || kind == "runtime" {
            pattern = pattern.dropFirst()
        }
        let values = [row.id, row.arch, row.branch]
        return zip(pattern, values).allSatisfy { part, value in
            part.isEmpty || value.isEmpty || matches(part, value)
        }
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return pattern == text }
        var rest = text[...]
        for (place, piece) in pieces.enumerated() where !piece.isEmpty {
            guard let range = rest.firstRange(of: piece) else { return false }
            if place == 0, range.lowerBound != rest.startIndex { return false }
            rest = rest[range.upperBound...]
        }
        return pieces.last?.isEmpty == true || rest.isEmpty
    }
}

/// What flatpak prints when it cannot go on, told apart.
struct FlatpakComplaint {
    let lines: [String]
    let status: Int32

    var verdict: RunVerdict? {
        guard status != 0 else { return nil }
        let causes: [(FailureClass, [String])] = [
            (.signature, ["GPG verification enabled", "GPG signatures found", "GPG: "]),
            (.hashMismatch, ["Corrupted", "invalid checksum", "Wrong checksum"]),
            (.diskFull, ["not enough", "No space left on device"]),
            (
                .versionNotAvailable,
                ["status 404", "HTTP 404", "No such ref", "No ref for", "Commit not found"]
            ),
            (.held, ["is masked"]),
            (
                .network,
                [
                    "Could not connect", "Couldn't connect", "Could not resolve", "Unable to load",
                    "Connection refused", "[7]", "timed out", "While fetching",
                ]
            ),
        ]
        for (failure, marks) in causes {
            guard let line = lines.first(where: { line in marks.contains { line.contains($0) } })
            else { continue }
            let text = TextLines.trimmed(line)
            let words =
                text.lowercased().hasPrefix("error: ") ? String(text.dropFirst(7)) : text
            return ToolVerdict.of(failure, words, culprits: Self.names(line))
        }
        return nil
    }

    /// Identifiers, alone or as the second part of a reference.
    private static func names(_ line: String) -> [String] {
        TextLines.words(line).flatMap { word in
            word.split(separator: "/").map { $0.filter { !":,'\"".contains($0) } }
        }.filter { PackageName($0, of: .flatpak) != nil && !$0.hasPrefix("http") }
    }
}
