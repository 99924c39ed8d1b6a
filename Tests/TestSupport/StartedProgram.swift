public import Foundation
import Synchronization

private typealias CloseFrom =
    @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

/// Closes all descriptors from a number on in the program that starts. The C library has it, but
/// not among what Swift imports. Without it a file that another test writes at that moment would
/// stay open in the program, and could be neither run nor unmounted.
private let closeOthers = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
    unsafeBitCast($0, to: CloseFrom.self)
}

/// A program that runs beside the test, each stream with a file of its own.
///
/// Foundation's `Process` is not used: to find the descriptors that it closes it reads folder
/// entries past the end of what the system wrote, and now and then past the end of mapped memory.
public final class StartedProgram: Sendable {
    /// Its process.
    public let pid: pid_t
    private let end = Mutex<Int32?>(nil)
    private let ended = DispatchGroup()

    /// Starts it, with no signal blocked and no descriptor of this process but the three streams.
    ///
    /// - Parameters:
    ///   - arguments: The argument vector; the first is the program's path.
    ///   - environment: All that it has of an environment.
    ///   - folder: The folder that it runs in; this process's own by default.
    ///   - input: The file that it reads; nothing by default.
    ///   - output: The file that its output is added to; nowhere by default.
    ///   - errorOutput: The file that its error output is added to; with the output by default.
    /// - Throws: `ProgramError` when it cannot be started.
    public init(
        _ arguments: [String], environment: [String: String], folder: URL? = nil,
        input: URL? = nil, output: URL? = nil, errorOutput: URL? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let added = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 0, input?.path ?? "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output?.path ?? "/dev/null", added, 0o644)
        if let errorOutput {
            posix_spawn_file_actions_addopen(&actions, 2, errorOutput.path, added, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        if let closeOthers { _ = closeOthers(&actions, 3) }
        // Threads of libdispatch, on which tests run, block all signals; a program that inherits
        // that cannot be ended with SIGTERM.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        let arguments = folder.map { ["/usr/bin/env", "-C", $0.path] + arguments } ?? arguments
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var started: pid_t = 0
        let failure = posix_spawn(
            &started, arguments[0], &actions, &attributes, &words, &variables)
        guard failure == 0 else {
            throw ProgramError(
                description: "\(arguments) does not start: \(String(cString: strerror(failure)))")
        }
        pid = started
        ended.enter()
        Thread.detachNewThread { [self] in
            let status = Self.status(of: pid)
            end.withLock { $0 = status }
            ended.leave()
        }
    }

    /// Waits for the end of a child: its exit status, or 128 and the number of the signal.
    private static func status(of pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// Whether it runs still.
    public var isRunning: Bool { end.withLock { $0 == nil } }

    /// Sends it a signal, unless it has ended.
    public func send(_ signal: Int32) {
        end.withLock { if $0 == nil { _ = kill(pid, signal) } }
    }

    /// Waits for its end, on a thread that may block.
    ///
    /// - Returns: its exit status, or 128 and the number of the signal that ended it.
    public func wait() -> Int32 {
        ended.wait()
        return end.withLock { $0 ?? -1 }
    }

    /// Waits for its end.
    ///
    /// - Returns: its exit status, or 128 and the number of the signal that ended it.
    public func value() async -> Int32 {
        await withCheckedContinuation { continuation in
            ended.notify(queue: .global()) { continuation.resume() }
        }
        return end.withLock { $0 ?? -1 }
    }
}
