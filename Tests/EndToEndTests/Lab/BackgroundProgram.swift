import Foundation
import TestSupport

/// A program that runs beside the test, with its output in a file.
struct BackgroundProgram: Sendable {
    let pid: pid_t
    private let logFile: URL
    private let logStart: UInt64
    private let ended: Task<Void, Never>

    /// Starts it.
    init(_ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let output = try FileHandle(forWritingTo: log)
        logStart = try output.seekToEnd()
        let process = Process()
        process.executableURL = URL(filePath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        process.environment = ["LC_ALL": "C.UTF-8", "HOME": "/root", "PATH": Self.path]
            .merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let (end, signal) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in signal.finish() }
        try process.runWithSignals()
        try output.close()
        pid = process.processIdentifier
        logFile = log
        ended = Task { for await _ in end {} }
    }

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
    var isAlive: Bool { kill(pid, 0) == 0 }

    /// Sends it a signal, and waits for its end.
    func end(_ signal: Int32 = SIGTERM) async {
        if isAlive { kill(pid, signal) }
        await ended.value
    }
}
