public import ControlPlane
import Findings
import Fleet
public import Forensics
import Foundation
import Rollout
public import ServerRecords
import Trust

extension UseCases {
    /// How long an endpoint waits whose place for evidence is full, in seconds: a day.
    private static let fullSeconds: Int64 = 86_400

    /// Takes a bundle of evidence from the endpoint that took it of itself. The same bundle again is
    /// answered as the first time.
    ///
    /// - Parameters:
    ///   - document: the bundle's JSON, byte by byte as the endpoint keeps it.
    ///   - agent: who sends it.
    /// - Returns: what the server has now.
    /// - Throws: `Refusal` `E_EVIDENCE_TOO_LARGE`, `E_MALFORMED`, `E_EVIDENCE_MALFORMED`,
    ///   `E_EVIDENCE_FOREIGN`, `E_EVIDENCE_CHANGED`, `E_EVIDENCE_FULL`, `E_ENDPOINT_RETIRED`.
    public func receiveEvidence(
        _ document: [UInt8], by agent: AgentPrincipal
    ) async throws -> EvidenceReceipt {
        let bundle = try Self.bundle(in: document, of: agent.endpoint)
        let summary = EvidenceSummary(
            of: bundle, sha256: Digest.sha256Hex(document), bytes: document.count)
        let receipt = EvidenceReceipt(
            id: bundle.id, sha256: summary.mark.sha256, bytes: document.count)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard
                let endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant)),
                endpoint.retiredAt == nil
            else { throw Self.evidenceFromNobody }
            if let known = try records.evidence(bundle.id, in: .provider) {
                guard known.endpoint == endpoint.id, known.sha256 == receipt.sha256 else {
                    throw Self.evidenceChanged
                }
                return receipt
            }
            try self.makeRoom(for: endpoint, at: now, in: records)
            try self.store(
                summary, document, of: endpoint, at: now, in: records, waking: &wakes)
            return receipt
        }
    }

    /// The bundle in a document that came from outside, once nothing is wrong with it.
    private static func bundle(
        in document: [UInt8], of endpoint: EndpointID
    ) throws(Refusal) -> EvidenceBundle {
        guard document.count <= EvidenceLimits.bundleBytes else {
            throw Refusal(
                .tooLarge, "E_EVIDENCE_TOO_LARGE",
                "The evidence has \(document.count) bytes, and \(EvidenceLimits.bundleBytes) are taken.",
                nextStep: "Update the agent: it bounds what it sends.")
        }
        guard let bundle = try? JSONDecoder().decode(EvidenceBundle.self, from: Data(document))
        else {
            throw Refusal(
                .malformed, "E_MALFORMED", "The evidence cannot be read.",
                nextStep: "Update the agent; compare the message with /api/openapi.json.")
        }
        if let fault = bundle.fault { throw malformedEvidence(fault) }
        guard bundle.endpoint == endpoint else {
            throw Refusal(
                .forbidden, "E_EVIDENCE_FOREIGN", "The evidence is of another endpoint.",
                nextStep: "Each endpoint sends what it took of itself.")
        }
        return bundle
    }

    private static func malformedEvidence(_ message: String) -> Refusal {
        Refusal(
            .malformed, "E_EVIDENCE_MALFORMED", message,
            nextStep: "Update the agent; if it stays, take evidence by hand.")
    }

    private static let evidenceFromNobody = Refusal(
        .gone, "E_ENDPOINT_RETIRED", "This endpoint is not known here, or was retired.",
        nextStep: "Enrol it again with a new enrolment token if it should be managed.")

    private static let evidenceChanged = Refusal(
        .conflict, "E_EVIDENCE_CHANGED",
        "There is evidence of this name, and it is not the same.",
        nextStep: "Evidence is never replaced: take new evidence, which has a name of its own.")

    /// Takes old bundles away until there is room for one more: never what is young, nor what a
    /// triage keeps.
    private func makeRoom(
        for endpoint: EndpointRecord, at now: Timestamp, in records: any Records
    ) throws {
        let most = EvidenceKeeping.mostOfEndpoint
        func isFull() throws -> Bool {
            try records.evidence(of: endpoint.id, in: .tenant(endpoint.tenant)).count >= most
        }
        guard try isFull() else { return }
        try records.trimEvidence(
            of: endpoint.id, to: most - 1,
            receivedBefore: now.adding(seconds: -EvidenceKeeping.safeSeconds))
        guard try isFull() else { return }
        throw Refusal(
            .tooMany, "E_EVIDENCE_FULL",
            "The server has \(most) bundles of this endpoint, and none that may give way.",
            nextStep: "Give the verdict of the endpoint's triage; what came within a week stays.",
            retryAfterSeconds: Self.fullSeconds)
    }

    private func store(
        _ summary: EvidenceSummary, _ document: [UInt8], of endpoint: EndpointRecord,
        at now: Timestamp, in records: any Records, waking wakes: inout Set<String>
    ) throws {
        var summary = summary
        if let job = summary.job,
            try records.job(job, in: .tenant(endpoint.tenant))?.endpoint != endpoint.id
        {
            summary.job = nil
        }
        let known = try triages(of: endpoint.id, tenant: endpoint.tenant, in: records)
        let open =
            try known.first(where: \.isOpen)
            ?? beginAfterwards(summary, of: endpoint, known: known, at: now, in: records)
        let keeper = open ?? known.first { $0.verdict == .traces }
        let evidence = EvidenceRecord(
            summary, of: endpoint.id, tenant: endpoint.tenant, triage: keeper?.id, receivedAt: now)
        try records.insert(evidence, document: document)
        try appendAudit(
            "evidence.received", subject: evidence.id.text,
            sentence: "\(endpoint.name) sent evidence of \(evidence.bytes) bytes with the SHA-256 "
                + "\(evidence.sha256), taken at \(evidence.takenAt.wholeSeconds) by its own clock.",
            actor: endpoint.id.actorName, tenant: endpoint.tenant, in: records, at: now)
        guard var triage = open else { return }
        triage.take(evidence)
        if triage.needsEvidence {
            renewAsk(&triage, at: now)
        } else if triage.evidenceMetAt == nil {
            triage.evidenceMetAt = now
        }
        try records.update(triage)
        try endTriageAlerts(of: triage, by: Self.triageWatcher, at: now, in: records)
        try settleForensics(of: endpoint, in: records, waking: &wakes)
    }

    /// Opens the triage of evidence that an order demanded before a look at the fleet could: the
    /// installation may have mended since what demanded it, and whether somebody came by it is still
    /// to be told. The job is the endpoint's own, so that none opens a triage by its word alone.
    private func beginAfterwards(
        _ summary: EvidenceSummary, of endpoint: EndpointRecord, known: [TriageRecord],
        at now: Timestamp, in records: any Records
    ) throws -> TriageRecord? {
        guard summary.reason == .demanded, summary.job != nil else { return nil }
        let seen = Set(known.flatMap(\.vulnerabilities))
        let new = summary.vulnerabilities.filter { !seen.contains($0) }
        guard !new.isEmpty else { return nil }
        // The clock's start is known while the vulnerability is there; afterwards the evidence is
        // the earliest trace of it.
        let taken = min(summary.mark.takenAt, now)
        let demand = findings.evidenceDemand(on: endpoint, at: now) { known }
        let since = min(demand?.since ?? taken, taken)
        let triage = TriageRecord(
            id: effects.newIdentifier(), tenant: endpoint.tenant, endpoint: endpoint.id,
            openedAt: now, openedBy: Self.triageWatcher,
            demands: new.prefix(TriageRecord.mostDemands).map {
                TriageRecord.Demand(vulnerability: $0, since: since)
            })
        try records.insert(triage)
        try appendAudit(
            "triage.opened", subject: triage.id.text,
            sentence: "Forensics was demanded of \(endpoint.name) before it was patched, because "
                + "of \(Self.listed(new)): its evidence has come.",
            actor: Self.triageWatcher, tenant: endpoint.tenant, in: records, at: now)
        return triage
    }
}

extension TriageRecord {
    /// Notes that a bundle has come. What the endpoint's clock says is believed as far as it can be
    /// true: not after the bundle came, and of one that answers a request not before that.
    fileprivate mutating func take(_ evidence: EvidenceRecord) {
        var taken = min(evidence.takenAt, evidence.receivedAt)
        if let ask, ask.id == evidence.id { taken = max(taken, ask.at) }
        evidenceAt = max(evidenceAt ?? taken, taken)
    }
}
