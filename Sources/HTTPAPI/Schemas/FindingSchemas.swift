import Administration
import Advisories
import ControlPlane
import Fleet
import Policy
import ServerRecords

/// The shapes of vulnerability intelligence.
extension Schema {
    static let findingState = Schema.oneOf(Finding.State.allCases.map(\.rawValue))
    static let severity = Schema.oneOf(Severity.allCases.map(\.rawValue))
    fileprivate static let ssvc = Schema.oneOf(SSVCDecision.allCases.map(\.rawValue))
}

extension NamedSchema {
    static let updateRisk = NamedSchema(
        "UpdateRisk",
        [
            "manager": .packageManager, "name": .string, "architecture": .string,
            "candidate": .string, "vulnerabilities": .array(.string), "risk": .number,
            "sentence": .string, "severity": .severity, "cvss": .optional(.number),
            "epss": .optional(.number), "kev": .boolean, "automatable": .optional(.boolean),
            "technicalImpact": .optional(.oneOf(TechnicalImpact.allCases.map(\.rawValue))),
            "ssvc": .optional(.ssvc),
            "exposure": .oneOf(Exposure.allCases.map(\.rawValue)),
            "criticality": .oneOf(Advisories.Criticality.allCases.map(\.rawValue)),
        ])

    static let vulnerabilityItem = NamedSchema(
        "VulnerabilityItem",
        [
            "vulnerability": .string, "title": .string, "severity": .severity, "risk": .number,
            "cvss": .optional(.number), "epss": .optional(.number), "kev": .boolean,
            "kevAddedAt": .optional(.time), "kevDueAt": .optional(.time),
            "usedByRansomware": .boolean, "ssvc": .optional(.ssvc), "sentence": .string,
            "endpoints": .integer, "fixable": .integer, "awaitingRestart": .integer,
            "exposed": .integer, "overdue": .integer,
            "packages": .array(.string), "knownSince": .optional(.time),
            "dueAt": .optional(.time), "dueUnder": .optional(.string),
        ])
    static let vulnerabilityPage = NamedSchema(
        "VulnerabilityPage",
        [
            "items": .array(.named(vulnerabilityItem)), "next": .optional(.string),
            "total": .integer, "knownExploited": .integer, "feeds": .integer,
            "isComplete": .boolean,
        ])
    static let vulnerabilityDetail = NamedSchema(
        "VulnerabilityDetail",
        [
            "item": .named(vulnerabilityItem),
            "software": .array(
                .object([
                    "package": .string, "release": .string, "installed": .string,
                    "fixedIn": .optional(.string), "state": .findingState, "advisory": .string,
                    "source": .string, "endpoints": .integer,
                ])),
        ])

    static let vulnerabilityHistory = NamedSchema(
        "VulnerabilityHistory",
        [
            "vulnerability": .string, "from": .time, "to": .time,
            "items": .array(
                .object([
                    "endpoint": .identifier("ept"), "endpointName": .string,
                    "tenant": .identifier("tnt"), "retiredAt": .optional(.time),
                    "intervals": .array(
                        .object([
                            "began": .time, "ended": .optional(.time),
                            "endedBy": .optional(
                                .oneOf(FindingSpan.Cause.allCases.map(\.rawValue))),
                        ])),
                ])),
            "next": .optional(.string), "total": .optional(.integer),
            "knownSince": .optional(.time), "keptSince": .optional(.time),
            "limits": .array(.string),
        ])

    private static let uncovered = Schema.array(
        .object(["source": .string, "packages": .integer, "endpoints": .integer]))
    static let coverageReport = NamedSchema(
        "CoverageReport",
        [
            "items": uncovered, "packages": .integer, "endpoints": .integer,
            "allEndpoints": .integer, "exposureUnknown": .optional(.integer),
            "unmatchedProducts": .optional(
                .object(["products": .integer, "endpoints": .integer])),
            "isComplete": .boolean,
        ])
    static let exposureReport = NamedSchema(
        "ExposureReport",
        [
            "items": .array(
                .object([
                    "day": .string, "takenAt": .time,
                    "figures": .object([
                        "endpoints": .integer, "affected": .integer, "critical": .integer,
                        "important": .integer, "moderate": .integer, "low": .integer,
                        "unrated": .integer, "kev": .integer, "overdue": .integer,
                        "fixable": .integer,
                    ]),
                ])), "days": .integer, "isComplete": .boolean,
        ])

