import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Foundation
import ServerRecords
import Store
import Trust

/// `patchbay backup`
struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy an installation, and bring it back.",
        subcommands: [Create.self, Restore.self])

    /// The database's name in a backup.
    static let database = "patchbay.sqlite"
    /// The files of this machine's own agent that make it who it is.
    static let agentFiles = ["agent/identity.json", "agent/device.key"]

    /// `patchbay backup create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract:
                "Write keys and database, as they are at one instant, into a file; the server may run.",
            discussion: """
                Example: patchbay backup create /var/backups/patchbay.tar

                The file holds the keys of the installation: whoever has it can be the server. With \
                PostgreSQL it holds the keys only; copy the database with pg_dump.
                """)
        @Argument(help: "The file to write.") var file: String
        @OptionGroup var place: LedgerOptions

        func run() async throws {
            let home = place.homeOption.home
            _ = try KeyStore(home: home).load()
            guard !FileManager.default.fileExists(atPath: file) else {
                throw Failure(
                    .wrongUse, "\(file) exists.", nextStep: "Name another file.", code: "E_FILE")
            }
            var files = ServerKeys.File.allCases.map {
                (name: "keys/\($0.rawValue)", file: home.keys.appending(path: $0.rawValue))
            }
            files += Backup.agentFiles.map { ($0, home.folder.appending(path: $0)) }
                .filter { FileManager.default.fileExists(atPath: $0.1.path) }
            files += SigningKeyStore(home: home).files.map { ($0, home.folder.appending(path: $0)) }
            let copy = URL(filePath: file + ".database")
            defer { try? FileManager.default.removeItem(at: copy) }
            if case .sqliteFile = try place.location() {
                try await place.withCopy(at: copy)
                files.append((Backup.database, copy))
            } else {
                Terminal.writeError("The database is not in the backup: copy it with pg_dump.")
            }
            try write(files)
            Terminal.writeError("Written to \(file).")
        }

        private func write(_ files: [(name: String, file: URL)]) throws {
            let part = URL(filePath: file + ".part")
            defer { try? FileManager.default.removeItem(at: part) }
            try PrivateFile.write([], to: part)
            let handle = try FileHandle(forWritingTo: part)
            try TarArchive.write(files, to: handle)
            try handle.synchronize()
            try handle.close()
            try FileManager.default.moveItem(at: part, to: URL(filePath: file))
        }
    }

    /// `patchbay backup restore`
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Bring an installation back on a machine that has none.",
            discussion: "Example: patchbay backup restore /var/backups/patchbay.tar")
        @Argument(help: "The backup.") var file: String
        @OptionGroup var homeOption: HomeOption

        func run() async throws {
            let home = homeOption.home
            guard !home.exists else {
                throw Failure(
                    .wrongUse, "There is an installation in \(home.folder.path) already.",
                    nextStep: "Name an empty folder with --home, or move the old one away.",
                    code: "E_HOME_EXISTS")
            }
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw Failure(
                    .wrongUse, "\(file) cannot be read.", nextStep: "Name a backup.", code: "E_FILE"
                )
            }
            // Looked through before anything is made: a file that is no backup leaves no trace.
            try TarArchive.extract(handle, into: nil, isWanted: Self.known.contains)
            try home.make()
            let lock = try HomeLock(home)
            defer { lock.release() }
            let draft = home.folder.appending(path: "restore.part")
            try? FileManager.default.removeItem(at: draft)
            defer { try? FileManager.default.removeItem(at: draft) }
            let names = try TarArchive.extract(
                handle, into: draft, isWanted: Self.known.contains)
            try await check(Home(path: draft.path), names)
            try moveIntoPlace(from: draft, names, home)
            Terminal.writeError("Restored into \(home.folder.path).")
        }

        private static let known = Set(
            ServerKeys.File.allCases.map { "keys/\($0.rawValue)" } + Backup.agentFiles
                + ManagedKeys.File.allCases.map { "trust/\($0.rawValue)" } + [Backup.database])

        /// Keys and database must be good before anything is put into place.
        private func check(_ draft: Home, _ names: [String]) async throws {
            _ = try KeyStore(home: draft).load()
            guard names.contains(Backup.database) else { return }
            let ledger = try SQLLedger.open(
                .sqliteFile(path: draft.database.path), access: .readOnly)
            _ = try await ledger.read { try $0.setting("restored") }
            await ledger.close()
        }

        /// The keys come last: with them the installation exists.
        private func moveIntoPlace(from draft: URL, _ names: [String], _ home: Home) throws {
            let manager = FileManager.default
            let parts = Set(names.map { String($0.prefix { $0 != "/" }) })
            for part in parts.sorted(by: { ($0 == "keys" ? 1 : 0) < ($1 == "keys" ? 1 : 0) }) {
                try manager.moveItem(
                    at: draft.appending(path: part), to: home.folder.appending(path: part))
            }
        }
    }
}

extension LedgerOptions {
    /// Copies the database into a new file, while a server may use it.
    func withCopy(at file: URL) async throws {
        let ledger = try SQLLedger.open(try location(), access: .readOnly)
        do {
            try await ledger.backup(to: file.path)
            await ledger.close()
        } catch {
            await ledger.close()
            throw error
        }
    }
}
