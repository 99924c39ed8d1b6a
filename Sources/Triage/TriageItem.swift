public import Fleet
public import Forensics
public import ServerRecords

/// How a triage stands.
public enum TriageState: String, Hashable, Sendable, Codable, CaseIterable {
    /// The endpoint's evidence is outstanding.
    case waitsForEvidence
    /// The evidence is there, and a person looks at it.
    case waitsForVerdict
    /// Traces were found: nothing is installed on the endpoint.
    case traces
    /// Nothing was found.
    case noTraces
    /// It could not be told.
    case undetermined
    /// It ended without a verdict.
    case ended
}

/// A triage as lists show it.
public struct TriageItem: Hashable, Sendable, Codable {
    /// Its identifier.
    public var id: TriageID
    /// Whose endpoint.
    public var tenant: TenantID
    /// The endpoint.
    public var endpoint: EndpointID
    /// The endpoint's name.
    public var endpointName: String
    /// How it stands.
    public var state: TriageState
    /// The same in one sentence.
    public var sentence: String
    /// Whether a part of it is late.
    public var isOverdue: Bool
    /// When it was opened.
    public var openedAt: Timestamp
    /// Who opened it.
    public var openedBy: String
    /// The vulnerabilities that demand it, and since when.
    public var demands: [TriageRecord.Demand]
    /// Its parts: by when each is due, and since when it is done.
    public var steps: [TriageStep]
    /// The latest request for evidence.
    public var ask: TriageRecord.Ask?
    /// When the newest evidence was taken.
    public var evidenceAt: Timestamp?
    /// The scope.
    public var scope: TriageRecord.Note?
    /// The verdict.
    public var verdict: TriageRecord.Verdict?
    /// Why, who and when.
    public var decision: TriageRecord.Note?
    /// Why it is over.
    public var ending: TriageRecord.Ending?
    /// When it was over.
    public var endedAt: Timestamp?

    /// A triage as it stands at an instant.
    public init(_ triage: TriageRecord, of endpointName: String, at now: Timestamp) {
        id = triage.id
        tenant = triage.tenant
        endpoint = triage.endpoint
        self.endpointName = endpointName
        state = triage.state
        steps = triage.steps(at: now)
        isOverdue = steps.contains { $0.state == .overdue }
        sentence = triage.sentence(endpointName, steps)
        openedAt = triage.openedAt
        openedBy = triage.openedBy
        demands = triage.demands
        ask = triage.ask
        evidenceAt = triage.evidenceAt
        scope = triage.scope
        verdict = triage.verdict
        decision = triage.decision
        ending = triage.ending
        endedAt = triage.endedAt
    }
}

extension TriageRecord {
    /// How it stands.
    public var state: TriageState {
        switch verdict {
        case .traces: .traces
        case .noTraces: .noTraces
        case .undetermined: .undetermined
        case nil where !isOpen: .ended
        case nil: needsEvidence ? .waitsForEvidence : .waitsForVerdict
        }
    }

    fileprivate func sentence(_ endpoint: String, _ steps: [TriageStep]) -> String {
        if let verdict { return verdict.sentence(of: endpoint) }
        switch ending {
        case .retired: return "It ended without a verdict: the endpoint was retired."
        case .lifted: return "It ended without a verdict: nothing demands it any more."
        case .decided, nil: break
        }
        let due = steps.first { $0.name == (needsEvidence ? .evidence : .verdict) }
        let by = due?.dueAt.map { at in
            (due?.state == .overdue ? ", and was due at " : ", due at ") + "\(at.wholeSeconds)"
        }
        return needsEvidence
            ? "It waits for the endpoint's evidence\(by ?? "")."
            : "The evidence is here; it waits for a verdict\(by ?? "")."
    }
}

/// One triage with what has come for it.
public struct TriageDetail: Hashable, Sendable, Codable {
    /// The triage.
    public var triage: TriageItem
    /// The bundles of its endpoint, newest first.
    public var evidence: [EvidenceRecord]

    /// A triage and its bundles.
    public init(triage: TriageItem, evidence: [EvidenceRecord]) {
        self.triage = triage
        self.evidence = evidence
    }
}

/// One bundle with what it holds.
public struct EvidenceDetail: Hashable, Sendable, Codable {
    /// The bundle.
    public var evidence: EvidenceRecord
    /// The endpoint's name.
    public var endpointName: String
    /// The version of the agent that took it.
    public var agentVersion: String
    /// The boot that was running.
    public var bootId: String
    /// What was seen.
    public var sections: [EvidenceSection]

    /// A bundle and what it holds.
    public init(
        evidence: EvidenceRecord, endpointName: String, agentVersion: String, bootId: String,
        sections: [EvidenceSection]
    ) {
        self.evidence = evidence
        self.endpointName = endpointName
        self.agentVersion = agentVersion
        self.bootId = bootId
        self.sections = sections
    }
}
