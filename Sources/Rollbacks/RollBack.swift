public import ControlPlane
public import Fleet
public import Rollout
public import ServerRecords

extension UseCases {
    /// Takes back what a deployment has installed: a deployment of its own, whose jobs install
    /// exactly the versions that were there before. The versions that are taken back are blocked
    /// until a person unblocks them, and the deployment is halted if it still goes on.
    ///
    /// What followed the installation follows the way back too, unless the selection says
    /// otherwise: it is verified only when the probes pass.
    ///
    /// - Throws: `Refusal` `E_NOTHING_TO_ROLL_BACK` when nothing of it is installed by what the
    ///   endpoints reported, `E_NO_WAY_BACK` when none of it can be undone, `E_ROLLBACK_BUSY` when
    ///   other jobs work on all of it, `E_ROLLBACK_SELECTION` when the selection names what the
    ///   deployment does not have, `E_AFTERCARE`. Nothing is changed then.
    public func rollBack(
        _ id: DeploymentID, _ selection: RollbackSelection = RollbackSelection(),
        by principal: Principal
    ) async throws -> Deployment {
        try principal.require(.deploy)
        try Self.check(selection.aftercare)
        let newID: DeploymentID = effects.newIdentifier()
        return try await writeWaking { records, wakes in
            let (source, plan) = try Self.plan(id, selection, by: principal, in: records)
            try Self.allow(plan, selection, to: principal)
            return try self.open(
                plan, as: newID, titled: Self.title(of: source, selection),
                followedBy: selection.aftercare, of: source.tenant, by: principal, in: records,
                &wakes)
        }
    }

    /// What taking a deployment back would do; nothing is changed.
    ///
    /// - Throws: `Refusal` as `rollBack` does, but for what cannot be undone, which it tells.
    public func previewRollback(
        of id: DeploymentID, _ selection: RollbackSelection = RollbackSelection(),
        by principal: Principal
    ) async throws -> RollbackPreview {
        try principal.require(.deploy)
        return try await ledger.read { records in
            let (source, plan) = try Self.plan(id, selection, by: principal, in: records)
            return try Self.preview(plan, selection, of: source.tenant, in: records)
        }
    }

    private static func plan(
        _ id: DeploymentID, _ selection: RollbackSelection, by principal: Principal,
        in records: any Records
    ) throws -> (Deployment, RollbackPlan) {
        guard let source = try records.deployment(id, in: principal.scope),
            selection.tenant.map({ $0 == source.tenant }) ?? true
        else { throw Refusal.notFound("deployment") }
        let jobs = try records.jobs(
            JobQuery(
                scope: .tenant(source.tenant), deployment: source.id, limit: mostJobsTakenBack))
        try check(selection, against: jobs)
        let ring = try selection.ring.map { try endpoints(ofRing: $0, of: source, in: records) }
        let plan = try RollbackPlan(
            of: jobs, RollbackChoice(selection, ring: ring), by: selection.way ?? .packages,
            tenant: source.tenant, in: records)
        return (source, plan)
    }

    /// Takes back what was installed on endpoints, whichever deployments brought it: of named
    /// updates the newest installation of each endpoint, and without names what the last job of
    /// each named endpoint installed.
    ///
    /// - Throws: `Refusal` as of a deployment; `E_ROLLBACK_SELECTION` when neither endpoints nor
    ///   updates are named, `E_TENANT_NEEDED` when updates alone are and there are several tenants,
    ///   `E_ROLLBACK_LARGE` when they are named by more jobs than one rollback looks through.
    public func rollBack(
        _ selection: RollbackSelection, by principal: Principal
    ) async throws -> Deployment {
        try principal.require(.deploy)
        try Self.check(selection.aftercare)
        try Self.checkWithoutDeployment(selection)
        let now = effects.now()
        let newID: DeploymentID = effects.newIdentifier()
        // The jobs are looked for beside the write, which others wait for.
        let (tenant, chosen) = try await ledger.read { records in
            let tenant = try Self.tenant(of: selection, principal, in: records)
            return (tenant, try Self.newestJobs(selection, of: tenant, at: now, in: records))
        }
        return try await writeWaking { records, wakes in
            let jobs = try chosen.compactMap { try records.job($0, in: .tenant(tenant)) }
            let plan = try RollbackPlan(
                of: jobs, RollbackChoice(selection), by: selection.way ?? .packages,
                tenant: tenant, in: records)
            try Self.allow(plan, selection, to: principal)
            return try self.open(
                plan, as: newID, titled: Self.title(of: plan),
                followedBy: selection.aftercare, of: tenant, by: principal, in: records, &wakes)
        }
    }

    /// What taking back endpoints' last installations, or updates, would do; nothing is changed.
    ///
    /// - Throws: `Refusal` as `rollBack` does, but for what cannot be undone, which it tells.
    public func previewRollback(
        _ selection: RollbackSelection, by principal: Principal
    ) async throws -> RollbackPreview {
        try principal.require(.deploy)
        try Self.checkWithoutDeployment(selection)
        let now = effects.now()
        return try await ledger.read { records in
            let tenant = try Self.tenant(of: selection, principal, in: records)
            let jobs = try Self.newestJobs(selection, of: tenant, at: now, in: records)
                .compactMap { try records.job($0, in: .tenant(tenant)) }
            let plan = try RollbackPlan(
                of: jobs, RollbackChoice(selection), by: selection.way ?? .packages,
                tenant: tenant, in: records)
            return try Self.preview(plan, selection, of: tenant, in: records)
        }
    }