    static let slaClock = NamedSchema(
        "SLAClock",
        [
            "preset": .oneOf(SLAPreset.allCases.map(\.rawValue)),
            "outcome": .oneOf(SLAOutcome.allCases.map(\.rawValue)), "figure": .string,
            "startsAt": .optional(.time), "dueAt": .optional(.time), "needsForensics": .boolean,
        ])
    static let finding = NamedSchema(
        "Finding",
        [
            "vulnerability": .string, "endpoint": .identifier("ept"), "endpointName": .string,
            "tenant": .identifier("tnt"), "state": .findingState, "severity": .severity,
            "risk": .number, "cvss": .optional(.number), "epss": .optional(.number),
            "kev": .boolean, "ssvc": .optional(.ssvc),
            "exposure": .oneOf(Exposure.allCases.map(\.rawValue)),
            "criticality": .oneOf(Advisories.Criticality.allCases.map(\.rawValue)),
            "sentence": .string, "reason": .string,
            "firstSeenAt": .time, "dueAt": .optional(.time), "dueUnder": .optional(.string),
            "isOverdue": .boolean, "pausedUntil": .optional(.time), "pausedBy": .optional(.string),
            "clocks": .array(.named(slaClock)), "forensics": .optional(.string),
            "packages": .array(
                .object([
                    "name": .string, "installed": .string, "fixedIn": .optional(.string),
                    "state": .findingState, "advisory": .string,
                ])),
        ])
    static let findingPage = NamedSchema(
        "FindingPage",
        [
            "items": .array(.named(finding)), "next": .optional(.string),
            "total": .optional(.integer),
        ])
    static let nextStepPage = NamedSchema(
        "NextStepPage",
        [
            "items": .array(
                .object([
                    "endpoint": .identifier("ept"), "endpointName": .string,
                    "tenant": .identifier("tnt"), "state": .findingState, "sentence": .string,
                    "policy": .optional(.string), "decisions": .array(.named(decision)),
                    "nextAt": .optional(.time), "dueAt": .optional(.time),
                    "standing": .oneOf(SLAStanding.allCases.map(\.rawValue)),
                    "clocks": .array(.named(slaClock)), "pausedUntil": .optional(.time),
                    "pausedBy": .optional(.string), "forensics": .optional(.string),
                ])),
            "next": .optional(.string), "total": .optional(.integer),
        ])
    static let endpointFindings = NamedSchema(
        "EndpointFindings",
        [
            "items": .array(.named(finding)), "isCovered": .boolean,
            "uncovered": uncovered, "unmatchedProducts": .optional(.integer),
            "endOfLife": .array(
                .object([
                    "product": .string, "cycle": .string,
                    "state": .oneOf(EndOfLifeStatus.State.allCases.map(\.rawValue)),
                    "endsAt": .optional(.time), "extendedUntil": .optional(.time),
                    "phases": .array(supportPhase),
                ])),
        ])

    static let alert = NamedSchema(
        "Alert",
        [
            "id": .identifier("alr"), "tenant": .optional(.identifier("tnt")),
            "kind": .oneOf(Alert.Kind.allCases.map(\.rawValue)), "subject": .string,
            "severity": .oneOf(Alert.Severity.allCases.map(\.rawValue)),
            "deployment": .optional(.identifier("dep")), "nextStep": .string,
            "sentence": .string, "endpoints": .integer, "raisedAt": .time,
            "acknowledgedAt": .optional(.time), "acknowledgedBy": .optional(.string),
        ])
    static let alertList = list("AlertList", of: alert)

    static let feed = NamedSchema(
        "Feed",
        [
            "name": .string, "title": .string, "source": .optional(.string),
            "isEnabled": .boolean, "intervalSeconds": .integer,
            "freshness": .oneOf(FeedFreshness.allCases.map(\.rawValue)),
            "format": .optional(.string), "records": .optional(.integer),
            "rejected": .optional(.integer), "newest": .optional(.time),
            "takenAt": .optional(.time), "checkedAt": .optional(.time),
            "succeededAt": .optional(.time), "problem": .optional(.string),
            "nextAt": .optional(.time),
            "pending": .optional(
                .object([
                    "reason": .oneOf(["empty", "incomplete", "wentBack", "shrank"]),
                    "sentence": .string, "records": .integer, "arrivedAt": .time,
                ])),
        ])
    static let feedList = list("FeedList", of: feed)
    static let newFeed = NamedSchema(
        "NewFeed",
        [
            "name": .string, "source": .string, "title": .optional(.string),
            "intervalSeconds": .optional(.integer),
        ])
}
