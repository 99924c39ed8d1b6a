public import ControlPlane
public import Fleet
public import Rollout
public import ServerRecords

/// What of a deployment is to be taken back.
public struct RollbackSelection: Hashable, Sendable, Codable {
    /// Only on these endpoints; `nil` for all that the deployment changed.
    public var endpoints: [EndpointID]?
    /// Only packages of these names; `nil` for all.
    public var updates: [String]?

    /// What is to be taken back.
    public init(endpoints: [EndpointID]? = nil, updates: [String]? = nil) {
        self.endpoints = endpoints
        self.updates = updates
    }

    /// Whether a line on an endpoint is meant.
    func chooses(_ update: LockedUpdate, on endpoint: EndpointID) -> Bool {
        endpoints?.contains(endpoint) ?? true && updates?.contains(update.name) ?? true
    }
}

extension UseCases {
    /// Takes back what a deployment has installed: a deployment of its own, whose jobs install
    /// exactly the versions that were there before. The versions that are taken back are blocked
    /// until a person unblocks them, and the deployment is halted if it still goes on.
    ///
    /// - Throws: `Refusal` `E_NOTHING_TO_ROLL_BACK` when nothing of it is installed by what the
    ///   endpoints reported, `E_NO_WAY_BACK` when none of it can be undone, `E_ROLLBACK_BUSY` when
    ///   other jobs work on all of it, `E_ROLLBACK_SELECTION` when the selection names what the
    ///   deployment does not have. Nothing is changed then.
    public func rollBack(
        _ id: DeploymentID, _ selection: RollbackSelection = RollbackSelection(),
        by principal: Principal
    ) async throws -> Deployment {
        try principal.require(.deploy)
        let now = effects.now()
        let newID: DeploymentID = effects.newIdentifier()
        return try await writeWaking { records, wakes in
            guard let source = try records.deployment(id, in: principal.scope) else {
                throw Refusal.notFound("deployment")
            }
            let plan = try self.rollbackPlan(of: source, selection, in: records)
            let deadline = now.adding(seconds: Self.defaultDeadlineSeconds)
            let title = Self.title(of: source, selection).prefix(Self.longestName)
            let deployment = Deployment(
                id: newID, tenant: source.tenant, title: String(title),
                approvedBy: principal.name, createdAt: now, deadline: deadline)
            try records.insert(deployment)
            for (endpoint, lines) in plan.sorted(by: { $0.key < $1.key }) {
                try records.insert(
                    Job(
                        id: self.effects.newIdentifier(Kinds.Job.self), tenant: source.tenant,
                        deployment: newID, endpoint: endpoint, updates: lines, createdAt: now,
                        deadline: deadline))
                wakes.insert(SignalSubject.work(endpoint))
            }
            // The list is blocked first, so that a rollout that is halted sees it.
            try self.block(plan, of: source, by: principal, at: now, in: records)
            try self.haltBeforeRollback(source, by: principal, at: now, in: records, &wakes)
            wakes.insert(SignalSubject.decisions(of: source.tenant))
            try self.requestGrants(
                of: newID, tenant: source.tenant, by: principal.name, in: records, at: now,
                &wakes)
            let names = Set(plan.values.joined().map { "\($0.name) \($0.from)" }).sorted()
            try self.appendAudit(
                "deployment.rolledBack", subject: id.text,
                sentence: "Takes back \(Self.listed(names)) on \(plan.count) endpoints: "
                    + "\(newID).",
                actor: principal.name, tenant: source.tenant, in: records, at: now)
            return deployment
        }
    }

    /// The name of a deployment that takes another back, or only some of its updates.
    private static func title(of source: Deployment, _ selection: RollbackSelection) -> String {
        guard let updates = selection.updates else { return "Roll back: \(source.title)" }
        return "Roll back \(listed(updates.sorted(), atMost: 3)) of: \(source.title)"
    }

