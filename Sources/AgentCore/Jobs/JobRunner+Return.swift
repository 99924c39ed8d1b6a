import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout

extension JobRun {
    /// The snapshot that the order returns to; `nil` for updates, and for ways back by packages.
    var returnsTo: SnapshotReturn? { order.updates.first?.returnsTo }
}

extension RunPlan {
    /// The snapshot that the run returns to; `nil` for every other.
    var returnsTo: SnapshotReturn? { updates.first?.returnsTo }
}

/// The return of the root file system to a snapshot, as a job. Its one run prepares the return and
/// reboots; the agent goes on after that boot with what it remembers, which the run has put into the
/// snapshot, and a scan shows whether the versions of then are there.
extension JobRunner {
    /// How long a return may print nothing, in seconds: the longest of its steps copies what the
    /// agent remembers, for which it has 15 minutes.
    static let returnInactivitySeconds: Int64 = 1_200
    /// When it is looked again at what a return waits for besides a window, in seconds.
    static let returnLookSeconds: Int64 = 60
    /// How long it is waited at a time while a warning runs, in milliseconds: a call-off counts.
    private static let warningPauseMilliseconds: Int64 = 1_000

    /// The word on whether the run of a return may be planned.
    func preflightReturn(
        of job: JobRun, to target: SnapshotReturn
    ) async throws(StateFolderFailure) -> JobObservation {
        let offset = try state.size(of: JobFolder(job.order.job).log)
        func refused(_ sentence: String) -> JobObservation {
            .preflighted(.blocked(.refused, sentence), plan: nil, logOffset: offset)
        }
        guard !job.order.updates.contains(where: { $0.name == AgentPackage.name }) else {
            return refused(
                "Nothing was started: the agent itself was replaced since, and the one of then "
                    + "might not understand what this one remembers.")
        }
        if desk.latest == nil { _ = try? await desk.scan(refreshingSources: false) }
        guard desk.latest?.inventoryDigest == target.inventory else {
            return refused(
                "Nothing was started: what is installed has changed since it was said what the "
                    + "return would take back. Look at it again, and order it anew.")
        }
        guard SnapshotReturn.canBeOrdered(target.snapshot),
            let command = safeguards?.returnCommand(to: target.snapshot, for: job.order.job)
        else {
            return refused(
                "Nothing was started: this endpoint cannot return to such a snapshot by an order.")
        }
        let plan = RunPlan(
            kind: .install, commands: [command],
            environment: [
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root",
            ],
            inactivityLimitSeconds: Self.returnInactivitySeconds, updates: job.remaining)
        return .preflighted(
            .ready(install: job.remaining, settled: []), plan: plan, logOffset: offset)
    }

    /// Whether the endpoint may reboot for a return now: by its rule and windows, and with regard
    /// for who and what is at work on it. The return is the reboot, so that all of it is asked
    /// before.
    func returnAdmission(of job: JobRun, _ watch: JobWatch) async throws -> Admission {
        guard job.returnsTo != nil, let aftercare else { return .open }
        let now = effects.now()
        let terms = await terms(of: job.order)
        if let terms {
            guard terms.rule.mode != .never else {
                return .refused(
                    "Nothing was started: a return to a snapshot needs a reboot, and the "
                        + "endpoint's rule never reboots it.")
            }
            if case .closed(let next) = terms.opening {
                let soon = now.adding(seconds: GrantGate.longestWaitSeconds)
                return waits(
                    until: min(next ?? soon, soon),
                    "Waits for a window in which the endpoint may reboot.", watch)
            }
        }
        let later = now.adding(seconds: Self.returnLookSeconds)
        let inhibitors = await aftercare.rebooting.inhibitors()
        guard inhibitors.isEmpty else {
            let names = inhibitors.prefix(3).joined(separator: ", ")
            return waits(until: later, "The reboot of the return waits for \(names).", watch)
        }
        let sessions = await aftercare.rebooting.sessions()
        guard let rule = terms?.rule, !sessions.isEmpty else { return .open }
        guard rule.mode != .prompt else {
            return waits(
                until: later,
                "The reboot of the return waits until nobody has a session: the endpoint's rule "
                    + "asks people, and this reboot cannot be put off by them.", watch)
        }
        return try await warned(sessions, rule.warning, aftercare, watch)
    }

    /// Tells everybody with a session, and gives them the time that the rule says.
    private func warned(
        _ sessions: [UserSession], _ warning: TimeSpan, _ aftercare: AftercareParts,
        _ watch: JobWatch
    ) async throws -> Admission {
        let instant = effects.now().adding(seconds: warning.seconds)
        let time = MinuteText.local(instant, offset: aftercare.clock(instant))
        let text =
            "Patchbay: this computer reboots at \(time), and returns to an earlier state. What is "
            + "saved on its system disk from now on may be lost: save your work elsewhere."
        for session in sessions { _ = await aftercare.rebooting.show(text, in: session) }
        watch.show(
            .preflight, "People were warned; the endpoint returns to the snapshot at \(time).",
            at: effects.now(), until: instant)
        while effects.now() < instant, !watch.cancelRequested {
            try await effects.sleep(Self.warningPauseMilliseconds)
        }
        return .open
    }

    private func waits(
        until instant: Timestamp, _ sentence: String, _ watch: JobWatch
    ) -> Admission {
        watch.show(.waitingForWindow, sentence, at: effects.now(), until: instant)
        return .waits(until: instant, sentence: sentence)
    }

    /// What the end of a return's run means. Where it went well nobody saw its end: the agent was
    /// stopped for it, and what it remembers was put into the snapshot before.
    static func verdictOfReturn(_ ending: RunEnding, log: String) -> RunVerdict {
        switch ending {
        case .vanished:
            RunVerdict(
                failure: .interrupted,
                sentence: "The endpoint rebooted, and has not returned to the snapshot.")
        case .exited(0):
            RunVerdict(
                failure: .other,
                sentence: "The return to the snapshot was prepared, and the endpoint has not "
                    + "rebooted into it.")
        case .exited:
            RunVerdict(failure: .refused, sentence: said(in: log))
        case .signalled(let number):
            RunVerdict(
                failure: .other, sentence: "The return was ended by signal \(number).")
        case .hung(let lastLine):
            RunVerdict(
                failure: .hung,
                sentence: "The return printed nothing for "
                    + "\(returnInactivitySeconds / 60) minutes and was ended; its last line was: "
                    + lastLine)
        case .notStarted(let message):
            RunVerdict(failure: .other, sentence: "The return was not started: \(message)")
        }
    }

    /// The reason that the command gave: its last line, which says whether something has changed.
    private static func said(in log: String) -> String {
        let line = log.split(whereSeparator: \.isNewline).last.map(String.init)
        return line ?? "The return to the snapshot failed, and said nothing."
    }
}
