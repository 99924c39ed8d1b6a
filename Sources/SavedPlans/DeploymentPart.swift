import Administration
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// What of a fleet's plan is one deployment's: the lines that it carries to its endpoints.
struct DeploymentPart: Sendable {
    /// The deployment's tenant.
    let tenant: TenantID
    /// Its name.
    let title: String
    /// When its time ends.
    let deadline: Timestamp
    /// What it carries, by endpoint.
    private let lines: [String: Set<WaveLine>]

    init(_ deployment: Deployment, in records: any Records) throws {
        tenant = deployment.tenant
        title = deployment.title
        deadline = deployment.deadline
        let scope = Scope.tenant(deployment.tenant)
        if let record = try records.rollout(of: deployment.id, in: scope) {
            let list = Set(record.lines)
            lines = Dictionary(
                record.rollout.endpoints.filter { !$0.hasLeft }.map {
                    ($0.member.endpoint.text, list)
                }, uniquingKeysWith: { first, _ in first })
        } else {
            let jobs = try records.jobs(
                JobQuery(
                    scope: scope, deployment: deployment.id, openOnly: true,
                    limit: UseCases.largestDeployment))
            lines = Dictionary(
                jobs.map { ($0.endpoint.text, Set($0.updates.map { WaveLine($0) })) },
                uniquingKeysWith: { $0.union($1) })
        }
    }

    /// The deployment's part of a plan. Conflicts are the whole fleet's, and are left to its plan.
    func part(of plan: PlannedFleet) -> PlannedFleet {
        var part = plan
        part.installs = plan.installs.filter { carries($0.update, to: $0.endpoint) }
        part.waiting = plan.waiting.filter { carries($0.decision.update, to: $0.endpoint) }
        part.conflicts = []
        return part
    }

    private func carries(_ update: Update, to endpoint: String) -> Bool {
        lines[endpoint]?.contains(WaveLine(key: update.key, version: update.candidate)) == true
    }
}

extension UseCases {
    /// What a plan is to be saved of; `nil` for all.
    func deploymentPart(
        _ draft: PlanDraft, by principal: Principal
    ) async throws -> DeploymentPart? {
        guard let id = draft.deployment else { return nil }
        let now = effects.now()
        return try await ledger.read { records in
            guard let deployment = try records.deployment(id, in: principal.scope),
                draft.tenant == nil || draft.tenant == deployment.tenant
            else { throw Refusal.notFound("deployment") }
            guard deployment.finishedAt == nil, deployment.deadline > now else {
                throw Refusal(
                    .conflict, "E_DEPLOYMENT_STATE",
                    "The deployment is over: there is nothing of it left to plan.",
                    nextStep: "Look at its page for what became of it.")
            }
            return try DeploymentPart(deployment, in: records)
        }
    }
}
