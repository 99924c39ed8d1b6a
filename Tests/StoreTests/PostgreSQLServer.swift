import Foundation
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#endif

/// A PostgreSQL server of the tests' own: a fresh cluster on a socket in a temporary folder, which
/// ends with the tests however they end.
///
/// Its locale is one that does not sort by bytes, so that a query which relies on the database's
/// locale is found out.
actor PostgreSQLServer {
    static let shared = PostgreSQLServer()

    private var folder: Task<URL, any Error>?
    private var databases = 0

    /// The address of a new, empty database.
    func newDatabase() async throws -> String {
        let starting = folder ?? Task { try await Self.start() }
        folder = starting
        let folder = try await starting.value
        databases += 1
        let name = "test\(databases)"
        try await Self.query("CREATE DATABASE \(name)", folder)
        return Self.address(folder, name)
    }

    /// Runs a statement as the administrator, outside of any ledger.
    func administer(_ sql: String) async throws {
        guard let folder else { return }
        try await Self.query(sql, folder.value)
    }

    private static func address(_ folder: URL, _ database: String) -> String {
        "postgresql://postgres@/\(database)?host=\(folder.path)"
    }

    private static func query(_ sql: String, _ folder: URL) async throws {
        let result = try await run([
            "/usr/bin/psql", "-qX", "-v", "ON_ERROR_STOP=1", "-c", sql, address(folder, "postgres"),
        ])
        guard result.status == 0 else { throw ServerError(text: result.errorOutput) }
    }

    // MARK: - Starting

    private static func start() async throws -> URL {
        guard let programs = Places.postgreSQLPrograms else {
            throw ServerError(text: "no PostgreSQL server is installed")
        }
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "patchbay-postgresql-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let prefix = try asServerUser(folder)
        let made = try await run(
            prefix + [
                programs.appending(path: "initdb").path, "-D", folder.appending(path: "data").path,
                "-A", "trust",
                "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=en-US",
            ])
        guard made.status == 0 else { throw ServerError(text: made.errorOutput) }
        try launch(prefix, programs.appending(path: "postgres").path, folder)
        for _ in 0..<1200 {
            if (try? await query("SELECT 1", folder)) != nil { return folder }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ServerError(text: "the server does not answer")
    }

    /// The words before a command that run it as the server's user, which must not be root; the
    /// folder becomes that user's.
    private static func asServerUser(_ folder: URL) throws -> [String] {
        guard geteuid() == 0 else { return [] }
        guard let user = getpwnam("postgres")?.pointee else {
            throw ServerError(text: "there is no user postgres to run the server as")
        }
        chown(folder.path, user.pw_uid, user.pw_gid)
        return [
            "/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
            "--pdeathsig=QUIT",
        ]
    }

    /// Starts the server from a thread that stays: the kernel sends the signal of its end when the
    /// starting thread ends.
    private static func launch(_ prefix: [String], _ program: String, _ folder: URL) throws {
        let words =
            prefix + [
                program, "-D", folder.appending(path: "data").path, "-k", folder.path, "-c",
                "listen_addresses=",
                "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
                "-c",
                "max_connections=500", "-c", "logging_collector=off",
            ]
        let log = folder.appending(path: "log")
        let thread = Thread {
            guard
                let program = try? StartedProgram(
                    words, environment: ["LC_ALL": "C.UTF-8"], output: log)
            else { return }
            running.withLock { $0 = (program.pid, folder) }
            atexit { PostgreSQLServer.stop() }
            _ = program.wait()
        }
        thread.start()
    }

    private static let running = Mutex<(pid: Int32, folder: URL)?>(nil)

    /// Ends the server and removes its folder, at the tests' end.
    private static func stop() {
        guard let (pid, folder) = running.withLock({ $0 }) else { return }
        kill(pid, SIGQUIT)
        for _ in 0..<100 where kill(pid, 0) == 0 { usleep(20_000) }
        try? FileManager.default.removeItem(at: folder)
    }
}

struct ServerError: Error, CustomStringConvertible {
    let text: String
    var description: String { "PostgreSQL: \(text)" }
}
