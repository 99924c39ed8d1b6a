import Foundation
import TestSupport

extension Lab {
    /// Starts the database server, where the lab has one.
    func startDatabase() async throws {
        guard database == .postgreSQL, let programs = Places.postgreSQLPrograms else { return }
        let data = folder.appending(path: "postgresql")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let asPostgres = [
            "/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
        ]
        try await run(["/bin/chown", "postgres:postgres", data.path]).succeeded("chown")
        try await run(
            asPostgres + [programs.appending(path: "initdb").path, "-D", data.path]
                + [
                    "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C",
                    "--no-sync",
                ],
            folder: data
        ).succeeded("initdb")
        let program = try startInServerNetwork(
            "postgresql",
            asPostgres + [programs.appending(path: "postgres").path, "-D", data.path]
                + ["-k", data.path, "-c", "listen_addresses=", "-c", "fsync=off"])
        keep(program, as: .postgreSQL)
        try await eventually("PostgreSQL is ready") {
            program.log.contains("database system is ready")
        }
    }

    /// Tells every command where the database is; the home folder is the usual place.
    var databaseEnvironment: [String: String] {
        guard database == .postgreSQL else { return [:] }
        let socket = folder.appending(path: "postgresql").path
        return ["PATCHBAY_DATABASE": "postgresql://postgres@/postgres?host=\(socket)"]
    }

    private var serverArguments: [String] {
        [
            "serve", "--home", home.path, "--listen", "\(Self.address):8443", "--server-name",
            "server",
        ]
    }

    /// Starts the server, or starts it again on the same home folder, and waits until it answers.
    func startServer() async throws {
        try await startServer(serverArguments)
        var seen = ""
        try await eventually("the server answers", seen: { seen }) {
            let answer = try await tryPatchbay(["tenant", "list"])
            seen = answer.errorOutput
            return answer.status == 0 ? () : nil
        }
    }

    /// Starts a server with other arguments.
    func startServer(_ arguments: [String]) async throws {
        keep(
            try startInServerNetwork("server", [server.path] + arguments), as: .server)
    }

    /// Kills the server in the middle of whatever it does.
    func killServer() async { await endServer(SIGKILL) }

    /// Ends the server; with SIGTERM it may finish what it does.
    func endServer(_ signal: Int32 = SIGTERM) async {
        await take(.server)?.end(signal)
    }
}
