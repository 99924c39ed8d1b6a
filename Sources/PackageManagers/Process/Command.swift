import ToolOutputs

/// A program to run: an absolute path and its arguments, never a line for a shell.
package struct Command: Hashable, Sendable {
    /// The program's absolute path, so that no wrapper earlier on a `PATH` is run instead of it.
    package var path: String
    /// Its arguments, the program's name not included.
    package var arguments: [String]
    /// Variables beyond those of `CommandEnvironment.base`.
    package var environment: [String: String] = [:]
    /// How long it may run, in seconds; then its whole process group is ended.
    package var timeoutSeconds: Int64 = Command.defaultTimeoutSeconds

    /// A query of apt takes one to three seconds; a slow disk under load takes some tens.
    package static let defaultTimeoutSeconds: Int64 = 180

    /// A program to run.
    package init(
        path: String, arguments: [String], environment: [String: String] = [:],
        timeoutSeconds: Int64 = Command.defaultTimeoutSeconds
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.timeoutSeconds = timeoutSeconds
    }
}

/// What a program left behind.
package struct CommandOutput: Hashable, Sendable {
    /// Its exit status; 128 and the signal's number when a signal ended it.
    package var status: Int32
    /// What it wrote to standard output.
    package var output: [UInt8]
    /// What it wrote to standard error.
    package var errorOutput: [UInt8]

    package init(status: Int32, output: [UInt8] = [], errorOutput: [UInt8] = []) {
        self.status = status
        self.output = output
        self.errorOutput = errorOutput
    }

    /// The first line of standard error that begins with `E:`, else its first line with text;
    /// shortened.
    package var complaint: String? {
        let lines = TextLines.strings(errorOutput).filter { !$0.isEmpty }
        let line = lines.first { $0.hasPrefix("E:") } ?? lines.first
        return line.map { String($0.prefix(CommandOutput.longestComplaint)) }
    }

    /// Longer ones are cut: apt's longest messages, with two addresses in them, have about 300
    /// characters.
    private static let longestComplaint = 500
}

/// A program that could not be run to its end.
package enum CommandFailure: Error, Hashable, Sendable {
    /// It is not installed, or may not be run.
    case notStarted(String)
    /// It ran longer than it may, and was ended.
    case timedOut(seconds: Int64)
    /// It printed more than is taken.
    case tooMuchOutput

    /// What happened, as a clause.
    package var clause: String {
        switch self {
        case .notStarted(let reason): "could not be started: \(reason)"
        case .timedOut(let seconds): "did not end within \(seconds) seconds"
        case .tooMuchOutput: "printed more than \(SubprocessRunner.outputLimit / 1_048_576) MiB"
        }
    }
}

/// Runs programs; tests put a recorded one in its place.
package protocol CommandRunning: Sendable {
    /// Runs a program to its end, without a terminal and with nothing to read.
    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput
}

/// Where programs look for the programs that they call by name.
package enum RunPath {
    /// The system's folders before those of `/usr/local`: dpkg calls `dpkg-deb` and `tar` by name,
    /// and a wrapper that somebody put there would stand between it and every package.
    package static let standard = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
}

/// What the environment of every program is made of; nothing is inherited beyond the proxy's
/// settings.
enum CommandEnvironment {
    /// The C locale (output in English, whatever the endpoint speaks), a fixed `PATH`, and no
    /// questions.
    static let base = [
        "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "LANGUAGE": "C", "HOME": "/root",
        "PATH": RunPath.standard,
        "DEBIAN_FRONTEND": "noninteractive", "TERM": "dumb", "COLUMNS": "200",
        // Programs that hook into apt on desktops and would print, or ask.
        "APT_LISTCHANGES_FRONTEND": "none", "APT_LISTBUGS_FRONTEND": "none",
    ]

    /// The variables that are handed on when the agent itself has them: without them an endpoint
    /// behind a proxy cannot refresh.
    static let inherited = [
        "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY",
    ]
}
