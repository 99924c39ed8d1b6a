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

    private let state: DiskStateFolder
    private let command: [String]
    private let effects: AgentEffects
    private let programs: DetachedProgram
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
            systemdRun: DetachedProgram.systemdRun, patience: Self.claimPatienceMilliseconds)
    }

    /// The same, with another program in the place of systemd-run, and another patience.
    init(
        state: DiskStateFolder, command: [String], effects: AgentEffects, usesSystemd: Bool?,
        systemdRun: String, patience: Int64
    ) {
        self.state = state
        self.command = command
        self.effects = effects
        self.patience = patience
        programs = DetachedProgram(
            effects: effects, usesSystemd: usesSystemd, systemdRun: systemdRun, patience: patience)
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
            try? await effects.sleep(DetachedProgram.pollMilliseconds)
            waited += DetachedProgram.pollMilliseconds
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
        await programs.start(
            command + [folder.path], unit: "patchbay-\(run.job)-\(run.number)",
            description: "Patchbay run \(run.number) of \(run.job)",
            log: "\(folder.path)/supervisor.log")
    }

    private static let unwritable = StateFolderFailure(
        code: "E_STATE_UNWRITABLE_VALUE", message: "The run's plan cannot be written as JSON.",
        nextStep: "Report this as a fault of the agent.")
}
