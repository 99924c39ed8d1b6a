public import AgentCore
public import Rollout
import SystemFiles

/// Puts the running program aside before it is replaced, and starts the watch over the update.
public struct SelfUpdates: SelfUpdating {
    /// How long the watch may take to begin, in milliseconds: a machine under load takes a second.
    private static let claimPatienceMilliseconds: Int64 = 15_000

    private let folder: SelfUpdateFolder
    private let state: DiskStateFolder
    private let program: String
    private let patienceSeconds: Int64
    private let effects: AgentEffects
    private let programs: DetachedProgram
    private let wayBack: @Sendable (LockedUpdate) -> RunPlan

    /// Watches over updates of this program.
    ///
    /// - Parameters:
    ///   - state: the agent's state folder.
    ///   - program: the absolute path of the running program.
    ///   - patienceSeconds: how long a new program may take to speak with the server.
    ///   - effects: the clock that the waits use.
    ///   - wayBack: the run that brings a package's old version back.
    public init(
        state: DiskStateFolder, program: String,
        patienceSeconds: Int64 = SelfUpdateWatch.standardPatienceSeconds,
        effects: AgentEffects, wayBack: @escaping @Sendable (LockedUpdate) -> RunPlan
    ) {
        folder = SelfUpdateFolder(state: state)
        self.state = state
        self.program = program
        self.patienceSeconds = patienceSeconds
        self.effects = effects
        self.wayBack = wayBack
        programs = DetachedProgram(
            effects: effects, patience: Self.claimPatienceMilliseconds)
    }

    /// Puts the program aside and starts the watch.
    public func begin(_ run: RunName, _ update: LockedUpdate) async -> String? {
        guard programs.usesSystemd else {
            return "The agent's own package is updated by the agent only where systemd can bring "
                + "the old one back. Update it on the endpoint."
        }
        if folder.readPlan()?.update == update, folder.readVerdict() == nil,
            folder.readWatcher()?.isAlive == true
        {
            return nil
        }
        do throws(StateFolderFailure) {
            try prepare(run, update)
        } catch {
            return "The running agent could not be put aside before its update: \(error.message)"
        }
        if let failure = ProgramCopy.put(
            "/proc/self/exe", at: folder.program, limit: SelfUpdateFolder.largestProgram)
        {
            return "The running agent could not be put aside before its update: \(failure)."
        }
        return await startWatch()
    }

    private func prepare(_ run: RunName, _ update: LockedUpdate) throws(StateFolderFailure) {
        try folder.clear()
        guard let before = ProgramFile(program) else {
            throw StateFolderFailure(
                code: "E_AGENT_PROGRAM_UNREADABLE", message: "\(program) cannot be read.",
                nextStep: "See to it that the agent's program stands where it was started from.")
        }
        try folder.write(
            SelfUpdatePlan(
                update: update, program: program, before: before,
                run: "\(state.path)/\(JobFolder(run.job).run(run.number))",
                patienceSeconds: patienceSeconds, wayBack: wayBack(update.undone)))
    }

    private func startWatch() async -> String? {
        if let failure = await programs.start(
            [folder.program, "watch-update", "--state", state.path], unit: "patchbay-self-update",
            description: "Patchbay watch over the agent's update", log: folder.log)
        {
            return "The watch over the agent's update could not be started: \(failure)"
        }
        var waited: Int64 = 0
        while folder.readWatcher() == nil, waited < Self.claimPatienceMilliseconds {
            try? await effects.sleep(DetachedProgram.pollMilliseconds)
            if Task.isCancelled { return "The agent is ending." }
            waited += DetachedProgram.pollMilliseconds
        }
        return folder.readWatcher() == nil
            ? "The watch over the agent's update did not begin, so the update was not started. "
                + "See journalctl -u patchbay-self-update." : nil
    }

    /// Notes that this program has spoken with its server.
    public func noteCheckIn() {
        guard folder.readPlan() != nil, folder.readVerdict() == nil,
            let running = ProgramFile.running, folder.readCheckedIn() != running
        else { return }
        // Without the note the watch takes the update back: late, and nothing is lost.
        try? folder.write(checkedIn: running)
    }

    /// How a watched update stands.
    public func standing(of update: LockedUpdate) -> SelfUpdateStanding {
        guard let plan = folder.readPlan(), plan.update == update else { return .notWatched }
        if let verdict = folder.readVerdict() {
            return verdict.takenBack.map { .takenBack($0) } ?? .confirmed
        }
        // A watch that was killed says nothing any more; that this program reaches the server is
        // known without it.
        let isWatched = folder.readWatcher()?.isAlive == true
        let isRunning = ProgramFile.running.map { $0 == folder.readCheckedIn() } ?? false
        return !isWatched && isRunning ? .confirmed : .open
    }
}
