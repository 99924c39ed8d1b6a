import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// The lines that undo what was chosen, by endpoint, and where they come from.
struct RollbackPlan {
    /// What one endpoint takes back.
    struct Part {
        var lines: [LockedUpdate] = []
        /// What followed the newest installation among them.
        var aftercare: Aftercare?
        /// What else is lost, where it returns to a snapshot.
        var loss: SnapshotLoss?

        /// What follows it: what a person has said, else what followed the installation. A return
        /// is a reboot, which its order therefore allows; the endpoint's own policy has the last
        /// word.
        func care(_ said: Aftercare?) -> Aftercare? {
            guard loss != nil else { return said ?? aftercare }
            var care = said ?? aftercare ?? Aftercare(reboot: .ifNeeded)
            if care.reboot == .never { care.reboot = .ifNeeded }
            return care
        }
    }

    /// Why updates of an endpoint stay.
    struct Stays: Hashable {
        var isBusy = false
        var names: Set<String> = []
        var reason: String
    }

    private(set) var parts: [EndpointID: Part] = [:]
    /// What cannot be undone, and what other jobs work on.
    private(set) var stays: [EndpointID: [Stays]] = [:]
    /// The versions that are taken back, each with a deployment that brought it.
    private(set) var versions: [BlockedLine: DeploymentID] = [:]
    /// The deployments that brought something of it, the newest first.
    private(set) var sources: [DeploymentID] = []
    /// Whether an endpoint has a snapshot of before that it can be ordered to return to.
    private(set) var offersSnapshot = false
    private var known: Set<DeploymentID> = []

    /// Plans for jobs, the newest first: of two that changed the same package of an endpoint only
    /// the newest is undone.
    init(
        of jobs: [Job], _ choice: RollbackChoice, by way: RollbackWay = .packages,
        tenant: TenantID, in records: any Records
    ) throws {
        var standings: [EndpointID: Standing] = [:]
        var seen: [EndpointID: Set<PackageKey>] = [:]
        var returns: [EndpointID: SnapshotReturnPlan] = [:]
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
            let open = installed.filter { standing.back[$0.update.key] != $0.update.from }
            guard !open.isEmpty else { continue }
            offersSnapshot =
                offersSnapshot || SnapshotReturn.canBeOrdered(job.result?.snapshot ?? "")
            if way == .snapshot {
                returns[job.endpoint, default: SnapshotReturnPlan(job)].take(open, of: job)
                continue
            }
            for outcome in open {
                let key = outcome.update.key
                guard seen[job.endpoint, default: []].insert(key).inserted else { continue }
                if outcome.wayBack != .packageDowngrade {
                    leave(outcome.update, on: job.endpoint, Self.isLost)
                } else if standing.isBusy(with: key, besides: job.id) {
                    leave(outcome.update, on: job.endpoint, Self.isBusy, isBusy: true)
                } else {
                    add(outcome.update, of: job)
                }
            }
        }
        for (endpoint, plan) in returns.sorted(by: { $0.key < $1.key }) {
            try add(plan, on: endpoint, isBusy: standings[endpoint]?.isAtWork ?? false, in: records)
        }
    }

    /// What is lost beside the updates, in one sentence; `nil` where nothing is.
    var loss: String? { SnapshotLoss.sentence(parts.values.compactMap(\.loss)) }

    private static let isLost =
        "The version before was neither kept nor offered any more when it was replaced."
    private static let isBusy = "Another job works on it."

    /// - Throws: `Refusal` when nothing is left to do.
    func requireWork() throws {
        guard parts.isEmpty else { return }
        throw Self.nothingToRollBack(stays.values.flatMap { $0 }, offersSnapshot: offersSnapshot)
    }

    private mutating func leave(
        _ update: LockedUpdate, on endpoint: EndpointID, _ reason: String, isBusy: Bool = false
    ) {
        let place = stays[endpoint]?.firstIndex { $0.reason == reason }
        guard let place else {
            stays[endpoint, default: []].append(
                Stays(isBusy: isBusy, names: [update.name], reason: reason))
            return
        }
        stays[endpoint]?[place].names.insert(update.name)
    }

    private mutating func add(_ update: LockedUpdate, of job: Job) {
        if parts[job.endpoint] == nil { parts[job.endpoint] = Part(aftercare: care(after: job)) }
        parts[job.endpoint]?.lines.append(update.undone)
        note(update, of: job.deployment)
    }

    private func care(after job: Job) -> Aftercare? {
        var aftercare = job.aftercare
        // Nobody has asked for a reboot itself here.
        aftercare?.isRebootAsked = nil
        return aftercare
    }

    private mutating func note(_ update: LockedUpdate, of deployment: DeploymentID) {
        let version = BlockedLine(update.key, update.to)
        if versions[version] == nil { versions[version] = deployment }
        if known.insert(deployment).inserted { sources.append(deployment) }
    }

    private mutating func add(
        _ plan: SnapshotReturnPlan, on endpoint: EndpointID, isBusy: Bool, in records: any Records
    ) throws {
        let answer: SnapshotReturnPlan.Answer =
            isBusy
            ? .isNot("Other jobs work on the endpoint, and a return would undo them too.")
            : try plan.answer(in: records)
        switch answer {
        case .isNot(let reason):
            for (update, _) in plan.chosen {
                leave(update, on: endpoint, reason, isBusy: isBusy)
            }
        case .ready(let lines, let loss):
            parts[endpoint] = Part(lines: lines, aftercare: care(after: plan.newest), loss: loss)
            for (update, deployment) in plan.chosen { note(update, of: deployment) }
        }
    }

    /// How an endpoint stands, read once.
    private struct Standing {
        var isRetired = false
        /// What is missing again, and what is installed there instead.
        var back: [PackageKey: String] = [:]
        /// What jobs that have not ended work on.
        private var underWay: [PackageKey: Set<JobID>] = [:]
        /// Whether any job has not ended.
        var isAtWork = false

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
            isAtWork = !open.isEmpty
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

    private static func nothingToRollBack(_ stays: [Stays], offersSnapshot: Bool) -> Refusal {
        func names(_ isBusy: Bool) -> [String] {
            Set(stays.filter { $0.isBusy == isBusy }.flatMap(\.names)).sorted()
        }
        if !names(true).isEmpty {
            return Refusal(
                .conflict, "E_ROLLBACK_BUSY",
                "Other jobs are working on \(UseCases.listed(names(true), atMost: 5)).",
                nextStep: "Wait until they have ended, or cancel them, and roll back then.")
        }
        let lost = names(false)
        if let reason = stays.first?.reason, !lost.isEmpty {
            let listed = UseCases.listed(lost, atMost: 5)
            guard reason == isLost else {
                return Refusal(
                    .conflict, "E_NO_WAY_BACK", "\(listed): \(reason)",
                    nextStep: "Take it back by packages, or on the endpoint itself "
                        + "(docs/rollback.md).")
            }
            return Refusal(
                .conflict, "E_NO_WAY_BACK",
                "The version before \(listed) was neither kept nor offered any more when it was "
                    + "replaced.",
                nextStep: offersSnapshot
                    ? "There is a snapshot of before: see what a return to it would take back "
                        + "(patchbay rollback --way snapshot --plan)."
                    : "Install a newer version, or bring the old package by hand.")
        }
        return Refusal(
            .conflict, "E_NOTHING_TO_ROLL_BACK",
            "No endpoint has reported that it installed something of it that can be taken back.",
            nextStep: "Look at the deployment's jobs. A rollback itself is undone by approving "
                + "the updates again.")
    }
}
