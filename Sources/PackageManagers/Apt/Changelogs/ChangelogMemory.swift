import Fleet
import Foundation
import SystemFiles

/// What changelogs of downloaded packages were found to name, in a file of the agent.
package struct ChangelogMemory: Sendable {
    private let stateFolder: String?

    /// A memory in the agent's folder; `nil` to remember nothing.
    package init(stateFolder: String?) { self.stateFolder = stateFolder }

    private var file: String? { stateFolder.map { "\($0)/changelogs.json" } }

    /// By package file and installed version, the CVE ids; `nil` for a changelog that tells
    /// nothing.
    package func read() -> [String: [String]?] {
        guard let file, let bytes = Files.bytes(file) else { return [:] }
        return (try? JSONDecoder().decode([String: [String]?].self, from: Data(bytes))) ?? [:]
    }

    /// Remembers these and no others. What cannot be kept is read again.
    package func write(_ names: [String: [String]?]) {
        guard let file, let stateFolder else { return }
        try? FileManager.default.createDirectory(
            atPath: stateFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try? JSONEncoder().encode(names).write(to: URL(filePath: file), options: .atomic)
    }
}
