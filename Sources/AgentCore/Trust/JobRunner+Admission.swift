import AgentProtocol
import Fleet
import Rollout

extension JobRunner {
    /// Whether a job that is taken up again only goes on waiting for its window: it is not scanned
    /// for then. Else an order that has not been begun is compared with a fresh scan first, since
    /// much may have changed meanwhile.
    func goesOnWaiting(_ job: inout JobRun, _ watch: JobWatch) async -> Bool {
        guard let gate, gate.isAsked(job.order), job.runs == 0, job.stage == .preflight else {
            return false
        }
        var installed: [PackageKey: String] = [:]
        for update in job.remaining { installed[update.key] = update.from }
        let view = GrantGate.View(
            updates: job.remaining, installed: installed, facts: desk.latest?.posture.endpoint,
            workSeconds: workSeconds(of: job), rebootReserveSeconds: rebootReserveSeconds,
            unready: await unready(for: job))
        if view.facts != nil,
            case .waits(let until, let sentence) = await gate.admission(of: job.order, view)
        {
            watch.show(.waitingForWindow, sentence, at: effects.now(), until: until)
            return true
        }
        job.stage = .checking
        return false
    }

    /// Whether the endpoint's own policies allow the rest of an order now. Whether it fits in what
    /// is left of the window is asked before it is prepared, and not again when it `starts`.
    func admission(
        of job: JobRun, starts: Bool = false, _ watch: JobWatch
    ) async -> Admission {
        guard let gate, gate.isAsked(job.order) else { return .open }
        if desk.latest == nil { _ = try? await desk.scan(refreshingSources: false) }
        let unfinished = await installer.unfinishedPackages()
        let keys = Set(job.remaining.map(\.key))
        var installed: [PackageKey: String] = [:]
        for package in desk.latest?.inventory.packages ?? [] where keys.contains(package.key) {
            installed[package.key] = package.version
        }
        // What this job itself left half done is not installed, and was.
        for update in job.remaining where unfinished[update.key] != nil {
            installed[update.key] = installed[update.key] ?? update.from
        }
        var unready: String?
        if !starts { unready = await self.unready(for: job) }
        let admission = await gate.admission(
            of: job.order,
            GrantGate.View(
                updates: job.remaining, installed: installed,
                facts: desk.latest?.posture.endpoint,
                workSeconds: starts ? nil : workSeconds(of: job),
                rebootReserveSeconds: rebootReserveSeconds,
                unready: unready))
        if case .waits(let until, let sentence) = admission {
            watch.show(.waitingForWindow, sentence, at: effects.now(), until: until)
        }
        return admission
    }

    /// Why a run that was planned must not be started any more, as a sentence; `nil` when it may.
    func reasonNotToStart(_ job: JobRun, _ watch: JobWatch) async -> String? {
        guard effects.now() < job.order.deadline else {
            return "The deadline passed before the run could be started."
        }
        switch await admission(of: job, starts: true, watch) {
        case .open: return nil
        case .waits(_, let sentence): return "The run was not started in time. \(sentence)"
        case .refused(let sentence): return sentence
        }
    }
}
