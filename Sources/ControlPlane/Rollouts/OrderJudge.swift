import Fleet
package import Policy
package import Rollout
import ServerRecords

/// Says what must not be ordered any more, whatever was approved before: a person or a policy has
/// denied it, or the policy that opened its wave does not hold any more.
struct OrderJudge {
    /// By what it judges, for whoever asks about the same endpoints besides.
    var decisions: EndpointDecisions
    private let records: any Records
    private let holding: Set<PolicyName>

    /// Reads what people and policies say now. What rings have shown is looked up in what was found
    /// before, unless it may go through the fleet: never in a transaction that writes.
    init(
        of tenant: TenantID, in records: any Records, at now: Timestamp, isForMany: Bool,
        walksFleet: Bool = false, by useCases: UseCases
    ) throws {
        self.records = records
        decisions = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: isForMany, by: useCases)
        decisions.walksFleet = walksFleet
        holding = Set(decisions.placedPolicies.map(\.policy.name))
    }

    /// Whether there is anything to ask about.
    var isSilent: Bool { !decisions.deniesAnything }

    /// What is forbidden of what an endpoint misses of a list, with the decision that says who or
    /// what forbids it. What rollouts and rollbacks have blocked is no denial here: a list keeps
    /// it, and holds it back (`OrderContents`).
    mutating func denied(
        of lines: [WaveLine], on endpoint: EndpointID, _ posture: Posture
    ) throws -> [WaveLine: Decision] {
        guard !isSilent else { return [:] }
        return try denied(
            OrderContents.chosen(of: lines, among: posture.updates).map { chosen in
                var update = chosen.update
                update.candidate = chosen.version
                return update
            }, on: endpoint, posture, countingBlocks: \.isByHand, isOut: false)
    }

    /// What is forbidden of an order that was given, blocks by other rollouts and by rollbacks
    /// included. A rollback is not asked about: what is denied is the version that it takes away.
    mutating func denied(of job: Job, _ posture: Posture?) throws -> [WaveLine: String] {
        guard !isSilent else { return [:] }
        let missing = Dictionary((posture?.updates ?? []).map { ($0.key, $0) }) { first, _ in first
        }
        return try denied(
            job.updates.filter { !$0.isRollback }.map { line in
                var update = missing[line.key] ?? Update(line)
                update.candidate = line.to
                return update
            }, on: job.endpoint, posture, countingBlocks: { $0.forbids(job) }, isOut: true
        ).mapValues(\.sentence)
    }

    private mutating func denied(
        _ updates: [Update], on id: EndpointID, _ posture: Posture?,
        countingBlocks counts: (BlockedVersion) -> Bool, isOut: Bool
    ) throws -> [WaveLine: Decision] {
        guard let endpoint = try records.endpoint(id, in: .tenant(decisions.tenant)) else {
            return [:]
        }
        return try decisions.denials(
            of: updates, for: endpoint, facts: posture?.endpoint, countingBlocks: counts,
            isOut: isOut)
    }

    /// Whether any policy holds for the tenant.
    var hasPolicies: Bool { !holding.isEmpty }

    /// Why nobody stands any more for what a wave brings; `nil` where the policy that opened it
    /// holds, or a person chose.
    func lostPolicy(of record: RolloutRecord) throws -> String? {
        guard record.hasLostPolicy(among: holding) else { return nil }
        return try records.lostPolicy(record.policy, of: record.tenant)
    }

    /// Why nobody stands any more for what a policy's wave brings; `nil` where the policy holds, or
    /// a person chose.
    func lostPolicy(of deployment: Deployment) throws -> String? {
        guard let name = deployment.openedBy, !holding.contains(name) else { return nil }
        return try records.lostPolicy(name, of: deployment.tenant)
    }
}

extension Deployment {
    private static let policyPrefix = "policy:"

    /// How the audit log names a policy that approves.
    static func approver(_ policy: PolicyName) -> String { policyPrefix + policy.text }

    /// The policy that has opened it by itself; `nil` where a person did.
    package var openedBy: PolicyName? {
        guard approvedBy.hasPrefix(Self.policyPrefix) else { return nil }
        return PolicyName(String(approvedBy.dropFirst(Self.policyPrefix.count)))
    }
}

extension BlockedVersion {
    /// Whether a person blocked it, and no rollout or rollback.
    fileprivate var isByHand: Bool { deployment == nil }

    /// Whether an order that holds the version must not go out. What a rollout has blocked itself
    /// does not stop its own orders: its halt has taken back those that have not begun. A
    /// deployment without rings has no such law; its block is that of its rollback.
    fileprivate func forbids(_ job: Job) -> Bool {
        isByHand || job.rolloutOrder == nil || deployment != job.deployment
    }
}

extension Update {
    /// A line of an order that its endpoint does not report as missing any more.
    fileprivate init(_ line: LockedUpdate) {
        self.init(
            manager: line.manager, name: line.name, architecture: line.architecture,
            installed: line.from, candidate: line.to, classes: [], origin: "",
            installability: .installable)
    }
}
