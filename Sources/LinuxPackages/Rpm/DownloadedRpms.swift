import Fleet
import Foundation
import PackageManagers
import SystemFiles

/// Reads what the changelogs of rpm packages name that lie in the tool's own store: nothing is
/// downloaded for it, and nothing is unpacked, since the changelog is part of a package's header.
///
/// What was read is remembered in a folder of the agent, so that a package is asked once.
struct DownloadedRpms: Sendable {
    /// How many packages one scan asks; the next scan goes on where it ended.
    private static let mostAtOnce = 80

    let runner: any CommandRunning
    /// Where the agent keeps what it must remember; `nil` to keep nothing.
    let stateFolder: String?
    /// Where the tools keep downloaded packages.
    var store = RpmStore()

    private var rpm: ToolRunner { ToolRunner(runner: runner, path: "/usr/bin/rpm") }

    /// The updates, with what the changelogs of those that lie on the endpoint name.
    func adding(to updates: [Update]) async -> [Update] {
        guard updates.contains(where: Self.isRpm) else { return updates }
        let memory = ChangelogMemory(stateFolder: stateFolder)
        let (known, folders) = (memory.read(), store.folders)
        var next: [String: [String]?] = [:]
        var left = Self.mostAtOnce
        var result = updates
        for (place, update) in updates.enumerated() where Self.isRpm(update) {
            let name = RpmStore.fileName(update.name, update.candidate, update.architecture)
            let key = "\(name) \(update.installed)"
            if let names = known[key] {
                next[key] = .some(names)
            } else if left > 0, let path = RpmStore.path(of: name, in: folders) {
                left -= 1
                // What cannot be read is still being downloaded, and is looked at again.
                guard let changelog = await changelog(of: path) else { continue }
                next[key] = .some(await names(in: changelog, of: update))
            }
            result[place].changelogVulnerabilities = next[key] ?? nil
        }
        if next != known { memory.write(next) }
        return result
    }

    private static func isRpm(_ update: Update) -> Bool {
        update.manager == .dnf || update.manager == .zypper
    }

    /// The changelog of a package's file; `nil` when the file cannot be read.
    private func changelog(of path: String) async -> [UInt8]? {
        let answer = await rpm.run(["-qp", "--changelog", path])
        return answer.status == 0 ? answer.output : nil
    }

    /// What a package's changelog names; `nil` when it tells nothing.
    private func names(in changelog: [UInt8], of update: Update) async -> [String]? {
        let name = "\(update.name).\(update.architecture)"
        let installed = await rpm.run(["-q", "--changelog", name])
        return RpmChangelog.vulnerabilities(
            in: changelog, beyond: installed.status == 0 ? installed.output : [],
            version: update.installed)
    }
}
