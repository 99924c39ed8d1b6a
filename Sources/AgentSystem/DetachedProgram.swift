import AgentCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts programs that outlive the agent: in a transient systemd unit where systemd is the first
/// process, in a session of their own elsewhere.
struct DetachedProgram: Sendable {
    static let systemdRun = "/usr/bin/systemd-run"
    /// What such programs find in their environment; nothing is inherited.
    static let environment = [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
    ]
    static let pollMilliseconds: Int64 = 50
    /// How often a killed program is looked at until it is gone: 5 seconds, for one that hangs in
    /// the kernel.
    private static let looksAfterKill = 100

    /// The program that makes units.
    var systemdRun = Self.systemdRun
    /// Whether programs get units; by default where systemd is the first process.
    var usesSystemd: Bool
    /// How long systemd may take to answer, in milliseconds.
    var patience: Int64
    let effects: AgentEffects

    init(
        effects: AgentEffects, usesSystemd: Bool? = nil, systemdRun: String = Self.systemdRun,
        patience: Int64
    ) {
        self.effects = effects
        self.systemdRun = systemdRun
        self.patience = patience
        self.usesSystemd =
            usesSystemd
            ?? (access("/run/systemd/system", F_OK) == 0 && access(systemdRun, X_OK) == 0)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: its absolute path and arguments.
    ///   - unit: the name that its unit gets, where it gets one.
    ///   - description: what its unit is, in a few words.
    ///   - log: the file that gets what it prints where it gets no unit, and systemd's complaints.
    /// - Returns: why it could not be started, `nil` when it was.
    func start(_ command: [String], unit: String, description: String, log: String) async -> String?
    {
        let whole =
            usesSystemd
            ? [
                systemdRun, "--unit=\(unit)", "--collect", "--no-block", "--quiet",
                "--description=\(description)",
                // A stop, as at shutdown, reaches the first process only; a supervisor ignores it:
                // the package manager has until the unit's stop limit (90 s unless the system says
                // otherwise) to finish.
                "--property=KillMode=mixed", "--",
            ] + command : command
        switch ChildProcess.start(
            whole, environment: Self.environment, log: log, bond: usesSystemd ? .group : .session)
        {
        case .failure(let failure):
            return "\(whole[0]) could not be started: \(failure.words)"
        case .success(let pid):
            return usesSystemd ? await status(of: pid, log) : nil
        }
    }

    private func status(of pid: pid_t, _ log: String) async -> String? {
        var waited: Int64 = 0
        while waited < patience {
            if Task.isCancelled { return nil }
            if let ending = ChildProcess.ending(of: pid) {
                if ending == .exited(0) { return nil }
                let words = SmallFile.line(log) ?? ""
                return "systemd-run failed: \(words.suffix(400))"
            }
            try? await effects.sleep(Self.pollMilliseconds)
            waited += Self.pollMilliseconds
        }
        kill(pid, SIGKILL)
        // Collected, so that it does not stay as a dead entry in the process table.
        for _ in 0..<Self.looksAfterKill where ChildProcess.ending(of: pid) == nil {
            try? await effects.sleep(Self.pollMilliseconds)
        }
        return "systemd did not answer."
    }
}
