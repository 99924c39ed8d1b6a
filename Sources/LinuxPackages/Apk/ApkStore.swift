#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import Fleet
import SystemFiles

/// The agent's own folder of apk's indexes and packages.
///
/// apk has no word for “this version and no other” that does not stay in `/etc/apk/world`. So a run
/// is made from the very indexes by which its plan was made: nobody else refreshes them, and what a
/// repository has got meanwhile cannot come instead.
struct ApkStore: Sendable {
    /// How much the packages may take, in bytes: 512 MiB; the oldest go first.
    private static let largestTotal: Int64 = 512 << 20

    let path: String

    /// The one in an agent's state folder.
    init(in stateFolder: String) { path = "\(stateFolder)/apk" }

    init(path: String) { self.path = path }

    /// Makes these the indexes of the runs that follow: those of the system's own cache.
    func takeIndexes(from folder: String) {
        let files = FileManager.default
        try? files.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for name in Files.names(in: path) where Self.isIndex(name) {
            try? files.removeItem(atPath: "\(path)/\(name)")
        }
        for name in Files.names(in: folder) where Self.isIndex(name) {
            try? files.copyItem(atPath: "\(folder)/\(name)", toPath: "\(path)/\(name)")
        }
        trim()
    }

    private static func isIndex(_ name: String) -> Bool { name.hasPrefix("APKINDEX.") }

    /// The package of a version, as apk names it: `name-version.HASH.apk`, with the first eight
    /// digits of its identity.
    func file(_ name: String, _ version: String) -> String? {
        let start = "\(name)-\(version)."
        guard !start.contains("/") else { return nil }
        return Files.names(in: path).first { file in
            guard file.hasPrefix(start), file.hasSuffix(".apk") else { return false }
            let hash = file.dropFirst(start.count).dropLast(".apk".count)
            return hash.count == 8 && hash.allSatisfy(\.isHexDigit)
        }.map { "\(path)/\($0)" }
    }

    /// Removes the oldest packages while they take too much.
    private func trim() {
        var kept: [(file: String, size: Int64, at: Timestamp)] = []
        for name in Files.names(in: path) where name.hasSuffix(".apk") {
            let file = "\(path)/\(name)"
            guard let status = Files.status(file) else { continue }
            kept.append((file, status.size, status.modified))
        }
        var total = kept.reduce(0) { $0 + $1.size }
        for file in kept.sorted(by: { $0.at < $1.at }) where total > Self.largestTotal {
            try? FileManager.default.removeItem(atPath: file.file)
            total -= file.size
        }
    }
}
