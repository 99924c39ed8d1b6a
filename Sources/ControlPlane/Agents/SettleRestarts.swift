import Fleet
import Rollout
import ServerRecords
import Versions

extension UseCases {
    /// The endpoint's jobs whose updates were installed and wait for a restart.
    static func pendingRestarts(of endpoint: EndpointRecord, in records: any Records) throws
        -> [Job]
    {
        try records.jobs(
            JobQuery(
                scope: .tenant(endpoint.tenant), endpoint: endpoint.id, states: [.pendingRestart],
                oldestFirst: true))
    }

    /// After a scan: jobs whose updates were installed and waited for a restart end as `verified`
    /// when the scan shows that it has happened. The endpoint's record names the inventory that the
    /// scan found.
    ///
    /// `earlierBootAt` is when the scan before was true, if it showed another boot than this one.
    /// The result is the subjects to wake once the transaction has been committed.
    func settleRestarts(
        _ pending: [Job], of endpoint: EndpointRecord, posture: Posture, scannedAt: Timestamp,
        earlierBootAt: Timestamp?, at now: Timestamp, in records: any Records
    ) throws -> Set<String> {
        // A scan from before the job's last step, which is its own verification, tells nothing of
        // its end. After a reboot no process is older than the boot; without one, the scan must
        // show none that maps old files (what needrestart alone names is no job's in particular).
        // Another boot than in the scan before counts only if that scan came after the job: the
        // endpoint may have rebooted before the job, with no scan in between. Where the endpoint
        // sees to its reboot and to its health itself, its own word ends the job.
        let waiting = pending.filter { job in
            guard !job.goesOnAlone else { return false }
            let lastStep = job.progress?.at ?? job.startedAt ?? job.createdAt
            let rebooted = earlierBootAt.map { lastStep <= $0 } ?? false
            return lastStep < scannedAt && (rebooted || !posture.mapsReplacedFiles)
        }
        guard !waiting.isEmpty, !posture.reboot.required,
            let digest = endpoint.inventoryDigest,
            let inventory = try records.inventory(digest, of: endpoint.tenant)
        else { return [] }
        var installed: [PackageKey: String] = [:]
        for package in inventory.packages { installed[package.key] = package.version }
        var wakes: Set<String> = []
        for var job in waiting {
            let outcomes = (job.result?.outcomes ?? []).map { outcome in
                Self.outcome(after: outcome, installed: installed[outcome.update.key])
            }
            let actions = try job.handle(.restartObserved(outcomes), at: now)
            wakes.formUnion(
                try carryOut(
                    actions, of: job, actor: endpoint.id.actorName, at: now, in: records))
        }
        return wakes
    }

    private static func outcome(after outcome: UpdateOutcome, installed: String?) -> UpdateOutcome {
        guard outcome.state == .pendingRestart else { return outcome }
        var settled = outcome
        settled.versionAfter = installed
        if let installed, (try? Ecosystem.deb.compare(installed, outcome.update.to)) != .less {
            settled.state = .verified
            settled.sentence = "\(outcome.update.name) \(installed) is in force since the restart."
        } else {
            settled.state = .failedVerification
            settled.sentence =
                "After the restart \(outcome.update.name) is at "
                + "\(installed ?? "no version at all") instead of \(outcome.update.to)."
        }
        return settled
    }
}
