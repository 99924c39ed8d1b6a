public import ControlPlane
public import Fleet
import Policy
import Rollout
public import ServerRecords

/// What an endpoint loses when it returns to a snapshot.
public struct SnapshotLoss: Hashable, Sendable, Codable {
    /// The endpoint.
    public var endpoint: EndpointID
    /// Its name.
    public var endpointName: String
    /// The snapshot.
    public var snapshot: String
    /// When the job began that took it: what was written since then is lost.
    public var since: Timestamp
    /// What other jobs have installed since, each as name and version.
    public var laterUpdates: [String]

    /// In one sentence.
    public var sentence: String {
        let later =
            laterUpdates.isEmpty
            ? "" : ", with \(UseCases.listed(laterUpdates, atMost: 5)), installed since"
        return "\(endpointName) loses everything that was written to its root file system since "
            + "\(since.wholeSeconds)\(later)."
    }
}

extension UseCases {
    /// What a return to the snapshots that a deployment's jobs took would lose, endpoint by
    /// endpoint; empty where no snapshot can be returned to.
    public func snapshotLosses(
        of id: DeploymentID, by principal: Principal
    ) async throws -> [SnapshotLoss] {
        try principal.require(.view)
        return try await ledger.read { records in
            guard let source = try records.deployment(id, in: principal.scope) else {
                throw Refusal.notFound("deployment")
            }
            let found = try self.returns(of: source, RollbackSelection(), in: records)
            return try found.map { try self.loss(of: $0, in: records) }
        }
    }

    /// The lines by which the chosen endpoints return to the snapshots that they took before their
    /// jobs; at least one.
    func returnPlan(
        of source: Deployment, _ selection: RollbackSelection, in records: any Records
    ) throws -> [EndpointID: [LockedUpdate]] {
        guard selection.updates == nil else {
            throw Refusal(
                .malformed, "E_ROLLBACK_SELECTION",
                "A snapshot brings the whole file system back; no updates can be chosen.",
                nextStep: "Choose endpoints only, or roll back by packages.")
        }
        let found = try returns(of: source, selection, in: records)
        guard !found.isEmpty else {
            throw Refusal(
                .conflict, "E_NO_SNAPSHOT",
                "No endpoint took a snapshot before it installed something of it that is still in.",
                nextStep: "Roll back by packages. A policy's before: {snapshot: preferred} lets "
                    + "endpoints take one from now on.")
        }
        for job in found {
            let open = try records.jobs(
                JobQuery(
                    scope: .tenant(source.tenant), endpoint: job.endpoint, openOnly: true, limit: 1)
            )
            guard open.isEmpty else {
                throw Refusal(
                    .conflict, "E_ROLLBACK_BUSY",
                    "Another job is at work on an endpoint that would return to its snapshot.",
                    nextStep: "Wait until it has ended, or cancel it, and return then.")
            }
        }
        guard selection.acceptsLoss == true else {
            let losses = try found.prefix(Self.shownLosses).map { try loss(of: $0, in: records) }
            let more = found.count - losses.count
            throw Refusal(
                .conflict, "E_SNAPSHOT_LOSS_UNACCEPTED",
                losses.map(\.sentence).joined(separator: " ")
                    + (more > 0 ? " So it is on \(more) more endpoints." : ""),
                nextStep: "If that may be lost, say so: --accept-loss, acceptsLoss in the API.")
        }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.endpoint, $0.lines) })
    }

    /// How many endpoints' losses one refusal tells.
    private static let shownLosses = 5

    /// What follows a return: the reboot that brings it about.
    static let returnCare = {
        var care = Aftercare(reboot: .ifNeeded)
        care.isRebootAsked = true
        return care
    }()

    private struct Return {
        var endpoint: EndpointID
        var tenant: TenantID
        var job: Job
        var snapshot: String
        var lines: [LockedUpdate]

        var since: Timestamp { job.workBeganAt ?? job.startedAt ?? job.createdAt }
    }

    private func returns(
        of source: Deployment, _ selection: RollbackSelection, in records: any Records
    ) throws -> [Return] {
        let scope = Scope.tenant(source.tenant)
        let jobs = try records.jobs(
            JobQuery(scope: scope, deployment: source.id, limit: Self.largestDeployment))
        try Self.check(selection, against: jobs)
        var found: [EndpointID: Return] = [:]
        for job in jobs {
            guard let result = job.result, let snapshot = result.snapshot,
                selection.endpoints?.contains(job.endpoint) ?? true,
                try records.endpoint(job.endpoint, in: scope)?.retiredAt == nil
            else { continue }
            let back = try alreadyBack(on: job.endpoint, scope, records)
            let lines = result.outcomes.filter {
                $0.isInstalled && !$0.update.isRollback && $0.update.from != $0.update.to
                    && back[$0.update.key] != $0.update.from
            }.map { $0.update.undone(bySnapshot: snapshot) }
            guard !lines.isEmpty else { continue }
            let one = Return(
                endpoint: job.endpoint, tenant: source.tenant, job: job, snapshot: snapshot,
                lines: lines)
            // Of several jobs of one endpoint the first goes back furthest.
            if found[job.endpoint].map({ one.since < $0.since }) ?? true {
                found[job.endpoint] = one
            }
        }
        return found.values.sorted { $0.endpoint < $1.endpoint }
    }

    private func loss(of one: Return, in records: any Records) throws -> SnapshotLoss {
        let scope = Scope.tenant(one.tenant)
        let jobs = try records.jobs(
            JobQuery(scope: scope, endpoint: one.endpoint, limit: Self.largestDeployment))
        let later = jobs.filter { job in
            job.id != one.job.id && (job.finishedAt ?? one.since) > one.since
        }
        let names = later.flatMap { $0.result?.outcomes ?? [] }.filter(\.isInstalled).map {
            "\($0.update.name) \($0.update.to)"
        }
        return SnapshotLoss(
            endpoint: one.endpoint,
            endpointName: try records.endpoint(one.endpoint, in: scope)?.name ?? one.endpoint.text,
            snapshot: one.snapshot, since: one.since, laterUpdates: Set(names).sorted())
    }
}
