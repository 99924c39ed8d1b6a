public import ControlPlane
public import Fleet
import Forensics
import Foundation
public import ServerRecords

extension UseCases {
    /// The most triages of one page of a list.
    public static let largestTriagePage = 200

    /// Triages, newest first.
    ///
    /// - Parameters:
    ///   - principal: who asks.
    ///   - tenant: of this tenant only.
    ///   - endpoint: of this endpoint only.
    ///   - openOnly: those only that go on.
    ///   - before: those before this one only.
    ///   - limit: the most rows.
    /// - Returns: the triages.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func triages(
        by principal: Principal, tenant: TenantID? = nil, endpoint: EndpointID? = nil,
        openOnly: Bool = false, before: TriageID? = nil, limit: Int = 100
    ) async throws -> [TriageItem] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let query = TriageQuery(
            in: scope, endpoint: endpoint, openOnly: openOnly, before: before,
            limit: min(max(limit, 1), Self.largestTriagePage))
        return try await ledger.read { records in
            try records.triages(query).map { triage in
                let endpoint = try records.endpoint(triage.endpoint, in: scope)
                return TriageItem(triage, of: endpoint?.name ?? triage.endpoint.text, at: now)
            }
        }
    }

    /// One triage with the bundles of its endpoint.
    ///
    /// - Parameters:
    ///   - id: the triage.
    ///   - principal: who asks.
    /// - Returns: the triage.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func triage(_ id: TriageID, by principal: Principal) async throws -> TriageDetail {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            guard let triage = try records.triage(id, in: principal.scope),
                let endpoint = try records.endpoint(triage.endpoint, in: principal.scope)
            else { throw Refusal.notFound("triage") }
            return TriageDetail(
                triage: TriageItem(triage, of: endpoint.name, at: now),
                evidence: try records.evidence(of: endpoint.id, in: principal.scope))
        }
    }

    /// The bundles of an endpoint, newest first.
    ///
    /// - Parameters:
    ///   - endpoint: the endpoint.
    ///   - principal: who asks.
    /// - Returns: the bundles.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func evidence(
        of endpoint: EndpointID, by principal: Principal
    ) async throws -> [EvidenceRecord] {
        try principal.require(.view)
        return try await ledger.read { records in
            guard try records.endpoint(endpoint, in: principal.scope) != nil else {
                throw Refusal.notFound("endpoint")
            }
            return try records.evidence(of: endpoint, in: principal.scope)
        }
    }

    /// One bundle with what it holds. It shows processes, people and connections: who may read the
    /// audit log may read it.
    ///
    /// - Parameters:
    ///   - id: the bundle.
    ///   - principal: who asks.
    /// - Returns: the bundle.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func evidence(
        _ id: EvidenceID, by principal: Principal
    ) async throws -> EvidenceDetail {
        try principal.require(.readAudit)
        return try await ledger.read { records in
            guard let evidence = try records.evidence(id, in: principal.scope),
                let endpoint = try records.endpoint(evidence.endpoint, in: principal.scope),
                let document = try records.evidenceDocument(id, in: principal.scope),
                // It could be read when it came.
                let bundle = try? JSONDecoder().decode(EvidenceBundle.self, from: Data(document))
            else { throw Refusal.notFound("evidence") }
            return EvidenceDetail(
                evidence: evidence, endpointName: endpoint.name, agentVersion: bundle.agentVersion,
                bootId: bundle.bootId, sections: bundle.sections)
        }
    }

    /// The document of a bundle, byte by byte as the endpoint sent it. That somebody took it is
    /// noted in the audit log.
    ///
    /// - Parameters:
    ///   - id: the bundle.
    ///   - principal: who asks.
    /// - Returns: the document.
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND`.
    public func exportEvidence(
        _ id: EvidenceID, by principal: Principal
    ) async throws -> [UInt8] {
        try principal.require(.readAudit)
        let now = effects.now()
        return try await ledger.write { records in
            guard let evidence = try records.evidence(id, in: principal.scope),
                let document = try records.evidenceDocument(id, in: principal.scope)
            else { throw Refusal.notFound("evidence") }
            try self.appendAudit(
                "evidence.exported", subject: id.text,
                sentence: "Exported evidence with the SHA-256 \(evidence.sha256).",
                actor: principal.name, tenant: evidence.tenant, in: records, at: now)
            return document
        }
    }
}
