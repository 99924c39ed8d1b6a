import AgentProtocol
import Fleet
import Health
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
        let span = ProbeSpan(
            begun: job.begunAt ?? ended, ended: ended, before: job.probesBefore ?? [])
        return try await probesThatPass(terms.check, span, since: now) {
            watch.show(.probing, $0, at: effects.now())
        }
    }

    /// Asks until all pass, or the check's time since an instant is over. What is counted after an
    /// installation is waited for first: who asks at once sees nothing crash.
    func probesThatPass(
        _ check: HealthCheck, _ span: ProbeSpan, since start: Timestamp,
        telling: (String) -> Void
    ) async throws -> [ProbeResult] {
        let end = start.adding(seconds: check.within.seconds)
        let watched = check.probes.map(\.watchSeconds).max() ?? 0
        let left = span.ended.adding(seconds: watched).seconds(since: effects.now())
        if left > 0 {
            // A clock that was set back meanwhile makes nobody wait for longer than that.
            let seconds = min(left, watched)
            telling("Watches for \(seconds) s whether programs crash or tell of errors.")
            try await effects.sleep(seconds * 1000)
        }
        // A count of a time that is over stays what it is: it is read once.
        var counted: [String: ProbeResult] = [:]
        while true {
            let results = await ask(check.probes, .after(span), except: counted)
            for (probe, result) in zip(check.probes, results) where probe.watchSeconds > 0 {
                counted[result.probe] = result
            }
            let failing = results.filter { !$0.isPassed && counted[$0.probe] == nil }
            guard let first = failing.first, effects.now() < end else { return results }
            telling(first.sentence)
            try await effects.sleep(Self.probePauseMilliseconds)
        }
    }

    /// When probes are asked.
    private enum Moment {
        case before(at: Timestamp)
        case after(ProbeSpan)
    }

    /// Asks each probe once, except those whose results are known.
    private func ask(
        _ probes: [HealthProbe], _ moment: Moment, except known: [String: ProbeResult] = [:]
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
        _ probe: HealthProbe, _ moment: Moment, _ parts: AftercareParts
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
        if case .measure(let measure) = probe {
            return await read(measure, moment, probe.text, parts.probing)
        }
        return await parts.probing.ask(probe)
    }

    private func read(
        _ measure: HealthMeasure, _ moment: Moment, _ text: String, _ probing: any Probing
    ) async -> ProbeResult {
        let verdict: HealthVerdict
        switch moment {
        case .before(let at):
            verdict = measure.judgeBefore(
                await probing.read(
                    measure, since: at.adding(seconds: -measure.secondsBefore), until: at))
        case .after(let span):
            // What crashes while the package's own scripts run counts; their errors are the run's.
            let since = measure.subject == .crashes ? span.begun : span.ended
            let until =
                measure.subject == .journal
                ? span.ended.adding(seconds: measure.watchSeconds) : effects.now()
            verdict = measure.judge(
                await probing.read(measure, since: since, until: max(since, until)),
                before: span.value(of: text))
        }
        return ProbeResult(
            probe: text, isPassed: verdict.isPassed, sentence: verdict.sentence,
            value: verdict.value, isUnknown: verdict.isUnknown ? true : nil)
    }
}

/// The time of an installation, with what was measured before it.
struct ProbeSpan: Sendable {
    /// When it began.
    var begun: Timestamp
    /// When it was over, or the endpoint back from its reboot.
    var ended: Timestamp
    /// What the probes showed before.
    var before: [ProbeResult]

    /// What a probe measured before; `nil` when nothing is known of it.
    func value(of probe: String) -> Int64? {
        before.first { $0.probe == probe && $0.value != nil }?.value
    }
}

extension HealthProbe {
    /// For how many seconds it must be watched before it can be asked.
    fileprivate var watchSeconds: Int64 {
        if case .measure(let measure) = self { measure.watchSeconds } else { 0 }
    }
}
