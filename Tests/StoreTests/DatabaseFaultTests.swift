import ServerRecords
import Administration
import ControlPlane
import Fleet
import Foundation
@testable import Store
import TestSupport
import Testing

@Suite struct `Databases that cannot be used` {
    @Test(arguments: Engine.present)
    func `a database of a newer version is refused, and left as it was`(_ engine: Engine)
        async throws
    {
        guard engine != .sqliteInMemory else { return }
        try await withLocation(engine) { location in
            var options = StoreOptions()
            options.steps.append("CREATE TABLE of_tomorrow (id INTEGER PRIMARY KEY) STRICT")
            try await closing(SQLLedger.open(location, options: options)) {
                try await $0.write { try $0.setSetting("a", to: "1") }
            }
            for access in [SQLLedger.Access.sole, .readOnly] {
                let error = try #require(throws: LedgerUnavailable.self) {
                    try SQLLedger.open(location, access: access)
                }
                #expect(error.reason == .newerSchema)
                #expect(error.detail.contains("schema \(options.steps.count)"))
            }
            try await closing(SQLLedger.open(location, options: options)) {
                (ledger: SQLLedger) async throws in
                let stored = try await ledger.read { try $0.setting("a") }
                #expect(stored == "1")
            }
        }
    }

    @Test(arguments: Engine.present) func `a step that fails leaves the version before it`(
        _ engine: Engine
    ) async throws {
        guard engine != .sqliteInMemory else { return }
        try await withLocation(engine) { location in
            await (try SQLLedger.open(location)).close()
            var broken = StoreOptions()
            broken.steps += [
                "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE half (id TEXT) STRICT"
            ]
            #expect(throws: LedgerUnavailable.self) {
                try SQLLedger.open(location, options: broken)
            }
            var mended = StoreOptions()
            mended.steps += [
                "CREATE TABLE half (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"
            ]
            await (try SQLLedger.open(location, options: mended)).close()
            await (try SQLLedger.open(location, options: mended)).close()
        }
    }

    @Test func `a second process is told who has the file`() async throws {
        try await withLocation(.sqliteFile) { location in
            try await closing(SQLLedger.open(location)) { _ in
                let error = try #require(throws: LedgerUnavailable.self) {
                    try SQLLedger.open(location)
                }
                #expect(error.reason == .busy)
                #expect(
                    error.detail.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
            }
            await (try SQLLedger.open(location)).close()
        }
    }

    @Test func `a reader looks on beside the server, and cannot write`() async throws {
        try await withLocation(.sqliteFile) { location in
            #expect(throws: LedgerUnavailable.self) {
                try SQLLedger.open(location, access: .readOnly)
            }
            try await closing(SQLLedger.open(location)) { server in
                try await closing(SQLLedger.open(location, access: .readOnly)) { reader in
                    try await server.write { try $0.setSetting("a", to: "1") }
                    #expect(try await reader.read { try $0.setting("a") } == "1")
                    await #expect(throws: LedgerUnavailable.self) {
                        try await reader.write { try $0.setSetting("a", to: "2") }
                    }
                }
            }
        }
    }

    @Test func `a file that is no database is called corrupt`() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "patchbay.sqlite")
            try Data(repeating: 0x2A, count: 10_000).write(to: file)
            let error = try #require(throws: LedgerUnavailable.self) {
                try SQLLedger.open(.sqliteFile(path: file.path))
            }
            #expect(error.reason == .corrupt)
        }
    }

    @Test func `another program's database is left alone`() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "other.sqlite")
            let other = try SQLiteConnection(path: file.path, role: .writer)
            _ = try other.use { session in
                _ = try session.execute("PRAGMA application_id = 7", [])
                return try session.execute("CREATE TABLE theirs (id INTEGER PRIMARY KEY)", [])
            }
            other.close()
            let error = try #require(throws: LedgerUnavailable.self) {
                try SQLLedger.open(.sqliteFile(path: file.path))
            }
            #expect(error.reason == .corrupt)
            #expect(error.detail.contains("another program"))
        }
    }

    @Test func `a page overwritten in the middle is noticed`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "patchbay.sqlite")
            try await closing(SQLLedger.open(.sqliteFile(path: file.path))) {
                (ledger: SQLLedger) async throws in
                let text = String(repeating: "x", count: 1000)
                for index in 0..<200 {
                    try await ledger.write { try $0.setSetting("s\(index)", to: text) }
                }
            }
            let handle = try FileHandle(forUpdating: file)
            let size = try handle.seekToEnd()
            for page in stride(from: UInt64(4096), to: size, by: 4096) {
                try handle.seek(toOffset: page)
                try handle.write(contentsOf: Data(repeating: 0xFF, count: 200))
            }
            try handle.close()
            let error = await #expect(throws: LedgerUnavailable.self) {
                try await closing(SQLLedger.open(.sqliteFile(path: file.path))) {
                    (ledger: SQLLedger) async throws in
                    for index in 0..<200 {
                        _ = try await ledger.read { try $0.setting("s\(index)") }
                    }
                }
            }
            #expect(error?.reason == .corrupt)
        }
    }

    @Test
    func `a full disk is said to be full, keeps what was stored, and goes on when there is room`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "patchbay.sqlite")
            var stored = 0
            try await closing(
                SQLLedger.open(
                    .sqliteFile(path: file.path), options: StoreOptions(maximumPages: 200))
            ) { (ledger: SQLLedger) async throws in
                let text = String(repeating: "x", count: 3000)
                let error = await #expect(throws: LedgerUnavailable.self) {
                    for index in 0..<1000 {
                        try await ledger.write { try $0.setSetting("s\(index)", to: text) }
                        stored += 1
                    }
                }
                #expect(error?.reason == .diskFull)
                // Many at once, as a group: each is told.
                let last = stored
                await withTaskGroup(of: Void.self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            await #expect(throws: LedgerUnavailable.self) {
                                try await ledger.write {
                                    try $0.setSetting("t\(index)", to: text + text)
                                }
                            }
                        }
                    }
                }
                #expect(try await ledger.read { try $0.setting("s\(last - 1)") } == text)
                #expect(try await ledger.read { try $0.setting("s\(last)") } == nil)
            }
            try await closing(SQLLedger.open(.sqliteFile(path: file.path))) {
                (ledger: SQLLedger) async throws in
                try await ledger.write { try $0.setSetting("room", to: "again") }
                #expect(try await ledger.read { try $0.setting("s0") } != nil)
            }
        }
    }

    @Test func `a backup is the database at one moment, and is never written over`() async throws {
        try await withTemporaryFolder { folder in
            let (file, copy) = (
                folder.appending(path: "patchbay.sqlite"), folder.appending(path: "copy.sqlite")
            )
            try await closing(SQLLedger.open(.sqliteFile(path: file.path))) {
                (ledger: SQLLedger) async throws in
                for index in 0..<50 {
                    try await ledger.write { try $0.setSetting("s\(index)", to: "1") }
                }
                async let writing: Void = {
                    for index in 0..<200 {
                        try await ledger.write { try $0.setSetting("t\(index)", to: "1") }
                    }
                }()
                try await ledger.backup(to: copy.path)
                try await writing
                await #expect(throws: LedgerUnavailable.self) {
                    try await ledger.backup(to: copy.path)
                }
            }
            let mode =
                try FileManager.default.attributesOfItem(atPath: copy.path)[.posixPermissions]
                as? Int
            #expect(mode == 0o600)
            try await closing(SQLLedger.open(.sqliteFile(path: copy.path))) { restored in
                let settings = try await restored.read { records in
                    (
                        try (0..<50).count { try records.setting("s\($0)") != nil },
                        try (0..<200).map { try records.setting("t\($0)") != nil }
                    )
                }
                #expect(settings.0 == 50)
                // What was written meanwhile is there up to one moment, and not after it.
                #expect(settings.1.drop { $0 }.allSatisfy { !$0 })
            }
        }
    }

    @Test func `only the owner may read the database`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "patchbay.sqlite")
            try await closing(SQLLedger.open(.sqliteFile(path: file.path))) {
                (ledger: SQLLedger) async throws in
                try await ledger.write { try $0.setSetting("a", to: "1") }
                for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                    let path = folder.appending(path: name).path
                    let mode =
                        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
                        as? Int
                    #expect(mode == 0o600, "\(name)")
                }
            }
        }
    }

    @Test func `a folder that is not there is said to be so`() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "missing/patchbay.sqlite").path
            let error = try #require(throws: LedgerUnavailable.self) {
                try SQLLedger.open(.sqliteFile(path: path))
            }
            #expect(error.reason == .unreachable)
            #expect(error.detail.contains(path))
        }
    }
}

