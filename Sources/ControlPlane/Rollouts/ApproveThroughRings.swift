package import Fleet
package import Policy
package import Rollout
package import ServerRecords

extension UseCases {
    /// Approves what a person chose, through the rings of a policy, or as `ring` alone: then that
    /// ring takes all of the endpoints, by the policy's windows and rules. What is noted with the
    /// deployment is stored with it, or neither is.
    ///
    /// - Throws: `Refusal` `E_POLICY_UNKNOWN` when the tenant has no such policy; what `noting`
    ///   throws.
    package func approve(
        _ selection: DeploymentSelection, throughRingsOf name: String, as ring: PolicyName? = nil,
        by principal: Principal,
        noting: @escaping @Sendable (Deployment, any Records) throws -> Void = { _, _ in }
    ) async throws -> Deployment {
        try principal.require(.approve)
        try Self.check(selection)
        try await lookAtRings(for: selection, in: principal.scope)
        let now = effects.now()
        let id: DeploymentID = effects.newIdentifier()
        return try await writeWaking { records, wakes in
            let plan = try self.plan(selection, in: principal.scope, records: records)
            guard plan.endpointsWithWork > 0 else { throw Self.nothingToInstall(plan) }
            try plan.checkWayBack(accepted: selection.acceptsNoWayBack)
            let rules = try self.ringRules(of: name, tenant: plan.tenant, in: records)
            let lane = selection.lane ?? .routine
            let decisions = try EndpointDecisions(
                of: plan.tenant, in: records, at: now, isForMany: true, by: self)
            let members = try plan.lines.filter { !$0.updates.isEmpty }.compactMap { line in
                try records.endpoint(line.endpoint, in: .tenant(plan.tenant)).map { endpoint in
                    let facts = try records.posture(of: endpoint.id, tenant: plan.tenant)?.endpoint
                    return (id: endpoint.id, subject: try decisions.subject(endpoint, facts: facts))
                }
            }
            let policy = rules.record.policy
            let deployment = try self.open(
                RolloutOpening(
                    tenant: plan.tenant, title: plan.title, approvedBy: principal.name,
                    policy: policy.name, policyVersion: rules.record.version, lane: lane,
                    rings: rules.rings(of: lane, as: ring), members: members,
                    lines: plan.lines.flatMap { $0.updates.map { WaveLine($0) } },
                    aftercare: selection.aftercare
                        ?? Aftercare(rule: policy.reboot, check: policy.after),
                    hasProbes: !(policy.after?.probes ?? []).isEmpty, isAutomatic: false,
                    deadlineSeconds: selection.deadlineSeconds ?? Self.deadlineLimits.upperBound),
                as: id, at: now, in: records, waking: &wakes)
            try noting(deployment, records)
            return deployment
        }
    }

    package func ringRules(
        of name: String, tenant: TenantID, in records: any Records
    ) throws -> RingRules {
        let policies = try policyShelf.policies(of: tenant, in: records)
        // Of two with the same name the tenant's own is meant.
        let own = policies.filter { $0.name.text == name }
            .min { ($0.place.tenant == nil ? 1 : 0) < ($1.place.tenant == nil ? 1 : 0) }
        guard let own else {
            throw Refusal(
                .malformed, "E_POLICY_UNKNOWN",
                "No policy with the name “\(name.prefix(80))” holds for this tenant.",
                nextStep: "List the policies, or save one with rings first.")
        }
        return RingRules(record: own, all: policies)
    }
}

/// The lanes and rings of one policy, with what it inherits.
package struct RingRules {
    package let record: PolicyRecord
    let all: [PolicyRecord]

    /// The same, or one of them as the only one, which takes everybody and waits for nothing; one
    /// that the policy does not have is a ring without a budget.
    func rings(of lane: Lane, as sole: PolicyName?) -> [Ring] {
        guard let sole else { return rings(of: lane) }
        let named = rings(of: lane).first { $0.name == sole }
        return [Ring(name: sole, members: .rest, budget: named?.budget)]
    }

    /// The rings that a lane leads through; empty for all endpoints at once.
    package func rings(of lane: Lane) -> [Ring] {
        guard let list = record.policy.lanes.route(of: lane).rings else { return [] }
        return chain.lazy.compactMap { $0.rings[list] }.first ?? []
    }

    /// The policy and those that it inherits, the nearest first.
    private var chain: [PatchPolicy] {
        var chain = [record.policy]
        var seen: Set<PolicyName> = [record.name]
        while let parent = chain.last?.inherits, seen.insert(parent).inserted,
            let next = all.first(where: { $0.name == parent })
        {
            chain.append(next.policy)
        }
        return chain
    }
}
