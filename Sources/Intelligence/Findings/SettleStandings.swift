package import ControlPlane
import Advisories
package import Findings
import Fleet
package import ServerRecords

extension UseCases {
    /// From so many endpoints on, what people say of them is read for all of the tenant at once.
    private static let manyEndpoints = 200

    /// The fleet's findings, with its endpoints as they stand now: a change of a policy or of what
    /// people say of an endpoint counts at once.
    package func currentFindings(in scope: Scope) async throws -> FindingState {
        try await settle(scope)
        return findings.snapshot()
    }

    /// The vulnerabilities that a scope sees, from the riskiest there down.
    package func findingRanking(
        in scope: Scope
    ) async throws -> (state: FindingState, ranking: [RankedVulnerability]) {
        try await settle(scope)
        return findings.ranking(in: scope)
    }

    private func settle(_ scope: Scope) async throws {
        let tenants = findings.snapshot().tenants(in: scope)
        guard !tenants.isEmpty else { return }
        // The versions are read before the store is: what changes meanwhile is seen next time.
        let versions = tenants.map { signals.version(of: SignalSubject.standings(of: $0)) }
        let stamps = try await ledger.read { records in
            try tenants.map { try records.policyStamp(of: $0) }
        }
        for (place, tenant) in tenants.enumerated() {
            let stamp = "\(stamps[place]) \(versions[place])"
            let wanted = findings.change { $0.takeUnsettled(of: tenant, stamp: stamp) }
            guard !wanted.isEmpty else { continue }
            let now = effects.now()
            do {
                let settled = try await ledger.read { records in
                    let desk = try EndpointDecisions(
                        of: tenant, in: records, at: now,
                        isForMany: wanted.count >= Self.manyEndpoints, by: self)
                    return try wanted.map {
                        (number: $0.number, standing: try desk.standing(of: $0.id, zone: $0.zone))
                    }
                }
                findings.change { $0.settle(settled) }
            } catch {
                findings.change { $0.standings.forget(tenant) }
                throw error
            }
        }
    }
}
