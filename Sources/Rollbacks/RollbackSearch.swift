import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// What a selection means.
extension UseCases {
    /// The most jobs that one rollback looks through: three orders for each endpoint of the largest
    /// deployment.
    static let mostJobsTakenBack = 3 * largestDeployment
    /// How many of an endpoint's newest jobs are looked through for its last installation: first a
    /// few, since it nearly always is among them.
    private static let jobsOfEndpoint = [10, 200]
    /// The newest jobs of an endpoint that name an update, of which the last installation is one.
    private static let jobsNaming = 50
    /// The most endpoints, and updates, that one rollback without a deployment names: each asks the
    /// database once, or for each of the updates.
    private static let (mostEndpoints, mostUpdates) = (1_000, 20)
    /// The longest name of an update that is looked for, in bytes, with its version.
    private static let longestUpdate = 512
    /// How far back jobs are looked for that no endpoint is named for, in seconds: 90 days, three
    /// times as long as endpoints keep a replaced package.
    private static let lookedBackSeconds: Int64 = 90 * 86_400

    /// - Throws: `Refusal` `E_ROLLBACK_SELECTION` when a deployment does not have what is named.
    static func check(_ selection: RollbackSelection, against jobs: [Job]) throws {
        let endpoints = Set(jobs.map(\.endpoint))
        let names = Set(jobs.lazy.flatMap(\.updates).map(\.name))
        let stranger =
            selection.endpoints?.first { !endpoints.contains($0) }?.text
            ?? selection.names?.first { !names.contains($0) }
        guard let stranger else { return }
        throw Refusal(
            .malformed, "E_ROLLBACK_SELECTION",
            "The deployment has no \(PlainText.line(stranger, atMost: longestName)).",
            nextStep: "Choose endpoints and updates of the deployment itself.")
    }

    /// - Throws: `Refusal` `E_ROLLBACK_SELECTION` when nothing says what is meant.
    static func checkWithoutDeployment(_ selection: RollbackSelection) throws {
        let isNamed =
            selection.endpoints?.isEmpty == false || selection.updates?.isEmpty == false
        let isSmall =
            (selection.endpoints?.count ?? 0) <= mostEndpoints
            && (selection.updates?.count ?? 0) <= mostUpdates
            && selection.updates?.contains { $0.utf8.count > longestUpdate } != true
        guard isNamed, isSmall, selection.ring == nil else {
            throw Refusal(
                .malformed, "E_ROLLBACK_SELECTION",
                selection.ring == nil
                    ? "A rollback names a deployment, or 1 to \(mostEndpoints) endpoints, or 1 to "
                        + "\(mostUpdates) updates."
                    : "A ring is one of a deployment's, and none is named.",
                nextStep: "Say what is to be taken back.")
        }
    }

    /// The endpoints of a deployment's ring.
    static func endpoints(
        ofRing name: String, of source: Deployment, in records: any Records
    ) throws -> Set<EndpointID> {
        let record = try records.rollout(of: source.id, in: .tenant(source.tenant))
        let rings = record?.rollout.plan.rings ?? []
        guard let record, let ring = rings.firstIndex(where: { $0.name.text == name }) else {
            let names = rings.map(\.name.text)
            throw Refusal(
                .malformed, "E_ROLLBACK_SELECTION",
                "The deployment has no ring “\(PlainText.line(name, atMost: longestName))”.",
                nextStep: names.isEmpty
                    ? "It does not move through rings: leave the ring out."
                    : "Its rings are \(listed(names)).")
        }
        return Set(record.rollout.endpoints.filter { $0.ring == ring }.map(\.member.endpoint))
    }

    /// The tenant of what is named.
    static func tenant(
        of selection: RollbackSelection, _ principal: Principal, in records: any Records
    ) throws -> TenantID {
        guard let scope = principal.scope.narrowed(to: selection.tenant) else {
            throw Refusal.notFound("tenant")
        }
        if let endpoints = selection.endpoints, !endpoints.isEmpty {
            let tenants = Set(
                try endpoints.map { id in
                    guard let endpoint = try records.endpoint(id, in: scope) else {
                        throw Refusal.notFound("endpoint \(id)")
                    }
                    return endpoint.tenant
                })
            guard let tenant = tenants.first, tenants.count == 1 else {
                throw Refusal(
                    .malformed, "E_SELECTION_TENANTS",
                    "The endpoints belong to \(tenants.count) tenants.",
                    nextStep: "Roll back one tenant after the other.")
            }
            return tenant
        }
        let tenants = try records.tenants(in: scope)
        guard let tenant = tenants.first, tenants.count == 1 else {
            throw Refusal(
                .malformed, "E_TENANT_NEEDED", "There are \(tenants.count) tenants in scope.",
                nextStep: "Name the tenant.")
        }
        return tenant.id
    }

