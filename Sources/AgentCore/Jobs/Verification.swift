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
        if plan.kind == .repair { return judgeRepair(view) }
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
        let good = tried.filter { isIn($0, view) && !isBroken($0, verdict) }
        let takenBack = tried.filter { view.takenBack[$0.key] != nil }
        let missing = tried.filter { !good.contains($0) && !takenBack.contains($0) }
        let settled =
            good.map { outcome(ofInstalled: $0, view) }
            + takenBack.map { outcome(ofTakenBack: $0, view) }
        guard !missing.isEmpty else { return [.settled(settled)] }
        guard let failure = verdict.failure else {
            if mustConfigure(missing, view, plan) {
                return events(settled) + [.triedAgain(reason: Self.toConfigure)]
            }
            return [.settled(settled + missing.map { unchanged($0, view) })]
        }
        if mayGoOnAfterInterruption(failure) {
            return events(settled) + [.triedAgain(reason: Self.afterInterruption)]
        }
        if failure == .lockHeld {
            return events(settled) + [.lockWaitBegan(holder: verdict.sentence)]
        }
        let blamed = self.blamed(missing, view, verdict)
        let others = missing.filter { !blamed.contains($0) }
        if mayRetry(failure, verdict, blamed: blamed, others: others) {
            return [.settled(settled + blamed.map { failed($0, view, failure, verdict) })]
                + [.triedAgain(reason: Self.withoutCulprits)]
        }
        let ends = missing.map { update in
            blamed.contains(update) || blamed.isEmpty
                ? failed(update, view, failure, verdict)
                : failed(
                    update, view, failure, "\(update.name) was not reached: \(verdict.sentence)")
        }
        return [.settled(settled + ends)]
    }

    /// Settles what the repair of this job's own installation has brought in, and what it could not
    /// finish; the rest is tried again.
    private func judgeRepair(_ view: EndpointView) -> [JournalEvent] {
        let settled = remaining.compactMap { update -> UpdateOutcome? in
            // The agent's own update is judged by its watch, after a run of its own.
            if update.name == AgentPackage.name { return nil }
            if isIn(update, view) { return outcome(ofInstalled: update, view) }
            return known(update, view).map { failed(update, view, $0.failure, $0.sentence) }
        }
        return events(settled) + [.triedAgain(reason: Self.afterRepair)]
    }

    /// An update that is not in though the run went well: what was put aside before is told with
    /// its own cause.
    private func unchanged(_ update: LockedUpdate, _ view: EndpointView) -> UpdateOutcome {
        guard let blame = known(update, view) else { return nothingChanged(update, view) }
        return failed(update, view, blame.failure, blame.sentence)
    }

    /// Whether a package broke in a tool whose database does not remember it: rpm and pacman take
    /// the new version for installed although its script failed or hung, and pacman also when it
    /// could not be unpacked.
    private func isBroken(_ update: LockedUpdate, _ verdict: RunVerdict) -> Bool {
        guard update.manager != .apt else { return false }
        return verdict.blame(of: update.name) != nil
            || verdict.failure == .maintainerScript && verdict.culprits.contains(update.name)
    }

    /// Whether the package's version in a scan is the ordered one (or a newer one that somebody put
    /// in meanwhile), and the package works.
    func isIn(_ update: LockedUpdate, _ view: EndpointView) -> Bool {
        guard view.unfinished[update.key] == nil, view.takenBack[update.key] == nil,
            let installed = view.version(of: update)
        else {
            return false
        }
        if scheduled(update, view) != nil { return true }
        if update.isRollback { return installed == update.to }
        return installed == update.to
            || [.equal, .greater].contains(update.manager.order(installed, update.to))
    }

    /// Why the endpoint must reboot, where that is for this update to come in force at all.
    private func scheduled(_ update: LockedUpdate, _ view: EndpointView) -> RebootSignal? {
        view.signals.first { ScheduledUpdate.tells($0, of: update) }
    }

    /// The outcome of an update that is in: verified, unless old code still runs.
    func outcome(ofInstalled update: LockedUpdate, _ view: EndpointView) -> UpdateOutcome {
        let version = view.version(of: update)
        if let signal = scheduled(update, view) {
            return UpdateOutcome(
                update: update, state: .pendingRestart, versionAfter: version,
                sentence: "The endpoint must reboot: \(signal.detail).", pending: .reboot)
        }
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
            sentence: "A fresh scan shows \(update.name) \(text)"
                + (update.returnsTo == nil ? "." : ", as in the snapshot."))
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

    /// What hangs without a name would hang again.
    private func mayRetry(
        _ failure: FailureClass, _ verdict: RunVerdict, blamed: [LockedUpdate],
        others: [LockedUpdate]
    ) -> Bool {
        failure != .interrupted && !isDamaged && !others.isEmpty
            && (failure != .hung || !verdict.culprits.isEmpty)
            && retries < Self.maximumRetriesWithoutCulprits
            && (!blamed.isEmpty || !verdict.culprits.isEmpty)
    }

    private func events(_ settled: [UpdateOutcome]) -> [JournalEvent] {
        settled.isEmpty ? [] : [.settled(settled)]
    }

    /// An update that failed, with its own cause where that is known.
    private func failed(
        _ update: LockedUpdate, _ view: EndpointView, _ failure: FailureClass,
        _ verdict: RunVerdict
    ) -> UpdateOutcome {
        let blame = verdict.blame(of: update.name) ?? known(update, view)
        return failed(
            update, view, blame?.failure ?? failure, blame?.sentence ?? verdict.sentence)
    }

    private func failed(
        _ update: LockedUpdate, _ view: EndpointView, _ failure: FailureClass, _ sentence: String
    ) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .failed, failure: failure,
            versionAfter: view.installed[update.key], sentence: sentence + left(update, view))
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
