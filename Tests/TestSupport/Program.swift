public import Foundation
import Synchronization

/// What a program left behind.
public struct ProgramResult: Sendable {
    /// Its exit status; 128 and the signal's number when a signal ended it.
    public let status: Int32
    /// What it wrote to standard output, read as UTF-8.
    public let output: String
    /// What it wrote to standard error, read as UTF-8.
    public let errorOutput: String
    /// Whether it was killed because its time was up.
    public let timedOut: Bool
}

/// A program that could not be started.
public struct ProgramError: Error, CustomStringConvertible {
    /// The cause, and the argument vector.
    public let description: String
}

/// Runs a program and waits for its end. No shell is involved; the environment is the C locale and
/// this process's `PATH` and `HOME`, and what `environment` adds.
///
/// - Parameters:
///   - arguments: The argument vector; the first is the program's absolute path.
///   - input: What the program reads from standard input; nothing by default.
///   - environment: Variables beyond the locale, `PATH` and `HOME`.
///   - folder: The folder that it runs in.
///   - timeout: How long it may run; then it is killed, and `timedOut` is set.
/// - Returns: Its status and output.
/// - Throws: `ProgramError` when it cannot be started.
public func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    folder: URL? = nil,
    timeout: Duration = .seconds(60)
) async throws -> ProgramResult {
    guard let path = arguments.first, path.hasPrefix("/") else {
        throw ProgramError(description: "The program's path is not absolute: \(arguments)")
    }
    return try await withTemporaryFolder { scratch in
        // Files, not pipes: a program that writes much, or leaves a child behind, never blocks on a
        // full or open pipe.
        let files = try ProgramFiles(in: scratch, input: input)
        // A process object outlives its program, and would keep them open for as long.
        defer { files.close() }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = Array(arguments.dropFirst())
        process.environment = programEnvironment(adding: environment)
        process.currentDirectoryURL = folder
        process.standardInput = files.input
        process.standardOutput = files.output
        process.standardError = files.errorOutput
        let timedOut = try await wait(for: process, timeout: timeout)
        let signalled = process.terminationReason == .uncaughtSignal
        return ProgramResult(
            status: process.terminationStatus + (signalled ? 128 : 0),
            output: try text(of: scratch.appending(path: "output")),
            errorOutput: try text(of: scratch.appending(path: "error")), timedOut: timedOut)
    }
}

/// The open files of a running program.
private struct ProgramFiles {
    let input: FileHandle
    let output: FileHandle
    let errorOutput: FileHandle

    init(in folder: URL, input text: String) throws {
        for (name, content) in [("input", text), ("output", ""), ("error", "")] {
            try Data(content.utf8).write(to: folder.appending(path: name))
        }
        input = try FileHandle(forReadingFrom: folder.appending(path: "input"))
        output = try FileHandle(forWritingTo: folder.appending(path: "output"))
        errorOutput = try FileHandle(forWritingTo: folder.appending(path: "error"))
    }

    func close() {
        for file in [input, output, errorOutput] { try? file.close() }
    }
}

private func programEnvironment(adding extra: [String: String]) -> [String: String] {
    let own = ProcessInfo.processInfo.environment
    let base = [
        "LC_ALL": "C.UTF-8", "HOME": own["HOME"] ?? "/root",
        "PATH": own["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
    ]
    return base.merging(extra) { _, new in new }
}

extension Process {
    /// Runs it with no signal blocked. Threads of libdispatch, on which tests run, block them all;
    /// a program that inherits that cannot be ended with SIGTERM.
    public func runWithSignals() throws {
        var none = sigset_t()
        var own = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try starting.withLock { _ in try run() }
    }
}

/// Programs are started one after another: Foundation has crashed in `Process.run` when many tests
/// started theirs at once.
private let starting = Mutex(())

/// Starts the process and waits; `true` when it had to be killed.
private func wait(for process: Process, timeout: Duration) async throws -> Bool {
    let (ended, signal) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in signal.finish() }
    do {
        try process.runWithSignals()
    } catch {
        throw ProgramError(
            description: "\(process.executableURL?.path ?? "") does not start: \(error)")
    }
    let pid = process.processIdentifier
    return await withTaskGroup(of: Bool.self) { group in
        group.addTask {
            for await _ in ended {}
            return false
        }
        group.addTask {
            guard (try? await Task.sleep(for: timeout)) != nil else { return false }
            kill(pid, SIGKILL)
            return true
        }
        let first = await group.next() ?? false
        if !first { group.cancelAll() }
        await group.waitForAll()
        return first
    }
}

private func text(of file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
}
