#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts programs: an argument vector, never a line for a shell; a whole environment, nothing
/// inherited; nothing to read from.
enum ChildProcess {
    /// How a child stands to the one who starts it.
    enum Bond {
        /// In a process group of its own, so that it can be ended with its children.
        case group
        /// In a session of its own, so that nothing that happens to its parent reaches it.
        case session
    }

    /// `POSIX_SPAWN_SETSID` of glibc and musl, which `<spawn.h>` shows to GNU sources only.
    private static let newSession: Int32 = 0x80

    /// Starts a program, whose output and errors are added to `log`; without one they go where this
    /// process's errors go. (That may be a socket of systemd's, which has no path to open.)
    ///
    /// - Returns: its process id, or the number of the error.
    static func start(
        _ command: [String], environment: [String: String], log: String?, bond: Bond
    ) -> Result<pid_t, ChildProcessFailure> {
        guard let path = command.first, path.hasPrefix("/") else {
            return .failure(ChildProcessFailure(number: EINVAL))
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if let log {
            posix_spawn_file_actions_addopen(
                &actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 2, 1)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        prepare(&attributes, bond)
        var pid: pid_t = 0
        let number = withStrings(command) { arguments in
            withStrings(environment.map { "\($0.key)=\($0.value)" }.sorted()) { variables in
                posix_spawn(&pid, path, &actions, &attributes, arguments, variables)
            }
        }
        return number == 0 ? .success(pid) : .failure(ChildProcessFailure(number: number))
    }

    /// Signals are as a fresh program expects them: the supervisor's own ignored ones must not be
    /// inherited by a package's scripts.
    private static func prepare(_ attributes: inout posix_spawnattr_t, _ bond: Bond) {
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        switch bond {
        case .group:
            flags |= Int32(POSIX_SPAWN_SETPGROUP)
            posix_spawnattr_setpgroup(&attributes, 0)
        case .session:
            flags |= newSession
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    private static func withStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }

    /// How a child ended; `nil` while it runs. A child that is not ours counts as ended with status
    /// 0.
    static func ending(of pid: pid_t) -> Ending? {
        var status: Int32 = 0
        let answer = waitpid(pid, &status, WNOHANG)
        if answer == 0 || (answer < 0 && errno == EINTR) { return nil }
        guard answer == pid else { return .exited(0) }
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    }

    /// How a child ended.
    enum Ending: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }
}

/// A program that could not be started.
struct ChildProcessFailure: Error, Hashable, Sendable {
    /// The C library's error number.
    let number: Int32

    /// The C library's words for it.
    var words: String { String(cString: strerror(number)) }
}
