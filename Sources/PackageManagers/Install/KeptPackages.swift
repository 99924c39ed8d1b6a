import AgentCore
package import Fleet
import Foundation
import Rollout
import SystemFiles

/// The packages of versions that an installation is about to replace, kept in a folder of the agent
/// so that they can be installed again when their source has dropped them.
///
/// Beside each package lies its SHA-256 as it was when it was kept: one that is not the same any
/// more is not installed.
package struct KeptPackages: Sendable {
    /// For how long a package is kept, in seconds: thirty days; what is still good after that is
    /// not taken back any more.
    package static let longestAgeSeconds: Int64 = 30 * 86_400
    /// How much all of them may take, in bytes: 1 GiB; the oldest go first.
    package static let largestTotal: Int64 = 1 << 30
    /// How large one may be, in bytes: 256 MiB; the largest in Debian apart from debug symbols and
    /// games are compilers and office programs of about 100.
    package static let largestFile: Int64 = 256 << 20
    /// What must stay free on the folder's disk beyond a package, in bytes.
    package static let reserve: Int64 = 512 << 20
    /// How long fetching old packages may take, in seconds.
    static let fetchSeconds: Int64 = 600

    static let sha256sum = "/usr/bin/sha256sum"
    static let dpkgDeb = "/usr/bin/dpkg-deb"

    /// The folder, without a slash at its end.
    let folder: String
    let runner: any CommandRunning
    /// apt's own archive folder, in which the packages of earlier installations often still lie.
    var archives = "/var/cache/apt/archives"

    init(folder: String, runner: any CommandRunning) {
        self.folder = folder
        self.runner = runner
    }

    /// The folder of packages in an agent's state folder.
    package static func folder(in state: String) -> String { "\(state)/kept-packages" }

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
        return Files.exists("\(folder)/\(name)") || Files.exists("\(archives)/\(name)")
    }

    /// The kept package of the version that a line goes back to, if it is as it was kept.
    func intact(_ update: LockedUpdate, version: String) async -> String? {
        let path = "\(folder)/\(Self.fileName(update, version: version))"
        guard let noted = Files.line("\(path).sha256"), Files.exists(path),
            await hash(path) == noted
        else { return nil }
        return path
    }

    /// The kept package that a line goes back to, if it is as it was kept; else it is removed.
    func trusted(_ update: LockedUpdate) async -> String? {
        if let path = await intact(update, version: update.to) { return path }
        remove("\(folder)/\(Self.fileName(update, version: update.to))")
        return nil
    }

    /// The kept package that a line goes back to, without a look into it.
    func present(_ update: LockedUpdate) -> String? {
        let path = "\(folder)/\(Self.fileName(update, version: update.to))"
        return Files.exists(path) && Files.exists("\(path).sha256") ? path : nil
    }

    /// Keeps the versions that updates replace: those that are kept already, those of apt's own
    /// archive, and those that a source still offers, which apt fetches and checks.
    ///
    /// - Returns: how each update can be undone.
    func keep(_ updates: [LockedUpdate], at now: Timestamp) async -> [LockedUpdate: WayBack] {
        do {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/partial", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            return [:]
        }
        trim(at: now)
        var missing: [LockedUpdate] = []
        for update in updates where await intact(update, version: update.from) == nil {
            missing.append(update)
        }
        for update in missing { await takeFromArchive(update) }
        missing = missing.filter { !Files.exists(path(update: $0)) }
        if !missing.isEmpty { await fetch(missing) }
        var ways: [LockedUpdate: WayBack] = [:]
        for update in updates {
            ways[update] = await note(update, at: now) ? .packageDowngrade : .noWay
        }
        trim(at: now)
        return ways
    }

    private func path(update: LockedUpdate) -> String {
        "\(folder)/\(Self.fileName(update, version: update.from))"
    }

    private func takeFromArchive(_ update: LockedUpdate) async {
        let name = Self.fileName(update, version: update.from)
        let source = "\(archives)/\(name)"
        guard let size = Files.status(source)?.size, hasRoom(for: size) else { return }
        // A link would follow what apt later does to the file.
        try? FileManager.default.copyItem(atPath: source, toPath: "\(folder)/\(name)")
    }

    /// One run for all; apt leaves out what no source has. It only downloads, and changes nothing
    /// that is installed.
    private func fetch(_ updates: [LockedUpdate]) async {
        guard hasRoom(for: 0) else { return }
        let targets = updates.map { AptCommand.target($0, version: $0.from) }
        _ = try? await runner.run(
            Command(
                path: AptCommand.aptGet,
                arguments: [
                    "-y", "-q", "-o", "Debug::NoLocking=true",
                    "-o", "Dir::Cache::archives=\(folder)/", "-o", "APT::Sandbox::User=root",
                    "--download-only", "--reinstall", "--no-install-recommends",
                    "--allow-change-held-packages", "install",
                ] + targets, timeoutSeconds: Self.fetchSeconds))
    }

    /// Looks whether a file is the package that its name says, and notes its hash.
    private func note(_ update: LockedUpdate, at now: Timestamp) async -> Bool {
        let path = path(update: update)
        if await intact(update, version: update.from) != nil { return true }
        guard let size = Files.status(path)?.size else { return false }
        guard size <= Self.largestFile, await isPackage(path, update),
            let hash = await hash(path)
        else {
            remove(path)
            return false
        }
        do {
            try Data(hash.utf8).write(to: URL(filePath: "\(path).sha256"), options: .atomic)
            try FileManager.default.setAttributes(
                [
                    .modificationDate: Date(timeIntervalSince1970: Double(now.milliseconds) / 1000),
                    .posixPermissions: 0o600,
                ], ofItemAtPath: path)
            return true
        } catch {
            remove(path)
            return false
        }
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

    private func hash(_ path: String) async -> String? {
        let output = try? await runner.run(
            Command(path: Self.sha256sum, arguments: ["-b", "--", path]))
        guard let output, output.status == 0 else { return nil }
        return TextLines.strings(output.output).first?.split(separator: " ").first.map(String.init)
    }

    private func hasRoom(for bytes: Int64) -> Bool {
        guard bytes <= Self.largestFile else { return false }
        let mounts = DiskFacts(root: "").disks.filter {
            $0.mountPoint == "/" || folder == $0.mountPoint
                || folder.hasPrefix("\($0.mountPoint)/")
        }
        guard let disk = mounts.max(by: { $0.mountPoint.count < $1.mountPoint.count }) else {
            return true
        }
        return disk.freeBytes >= bytes + Self.reserve
    }

    /// Removes what is too old, then the oldest while there is too much.
    func trim(at now: Timestamp) {
        var kept: [(path: String, size: Int64, at: Timestamp)] = []
        for name in Files.names(in: folder) where name.hasSuffix(".deb") {
            let path = "\(folder)/\(name)"
            guard let status = Files.status(path) else { continue }
            if now.seconds(since: status.modified) > Self.longestAgeSeconds {
                remove(path)
            } else {
                kept.append((path, status.size, status.modified))
            }
        }
        var total = kept.reduce(0) { $0 + $1.size }
        for file in kept.sorted(by: { $0.at < $1.at }) where total > Self.largestTotal {
            remove(file.path)
            total -= file.size
        }
    }

    private func remove(_ path: String) {
        for file in [path, "\(path).sha256"] { try? FileManager.default.removeItem(atPath: file) }
    }
}
