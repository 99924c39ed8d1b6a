import Foundation
import Recipes
import SystemFiles

/// What a run has under way, written down before it is begun: whoever finds it when no run is at
/// work knows what a power cut has left, and mends it.
struct PendingWork: Hashable, Codable, Sendable {
    /// Where versions lie, and the link to the one that holds; `nil` for packages.
    var versions: String?
    var link: String?
    /// The version whose folder or file was found at the link's own place, and is moved away.
    var moving: String?
    /// Services that were stopped and run no more.
    var stopped: [String] = []

    static let ending = ".pending.json"
    private static let limit = 65_536

    static func file(_ name: String, in store: ApplicationStore) -> String {
        "\(store.path)/\(name)\(ending)"
    }

    static func read(_ file: String) -> PendingWork? {
        Files.bytes(file, limit: limit).flatMap {
            try? JSONDecoder().decode(PendingWork.self, from: Data($0))
        }
    }

    /// Writes it; it lies on the disk when this returns.
    func write(_ file: String) throws(ApplicationFault) {
        do {
            try JSONEncoder().encode(self).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw ApplicationFault(.other, "\(file) cannot be written: \(error)")
        }
        FileMoves.settle()
    }

    /// Takes what was begun back, where nothing is known of its end: what had been found at the
    /// link's place goes there again, and half a folder is removed.
    ///
    /// - Returns: what was done, in sentences.
    func undo() -> [String] {
        var done: [String] = []
        guard let versions, let link else { return done }
        if let moving, FileMoves.kind(link) == .nothing,
            (try? FileMoves.move("\(versions)/\(moving)", to: link)) != nil
        {
            done.append("\(link) has its version \(moving) back.")
        }
        FileMoves.remove(link + FileMoves.newEnding)
        for name in Files.names(in: versions) where name.hasPrefix(Self.staging("")) {
            try? FileManager.default.removeItem(atPath: "\(versions)/\(name)")
            done.append("\(versions)/\(name), which was not whole, was removed.")
        }
        return done
    }

    /// The name under which a version is unpacked.
    static func staging(_ version: String) -> String { ".patchbay-new-\(version)" }
}
