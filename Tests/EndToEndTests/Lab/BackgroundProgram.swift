import Foundation
import TestSupport

/// A program that runs beside the test, with its output in a file.
struct BackgroundProgram: Sendable {
    private let program: StartedProgram
    private let logFile: URL
    private let logStart: UInt64

    /// Starts it.
    init(_ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        logStart = try FileHandle(forReadingFrom: log).seekToEnd()
        program = try StartedProgram(
            arguments,
            environment: ["LC_ALL": "C.UTF-8", "HOME": "/root", "PATH": Self.path]
                .merging(environment) { _, new in new },
            output: log)
        logFile = log
    }

    /// Its process.
    var pid: pid_t { program.pid }

    private static let path =
        ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"

    /// Everything that it has printed; an earlier program with the same log is left out.
    var log: String {
        guard let file = try? FileHandle(forReadingFrom: logFile),
            (try? file.seek(toOffset: logStart)) != nil, let data = try? file.readToEnd()
        else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether it runs.
    var isAlive: Bool { program.isRunning }

    /// Sends it a signal, and waits for its end.
    func end(_ signal: Int32 = SIGTERM) async {
        program.send(signal)
        _ = await program.value()
    }
}
