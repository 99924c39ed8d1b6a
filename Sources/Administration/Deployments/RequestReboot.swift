public import ControlPlane
public import Fleet
import Policy
public import Rollout
public import ServerRecords

extension UseCases {
    /// For how long the endpoint may look for a moment to reboot, in seconds, when a person asked
    /// for it: a day.
    static let rebootDeadlineSeconds: Int64 = 86_400

    /// Asks an endpoint to reboot: a job without updates, which goes by the same rules as a reboot
    /// after an installation. The endpoint warns the people at it, waits for programs that must not
    /// be cut off, and refuses when its own signed policy says never.
    ///
    /// - Parameters:
    ///   - id: the endpoint.
    ///   - aftercare: how it is done; `nil` for as needed, with the usual warning.
    ///   - principal: who asks.
    /// - Returns: the job, by which the reboot can be followed and called off.
    /// - Throws: `Refusal` `E_REBOOT_ASKED` when one is asked for already, or for what makes no
    ///   sense.
    public func requestReboot(
        _ id: EndpointID, _ aftercare: Aftercare? = nil, by principal: Principal
    ) async throws -> Job {
        try principal.require(.deploy)
        var care = aftercare ?? Aftercare(reboot: .ifNeeded)
        care.isRebootAsked = true
        if care.reboot == .never { care.reboot = .ifNeeded }
        try Self.check(care)
        let now = effects.now()
        let deadline = now.adding(seconds: Self.rebootDeadlineSeconds)
        let deploymentID: DeploymentID = effects.newIdentifier()
        let jobID: JobID = effects.newIdentifier()
        return try await writeWaking { [care] records, wakes in
            let endpoint = try Self.managed(id, by: principal, in: records)
            let open = try records.jobs(
                JobQuery(
                    scope: .tenant(endpoint.tenant), endpoint: id, openOnly: true,
                    limit: Self.largestDeployment))
            guard !open.contains(where: { $0.aftercare?.isRebootAsked == true }) else {
                throw Refusal(
                    .conflict, "E_REBOOT_ASKED",
                    "\(endpoint.name) has been asked to reboot already.",
                    nextStep: "Look at the job, or cancel it first.")
            }
            try records.insert(
                Deployment(
                    id: deploymentID, tenant: endpoint.tenant, title: "Reboot of \(endpoint.name)",
                    approvedBy: principal.name, createdAt: now, deadline: deadline))
            let job = Job(
                id: jobID, tenant: endpoint.tenant, deployment: deploymentID, endpoint: id,
                updates: [], createdAt: now, deadline: deadline, aftercare: care)
            try records.insert(job)
            try self.appendAudit(
                "endpoint.rebootRequested", subject: id.text,
                sentence: "Asked \(endpoint.name) to reboot.",
                actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            wakes = [SignalSubject.work(id)]
            return job
        }
    }
}
