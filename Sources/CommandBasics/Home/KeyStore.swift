import Fleet
import Foundation
package import Trust

/// The keys of an installation, in files.
package struct KeyStore {
    let home: Home

    /// The keys of an installation.
    package init(home: Home) { self.home = home }

    /// Reads the keys.
    ///
    /// - Throws: `TrustError` that names the file which is missing or damaged; `Failure` for a
    ///   secret that others may read.
    package func load() throws -> ServerKeys {
        try recover()
        try home.requireExisting()
        var files: [String: [UInt8]] = [:]
        for file in ServerKeys.File.allCases {
            let place = home.keys.appending(path: file.rawValue)
            if file.isSecret { try PrivateFile.requirePrivate(place) }
            files[file.rawValue] = try PrivateFile.read(place, limit: ServerKeys.fileLimit)
        }
        return try ServerKeys(files: files)
    }

    /// Reads the keys, or makes those of a new installation; the TLS certificate is made anew when
    /// it ends soon or its names changed.
    package func loadOrMake(names: [String]) throws -> ServerKeys {
        try recover()
        let now = SystemEffects.now()
        guard home.exists else {
            let keys = try ServerKeys.make(
                at: now, names: names, entropy: SystemEffects.randomBytes)
            try save(keys)
            return keys
        }
        let keys = try load()
        guard
            let renewed = try keys.renewed(
                at: now, names: names, entropy: SystemEffects.randomBytes)
        else { return keys }
        try save(renewed)
        return renewed
    }

    private var draft: URL { home.folder.appending(path: "keys.new") }
    private var former: URL { home.folder.appending(path: "keys.old") }

    /// Puts all files in the place of the old ones at once: a key and the certificate that belongs
    /// to it are never of two sets.
    private func save(_ keys: ServerKeys) throws {
        let manager = FileManager.default
        try? manager.removeItem(at: draft)
        try manager.createDirectory(
            at: draft, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        for (name, bytes) in try keys.files() {
            try PrivateFile.write(bytes, to: draft.appending(path: name))
        }
        if home.exists { try manager.moveItem(at: home.keys, to: former) }
        try manager.moveItem(at: draft, to: home.keys)
        try? manager.removeItem(at: former)
    }

    /// Takes the old keys back when a crash came between the two moves of `save`.
    private func recover() throws {
        guard !home.exists, FileManager.default.fileExists(atPath: former.path) else { return }
        try FileManager.default.moveItem(at: former, to: home.keys)
    }
}
