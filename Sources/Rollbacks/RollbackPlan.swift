import ControlPlane
import Fleet
import Rollout
import ServerRecords

/// The lines that undo what was chosen, by endpoint, and where they come from.
struct RollbackPlan {
    /// What one endpoint takes back.
    struct Part {
        var lines: [LockedUpdate] = []
        /// What followed the newest installation among them.
        var aftercare: Aftercare?
    }

    private(set) var parts: [EndpointID: Part] = [:]
    /// The versions that are taken back, each with a deployment that brought it.
    private(set) var versions: [BlockedLine: DeploymentID] = [:]
    /// The deployments that brought something of it, the newest first.
    private(set) var sources: [DeploymentID] = []
    private var known: Set<DeploymentID> = []

    /// Plans for jobs, the newest first: of two that changed the same package of an endpoint only
    /// the newest is undone.
    ///
    /// - Throws: `Refusal` when nothing is left to do.
    init(
        of jobs: [Job], _ choice: RollbackChoice, tenant: TenantID, in records: any Records
    ) throws {
        var standings: [EndpointID: Standing] = [:]
        var seen: [EndpointID: Set<PackageKey>] = [:]
        // What cannot be undone, and what other jobs work on.
        var lost: Set<String> = []
        var busy: Set<String> = []
        for job in jobs {
            let installed = (job.result?.outcomes ?? []).filter {
                $0.isInstalled && !$0.update.isRollback && $0.update.from != $0.update.to
                    && choice.takes($0.update, on: job.endpoint)
            }
            guard !installed.isEmpty else { continue }
            let standing =
                try standings[job.endpoint] ?? Standing(of: job.endpoint, tenant, records)
            standings[job.endpoint] = standing
            guard !standing.isRetired else { continue }
            for outcome in installed where standing.back[outcome.update.key] != outcome.update.from
            {
                let key = outcome.update.key
                guard seen[job.endpoint, default: []].insert(key).inserted else { continue }
                if outcome.wayBack != .packageDowngrade {
                    lost.insert(outcome.update.name)
                } else if standing.isBusy(with: key, besides: job.id) {
                    busy.insert(outcome.update.name)
                } else {
                    add(outcome.update, of: job)
                }
            }
        }
        guard parts.isEmpty else { return }
        throw Self.nothingToRollBack(lost: lost.sorted(), busy: busy.sorted())
    }

    private mutating func add(_ update: LockedUpdate, of job: Job) {
        if parts[job.endpoint] == nil {
            var aftercare = job.aftercare
            // Nobody has asked for a reboot itself here.
            aftercare?.isRebootAsked = nil
            parts[job.endpoint] = Part(aftercare: aftercare)
        }
        parts[job.endpoint]?.lines.append(update.undone)
        let version = BlockedLine(update.key, update.to)
        if versions[version] == nil { versions[version] = job.deployment }
        if known.insert(job.deployment).inserted { sources.append(job.deployment) }
    }

    /// How an endpoint stands, read once.
    private struct Standing {
        var isRetired = false
        /// What is missing again, and what is installed there instead.
        var back: [PackageKey: String] = [:]
        /// What jobs that have not ended work on.
        private var underWay: [PackageKey: Set<JobID>] = [:]

        init(of endpoint: EndpointID, _ tenant: TenantID, _ records: any Records) throws {
            let scope = Scope.tenant(tenant)
            isRetired = try records.endpoint(endpoint, in: scope)?.retiredAt != nil
            let posture = try records.posture(of: endpoint, tenant: tenant)
            for update in posture?.updates ?? [] { back[update.key] = update.installed }
            let open = try records.jobs(
                JobQuery(
                    scope: scope, endpoint: endpoint, openOnly: true,
                    states: [.queued, .leased, .running, .interrupted],
                    limit: UseCases.largestPosture))
            for job in open {
                for update in job.updates { underWay[update.key, default: []].insert(job.id) }
            }
        }

        /// Whether a job that has not ended works on a package, another than the one that is
        /// undone.
        func isBusy(with key: PackageKey, besides job: JobID) -> Bool {
            underWay[key]?.contains { $0 != job } ?? false
        }
    }

    private static func nothingToRollBack(lost: [String], busy: [String]) -> Refusal {
        if !busy.isEmpty {
            return Refusal(
                .conflict, "E_ROLLBACK_BUSY",
                "Other jobs are working on \(UseCases.listed(busy, atMost: 5)).",
                nextStep: "Wait until they have ended, or cancel them, and roll back then.")
        }
        if !lost.isEmpty {
            return Refusal(
                .conflict, "E_NO_WAY_BACK",
                "The version before \(UseCases.listed(lost, atMost: 5)) was neither kept nor "
                    + "offered any more when it was replaced.",
                nextStep: "Install a newer version, or bring the old package by hand.")
        }
        return Refusal(
            .conflict, "E_NOTHING_TO_ROLL_BACK",
            "No endpoint has reported that it installed something of it that can be taken back.",
            nextStep: "Look at the deployment's jobs. A rollback itself is undone by approving "
                + "the updates again.")
    }
}
