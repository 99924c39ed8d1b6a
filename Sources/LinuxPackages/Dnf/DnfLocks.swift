import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs

/// The version locks of dnf's `versionlock`.
enum DnfLocks {
    /// A list is written by people, in bytes.
    private static let largestFile = 1_048_576
    private static let fourth = "/etc/dnf/plugins/versionlock.list"
    private static let fifth = "/etc/dnf/versionlock.toml"

    /// The locked names, each with a sentence that names the lock.
    static func read(isFifth: Bool) -> [String: String] {
        let file = isFifth ? fifth : fourth
        let lines = TextLines.strings(Files.bytes(file, limit: largestFile) ?? [])
        return isFifth ? toml(lines, file) : list(lines, file)
    }

    /// `name-0:1.0-1.*`, and `!name…` for versions that are kept out.
    static func list(_ lines: [String], _ file: String) -> [String: String] {
        var locks: [String: String] = [:]
        for line in lines.map({ TextLines.trimmed($0) })
        where !line.isEmpty && !line.hasPrefix("#") {
            let entry = line.hasPrefix("!") ? line.dropFirst() : line[...]
            let parts = entry.split(separator: "-", omittingEmptySubsequences: false)
            let name = parts.count > 2 ? parts.dropLast(2).joined(separator: "-") : String(entry)
            guard PackageName(name, of: .dnf) != nil else { continue }
            locks[name] = "A version lock on this endpoint holds it (\(file): \(line))."
        }
        return locks
    }

    /// `name = "labheld"` below `[[packages]]`, with the version in its conditions.
    static func toml(_ lines: [String], _ file: String) -> [String: String] {
        var locks: [String: String] = [:]
        for line in lines.map({ TextLines.trimmed($0) }) where line.hasPrefix("name") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = TextLines.trimmed(parts[1]).filter { $0 != "\"" && $0 != "'" }
            guard PackageName(name, of: .dnf) != nil else { continue }
            locks[name] = "A version lock on this endpoint holds it (\(file))."
        }
        return locks
    }
}
