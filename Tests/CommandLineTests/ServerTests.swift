import Foundation
import TestSupport
import Testing

/// The program as a server, and commands that talk to it.
@Suite(.serialized)
struct ServerTests {
    /// A home folder and a server in it.
    private func withServer(_ body: (RunningServer) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let server = try await RunningServer(home: folder.appending(path: "home"))
            do {
                try await body(server)
            } catch {
                _ = server.stop()
                throw error
            }
            #expect(server.stop() == 0, "\(server.said)")
        }
    }

    @Test func `a server is found by its home folder, and ends cleanly when it is told to`()
        async throws
    {
        try await withServer { server in
            let home = ["--home", server.home.path]
            let made = try await CommandLine.patchbay(["tenant", "create", "Acme"] + home)
            #expect(made.status == 0, "\(made.errorOutput)")
            let list = try await CommandLine.patchbay(
                ["tenant", "list", "--format", "json"] + home)
            let value =
                try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [String: Any]
            #expect((value?["items"] as? [[String: Any]])?.first?["name"] as? String == "Acme")
            let taken = try await CommandLine.patchbay(["tenant", "create", "Acme"] + home)
            #expect(taken.status == 3)
            #expect(taken.errorOutput.contains("E_NAME_TAKEN"))
        }
    }

    @Test func `what is in the home folder is for its owner only`() async throws {
        try await withServer { server in
            let manager = FileManager.default
            let names = try manager.subpathsOfDirectory(atPath: server.home.path)
            #expect(names.contains("keys/identity.key"))
            for name in [""] + names {
                let attributes = try manager.attributesOfItem(
                    atPath: server.home.appending(path: name).path)
                let mode = (attributes[.posixPermissions] as? Int ?? 0o777) & 0o077
                #expect(mode == 0, "\(name) is open to others")
            }
        }
    }

    @Test func `a token's file is all that another machine needs`() async throws {
        try await withServer { server in
            let file = server.home.appending(path: "api.token").path
            let home = ["--home", server.home.path]
            let made = try await CommandLine.patchbay(
                ["token", "create", "--role", "viewer", "--note", "test", "--out", file] + home)
            #expect(made.status == 0, "\(made.errorOutput)")
            #expect(made.output.isEmpty)
            let list = try await CommandLine.patchbay("endpoint", "list", "--token-file", file)
            #expect(list.status == 0, "\(list.errorOutput)")
            let denied = try await CommandLine.patchbay(
                "tenant", "create", "X", "--token-file", file)
            #expect(denied.status == 3)
            #expect(denied.errorOutput.contains("E_FORBIDDEN"))
            let again = try await CommandLine.patchbay(
                ["token", "create", "--role", "viewer", "--out", file] + home)
            #expect(again.status == 2)
        }
    }

    @Test func `a server with another identity is refused`() async throws {
        try await withServer { server in
            try await withServer { other in
                let file = server.home.appending(path: "api.token").path
                _ = try await CommandLine.patchbay(
                    "token", "create", "--role", "viewer", "--out", file, "--home", server.home.path
                )
                let answer = try await CommandLine.patchbay(
                    "tenant", "list", "--token-file", file, "--server",
                    "https://127.0.0.1:\(other.port)")
                #expect(answer.status == 3)
                #expect(answer.errorOutput.contains("E_SERVER_IDENTITY"), "\(answer.errorOutput)")
            }
        }
    }

    @Test func `the first administrator is made on the machine, beside the server or without it`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let home = folder.appending(path: "home")
            let server = try await RunningServer(home: home)
            let beside = try await CommandLine.patchbay(
                "admin", "create", "anna", "--home", home.path)
            #expect(beside.status == 0, "\(beside.errorOutput)")
            #expect(beside.output.contains("One-time password: "))
            #expect(server.stop() == 0)
            let without = try await CommandLine.patchbay(
                "admin", "reset-password", "anna", "--home", home.path)
            #expect(without.status == 0, "\(without.errorOutput)")
            let audit = try await CommandLine.patchbay("audit", "verify", "--home", home.path)
            #expect(audit.status == 0)
            #expect(audit.output.contains("intact"))
        }
    }

    @Test func `a busy port and a busy home folder are one sentence each`() async throws {
        try await withServer { server in
            let port = try await CommandLine.patchbay(
                "serve", "--home", server.home.path + "2", "--listen", "127.0.0.1:\(server.port)")
            #expect(port.status == 3)
            #expect(port.errorOutput.contains("E_PORT_BUSY"))
            #expect(!port.errorOutput.contains("Patchbay listens"))
            let home = try await CommandLine.patchbay(
                "serve", "--home", server.home.path, "--listen", "127.0.0.1:0")
            #expect(home.status == 3)
            #expect(home.errorOutput.contains("E_HOME_BUSY"))
        }
    }

    @Test func `a backup of a running server brings everything back on a blank machine`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let (home, file) = (
                folder.appending(path: "home"), folder.appending(path: "backup.tar").path
            )
            let server = try await RunningServer(home: home)
            _ = try await CommandLine.patchbay("tenant", "create", "Acme", "--home", home.path)
            let made = try await CommandLine.patchbay("backup", "create", file, "--home", home.path)
            #expect(made.status == 0, "\(made.errorOutput)")
            #expect(server.stop() == 0)
            let copy = folder.appending(path: "copy")
            let back = try await CommandLine.patchbay(
                "backup", "restore", file, "--home", copy.path)
            #expect(back.status == 0, "\(back.errorOutput)")
            // The signing keys come back byte for byte, for their owner's eyes only: with others
            // no endpoint would believe what the restored server signs.
            let names = try FileManager.default.contentsOfDirectory(
                atPath: home.appending(path: "trust").path
            ).sorted()
            #expect(names.contains("policy.key") && names.contains("root.key"))
            for name in names {
                let (old, new) = (
                    home.appending(path: "trust/\(name)"), copy.appending(path: "trust/\(name)")
                )
                #expect(try Data(contentsOf: old) == Data(contentsOf: new), "\(name)")
                let rights = try FileManager.default.attributesOfItem(atPath: new.path)
                #expect(rights[.posixPermissions] as? Int == 0o600, "\(name)")
            }
            let restored = try await RunningServer(home: copy)
            let list = try await CommandLine.patchbay("tenant", "list", "--home", copy.path)
            #expect(list.output.contains("Acme"))
            #expect(restored.stop() == 0)
            let again = try await CommandLine.patchbay(
                "backup", "restore", file, "--home", copy.path)
            #expect(again.status == 2)
        }
    }

    @Test func `an altered backup is refused before anything is written`() async throws {
        try await withTemporaryFolder { folder in
            let (home, file) = (
                folder.appending(path: "home"), folder.appending(path: "backup.tar")
            )
            #expect(try await RunningServer(home: home).stop() == 0)
            let made = try await CommandLine.patchbay(
                "backup", "create", file.path, "--home", home.path)
            #expect(made.status == 0, "\(made.errorOutput)")
            var bytes = try Data(contentsOf: file)
            // Within the database, where SQLite itself would not notice.
            bytes[bytes.count - 6000] ^= 1
            try bytes.write(to: file)
            let copy = folder.appending(path: "copy")
            let answer = try await CommandLine.patchbay(
                "backup", "restore", file.path, "--home", copy.path)
            #expect(answer.status == 2)
            #expect(answer.errorOutput.contains("altered"), "\(answer.errorOutput)")
            #expect(!FileManager.default.fileExists(atPath: copy.path))
        }
    }

    @Test func `a file that is no backup leaves no trace`() async throws {
        try await withTemporaryFolder { folder in
            let home = folder.appending(path: "home")
            let answer = try await CommandLine.patchbay(
                "backup", "restore", "/etc/passwd", "--home", home.path)
            #expect(answer.status == 2)
            #expect(answer.errorOutput.contains("E_BACKUP_DAMAGED"))
            #expect(!FileManager.default.fileExists(atPath: home.path))
        }
    }

    @Test func `a damaged home folder is one sentence that names the file`() async throws {
        try await withTemporaryFolder { folder in
            let home = folder.appending(path: "home")
            #expect(try await RunningServer(home: home).stop() == 0)
            let key = home.appending(path: "keys/identity.key")
            let good = try Data(contentsOf: key)
            try Data("nonsense".utf8).write(to: key)
            let damaged = try await CommandLine.patchbay(
                "serve", "--home", home.path, "--listen", "127.0.0.1:0")
            #expect(damaged.status == 3)
            #expect(damaged.errorOutput.contains("identity.key"))
            #expect(!damaged.errorOutput.contains("nonsense"))
            try FileManager.default.removeItem(at: key)
            let missing = try await CommandLine.patchbay(
                "serve", "--home", home.path, "--listen", "127.0.0.1:0")
            #expect(missing.errorOutput.contains("E_KEY_FILE_MISSING"))
            try good.write(to: key)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o666], ofItemAtPath: key.path)
            let open = try await CommandLine.patchbay(
                "serve", "--home", home.path, "--listen", "127.0.0.1:0")
            #expect(open.status == 3)
            #expect(open.errorOutput.contains("chmod 600 \(key.path)"), "\(open.errorOutput)")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: key.path)
            try Data(repeating: 0x41, count: 8192).write(
                to: home.appending(path: "patchbay.sqlite"))
            for name in ["patchbay.sqlite-wal", "patchbay.sqlite-shm"] {
                try? FileManager.default.removeItem(at: home.appending(path: name))
            }
            let database = try await CommandLine.patchbay(
                "serve", "--home", home.path, "--listen", "127.0.0.1:0")
            #expect(database.status == 3)
            #expect(database.errorOutput.contains("database"))
            #expect(
                database.errorOutput.split(separator: "\n").count == 1, "\(database.errorOutput)")
        }
    }

    @Test(.requires(.tool("/usr/bin/apt-get", package: "apt")))
    func `up shows this machine as apt sees it, and changes nothing the second time`() async throws
    {
        try await withTemporaryFolder { folder in
            let home = folder.appending(path: "home").path
            let arguments = ["up", "--home", home, "--port", "0", "--once", "--format", "json"]
            let first = try await CommandLine.patchbay(arguments, timeout: .seconds(300))
            #expect(first.status == 0, "\(first.errorOutput)")
            #expect(first.errorOutput.contains("One-time password: "))
            let second = try await CommandLine.patchbay(arguments, timeout: .seconds(300))
            #expect(second.status == 0, "\(second.errorOutput)")
            #expect(!second.errorOutput.contains("One-time password"))
            let reports = try [first, second].map { try Report($0.output) }
            #expect(reports[0].endpoint == reports[1].endpoint)
            let scan = try await CommandLine.patchbay("scan", "--format", "json")
            let direct = try Report(scan: scan.output)
            #expect(reports[1].updates == direct.updates)
            #expect(reports[1].packages == direct.packages)
        }
    }

    /// What is compared of a scan.
    private struct Report {
        var endpoint: String?
        var updates: Set<String>
        var packages: Int

        init(_ text: String) throws {
            let value =
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
            let scan = value["scan"] as? [String: Any] ?? [:]
            self.init(scan)
            endpoint = (value["endpoint"] as? [String: Any])?["id"] as? String
        }

        init(scan text: String) throws {
            self.init(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:])
        }

        private init(_ scan: [String: Any]) {
            updates = Set(
                (scan["updates"] as? [[String: Any]] ?? []).map {
                    "\($0["name"] ?? "") \($0["candidate"] ?? "")"
                })
            packages = (scan["packages"] as? [Any])?.count ?? 0
        }
    }
}
