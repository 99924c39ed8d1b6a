import AgentProtocol
import Fleet
import Policy
import Rollout

extension JobRunner {
    /// How long there is between two looks at probes that fail, in milliseconds: services that have
    /// just been restarted need seconds.
    static let probePauseMilliseconds: Int64 = 3000

    /// The terms for an order: those of the signed policy, or the order's own; `nil` when nothing
    /// follows it.
    func terms(of order: JobOrder) async -> RebootTerms? {
        guard let aftercare else { return nil }
        let now = effects.now()
        return await aftercare.rules.terms(for: order, at: now) ?? RebootTerms(of: order, at: now)
    }

    /// What this life of the agent does after the order; `nil` when nothing.
    func following(_ order: JobOrder) async -> JobRun.Following? {
        guard let aftercare, let terms = await terms(of: order) else { return nil }
        return JobRun.Following(bootId: aftercare.bootId, hasProbes: !terms.check.probes.isEmpty)
    }

    /// What the probes show right before the first run; `nil` when they are not to be asked.
    func probesBefore(_ observation: JobObservation, of job: JobRun) async -> [ProbeResult]? {
        guard case .preflighted(.ready, let plan?, _) = observation, !plan.updates.isEmpty,
            job.probesBefore == nil, job.following?.hasProbes == true,
            let terms = await terms(of: job.order)
        else { return nil }
        return await ask(terms.check.probes, .before(at: effects.now()))
    }

    /// What the probes show after the last run: once all pass, or when their time is over.
    func probesAfter(_ job: JobRun, _ watch: JobWatch) async throws -> [ProbeResult] {
        let now = effects.now()
        watch.show(.probing, "Asks the endpoint's probes.", at: now)
        guard let terms = await terms(of: job.order) else { return [] }
        let ended = job.installedAt ?? now
        let moment = ProbeMoment.after(
            begun: job.begunAt ?? ended, ended: ended, former: job.probesBefore ?? [])
        return try await probesThatPass(terms.check, moment, since: now) {
            watch.show(.probing, $0, at: effects.now())
        }
    }

    /// Asks until all pass, or the check's time since an instant is over. What is counted after an
    /// installation is waited for first: who asks at once sees nothing crash.
    func probesThatPass(
        _ check: HealthCheck, _ moment: ProbeMoment, since start: Timestamp,
        telling: (String) -> Void
    ) async throws -> [ProbeResult] {
        let end = start.adding(seconds: check.within.seconds)
        let seconds = moment.watch(check.probes, at: effects.now())
        if seconds > 0 {
            telling("Watches for \(seconds) s whether programs crash or tell of errors.")
            try await effects.sleep(seconds * 1000)
        }
        // A count of a time that is over stays what it is: it is read once.
        var counted: [String: ProbeResult] = [:]
        while true {
            let results = await ask(check.probes, moment, except: counted)
            for (probe, result) in zip(check.probes, results) where probe.watchSeconds > 0 {
                counted[result.probe] = result
            }
            let failing = results.filter { !$0.isPassed && counted[$0.probe] == nil }
            guard let first = failing.first, effects.now() < end else { return results }
            telling(first.sentence)
            try await effects.sleep(Self.probePauseMilliseconds)
        }
    }

    /// Which probes of a rollout pass on this endpoint, which waits in it: as though nothing had been
    /// installed, as long ago as a figure is watched. What cannot be told is left out.
    func health(of probes: [String]) async -> [String: Bool]? {
        var health: [String: Bool] = [:]
        for probe in probes.prefix(HealthCheck.maximumProbes).compactMap(HealthProbe.init(text:)) {
            let past = effects.now().adding(seconds: -probe.watchSeconds)
            var former: [ProbeResult] = []
            if case .measure = probe { former = await ask([probe], .before(at: past)) }
            let moment = ProbeMoment.after(begun: past, ended: past, former: former)
            guard let result = await ask([probe], moment).first, result.isUnknown != true else {
                continue
            }
            health[probe.text] = result.isPassed
        }
        return probes.isEmpty ? nil : health
    }

    /// Asks each probe once, except those whose results are known.
    private func ask(
        _ probes: [HealthProbe], _ moment: ProbeMoment, except known: [String: ProbeResult] = [:]
    ) async -> [ProbeResult] {
        guard let aftercare else { return [] }
        var results: [ProbeResult] = []
        for probe in probes.prefix(ProbeResult.maximumResults) {
            if let result = known[probe.text] {
                results.append(result)
            } else {
                results.append(await ask(probe, moment, aftercare))
            }
        }
        return results
    }

    private func ask(
        _ probe: HealthProbe, _ moment: ProbeMoment, _ parts: AftercareParts
    ) async -> ProbeResult {
        guard probe.isSound else {
            return ProbeResult(
                probe: probe.text, isPassed: false,
                sentence: "\(probe.text) was not asked: it is no probe of this endpoint.")
        }
        if case .script(let name) = probe {
            switch await parts.rules.script(named: name, at: effects.now()) {
            case .ready(let script): return await parts.probing.run(script)
            case .refused(let reason):
                return ProbeResult(
                    probe: probe.text, isPassed: false,
                    sentence: "Script \(name) was not run: \(reason).")
            }
        }
        guard case .measure(let measure) = probe else { return await parts.probing.ask(probe) }
        let span = moment.span(of: measure, at: effects.now())
        return moment.result(
            of: measure, await parts.probing.read(measure, since: span.since, until: span.until))
    }
}