    /// The jobs whose work is to be undone, the newest first.
    static func newestJobs(
        _ selection: RollbackSelection, of tenant: TenantID, at now: Timestamp,
        in records: any Records
    ) throws -> [JobID] {
        let endpoints = selection.endpoints ?? []
        guard let names = selection.names.map({ Set($0) }), !names.isEmpty else {
            return try endpoints.compactMap { try lastInstallation(on: $0, tenant, records)?.id }
        }
        var found: [JobID: Job] = [:]
        func find(_ query: JobQuery) throws {
            for name in names.sorted() {
                var query = query
                query.naming = name
                for job in try records.jobs(query) { found[job.id] = job }
                guard found.count <= mostJobsTakenBack else {
                    throw Refusal(
                        .malformed, "E_ROLLBACK_LARGE",
                        "More than \(mostJobsTakenBack) jobs name what is to be taken back.",
                        nextStep: "Name the deployment, or fewer endpoints.")
                }
            }
        }
        var query = JobQuery(scope: .tenant(tenant), limit: mostJobsTakenBack + 1)
        if endpoints.isEmpty {
            query.madeFrom = now.adding(seconds: -lookedBackSeconds)
            try find(query)
        }
        for endpoint in endpoints {
            (query.endpoint, query.limit) = (endpoint, jobsNaming)
            try find(query)
        }
        return newest(of: found.values.sorted { $0.id > $1.id }, among: names)
    }

    /// The newest job of an endpoint that installed something.
    private static func lastInstallation(
        on endpoint: EndpointID, _ tenant: TenantID, _ records: any Records
    ) throws -> Job? {
        for limit in jobsOfEndpoint {
            let jobs = try records.jobs(
                JobQuery(scope: .tenant(tenant), endpoint: endpoint, limit: limit))
            if let job = jobs.first(where: { !$0.installed.isEmpty }) { return job }
            if jobs.count < limit { return nil }
        }
        return nil
    }

    /// Of jobs, the newest first, those that were the last to change one of the packages on their
    /// endpoint, and changed it forward.
    private static func newest(of jobs: [Job], among names: Set<String>) -> [JobID] {
        var seen: [EndpointID: Set<PackageKey>] = [:]
        return jobs.filter { job in
            let outcomes = (job.result?.outcomes ?? []).filter {
                $0.isInstalled && names.contains($0.update.name)
                    && ($0.update.isRollback || $0.wayBack != nil)
            }
            var isLast = false
            for outcome in outcomes {
                let isNew = seen[job.endpoint, default: []].insert(outcome.update.key).inserted
                isLast = isLast || (isNew && !outcome.update.isRollback)
            }
            return isLast
        }.map(\.id)
    }

    /// The name of a deployment that takes another back, or only some of its updates.
    static func title(of source: Deployment, _ selection: RollbackSelection) -> String {
        let ring = selection.ring.map { ", ring \($0)" } ?? ""
        guard let updates = selection.updates else { return "Roll back: \(source.title)\(ring)" }
        return "Roll back \(listed(updates.sorted(), atMost: 3)) of: \(source.title)\(ring)"
    }

    /// The name of a deployment that takes back whatever brought it.
    static func title(of plan: RollbackPlan) -> String {
        let versions = plan.versions.keys.sorted().map { "\($0.package) \($0.version)" }
        return "Roll back \(listed(versions, atMost: 3))"
    }
}

extension Job {
    /// What of it is installed and was no way back itself.
    fileprivate var installed: [UpdateOutcome] {
        (result?.outcomes ?? []).filter {
            $0.isInstalled && !$0.update.isRollback && $0.update.from != $0.update.to
        }
    }
}