    /// The lines that undo what was chosen, by endpoint; at least one.
    private func rollbackPlan(
        of source: Deployment, _ selection: RollbackSelection, in records: any Records
    ) throws -> [EndpointID: [LockedUpdate]] {
        let scope = Scope.tenant(source.tenant)
        let jobs = try records.jobs(
            JobQuery(scope: scope, deployment: source.id, limit: Self.largestDeployment))
        try Self.check(selection, against: jobs)
        var plan: [EndpointID: [LockedUpdate]] = [:]
        var lost: Set<String> = []
        var busy: Set<String> = []
        for job in jobs {
            let installed = (job.result?.outcomes ?? []).filter {
                $0.isInstalled && !$0.update.isRollback && $0.update.from != $0.update.to
                    && selection.chooses($0.update, on: job.endpoint)
            }
            guard !installed.isEmpty,
                try records.endpoint(job.endpoint, in: scope)?.retiredAt == nil
            else { continue }
            let back = try alreadyBack(on: job.endpoint, scope, records)
            let underWay = try keysUnderWay(on: job.endpoint, scope, besides: job.id, records)
            for outcome in installed where back[outcome.update.key] != outcome.update.from {
                if outcome.wayBack != .packageDowngrade {
                    lost.insert(outcome.update.name)
                } else if underWay.contains(outcome.update.key) {
                    busy.insert(outcome.update.name)
                } else {
                    plan[job.endpoint, default: []].append(outcome.update.undone)
                }
            }
        }
        guard plan.isEmpty else { return plan }
        throw Self.nothingToRollBack(lost: lost.sorted(), busy: busy.sorted())
    }

    private static func check(_ selection: RollbackSelection, against jobs: [Job]) throws {
        let endpoints = Set(jobs.map(\.endpoint))
        let names = Set(jobs.lazy.flatMap(\.updates).map(\.name))
        let stranger =
            selection.endpoints?.first { !endpoints.contains($0) }?.text
            ?? selection.updates?.first { !names.contains($0) }
        guard let stranger else { return }
        throw Refusal(
            .malformed, "E_ROLLBACK_SELECTION",
            "The deployment has no \(PlainText.line(stranger, atMost: longestName)).",
            nextStep: "Choose endpoints and updates of the deployment itself.")
    }

    /// What is missing on an endpoint again, and what is installed there instead.
    private func alreadyBack(
        on endpoint: EndpointID, _ scope: Scope, _ records: any Records
    ) throws -> [PackageKey: String] {
        guard case .tenant(let tenant) = scope,
            let posture = try records.posture(of: endpoint, tenant: tenant)
        else { return [:] }
        return Dictionary(posture.updates.map { ($0.key, $0.installed) }) { first, _ in first }
    }

    private func keysUnderWay(
        on endpoint: EndpointID, _ scope: Scope, besides job: JobID, _ records: any Records
    ) throws -> Set<PackageKey> {
        let open = try records.jobs(
            JobQuery(
                scope: scope, endpoint: endpoint, openOnly: true,
                states: [.queued, .leased, .running, .interrupted], limit: Self.largestPosture))
        return Set(open.filter { $0.id != job }.flatMap { $0.updates.map(\.key) })
    }

    private static func nothingToRollBack(lost: [String], busy: [String]) -> Refusal {
        if !busy.isEmpty {
            return Refusal(
                .conflict, "E_ROLLBACK_BUSY",
                "Other jobs are working on \(listed(busy, atMost: 5)).",
                nextStep: "Wait until they have ended, or cancel them, and roll back then.")
        }
        if !lost.isEmpty {
            return Refusal(
                .conflict, "E_NO_WAY_BACK",
                "The version before \(listed(lost, atMost: 5)) was neither kept nor offered any "
                    + "more when it was replaced.",
                nextStep: "Install a newer version, or bring the old package by hand.")
        }
        return Refusal(
            .conflict, "E_NOTHING_TO_ROLL_BACK",
            "No endpoint has reported that it installed something of it that can be taken back.",
            nextStep: "Look at the deployment's jobs. A rollback itself is undone by approving "
                + "the updates again.")
    }

    private func block(
        _ plan: [EndpointID: [LockedUpdate]], of source: Deployment, by principal: Principal,
        at now: Timestamp, in records: any Records
    ) throws {
        for line in Set(plan.values.joined().map { BlockedLine($0.key, $0.from) }).sorted() {
            try records.block(
                BlockedVersion(
                    tenant: source.tenant, manager: line.manager, package: line.package,
                    version: line.version, deployment: source.id,
                    reason: "It was rolled back.", by: principal.name, at: now))
            try appendAudit(
                "version.blocked", subject: line.package,
                sentence: "Blocked \(line.package) \(line.version), which is rolled back, until a "
                    + "person unblocks it.",
                actor: principal.name, tenant: source.tenant, in: records, at: now)
        }
    }
}
