import AgentProtocol
import Fleet
import Rollout
import Versions

extension JobRun {
    /// Settles what a scan after a run shows. Only the scan decides what is in; the package
    /// manager's word decides only why something is not, and whether the rest is tried again.
    func judge(
        _ view: EndpointView, _ plan: RunPlan, _ verdict: RunVerdict, at now: Timestamp
    ) -> [JournalEvent] {
        let tried = plan.updates.filter { outcomes[$0] == nil }
        let events = judge(tried, view, plan, verdict, at: now)
        // A run is one tool's: what the order has for another comes next.
        let isOpen = remaining.contains { !plan.updates.contains($0) }
        let isEnd = events.allSatisfy { if case .settled = $0 { true } else { false } }
        return isOpen && isEnd && !isDamaged
            ? events + [.triedAgain(reason: Self.nextTool)] : events
    }

    private func judge(
        _ tried: [LockedUpdate], _ view: EndpointView, _ plan: RunPlan, _ verdict: RunVerdict,
        at now: Timestamp
    ) -> [JournalEvent] {
        let good = tried.filter { isIn($0, view) && !hasFailedScript($0, verdict) }
        let takenBack = tried.filter { view.takenBack[$0.key] != nil }
        let missing = tried.filter { !good.contains($0) && !takenBack.contains($0) }
        let settled =
            good.map { outcome(ofInstalled: $0, view) }
            + takenBack.map { outcome(ofTakenBack: $0, view) }
        guard !missing.isEmpty else { return [.settled(settled)] }
        guard let failure = verdict.failure else {
            return [.settled(settled + missing.map { nothingChanged($0, view) })]
        }
        if mayGoOnAfterInterruption(failure) {
            return events(settled) + [.triedAgain(reason: Self.afterInterruption)]
        }
        if failure == .lockHeld {
            return events(settled) + [.lockWaitBegan(holder: verdict.sentence)]
        }
        let blamed = missing.filter {
            verdict.culprits.contains($0.name) || view.unfinished[$0.key] != nil
        }
        let others = missing.filter { !blamed.contains($0) }
        if mayRetry(failure, verdict, blamed: blamed, others: others) {
            return [.settled(settled + blamed.map { failed($0, view, failure, verdict.sentence) })]
                + [.triedAgain(reason: Self.withoutCulprits)]
        }
        let ends = missing.map { update in
            blamed.contains(update) || blamed.isEmpty
                ? failed(update, view, failure, verdict.sentence)
                : failed(
                    update, view, failure, "\(update.name) was not reached: \(verdict.sentence)")
        }
        return [.settled(settled + ends)]
    }

    /// Whether a package's own script failed in a tool whose database does not remember it: rpm and
    /// pacman take the new version for installed all the same.
    private func hasFailedScript(_ update: LockedUpdate, _ verdict: RunVerdict) -> Bool {
        update.manager != .apt && verdict.failure == .maintainerScript
            && verdict.culprits.contains(update.name)
    }

    /// Whether the package's version in a scan is the ordered one (or a newer one that somebody put
    /// in meanwhile), and the package works.
    func isIn(_ update: LockedUpdate, _ view: EndpointView) -> Bool {
        guard view.unfinished[update.key] == nil, view.takenBack[update.key] == nil,
            let installed = view.version(of: update)
        else {
            return false
        }
        if update.isRollback { return installed == update.to }
        return installed == update.to
            || [.equal, .greater].contains(update.manager.order(installed, update.to))
    }

