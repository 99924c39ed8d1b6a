public import Fleet
public import Rollout
public import ServerRecords

extension UseCases {
    /// Approves a selection: a deployment with one job for each endpoint that has something to
    /// install. With a policy named it moves through that policy's rings.
    ///
    /// - Throws: `Refusal` `E_NOTHING_TO_INSTALL` when no endpoint has, `E_NO_WAY_BACK_UNACCEPTED`
    ///   when a part cannot be undone and the selection does not accept that.
    public func approve(
        _ selection: DeploymentSelection, by principal: Principal
    ) async throws -> Deployment {
        try principal.require(.approve)
        try Self.check(selection)
        if let policy = selection.policy {
            return try await approve(selection, throughRingsOf: policy, by: principal)
        }
        try await lookAtRings(for: selection, in: principal.scope)
        let now = effects.now()
        let id: DeploymentID = effects.newIdentifier()
        let jobIDs = selection.endpoints.map { _ in effects.newIdentifier(Kinds.Job.self) }
        return try await writeWaking { records, wakes in
            let plan = try self.plan(selection, in: principal.scope, records: records)
            guard plan.endpointsWithWork > 0 else { throw Self.nothingToInstall(plan) }
            try plan.checkWayBack(accepted: selection.acceptsNoWayBack)
            let deadline = now.adding(seconds: plan.deadlineSeconds)
            let deployment = Deployment(
                id: id, tenant: plan.tenant, title: plan.title, approvedBy: principal.name,
                createdAt: now,
                deadline: deadline)
            try records.insert(deployment)
            var endpoints = 0
            for (line, jobID) in zip(plan.lines, jobIDs) where !line.updates.isEmpty {
                try records.insert(
                    Job(
                        id: jobID, tenant: plan.tenant, deployment: id, endpoint: line.endpoint,
                        updates: line.updates, createdAt: now, deadline: deadline,
                        aftercare: selection.aftercare))
                endpoints += 1
                wakes.insert(SignalSubject.work(line.endpoint))
            }
            try self.requestGrants(
                of: id, tenant: plan.tenant, by: principal.name, in: records, at: now, &wakes)
            let updates = Set(plan.lines.flatMap { $0.updates.map { "\($0.name) \($0.to)" } })
                .sorted()
            try self.appendAudit(
                "deployment.approved", subject: id.text,
                sentence: "Approved “\(plan.title)” for \(endpoints) endpoints: "
                    + Self.listed(updates) + "." + plan.wayBackRemark,
                actor: principal.name, tenant: plan.tenant, in: records, at: now)
            return deployment
        }
    }

    /// The first few of many names, and how many more there are.
    package static func listed(_ names: [String], atMost limit: Int = 20) -> String {
        let shown = names.prefix(limit).joined(separator: ", ")
        return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
    }

    static func nothingToInstall(_ plan: DeploymentPlan) -> Refusal {
        let reason =
            plan.lines.lazy.flatMap(\.leftOut).first.map { " \($0.name): \($0.reason)" } ?? ""
        return Refusal(
            .conflict, "E_NOTHING_TO_INSTALL",
            "None of the endpoints has anything to install.\(reason)",
            nextStep: "Scan the endpoints, and choose from what they miss now.")
    }

    /// Stops a deployment: nothing new is handed out until it is resumed. Orders of a rollout that
    /// have not begun are taken back.
    public func halt(
        _ id: DeploymentID, because reason: String? = nil, by principal: Principal
    ) async throws -> Deployment {
        let words = PlainText.line(reason ?? "", atMost: Self.longestReason)
        let event = RolloutEvent.haltRequested(
            by: principal.name, reason: words.isEmpty ? "no reason was given." : words)
        return try await change(id, with: .halt, or: event, by: principal)
    }

    /// The longest reason that is kept, in characters: a sentence or two.
    static let longestReason = 400

    /// Lets a halted deployment go on. What becomes of what went wrong is for `mode` to say, where
    /// the deployment moves through rings.
    public func resume(
        _ id: DeploymentID, _ mode: ResumeMode = .keep, by principal: Principal
    ) async throws -> Deployment {
        let event = RolloutEvent.resumeRequested(by: principal.name, mode)
        return try await change(id, with: .resume, or: event, by: principal)
    }

    /// Calls a deployment off: what has not begun is cancelled, what has begun goes on to its end.
    public func cancel(_ id: DeploymentID, by principal: Principal) async throws -> Deployment {
        try await change(
            id, with: .cancel, or: .cancelRequested(by: principal.name), by: principal)
    }

    private func change(
        _ id: DeploymentID, with event: DeploymentEvent, or rolloutEvent: RolloutEvent,
        by principal: Principal
    ) async throws -> Deployment {
        try principal.require(.deploy)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard var deployment = try records.deployment(id, in: principal.scope) else {
                throw Refusal.notFound("deployment")
            }
            let before = deployment
            let actions: [DeploymentAction]
            do throws(DeploymentEventRefused) {
                actions = try deployment.handle(event, at: now)
            } catch {
                throw Refusal(
                    .conflict, "E_DEPLOYMENT_STATE",
                    "The deployment is \(error.state.rawValue) already.",
                    nextStep: "Look at its page for where it stands.")
            }
            if let record = try records.rollout(of: id, in: principal.scope) {
                var step = RolloutStep(
                    of: record, before, by: principal.name, at: now, in: records, self)
                _ = try step.run([rolloutEvent])
                wakes = step.wakes
            } else {
                wakes = try self.carryOut(
                    actions, of: deployment, actor: principal.name, at: now, in: records)
            }
            return try records.deployment(id, in: principal.scope) ?? deployment
        }
    }

    /// Calls one job off. One that has not begun ends at once; one that installs goes on to its
    /// end.
    public func cancelJob(_ id: JobID, by principal: Principal) async throws -> Job {
        try principal.require(.deploy)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard var job = try records.job(id, in: principal.scope) else {
                throw Refusal.notFound("job")
            }
            let actions = try job.handle(.cancelRequested, at: now)
            wakes = try self.carryOut(
                actions, of: job, actor: principal.name, at: now, in: records)
            return job
        }
    }
}
