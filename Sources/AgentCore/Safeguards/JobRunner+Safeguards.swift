import AgentProtocol
import Fleet
import Policy
import Rollout

extension JobRunner {
    /// What came of the conditions that must hold before an installation.
    enum Safeguard: Hashable, Sendable {
        /// There are none, or they hold already.
        case nothing
        /// They hold now; a note says what was found or done, and how the snapshot is called.
        case done(notes: [String], snapshot: String?)
        /// They do not hold: nothing is installed.
        case unmet(FailureClass, String)
    }

    /// Sees to what the signed policy asks for right before the first installation of a job: a
    /// backup that is young enough, then a snapshot. What takes updates back needs neither.
    func safeguard(
        _ observation: JobObservation, of job: JobRun, _ watch: JobWatch
    ) async -> Safeguard {
        guard case .preflighted(.ready, let plan?, _) = observation, plan.kind == .install,
            !plan.updates.isEmpty, !job.isSafeguarded,
            !job.order.updates.contains(where: \.isRollback),
            let gate, gate.isAsked(job.order)
        else { return .nothing }
        let wanted = await gate.desk.preconditions(at: effects.now())
        guard wanted != Preconditions() else { return .nothing }
        var notes: [String] = []
        if let age = wanted.backupAge {
            watch.show(.preflight, "Asks when the last backup was made.", at: effects.now())
            switch await backup(notOlderThan: age) {
            case .holds(let note): notes.append(note)
            case .fails(let sentence): return .unmet(.backupTooOld, sentence)
            }
        }
        guard wanted.snapshot != .none else { return .done(notes: notes, snapshot: nil) }
        watch.show(.preflight, "Takes a snapshot.", at: effects.now())
        let label = "\(job.order.job)"
        let answer =
            await safeguards?.takeSnapshot(label, at: effects.now())
            ?? .notPossible("This agent takes no snapshots.")
        switch (answer, wanted.snapshot) {
        case (.taken(let name), _):
            return .done(
                notes: notes + ["The snapshot \(name) was taken before the installation."],
                snapshot: name)
        case (.notPossible(let why), .required), (.failed(let why), .required):
            return .unmet(
                .snapshotMissing,
                "Nothing was started: the policy asks for a snapshot, and none was taken. \(why)")
        case (.notPossible(let why), _), (.failed(let why), _):
            return .done(notes: notes + ["No snapshot was taken. \(why)"], snapshot: nil)
        }
    }

    private enum BackupStanding {
        case holds(String)
        case fails(String)
    }

    private func backup(notOlderThan age: TimeSpan) async -> BackupStanding {
        let asked =
            "Nothing was started: the policy asks for a backup not older than "
            + "\(age.inWords), and"
        let now = effects.now()
        switch await safeguards?.lastBackup(at: now) {
        case .made(let instant, let name):
            // One from the future says nothing: a clock is wrong.
            let seconds = now.seconds(since: instant)
            let words = "the last one (\(name)) was made at \(instant.wholeSeconds)"
            return seconds <= age.seconds && seconds >= -Self.backupClockToleranceSeconds
                ? .holds("A backup was there before the installation: \(words).")
                : .fails("\(asked) \(words).")
        case .unknown(let why):
            return .fails("\(asked) it is not known when the last was made. \(why)")
        case nil: return .fails("\(asked) this agent cannot tell when the last was made.")
        }
    }

    /// How far ahead of the endpoint's clock a backup may have been made, in seconds.
    private static let backupClockToleranceSeconds: Int64 = 600
}