    /// The outcome of an update that is in: verified, unless old code still runs.
    func outcome(ofInstalled update: LockedUpdate, _ view: EndpointView) -> UpdateOutcome {
        let version = view.version(of: update)
        let text = version ?? update.to
        if let programs = view.running[update.key], !programs.isEmpty {
            return UpdateOutcome(
                update: update, state: .pendingRestart, versionAfter: version,
                sentence: "\(update.name) \(text) is installed; \(Self.listed(programs)) still run"
                    + "\(programs.count == 1 ? "s" : "") the old code." + reasons(programs),
                pending: .restart)
        }
        if let signal = rebootSignal(for: update, view) {
            return UpdateOutcome(
                update: update, state: .pendingRestart, versionAfter: version,
                sentence:
                    "\(update.name) \(text) is installed; the endpoint must reboot: \(signal.detail).",
                pending: .reboot)
        }
        return UpdateOutcome(
            update: update, state: .verified, versionAfter: version,
            sentence: "A fresh scan shows \(update.name) \(text).")
    }

    /// Why those that still run the old code were not restarted, as far as it was tried.
    private func reasons(_ programs: [String]) -> String {
        let known = services.values.filter { report in
            report.state != .restarted && programs.contains { $0.hasPrefix("\(report.unit) (") }
        }
        return known.sorted { $0.unit < $1.unit }.prefix(3).map { " \($0.sentence)" }.joined()
    }

    private func outcome(ofTakenBack update: LockedUpdate, _ view: EndpointView) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .failedVerification, failure: .unhealthyAfterPatch,
            versionAfter: view.installed[update.key], sentence: view.takenBack[update.key] ?? "")
    }

    private func mayGoOnAfterInterruption(_ failure: FailureClass) -> Bool {
        failure == .interrupted && interruptions < Self.maximumInterruptions && !isDamaged
    }

    /// A hanging script would hang again, since the package manager first finishes what it has
    /// begun.
    private func mayRetry(
        _ failure: FailureClass, _ verdict: RunVerdict, blamed: [LockedUpdate],
        others: [LockedUpdate]
    ) -> Bool {
        failure != .hung && failure != .interrupted && !isDamaged && !others.isEmpty
            && retries < Self.maximumRetriesWithoutCulprits
            && (!blamed.isEmpty || !verdict.culprits.isEmpty)
    }

    private func events(_ settled: [UpdateOutcome]) -> [JournalEvent] {
        settled.isEmpty ? [] : [.settled(settled)]
    }

    private func failed(
        _ update: LockedUpdate, _ view: EndpointView, _ failure: FailureClass, _ sentence: String
    ) -> UpdateOutcome {
        let state = view.unfinished[update.key].map { " \(update.name) is \($0)." } ?? ""
        return UpdateOutcome(
            update: update, state: .failed, failure: failure,
            versionAfter: view.installed[update.key],
            sentence: sentence + state)
    }

    private func nothingChanged(_ update: LockedUpdate, _ view: EndpointView) -> UpdateOutcome {
        let found =
            view.unfinished[update.key] ?? view.installed[update.key].map { "still \($0)" }
            ?? "not installed"
        return UpdateOutcome(
            update: update, state: .failedVerification, failure: .nothingChanged,
            versionAfter: view.installed[update.key],
            sentence: "\(update.manager.rawValue) reported success but \(update.name) is \(found).")
    }

    /// The reboot signal that an update waits for: one that names it; or one that came up while the
    /// job ran and names no package of the order, so that any of them may have caused it. An older
    /// signal is another update's.
    func rebootSignal(for update: LockedUpdate, _ view: EndpointView) -> RebootSignal? {
        view.signals.first { signal in
            if Self.names(signal, update) { return true }
            let isNew = !earlierSignals.contains(signal)
            return isNew && !order.updates.contains { Self.names(signal, $0) }
        }
    }

    private static func names(_ signal: RebootSignal, _ update: LockedUpdate) -> Bool {
        signal.detail.split { !($0.isLetter || $0.isNumber || "+-.".contains($0)) }.contains {
            $0 == update.name || ($0.last == "." && $0.dropLast() == update.name)
        }
    }

    private static func listed(_ programs: [String]) -> String {
        programs.count <= 3
            ? programs.joined(separator: ", ")
            : programs.prefix(3).joined(separator: ", ") + " and \(programs.count - 3) more"
    }
}
