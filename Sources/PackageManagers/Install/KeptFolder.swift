package import Fleet
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import SystemFiles
import ToolOutputs

/// The agent's folder of packages whose versions an installation has replaced, whatever the tool.
///
/// Beside each package lies its SHA-256 as it was when it was kept: one that is not the same any
/// more is not installed. All tools of an endpoint share the folder and what it may take.
package struct KeptFolder: Sendable {
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

    static let sha256sum = "/usr/bin/sha256sum"

    /// The folder, without a slash at its end.
    package let path: String
    let runner: any CommandRunning

    /// The folder at a path.
    package init(_ path: String, runner: any CommandRunning) {
        self.path = path
        self.runner = runner
    }

    /// The folder of packages in an agent's state folder.
    package static func path(in state: String) -> String { "\(state)/kept-packages" }

    /// Makes it; `false` when it cannot be had.
    package func make() -> Bool {
        // apt wants a folder for what is only half there.
        (try? FileManager.default.createDirectory(
            atPath: "\(path)/partial", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])) != nil
    }

    /// A kept package, if it is as it was kept.
    package func intact(_ name: String) async -> String? {
        // Versions come from orders, too.
        guard !name.contains("/") else { return nil }
        let file = "\(path)/\(name)"
        guard let noted = Files.line("\(file).sha256"), Files.exists(file),
            await hash(file) == noted
        else { return nil }
        return file
    }

    /// A kept package, if it is as it was kept; else it is removed.
    package func trusted(_ name: String) async -> String? {
        if let file = await intact(name) { return file }
        remove(name)
        return nil
    }

    /// A kept package, without a look into it.
    package func present(_ name: String) -> String? {
        guard !name.contains("/") else { return nil }
        let file = "\(path)/\(name)"
        return Files.exists(file) && Files.exists("\(file).sha256") ? file : nil
    }

    /// Copies a package into the folder where there is room, with the signature beside it where
    /// there is one; a link would follow what its tool later does to the file.
    package func copy(_ source: String, as name: String) {
        guard !name.contains("/"), let size = Files.status(source)?.size, hasRoom(for: size) else {
            return
        }
        for ending in ["", Self.signature] {
            try? FileManager.default.copyItem(
                atPath: source + ending, toPath: "\(path)/\(name)\(ending)")
        }
    }

    /// The ending of a signature beside a package, as pacman has them.
    private static let signature = ".sig"

    /// Notes the hash of a package that lies in the folder and is what its name says; else it is
    /// removed.
    package func note(
        _ name: String, at now: Timestamp, isRight: (_ path: String) async -> Bool
    ) async -> Bool {
        guard !name.contains("/") else { return false }
        if await intact(name) != nil { return true }
        let file = "\(path)/\(name)"
        guard let size = Files.status(file)?.size else { return false }
        guard size <= Self.largestFile, await isRight(file), let hash = await hash(file) else {
            remove(name)
            return false
        }
        do {
            try Data(hash.utf8).write(to: URL(filePath: "\(file).sha256"), options: .atomic)
            try FileManager.default.setAttributes(
                [
                    .modificationDate: Date(timeIntervalSince1970: Double(now.milliseconds) / 1000),
                    .posixPermissions: 0o600,
                ], ofItemAtPath: file)
            return true
        } catch {
            remove(name)
            return false
        }
    }

    private func hash(_ file: String) async -> String? {
        let output = try? await runner.run(
            Command(path: Self.sha256sum, arguments: ["-b", "--", file]))
        guard let output, output.status == 0 else { return nil }
        return TextLines.strings(output.output).first?.split(separator: " ").first.map(String.init)
    }

    /// Whether a package of a size may be put there.
    package func hasRoom(for bytes: Int64) -> Bool {
        guard bytes <= Self.largestFile else { return false }
        let mounts = DiskFacts(root: "").disks.filter {
            $0.mountPoint == "/" || path == $0.mountPoint || path.hasPrefix("\($0.mountPoint)/")
        }
        guard let disk = mounts.max(by: { $0.mountPoint.count < $1.mountPoint.count }) else {
            return true
        }
        return disk.freeBytes >= bytes + Self.reserve
    }

    /// Removes what is too old, then the oldest while there is too much.
    package func trim(at now: Timestamp) {
        var kept: [(name: String, size: Int64, at: Timestamp)] = []
        for name in Files.names(in: path) where Self.isPackage(name) {
            guard let status = Files.status("\(path)/\(name)") else { continue }
            if now.seconds(since: status.modified) > Self.longestAgeSeconds {
                remove(name)
            } else {
                kept.append((name, status.size, status.modified))
            }
        }
        var total = kept.reduce(0) { $0 + $1.size }
        for file in kept.sorted(by: { $0.at < $1.at }) where total > Self.largestTotal {
            remove(file.name)
            total -= file.size
        }
    }

    private static func isPackage(_ name: String) -> Bool {
        name.hasSuffix(".deb") || name.hasSuffix(".rpm") || name.hasSuffix(".apk")
            || name.contains(".pkg.tar") && !name.hasSuffix(".sha256") && !name.hasSuffix(signature)
    }

    private func remove(_ name: String) {
        guard !name.contains("/") else { return }
        for ending in ["", ".sha256", Self.signature] {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)\(ending)")
        }
    }
}
