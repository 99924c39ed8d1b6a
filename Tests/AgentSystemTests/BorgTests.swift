import AgentCore
import Fleet
import Foundation
import TestSupport
import Testing

@testable import AgentSystem

/// The age of a backup by the real borg, as docs/before-installing.md has its command. restic is
/// asked in a scenario (Tests/EndToEndTests).
@Suite(.requires(.tool("/usr/bin/borg", package: "borgbackup")))
struct BorgTests {
    private static let borg = "/usr/bin/borg"

    private let secrets = ["BORG_PASSPHRASE": "lab", "TZ": "UTC"]

    private func borg(_ words: [String], _ folder: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.borg)
        process.arguments = words
        process.environment = secrets.merging(["BORG_BASE_DIR": folder.path]) { own, _ in own }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words)")
    }

    /// What the agent is told, with a passphrase of its own.
    private func answer(_ folder: URL, passphrase: String = "lab") async throws -> BackupAnswer {
        let secret = folder.appending(path: "borg.env")
        try Data("BORG_BASE_DIR=\(folder.path)\nBORG_PASSPHRASE=\(passphrase)\n".utf8)
            .write(to: secret)
        let commands = folder.appending(path: "backup.json")
        let text = """
            {"commands": [{"name": "borg", "format": "borg",
              "argv": ["\(Self.borg)", "list", "--json", "--last", "1", "\(folder.path)/backups"],
              "environmentFile": "\(secret.path)"}]}
            """
        try Data(text.utf8).write(to: commands)
        for file in [secret, commands] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        return await SystemSafeguards(backupCommands: commands.path)
            .lastBackup(at: Timestamp(seconds: 1_795_400_000))
    }

    @Test func `borg's own list tells when the last backup was made`() async throws {
        try await withTemporaryFolder { folder in
            let place = "\(folder.path)/backups"
            try borg(["init", "--encryption", "repokey", place], folder)
            let none = try await answer(folder)
            #expect(none == .unknown("borg told of no backup."))
            for (name, time) in [("one", "2026-11-21T03:00:00"), ("two", "2026-11-22T01:02:03")] {
                try borg(
                    ["create", "--timestamp", time, "\(place)::\(name)", "/etc/passwd"], folder)
            }
            let last = Timestamp("2026-11-22T01:02:03Z") ?? Timestamp(seconds: 0)
            #expect(try await answer(folder) == .made(at: last, by: "borg"))
            guard case .unknown(let why) = try await answer(folder, passphrase: "wrong") else {
                Issue.record("a backup was read with a wrong passphrase")
                return
            }
            #expect(why.contains("borg ended with status 2"), "\(why)")
        }
    }
}
