import AgentCore
package import Fleet
import Rollout
import SystemFiles
import ToolOutputs

/// The packages of dpkg that an installation is about to replace, kept in a folder of the agent so
/// that they can be installed again when their source has dropped them.
package struct KeptPackages: Sendable {
    /// How long fetching old packages may take, in seconds.
    package static let fetchSeconds: Int64 = 600

    static let dpkgDeb = "/usr/bin/dpkg-deb"

    let folder: KeptFolder
    let runner: any CommandRunning
    /// apt's own archive folder, in which the packages of earlier installations often still lie.
    var archives = "/var/cache/apt/archives"

    /// The packages in a folder, whose path has no slash at its end.
    init(folder: String, runner: any CommandRunning) {
        self.folder = KeptFolder(folder, runner: runner)
        self.runner = runner
    }

    /// The file name of the version that a line replaces.
    static func fileName(_ update: LockedUpdate, version: String) -> String {
        AptPlan.Archive(
            name: update.name, version: version, architecture: update.architecture
        ).fileName
    }

    /// Whether a package is there, kept or in apt's own archive, as far as its name tells.
    package func mayHave(_ key: PackageKey, version: String) -> Bool {
        let name = AptPlan.Archive(
            name: key.name, version: version, architecture: key.architecture
        ).fileName
        return Files.exists("\(folder.path)/\(name)") || Files.exists("\(archives)/\(name)")
    }

    /// The kept package that a line goes back to, if it is as it was kept; else it is removed.
    func trusted(_ update: LockedUpdate) async -> String? {
        await folder.trusted(Self.fileName(update, version: update.to))
    }

    /// The kept package that a line goes back to, without a look into it.
    func present(_ update: LockedUpdate) -> String? {
        folder.present(Self.fileName(update, version: update.to))
    }

    /// Keeps the versions that updates replace: those that are kept already, those of apt's own
    /// archive, and those that a source still offers, which apt fetches and checks.
    ///
    /// - Returns: how each update can be undone.
    func keep(
        _ updates: [LockedUpdate], at now: Timestamp, limiting: ([String]) -> [String] = { $0 }
    ) async -> [LockedUpdate: WayBack] {
        guard folder.make() else { return [:] }
        folder.trim(at: now)
        var missing: [LockedUpdate] = []
        for update in updates {
            let name = Self.fileName(update, version: update.from)
            guard await folder.trusted(name) == nil else { continue }
            folder.copy("\(archives)/\(name)", as: name)
            if !Files.exists("\(folder.path)/\(name)") { missing.append(update) }
        }
        if !missing.isEmpty { await fetch(missing, limiting) }
        var ways: [LockedUpdate: WayBack] = [:]
        for update in updates {
            let name = Self.fileName(update, version: update.from)
            let isKept = await folder.note(name, at: now) { await isPackage($0, update) }
            ways[update] = isKept ? .packageDowngrade : .noWay
        }
        folder.trim(at: now)
        return ways
    }

    /// One run for all; apt leaves out what no source has. It only downloads, and changes nothing
    /// that is installed.
    private func fetch(
        _ updates: [LockedUpdate], _ limiting: ([String]) -> [String]
    ) async {
        guard folder.hasRoom(for: 0) else { return }
        let targets = updates.map { AptCommand.target($0, version: $0.from) }
        let words = limiting(
            [
                AptCommand.aptGet, "-y", "-q", "-o", "Debug::NoLocking=true",
                "-o", "Dir::Cache::archives=\(folder.path)/", "-o", "APT::Sandbox::User=root",
                "--download-only", "--reinstall", "--no-install-recommends",
                "--allow-change-held-packages", "install",
            ] + targets)
        _ = try? await runner.run(
            Command(
                path: words[0], arguments: Array(words.dropFirst()),
                timeoutSeconds: Self.fetchSeconds))
    }

    private func isPackage(_ path: String, _ update: LockedUpdate) async -> Bool {
        let fields = ["Package", "Version", "Architecture"]
        let output = try? await runner.run(
            Command(path: Self.dpkgDeb, arguments: ["-f", path] + fields))
        guard let output, output.status == 0 else { return false }
        let lines = Set(TextLines.strings(output.output))
        return lines.isSuperset(of: [
            "Package: \(update.name)", "Version: \(update.from)",
            "Architecture: \(update.architecture)",
        ])
    }
}
