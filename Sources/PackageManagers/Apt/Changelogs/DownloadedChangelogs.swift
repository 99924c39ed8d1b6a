import Fleet
import Foundation
import SystemFiles

/// Reads what the changelogs of downloaded packages name: nothing is downloaded for it.
///
/// What was read is remembered in a folder of the agent, so that a package is unpacked once.
struct DownloadedChangelogs: Sendable {
    /// The largest package that is unpacked in memory, in bytes: about nine of ten of Debian's
    /// pending updates are smaller, and a larger one takes seconds.
    private static let largestPackage: Int64 = 8 << 20
    /// How many packages one scan unpacks; the next scan goes on where it ended.
    private static let mostAtOnce = 40
    /// How long unpacking one may take, in seconds.
    private static let unpackSeconds: Int64 = 20

    private static let gzip = "/usr/bin/gzip"

    let runner: any CommandRunning
    /// Where the agent keeps what it must remember; `nil` to keep nothing.
    let stateFolder: String?
    /// Where downloaded packages lie.
    let folders: [String]

    /// The updates, with what the changelogs of those that lie on the endpoint name.
    func adding(to updates: [Update]) async -> [Update] {
        let memory = ChangelogMemory(stateFolder: stateFolder)
        let known = memory.read()
        var next: [String: [String]?] = [:]
        var left = Self.mostAtOnce
        var result = updates
        for (place, update) in updates.enumerated() {
            let name = AptPlan.Archive(
                name: update.name, version: update.candidate, architecture: update.architecture
            ).fileName
            let key = "\(name) \(update.installed)"
            if let names = known[key] {
                next[key] = .some(names)
            } else if left > 0, let path = path(of: name) {
                left -= 1
                // A package without a changelog of its own is remembered too.
                next[key] = .some(await names(in: path, of: update))
            }
            result[place].changelogVulnerabilities = next[key] ?? nil
        }
        if next != known { memory.write(next) }
        return result
    }

    private func path(of name: String) -> String? {
        folders.map { "\($0)/\(name)" }.first { path in
            guard let status = Files.status(path) else { return false }
            return status.isRegular && status.size <= Self.largestPackage
        }
    }

    /// What a package's changelog names; `nil` when it holds none, or cannot be read.
    private func names(in path: String, of update: Update) async -> [String]? {
        guard let tar = await output(KeptPackages.dpkgDeb, ["--fsys-tarfile", path]) else {
            return nil
        }
        let endings = ["changelog.Debian.gz", "changelog.gz"]
        for ending in endings + ["changelog.Debian.\(update.architecture).gz"] {
            let wanted = "/usr/share/doc/\(update.name)/\(ending)"
            guard let packed = TarFile.content(of: tar, where: { $0.hasSuffix(wanted) }),
                let text = await unpacked(packed)
            else { continue }
            return DebianChangelog.vulnerabilities(in: text, after: update.installed)
        }
        return nil
    }

    private func unpacked(_ bytes: [UInt8]) async -> [UInt8]? {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "patchbay-changelog-\(UUID().uuidString).gz")
        defer { try? FileManager.default.removeItem(at: file) }
        guard (try? Data(bytes).write(to: file, options: .withoutOverwriting)) != nil else {
            return nil
        }
        return await output(Self.gzip, ["-dc", file.path])
    }

    private func output(_ program: String, _ arguments: [String]) async -> [UInt8]? {
        let command = Command(
            path: program, arguments: arguments, timeoutSeconds: Self.unpackSeconds)
        guard let done = try? await runner.run(command), done.status == 0 else { return nil }
        return done.output
    }
}
