import SystemFiles

/// Programs that need more of the system than the agent's own unit may touch (snapshots, backup
/// programs with their caches): where systemd is the first process each gets a unit of its own,
/// which ends with its time.
enum FreeProgram {
    private static let systemdRun = DetachedProgram.systemdRun

    /// The whole command. Secrets stand in a file that systemd reads, never in an argument.
    ///
    /// - Parameters:
    ///   - command: the program's absolute path and its arguments.
    ///   - variables: what may be seen by everybody.
    ///   - secrets: a file of `NAME=value` lines.
    ///   - seconds: how long it may take.
    /// - Returns: the argument vector.
    static func words(
        _ command: [String], variables: [String: String], secrets: String?, seconds: Int64
    ) -> [String] {
        var words = [
            systemdRun, "--wait", "--pipe", "--collect", "--quiet",
            "--property=RuntimeMaxSec=\(seconds)", "--property=UMask=0077",
        ]
        if let secrets { words.append("--property=EnvironmentFile=\(secrets)") }
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            words.append("--setenv=\(name)=\(value)")
        }
        return words + ["--"] + command
    }

    /// Whether programs get units.
    static var hasSystemd: Bool {
        Files.exists("/run/systemd/system") && Files.exists(systemdRun)
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - command: the program's absolute path and its arguments.
    ///   - variables: what its environment holds beside the usual.
    ///   - secrets: a file of further variables, and what it holds, for where there is no systemd.
    ///   - seconds: how long it may take.
    /// - Returns: what it printed; `nil` when it could not be run, or took too long.
    static func run(
        _ command: [String], variables: [String: String] = [:],
        secrets: (file: String, values: [String: String])? = nil, seconds: Int64
    ) async -> ProgramOutput? {
        let usual = ["LC_ALL": "C.UTF-8", "HOME": "/root"].merging(variables) { _, own in own }
        guard hasSystemd else {
            let whole = variables.merging(secrets?.values ?? [:]) { _, own in own }
            return await ProgramOutput.of(command, adding: whole, patience: seconds * 1000)
        }
        // systemd ends it; a little later nobody waits for systemd any more.
        return await ProgramOutput.of(
            words(command, variables: usual, secrets: secrets?.file, seconds: seconds),
            patience: (seconds + 10) * 1000)
    }
}
