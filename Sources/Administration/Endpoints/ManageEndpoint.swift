public import ControlPlane
import Findings
public import Fleet
import Rollout
public import ServerRecords

extension UseCases {
    /// Asks an endpoint to scan now; it hears of it within seconds when it is connected, else at
    /// its next check-in.
    public func requestScan(_ id: EndpointID, by principal: Principal) async throws {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        try await writeWaking { records, wakes in
            var endpoint = try Self.managed(id, by: principal, in: records)
            endpoint.scanRequestedAt = now
            try records.update(endpoint)
            try self.appendAudit(
                "endpoint.scanRequested", subject: id.text,
                sentence: "Asked \(endpoint.name) to scan now.",
                actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            wakes = [SignalSubject.work(id)]
        }
    }

    /// Retires an endpoint: its agent is refused from now on, its open jobs end, and its history
    /// stays.
    public func retire(_ id: EndpointID, by principal: Principal) async throws {
        try principal.require(.manageEndpoints)
        let now = effects.now()
        let ending = findings.snapshot().ending(id, at: now)
        try await writeWaking { records, wakes in
            var endpoint = try Self.managed(id, by: principal, in: records)
            try records.end(ending)
            try self.watchBackup(of: endpoint, nil, at: now, in: records)
            endpoint.retiredAt = now
            try records.update(endpoint)
            try self.appendAudit(
                "endpoint.retired", subject: id.text, sentence: "Retired \(endpoint.name).",
                actor: principal.name, tenant: endpoint.tenant, in: records, at: now)
            wakes = [
                SignalSubject.work(id), SignalSubject.findings(of: id),
                SignalSubject.rings(of: endpoint.tenant),
            ]
            let open = JobQuery(
                scope: .tenant(endpoint.tenant), endpoint: id, openOnly: true,
                limit: Self.largestDeployment)
            for var job in try records.jobs(open) {
                let actions = try job.handle(.endpointRetired, at: now)
                wakes.formUnion(
                    try self.carryOut(actions, of: job, actor: principal.name, at: now, in: records)
                )
            }
        }
    }

    static func managed(
        _ id: EndpointID, by principal: Principal, in records: any Records
    ) throws -> EndpointRecord {
        guard let endpoint = try records.endpoint(id, in: principal.scope) else {
            throw Refusal.notFound("endpoint")
        }
        guard endpoint.retiredAt == nil else {
            throw Refusal(
                .conflict, "E_ENDPOINT_RETIRED", "\(endpoint.name) is retired.",
                nextStep: "Enrol it again with a new enrolment token if it should be managed.")
        }
        return endpoint
    }
}
