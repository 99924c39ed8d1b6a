import Foundation
package import Trust

/// The signing keys of managed mode, in the home folder.
///
///     home/trust/           0700: root.key policy.key approval.key second.key, 0600 each
///     home/trust/next/      the same while the keys are being changed
///
/// In sealed mode the folder is not there.
package struct SigningKeyStore {
    let home: Home

    /// The signing keys of an installation.
    package init(home: Home) { self.home = home }

    private var folder: URL { home.folder.appending(path: "trust") }
    private var next: URL { folder.appending(path: "next") }

    /// The files that there are, by their place in the home folder: for backups.
    package var files: [String] {
        ManagedKeys.File.allCases.map { "trust/\($0.rawValue)" }.filter {
            FileManager.default.fileExists(atPath: home.folder.appending(path: $0).path)
        }
    }

    /// The keys; none in sealed mode and before the first start.
    package func load() throws -> [ManagedKeys.File: SigningKey] { try load(folder) }

    /// The keys, and those that are to follow them: the trust root says which of them count.
    package func loadAll() throws -> [SigningKey] {
        Array(try load().values) + Array(try load(next).values)
    }

    private func load(_ folder: URL) throws -> [ManagedKeys.File: SigningKey] {
        var keys: [ManagedKeys.File: SigningKey] = [:]
        for file in ManagedKeys.File.allCases {
            let place = folder.appending(path: file.rawValue)
            guard let bytes = try PrivateFile.read(place, limit: SigningKey.fileLimit) else {
                continue
            }
            try PrivateFile.requirePrivate(place)
            keys[file] = try SigningKey(fileBytes: bytes)
        }
        return keys
    }

    /// Makes the first keys.
    package func make() throws -> [ManagedKeys.File: SigningKey] {
        let keys = try ManagedKeys.make(entropy: SystemEffects.randomBytes)
        try save(keys, to: folder)
        return keys
    }

    /// Makes keys that are to follow; those made by an earlier try are taken again.
    package func makeNext() throws -> [ManagedKeys.File: SigningKey] {
        let known = try load(next)
        if known.count == ManagedKeys.File.allCases.count { return known }
        let keys = try ManagedKeys.make(entropy: SystemEffects.randomBytes)
        try save(keys, to: next)
        return keys
    }

    /// Puts the keys that follow in the place of the former ones, which are removed.
    package func takeNext() throws {
        for (file, key) in try load(next) {
            try PrivateFile.write(key.fileBytes, to: folder.appending(path: file.rawValue))
        }
        try FileManager.default.removeItem(at: next)
    }

    /// Removes the keys, once operators hold them all.
    package func remove() throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        try FileManager.default.removeItem(at: folder)
    }

    private func save(_ keys: [ManagedKeys.File: SigningKey], to folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (file, key) in keys {
            try PrivateFile.write(key.fileBytes, to: folder.appending(path: file.rawValue))
        }
    }
}
