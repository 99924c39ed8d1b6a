public import AgentCore
import Fleet
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts supervisors: in a transient systemd unit where systemd is the first process, in a session
/// of their own elsewhere.
public struct SupervisedRuns: RunSupervising {
    /// How long a supervisor may take to claim its run, in milliseconds: a machine under load takes
    /// a second.
    static let claimPatienceMilliseconds: Int64 = 15_000
    private static let pollMilliseconds: Int64 = 50
    private static let systemdRun = "/usr/bin/systemd-run"

    private let state: DiskStateFolder
    private let command: [String]
    private let effects: AgentEffects
    private let usesSystemd: Bool
    private let systemdRun: String
    private let patience: Int64

    /// Runs below a state folder.
    ///
    /// - Parameters:
    ///   - state: the agent's state folder.
    ///   - command: the supervisor's absolute path and first arguments; the run's folder is added.
    ///   - effects: the clock that the waits use.
    ///   - usesSystemd: whether runs get units; by default where systemd is the first process.
    public init(
        state: DiskStateFolder, command: [String], effects: AgentEffects, usesSystemd: Bool? = nil
    ) {
        self.init(
            state: state, command: command, effects: effects, usesSystemd: usesSystemd,
            systemdRun: Self.systemdRun, patience: Self.claimPatienceMilliseconds)
    }

    /// The same, with another program in the place of systemd-run, and another patience.
    init(
        state: DiskStateFolder, command: [String], effects: AgentEffects, usesSystemd: Bool?,
        systemdRun: String, patience: Int64
    ) {
        self.state = state
        self.command = command
        self.effects = effects
        self.systemdRun = systemdRun
        self.patience = patience
        self.usesSystemd =
            usesSystemd
            ?? (access("/run/systemd/system", F_OK) == 0 && access(systemdRun, X_OK) == 0)
    }

    /// Starts a run.
    public func start(_ run: RunName, _ plan: RunPlan) async throws(RunStartFailure) {
        let folder = folder(of: run)
        do throws(StateFolderFailure) {
            guard let bytes = AgentJSON.encode(plan) else { throw Self.unwritable }
            try state.replace("\(JobFolder(run.job).run(run.number))/run.json", with: bytes)
        } catch {
            throw RunStartFailure(error.description)
        }
        let failure = await launch(run, folder)
        var waited: Int64 = 0
        while failure == nil, folder.readClaim() == nil, waited < patience,
            !Task.isCancelled
        {
            try? await effects.sleep(Self.pollMilliseconds)
            waited += Self.pollMilliseconds
        }
        if folder.readClaim() != nil { return }
        // An agent that is told to end leaves the supervisor its time; the next life looks again.
        if Task.isCancelled { throw RunStartFailure("The agent is ending.") }
        // Whoever comes late finds the run claimed, and leaves it alone: what is reported as not
        // started stays so.
        let nobody = ProcessRecord(pid: 0, startTicks: 0, bootId: ProcessTable.bootId())
        guard folder.claim(for: nobody) else { return }
        _ = folder.write(.notStarted(failure ?? "the supervisor did not answer"))
        throw RunStartFailure(failure ?? "The supervisor did not answer.")
    }

    /// How a run stands.
    public func state(of run: RunName) async -> RunState {
        let folder = folder(of: run)
        if let ending = folder.readEnding() { return .ended(ending) }
        guard let claim = folder.readClaim() else {
            // A claim that is there and cannot be read is one all the same: the run must not happen
            // twice.
            return access(folder.claim, F_OK) == 0 ? .ended(.vanished) : .notStarted
        }
        // Collects it when it was this process's child, so that it does not stay as a dead entry.
        _ = claim.pid > 0 ? ChildProcess.ending(of: claim.pid) : nil
        if claim.isAlive || hasOrphans(claim, folder) { return .running }
        // It may have ended between the two looks.
        return .ended(folder.readEnding() ?? .vanished)
    }

    /// Whether programs of a supervisor that is gone are still at work: they are in its session. A
    /// service that a package's script left in the session must not count for ever, so they count
    /// only while the log was written to lately.
    private func hasOrphans(_ claim: ProcessRecord, _ folder: RunFolder) -> Bool {
        guard claim.pid > 0, claim.bootId == ProcessTable.bootId(),
            !ProcessTable.members(ofSession: claim.pid).isEmpty
        else { return false }
        guard let status = Files.status(folder.log) else { return false }
        let limit = folder.readPlan()?.inactivityLimitSeconds ?? 0
        return effects.now().seconds(since: status.modified) < limit
    }

    private func folder(of run: RunName) -> RunFolder {
        RunFolder(path: "\(state.path)/\(JobFolder(run.job).run(run.number))")
    }

    /// Starts the supervisor; returns why that failed, `nil` when it did not.
    private func launch(_ run: RunName, _ folder: RunFolder) async -> String? {
        let supervisor = command + [folder.path]
        let unit = "patchbay-\(run.job)-\(run.number)"
        let whole =
            usesSystemd
            ? [
                systemdRun, "--unit=\(unit)", "--collect", "--no-block", "--quiet",
                "--description=Patchbay run \(run.number) of \(run.job)",
                // A stop, as at shutdown, reaches the supervisor only, which ignores it: the
                // package manager has until the unit's stop limit (90 s unless the system says
                // otherwise) to finish.
                "--property=KillMode=mixed", "--",
            ] + supervisor : supervisor
        let environment = [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
        ]
        switch ChildProcess.start(
            whole, environment: environment, log: "\(folder.path)/supervisor.log",
            bond: usesSystemd ? .group : .session)
        {
        case .failure(let failure):
            return "\(whole[0]) could not be started: \(failure.words)"
        case .success(let pid):
            return usesSystemd ? await status(of: pid, folder) : nil
        }
    }

    private func status(of pid: pid_t, _ folder: RunFolder) async -> String? {
        var waited: Int64 = 0
        while waited < patience {
            if Task.isCancelled { return nil }
            if let ending = ChildProcess.ending(of: pid) {
                if ending == .exited(0) { return nil }
                let words = SmallFile.line("\(folder.path)/supervisor.log") ?? ""
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

    /// How often a killed program is looked at until it is gone: 5 seconds, for one that hangs in
    /// the kernel.
    private static let looksAfterKill = 100

    private static let unwritable = StateFolderFailure(
        code: "E_STATE_UNWRITABLE_VALUE", message: "The run's plan cannot be written as JSON.",
        nextStep: "Report this as a fault of the agent.")
}
