package import Fleet
package import Policy
package import Rollout
package import ServerRecords

/// A deployment that is about to move through rings.
package struct RolloutOpening: Sendable {
    package var tenant: TenantID
    /// A name for people.
    var title: String
    /// Who or what approved it.
    var approvedBy: String
    var policy: PolicyName
    var policyVersion: Int
    var lane: Lane
    /// The rings; empty for all endpoints at once.
    var rings: [Ring]
    var members: [(id: EndpointID, subject: EndpointSubject)]
    var lines: [WaveLine]
    var aftercare: Aftercare?
    var hasProbes: Bool
    /// The earliest due date, be it over.
    var dueAt: Timestamp?
    /// The earliest that lies ahead, to which rings are fitted; `nil` where `dueAt` is that.
    var nextDueAt: Timestamp?
    /// Whose due date has passed.
    var overdue: [EndpointID] = []
    /// Whether soaks may be shortened for the due date.
    var mayShorten = false
    /// When members have time, by endpoint; without it rings are not fitted to the due date.
    var turns: [EndpointID: Turn] = [:]
    var isAutomatic: Bool
    /// For how many seconds each order may be open, and all of it.
    var orderSeconds = UseCases.defaultDeadlineSeconds
    var deadlineSeconds = UseCases.deadlineLimits.upperBound

    /// Whether rings that have too few of the endpoints for their gates are filled from those behind
    /// them, so that somebody tries it for the others; and who can be reached, and is taken first.
    var standIns: Set<EndpointID>?

    /// What makes a tag name a cluster: of the endpoints with the same such tag never two are down
    /// together.
    static let clusterPrefix = "cluster:"
    /// The name of the one ring where a lane has none.
    static let soleRing = "all"

    /// The plan, and what is odd about it.
    package func plan(at now: Timestamp) -> (plan: RolloutPlan, warnings: [RolloutWarning]) {
        let sole = PolicyName(Self.soleRing).map { [Ring(name: $0, members: .rest)] } ?? []
        var (resolved, warnings) = RolloutPlan.rings(
            rings.isEmpty ? sole : rings, of: policy, endpoints: members, at: now)
        if let dueAt, mayShorten {
            if !overdue.isEmpty { warnings.append(.overdue(overdue, since: dueAt)) }
            warnings += fit(&resolved, to: nextDueAt ?? dueAt, at: now)
        }
        if let standIns {
            warnings += RolloutPlan.fill(&resolved, preferring: standIns.contains)
        }
        let plan = RolloutPlan(
            rings: resolved, lane: lane, clusters: Self.clusters(members), dueAt: dueAt,
            shortestSoak: mayShorten ? SoakShortening.shortest : nil, hasProbes: hasProbes)
        return (plan, plan.warnings + warnings)
    }

    /// The clusters that tags declare.
    static func clusters(_ members: [(id: EndpointID, subject: EndpointSubject)])
        -> [EndpointCluster]
    {
        var byName: [String: Set<EndpointID>] = [:]
        for member in members {
            for tag in member.subject.tags ?? [] where tag.hasPrefix(clusterPrefix) {
                byName[tag, default: []].insert(member.id)
            }
        }
        return byName.sorted { $0.key < $1.key }
            .map { EndpointCluster(name: $0.key, members: $0.value) }
    }
}

extension RolloutOpening {
    /// An emergency run's rollout: what a person chose, through the rings of the emergency lane.
    ///
    /// - Parameters:
    ///   - tenant: whose endpoints.
    ///   - title: a name for people.
    ///   - person: who started it.
    ///   - policy: the effective policy of all members.
    ///   - name: the name of the policy by which it is called.
    ///   - version: the version of that policy.
    ///   - members: the endpoints.
    ///   - lines: what is installed.
    ///   - reachable: who can be reached, and stands in for canaries first.
    package init(
        emergencyOf tenant: TenantID, title: String, startedBy person: String,
        policy: EffectivePolicy, called name: PolicyName, version: Int,
        members: [(id: EndpointID, subject: EndpointSubject)], lines: Set<WaveLine>,
        reachable: Set<EndpointID>
    ) {
        self.init(
            tenant: tenant, title: title, approvedBy: person, policy: name,
            policyVersion: version, lane: .emergency, rings: policy.rings(of: .emergency),
            members: members, lines: lines.sorted(),
            aftercare: Aftercare(rule: policy.reboot?.value, check: policy.after?.value),
            hasProbes: !(policy.after?.value.probes ?? []).isEmpty, isAutomatic: false,
            deadlineSeconds: UseCases.defaultDeadlineSeconds, standIns: reachable)
    }
}

extension UseCases {
    /// The most warnings about a plan that are kept.
    private static let mostWarnings = 20

    /// Opens a rollout: its deployment, and the first ring's orders, in the caller's transaction.
    package func open(
        _ opening: RolloutOpening, as id: DeploymentID, at now: Timestamp,
        in records: any Records, waking wakes: inout Set<String>
    ) throws -> Deployment {
        let (plan, warnings) = opening.plan(at: now)
        let deployment = Deployment(
            id: id, tenant: opening.tenant, title: opening.title, approvedBy: opening.approvedBy,
            createdAt: now, deadline: now.adding(seconds: opening.deadlineSeconds))
        let sentences = warnings.prefix(Self.mostWarnings).map { warning in
            RolloutSentences.naming(warning.sentence) {
                (try? records.endpoint($0, in: .tenant(opening.tenant)))?.name
            }
        }
        let record = RolloutRecord(
            tenant: opening.tenant, deployment: id, policy: opening.policy,
            policyVersion: opening.policyVersion, lane: opening.lane, openedAt: now,
            isAutomatic: opening.isAutomatic, lines: opening.lines,
            orderSeconds: opening.orderSeconds, aftercare: opening.aftercare,
            warnings: sentences, rollout: RingRollout(plan))
        try records.insert(deployment)
        try records.insert(record)
        let names = Set(opening.lines.map { "\($0.key.name) \($0.version)" }).sorted()
        let rings = plan.rings.map { "\($0.name) (\($0.members.count))" }
        try appendAudit(
            "deployment.approved", subject: id.text,
            sentence: "Approved “\(opening.title)” through the rings of \(opening.policy), lane "
                + "\(opening.lane.rawValue): \(rings.joined(separator: ", ")); "
                + Self.listed(names) + ".",
            actor: opening.approvedBy, tenant: opening.tenant, in: records, at: now)
        for sentence in sentences {
            try appendAudit(
                "rollout.warning", subject: id.text, sentence: sentence,
                actor: opening.approvedBy, tenant: opening.tenant, in: records, at: now)
        }
        var step = RolloutStep(
            of: record, deployment, by: opening.approvedBy, at: now, in: records, self)
        _ = try step.run([.started])
        wakes.formUnion(step.wakes)
        return step.deployment
    }
}
