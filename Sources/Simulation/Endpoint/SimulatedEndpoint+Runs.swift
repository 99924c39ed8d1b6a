import AgentCore
import Fleet
import Rollout
import Synchronization

extension SimulatedEndpoint {
    /// How long a step of a run takes, in milliseconds.
    static let stepMilliseconds: ClosedRange<Int64> = 2000...40_000
    static let slowMilliseconds: ClosedRange<Int64> = 60_000...400_000

    /// Starts a program.
    func start(_ run: RunName, _ plan: RunPlan, life: Int) {
        timeline.note(name, "begins \(plan.kind.rawValue) run \(run.number) of \(run.job)")
        let (isSecond, again, boot) = content.withLock { content in
            let isSecond = content.runs[run] != nil
            let done = content.truth.installed[run.job] ?? []
            let again = plan.kind == .install ? plan.updates.filter(done.contains) : []
            content.put(Run(plan: plan, life: life), as: run)
            if plan.kind == .install { content.truth.begun.insert(run.job) }
            return (isSecond, again, content.boot)
        }
        if isSecond {
            timeline.broken(
                .nothingRunsTwice, "\(name) begins run \(run.number) of \(run.job) twice")
        }
        if let update = again.first {
            timeline.broken(
                .nothingRunsTwice, "\(name) installs \(update.name) again for \(run.job)")
        }
        timeline.schedule(
            after: duration(of: plan, step: 0),
            .runGoesOn(endpoint: place, run, boot: boot))
    }

    /// Lets a run take its next step.
    func goOn(_ run: RunName, boot: Int) {
        let next: Int64? = content.withLock { content in
            guard content.boot == boot, var known = content.runs[run], known.ending == nil else {
                return nil
            }
            known.ending = Self.step(&known, of: run.job, &content)
            content.put(known, as: run)
            return known.ending == nil ? Int64(known.next) : nil
        }
        let log = "run \(run.number): step\n" + failures(of: run)
        disk.change { $0[JobFolder(run.job).log, default: []] += Array(log.utf8) }
        guard let next, let plan = content.withLock({ $0.runs[run]?.plan }) else { return }
        timeline.schedule(
            after: duration(of: plan, step: Int(next)), .runGoesOn(endpoint: place, run, boot: boot)
        )
    }

    private func duration(of plan: RunPlan, step: Int) -> Int64 {
        let behaviour = content.withLock { content in
            plan.updates.indices.contains(step)
                ? content.software[plan.updates[step].name]?.behaviour : nil
        }
        return timeline.chance { chance in
            switch behaviour {
            case .slow: chance.number(in: Self.slowMilliseconds)
            case .hangs: plan.inactivityLimitSeconds * 1000
            default: chance.number(in: Self.stepMilliseconds)
            }
        }
    }

    /// What a failed run has printed: the packages whose scripts failed.
    private func failures(of run: RunName) -> String {
        content.withLock { content in
            guard case .exited(let status) = content.runs[run]?.ending, status != 0 else {
                return ""
            }
            return content.software.filter { $0.value.unfinished != nil }.keys.sorted()
                .map { "failed \($0)\n" }.joined()
        }
    }

    private static func step(_ run: inout Run, of job: JobID, _ content: inout Content)
        -> RunEnding?
    {
        guard run.plan.kind == .install else { return repair(&content) }
        guard run.plan.updates.indices.contains(run.next) else { return .exited(0) }
        let update = run.plan.updates[run.next]
        run.next += 1
        guard var one = content.software[update.name] else { return .exited(100) }
        switch one.behaviour {
        case .lies, .unavailable: break
        case .hangs:
            content.isInterrupted = true
            return .hung(lastLine: "waiting")
        case .fails, .failsOnce:
            one.unfinished = update.to
            content.software[update.name] = one
            return .exited(100)
        case .good, .slow, .wantsReboot, .leavesDaemon:
            one.version = update.to
            put(one, update.name, in: &content)
            content.truth.installed[job, default: []].insert(update)
        }
        return run.next == run.plan.updates.count ? .exited(0) : nil
    }

    private static func put(_ one: Software, _ name: String, in content: inout Content) {
        var one = one
        one.unfinished = nil
        one.awaitsReboot = one.awaitsReboot || one.behaviour == .wantsReboot
        one.awaitsRestart = one.awaitsRestart || one.behaviour == .leavesDaemon
        content.software[name] = one
        settle(name, in: &content)
    }

    private static func repair(_ content: inout Content) -> RunEnding {
        content.isInterrupted = false
        for (name, one) in content.software {
            guard let version = one.unfinished, one.behaviour != .fails else { continue }
            var mended = one
            mended.version = version
            put(mended, name, in: &content)
        }
        return content.software.values.contains { $0.unfinished != nil } ? .exited(1) : .exited(0)
    }
}