@Suite struct `Addresses of databases` {
    @Test(arguments: [
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite:/var/lib/patchbay/db", "sqlite:/var/lib/patchbay/db"),
        ("sqlite:db", "sqlite:db"),
        ("postgresql://db.example.org/patchbay", "postgresql://db.example.org/patchbay"),
        (
            "postgres://anna:s3cret@db.example.org:5432/p?sslmode=require",
            "postgres://anna:***@db.example.org:5432/p?sslmode=require"
        ),
        ("postgresql://anna@h/p?password=s3cret&a=b", "postgresql://anna@h/p?password=***&a=b"),
    ])
    func `an address is read, and shown without its password`(_ row: (text: String, shown: String))
        throws
    {
        #expect(try DatabaseLocation(row.text).description == row.shown)
    }

    @Test(arguments: [
        "", "sqlite:", "mysql://h/d", "postgresql://anna:s3c@ret@h/d",
        "postgresql://anna:s3c/ret@h/d",
        "postgresql://anna:s3c ret@h/d",
    ])
    func `an address that cannot be read is refused without being repeated`(_ text: String) throws {
        let error = try #require(throws: LedgerUnavailable.self) { try DatabaseLocation(text) }
        #expect(!error.detail.contains("s3c"))
    }

    @Test func `a password is found in a message in either form`() throws {
        guard case .postgresql(let address) = try DatabaseLocation("postgresql://a:s%40t@h/d")
        else {
            Issue.record("not a PostgreSQL address")
            return
        }
        #expect(address.redact("tried s%40t and s@t") == "tried *** and ***")
    }
}

/// Runs `body` with the address of an empty database that can be opened again and again.
func withLocation(_ engine: Engine, _ body: (DatabaseLocation) async throws -> Void)
    async throws
{
    if engine == .postgreSQL {
        return try await body(DatabaseLocation(await PostgreSQLServer.shared.newDatabase()))
    }
    try await withTemporaryFolder { folder in
        try await body(.sqliteFile(path: folder.appending(path: "patchbay.sqlite").path))
    }
}
