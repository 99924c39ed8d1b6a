import Forensics
import ServerRecords
import Triage

/// The shapes of evidence and triages; docs/evidence.md says what they do.
extension NamedSchema {
    static let evidenceWish = NamedSchema("EvidenceWish", ["reason": .string])
    static let triageScope = NamedSchema("TriageScope", ["text": .string])
    static let triageDecision = NamedSchema(
        "TriageDecision",
        [
            "verdict": .oneOf(TriageRecord.Verdict.allCases.map(\.rawValue)),
            "note": .optional(.string),
        ])

    /// What an endpoint is asked for.
    static let evidenceRequest = NamedSchema(
        "EvidenceRequest",
        [
            "id": .identifier("evd"), "reason": .oneOf(EvidenceReason.allCases.map(\.rawValue)),
            "vulnerabilities": .array(.string),
        ])
    static let evidenceReceipt = NamedSchema(
        "EvidenceReceipt",
        ["id": .identifier("evd"), "sha256": .string, "bytes": .integer])
    /// What an order says of evidence.
    static let evidenceDemand = NamedSchema(
        "EvidenceDemand", ["vulnerabilities": .array(.string), "since": .time])

    private static let note = Schema.object(["text": .string, "by": .string, "at": .time])

    static let triage = NamedSchema(
        "Triage",
        [
            "id": .identifier("tri"), "tenant": .identifier("tnt"), "endpoint": .identifier("ept"),
            "endpointName": .string, "state": .oneOf(TriageState.allCases.map(\.rawValue)),
            "sentence": .string, "isOverdue": .boolean, "openedAt": .time, "openedBy": .string,
            "demands": .array(.object(["vulnerability": .string, "since": .time])),
            "steps": .array(
                .object([
                    "name": .oneOf(TriageStep.Name.allCases.map(\.rawValue)),
                    "dueAt": .optional(.time), "doneAt": .optional(.time),
                    "state": .oneOf(TriageStep.State.allCases.map(\.rawValue)),
                ])),
            "ask": .optional(
                .object([
                    "id": .identifier("evd"), "at": .time, "by": .string, "why": .optional(.string),
                ])),
            "evidenceAt": .optional(.time), "scope": .optional(note),
            "verdict": .optional(.oneOf(TriageRecord.Verdict.allCases.map(\.rawValue))),
            "decision": .optional(note),
            "ending": .optional(.oneOf(TriageRecord.Ending.allCases.map(\.rawValue))),
            "endedAt": .optional(.time),
        ])
    static let triageList = NamedSchema(
        "TriageList", ["items": .array(.named(.triage)), "next": .optional(.string)])

    static let evidence = NamedSchema(
        "Evidence",
        [
            "id": .identifier("evd"), "tenant": .identifier("tnt"),
            "endpoint": .identifier("ept"), "triage": .optional(.identifier("tri")),
            "takenAt": .time, "receivedAt": .time,
            "reason": .oneOf(EvidenceReason.allCases.map(\.rawValue)),
            "vulnerabilities": .array(.string), "job": .optional(.identifier("job")),
            "sha256": .string, "bytes": .integer,
            "sections": .array(
                .object([
                    "name": .oneOf(EvidenceSection.Name.allCases.map(\.rawValue)),
                    "lines": .integer, "isTruncated": .boolean, "failure": .optional(.string),
                ])),
        ])
    static let evidenceList = NamedSchema(
        "EvidenceList", ["items": .array(.named(.evidence)), "next": .optional(.string)])
    static let triageDetail = NamedSchema(
        "TriageDetail",
        ["triage": .named(.triage), "evidence": .array(.named(.evidence))])

    private static let sections = Schema.array(
        .object([
            "name": .oneOf(EvidenceSection.Name.allCases.map(\.rawValue)),
            "lines": .array(.string), "isTruncated": .boolean, "failure": .optional(.string),
        ]))
    static let evidenceBundle = NamedSchema(
        "EvidenceBundle",
        [
            "id": .identifier("evd"), "endpoint": .identifier("ept"), "takenAt": .time,
            "reason": .oneOf(EvidenceReason.allCases.map(\.rawValue)),
            "vulnerabilities": .array(.string), "job": .optional(.identifier("job")),
            "agentVersion": .string, "bootId": .string, "sections": sections,
        ])
    static let evidenceDetail = NamedSchema(
        "EvidenceDetail",
        [
            "evidence": .named(.evidence), "endpointName": .string, "agentVersion": .string,
            "bootId": .string, "sections": sections,
        ])
}