    /// The deployment that carries a plan out, with everything that belongs to it.
    private func open(
        _ plan: RollbackPlan, as id: DeploymentID, titled title: String,
        followedBy aftercare: Aftercare?, of tenant: TenantID, by principal: Principal,
        in records: any Records, _ wakes: inout Set<String>
    ) throws -> Deployment {
        let now = effects.now()
        let deadline = now.adding(seconds: Self.defaultDeadlineSeconds)
        let deployment = Deployment(
            id: id, tenant: tenant, title: String(title.prefix(Self.longestName)),
            approvedBy: principal.name, createdAt: now, deadline: deadline)
        try records.insert(deployment)
        for (endpoint, part) in plan.parts.sorted(by: { $0.key < $1.key }) {
            try records.insert(
                Job(
                    id: effects.newIdentifier(Kinds.Job.self), tenant: tenant, deployment: id,
                    endpoint: endpoint, updates: part.lines, createdAt: now, deadline: deadline,
                    aftercare: part.care(aftercare)))
            wakes.insert(SignalSubject.work(endpoint))
        }
        // The list is blocked first, so that a rollout that is halted sees it.
        try block(plan, of: tenant, by: principal, at: now, in: records)
        let names = plan.versions.keys.sorted().map { "\($0.package) \($0.version)" }
        for source in plan.sources {
            guard let source = try records.deployment(source, in: .tenant(tenant)) else { continue }
            try haltBeforeRollback(source, by: principal, at: now, in: records, &wakes)
            try appendAudit(
                "deployment.rolledBack", subject: source.id.text,
                sentence: "Takes back \(Self.listed(names)) on \(plan.parts.count) endpoints: "
                    + "\(id).\(plan.loss.map { " \($0)" } ?? "")",
                actor: principal.name, tenant: tenant, in: records, at: now)
        }
        wakes.insert(SignalSubject.decisions(of: tenant))
        try requestGrants(
            of: id, tenant: tenant, by: principal.name, in: records, at: now, &wakes)
        return deployment
    }

    /// Goes on when there is something to take back, and whoever orders it may and has said what
    /// more is lost by it.
    ///
    /// - Throws: `Refusal` `E_LOSS_UNACCEPTED`, or that there is nothing to do.
    private static func allow(
        _ plan: RollbackPlan, _ selection: RollbackSelection, to principal: Principal
    ) throws {
        try plan.requireWork()
        guard let loss = plan.loss else { return }
        // It takes back what others have approved meanwhile.
        try principal.require(.approve)
        guard selection.acceptsLoss != true else { return }
        throw Refusal(
            .conflict, "E_LOSS_UNACCEPTED", loss,
            nextStep: "If that may be lost, say so (--accept-loss); else take the updates back by "
                + "packages.")
    }

    private static func preview(
        _ plan: RollbackPlan, _ selection: RollbackSelection, of tenant: TenantID,
        in records: any Records
    ) throws -> RollbackPreview {
        let way = selection.way ?? .packages
        func name(_ id: EndpointID) throws -> String {
            try records.endpoint(id, in: .tenant(tenant))?.name ?? id.text
        }
        let parts = try plan.parts.map { id, part in
            RollbackPreview.Part(
                endpoint: id, name: try name(id), way: way, updates: part.lines,
                snapshot: part.loss)
        }
        let lost = try plan.stays.flatMap { id, all in
            try all.map {
                RollbackPreview.Lost(
                    endpoint: id, name: try name(id), updates: $0.names.sorted(),
                    reason: $0.reason)
            }
        }
        let halts = try plan.sources.count {
            let source = try records.deployment($0, in: .tenant(tenant))
            return source.map { $0.finishedAt == nil } ?? false
        }
        return RollbackPreview(
            parts: parts.sorted { ($0.name, $0.endpoint) < ($1.name, $1.endpoint) },
            lost: lost.sorted { ($0.name, $0.endpoint) < ($1.name, $1.endpoint) },
            blocks: plan.versions.keys.sorted().map { "\($0.package) \($0.version)" },
            halts: halts, offersSnapshot: plan.offersSnapshot, loss: plan.loss)
    }

    private func block(
        _ plan: RollbackPlan, of tenant: TenantID, by principal: Principal, at now: Timestamp,
        in records: any Records
    ) throws {
        for (line, source) in plan.versions.sorted(by: { $0.key < $1.key }) {
            try records.block(
                BlockedVersion(
                    tenant: tenant, manager: line.manager, package: line.package,
                    version: line.version, deployment: source,
                    reason: "It was rolled back.", by: principal.name, at: now))
            try appendAudit(
                "version.blocked", subject: line.package,
                sentence: "Blocked \(line.package) \(line.version), which is rolled back, until a "
                    + "person unblocks it.",
                actor: principal.name, tenant: tenant, in: records, at: now)
        }
    }
}
