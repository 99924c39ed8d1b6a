import Foundation
import TestSupport

/// The built program, run as a person would run it.
enum CommandLine {
    static let program = Places.packageRoot.appending(path: ".build/debug/patchbay").path

    /// Runs `patchbay` with these arguments, with a terminal of 80 columns and nothing of this
    /// machine's own installation.
    static func patchbay(
        _ arguments: String..., input: String = "", timeout: Duration = .seconds(300)
    ) async throws -> ProgramResult {
        try await patchbay(arguments, input: input, timeout: timeout)
    }

    static func patchbay(
        _ arguments: [String], input: String = "", timeout: Duration = .seconds(300)
    ) async throws -> ProgramResult {
        try await run(
            [program] + arguments, input: input,
            environment: [
                "COLUMNS": "80", "XDG_DATA_HOME": "/nonexistent", "PATCHBAY_DATABASE": "",
            ], timeout: timeout)
    }
}

/// A server that runs as long as a test needs it.
final class RunningServer: Sendable {
    let home: URL
    let port: Int
    private let program: StartedProgram
    private let log: URL

    /// Starts `patchbay serve` in a home folder and waits until it listens.
    init(home: URL) async throws {
        self.home = home
        log = home.appendingPathExtension("log")
        // Other tests' servers and databases take ports of their own at the same time: one that is
        // taken is answered with the next guess. Five guesses among 10,000 ports are never all taken.
        var tried = 1
        var port = Int.random(in: Self.ports)
        var program = try Self.start(home: home, port: port, log: log)
        var isListening = try await Self.listens(program, home: home)
        while !isListening, tried < 5, Self.text(of: log).contains("E_PORT_BUSY") {
            tried += 1
            port = Int.random(in: Self.ports)
            program = try Self.start(home: home, port: port, log: log)
            isListening = try await Self.listens(program, home: home)
        }
        self.port = port
        self.program = program
        if !isListening { throw ProgramNotReady(log: Self.text(of: log)) }
    }

    private static let ports = 20_000..<30_000

    private static func start(home: URL, port: Int, log: URL) throws -> StartedProgram {
        try Data().write(to: log)
        return try StartedProgram(
            [CommandLine.program, "serve", "--home", home.path, "--listen", "127.0.0.1:\(port)"],
            environment: ProcessInfo.processInfo.environment,
            output: URL(filePath: "/dev/null"), errorOutput: log)
    }

    /// Whether it came to listen; false when it ended, or was not ready within two minutes.
    private static func listens(_ program: StartedProgram, home: URL) async throws -> Bool {
        let note = home.appending(path: "server.json")
        for _ in 0..<2400 {
            if FileManager.default.fileExists(atPath: note.path) { return true }
            guard program.isRunning else { return false }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private static func text(of log: URL) -> String {
        (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    }

    /// What it has written so far.
    var said: String { Self.text(of: log) }

    /// Asks it to end, and returns its status.
    func stop() -> Int32 {
        program.send(SIGTERM)
        return program.wait()
    }

    struct ProgramNotReady: Error { let log: String }
}
