public import Foundation

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
///   - timeout: How long it may run; then it is killed, and `timedOut` is set. The usual one only ends
///     what hangs: a program of a second can take a minute beside all other tests.
/// - Returns: Its status and output.
/// - Throws: `ProgramError` when it cannot be started.
public func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:],
    folder: URL? = nil,
    timeout: Duration = .seconds(300)
) async throws -> ProgramResult {
    guard let path = arguments.first, path.hasPrefix("/") else {
        throw ProgramError(description: "The program's path is not absolute: \(arguments)")
    }
    return try await withTemporaryFolder { scratch in
        // Files, not pipes: a program that writes much, or leaves a child behind, never blocks on a
        // full or open pipe.
        let (read, output, errorOutput) = (
            scratch.appending(path: "input"), scratch.appending(path: "output"),
            scratch.appending(path: "error")
        )
        try Data(input.utf8).write(to: read)
        let (status, timedOut) = try await ProgramSlots.shared.run {
            let program = try StartedProgram(
                arguments, environment: programEnvironment(adding: environment), folder: folder,
                input: read, output: output, errorOutput: errorOutput)
            return await wait(for: program, timeout: timeout)
        }
        return ProgramResult(
            status: status, output: try text(of: output), errorOutput: try text(of: errorOutput),
            timedOut: timedOut)
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

/// Waits for its end; and `true` when it had to be killed.
private func wait(for program: StartedProgram, timeout: Duration) async -> (Int32, Bool) {
    let timer = Task {
        guard (try? await Task.sleep(for: timeout)) != nil else { return false }
        program.send(SIGKILL)
        return true
    }
    let status = await program.value()
    timer.cancel()
    return (status, await timer.value)
}

private func text(of file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self)
}
