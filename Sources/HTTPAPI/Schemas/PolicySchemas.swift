import Administration
import ControlPlane
import Policy
import ServerRecords

/// The shapes of policies, and of what people say of updates and endpoints.
extension NamedSchema {
    private static let level = Schema.oneOf(PolicyLevel.allCases.map(\.rawValue))
    private static let lane = Schema.oneOf(Lane.allCases.map(\.rawValue))
    private static let criticality = Schema.oneOf(Criticality.allCases.map(\.rawValue))

    static let policyDraft = NamedSchema(
        "PolicyDraft",
        [
            "policy": .optional(.identifier("pol")), "tenant": .optional(.identifier("tnt")),
            "level": .optional(level), "place": .optional(.string), "yaml": .string,
            "note": .optional(.string), "isEnabled": .optional(.boolean),
            "version": .optional(.integer), "confirm": .optional(.boolean),
            "mayOverlap": .optional(.boolean),
        ])
    static let policyOrder = NamedSchema(
        "PolicyOrder",
        [
            "note": .optional(.string), "confirm": .optional(.boolean),
            "mayOverlap": .optional(.boolean),
        ])

    static let policySummary = NamedSchema(
        "PolicySummary",
        [
            "id": .identifier("pol"), "tenant": .optional(.identifier("tnt")),
            "tenantName": .optional(.string), "level": level, "place": .optional(.string),
            "placeName": .optional(.string), "name": .string, "title": .string,
            "version": .integer,
            "change": .oneOf(PolicyRecord.Change.allCases.map(\.rawValue)),
            "isEnabled": .boolean, "inherits": .optional(.string), "savedAt": .time,
            "savedBy": .string, "note": .string, "isInherited": .boolean,
            "warnings": .optional(.array(.named(remark))),
        ])
    static let policyList = list("PolicyList", of: policySummary)

    private static let remark = NamedSchema(
        "PolicyRemark",
        ["isError": .boolean, "line": .integer, "column": .integer, "message": .string])
    private static let policyMember = NamedSchema(
        "PolicyMember", ["endpoint": .identifier("ept"), "name": .string])

    static let policyDetail = NamedSchema(
        "PolicyDetail",
        [
            "summary": .named(.policySummary), "yaml": .string,
            "written": .array(
                .object([
                    "heading": .string, "paragraphs": .array(.string), "items": .array(.string),
                    "isOrdered": .boolean,
                ])),
            "remarks": .array(.named(remark)), "endpoints": .array(.named(policyMember)),
            "endpointCount": .integer, "unknown": .array(.named(policyMember)),
        ])
    static let policyVersions = list(
        "PolicyVersionList",
        of: NamedSchema("PolicyVersion", ["summary": .named(.policySummary), "yaml": .string]))

    static let policyPreview = NamedSchema(
        "PolicyPreview",
        [
            "remarks": .array(.named(remark)), "name": .optional(.string),
            "joins": .array(.named(policyMember)), "leaves": .array(.named(policyMember)),
            "stays": .integer, "unknown": .array(.named(policyMember)),
            "acts": .array(
                .object([
                    "endpoint": .identifier("ept"), "name": .string,
                    "packages": .array(.string), "mayReboot": .boolean,
                    "ring": .optional(.string), "waitsForRing": .boolean,
                ])),
            "changedDecisions": .integer, "endpoints": .integer,
            "leavesOpen": .optional(openRisks),
            "clashes": .array(
                .object([
                    "level": level, "policies": .array(.string), "endpoints": .integer,
                    "named": .array(.string),
                ])),
        ])

    static let plannedFleet = NamedSchema(
        "PlannedFleet",
        [
            "from": .time, "until": .time,
            "installs": .array(
                .object([
                    "endpoint": .string, "endpointName": .string, "update": .named(.update),
                    "startsAt": .time, "window": .optional(.string), "opensAt": .optional(.time),
                    "closesAt": .optional(.time),
                    "ring": .optional(.string), "lane": lane, "rule": .string,
                    "reboot": .oneOf(PlannedReboot.allCases.map(\.rawValue)),
                    "vulnerabilities": .array(.string), "dueAt": .optional(.time),
                ])),
            "waiting": .array(
                .object([
                    "endpoint": .string, "endpointName": .string, "decision": .named(.decision),
                ])),
            "misses": .array(
                .object([
                    "endpoint": .string, "endpointName": .string, "update": .named(.update),
                    "dueAt": .time, "startsAt": .optional(.time), "sentence": .string,
                ])),
            "budgets": .array(
                .object([
                    "policy": .string, "lane": lane, "ring": .string, "site": .optional(.string),
                    "opensAt": .time, "peak": .integer, "limit": .integer,
                ])),
            "conflicts": .array(.string), "deadlines": .array(.named(plannedDeadline)),
            "bytes": .integer, "vulnerabilities": .array(.string),
        ])
    static let plannedDeadline = NamedSchema(
        "PlannedDeadline",
        [
            "policy": .string, "lane": lane, "dueAt": .time,
            "rings": .array(
                .object([
                    "name": .string, "endpoints": .integer, "startsAt": .time,
                    "latestStart": .optional(.time), "endsAt": .time, "soakSeconds": .integer,
                ])),
            "moves": .array(
                .object(["endpoint": .string, "from": .string, "to": .string])),
            "misses": .array(
                .object([
                    "endpoint": .string, "ring": .string,
                    "reason": .oneOf(DeadlinePlan.MissReason.allCases.map(\.rawValue)),
                ])),
        ])
    static let windowOpenings = list(
        "WindowOpeningList",
        of: NamedSchema(
            "WindowOpening",
            [
                "opens": .time, "closes": .time, "window": .string, "policy": .string,
                "zone": .string, "lanes": .array(lane), "onDuty": .optional(.array(.string)),
                "localOpens": .optional(.time), "localCloses": .optional(.time),
            ]))

    static let approvalDraft = NamedSchema(
        "ApprovalDraft",
        [
            "verdict": .oneOf(ApprovalDraft.Verdict.allCases.map(\.rawValue)),
            "tenant": .optional(.identifier("tnt")), "level": .optional(level),
            "place": .optional(.string), "endpoints": .optional(.array(.identifier("ept"))),
            "package": .optional(.string), "version": .optional(.string),
            "vulnerability": .optional(.string), "reason": .optional(.string),
            "until": .optional(.time),
        ])
    static let approvalItem = NamedSchema(
        "ApprovalItem",
        [
            "record": .named(approvalRecord), "sentence": .string, "warning": .optional(.string),
            "noWayBack": .optional(.string), "leavesOpen": .optional(openRisks),
        ])
    /// What stays open because updates are not installed.
    private static let openRisks = Schema.object([
        "vulnerabilities": .integer, "exploited": .integer, "endpoints": .integer,
    ])
    static let exclusionPreview = NamedSchema(
        "ExclusionPreview",
        [
            "about": .string, "leavesOpen": .optional(openRisks), "warning": .optional(.string),
        ])
    static let approvalList = list("ApprovalList", of: approvalItem)
    private static let place = Schema.object([
        "level": level, "tenant": .optional(.identifier("tnt")), "part": .string,
    ])
    private static let word = Schema.object([
        "person": .string, "at": .time, "level": level, "endpoints": .optional(.string),
        "updates": .object([
            "package": .optional(.string), "version": .optional(.string),
            "versions": .optional(.string), "family": .optional(.string),
            "vulnerability": .optional(.string),
        ]),
        "verdict": .object([
            "approved": .optional(.object([:])),
            "declined": .optional(.object(["reason": .string])),
            "hold": .optional(.object(["reason": .string])),
            "deferred": .optional(.object(["until": .time])),
        ]),
    ])
    private static let approvalRecord = NamedSchema(
        "Approval",
        [
            "id": .identifier("apv"), "place": place, "endpoints": .array(.identifier("ept")),
            "word": word, "note": .string,
            "endedAt": .optional(.time), "endedBy": .optional(.string),
        ])

    static let exceptionDraft = NamedSchema(
        "ExceptionDraft",
        [
            "tenant": .optional(.identifier("tnt")), "level": .optional(level),
            "place": .optional(.string), "name": .string, "owner": .string, "reason": .string,
            "compensatingControl": .string, "package": .optional(.string),
            "version": .optional(.string), "vulnerabilities": .optional(.array(.string)),
            "endpoints": .optional(.string),
            "startsAt": .optional(.time), "expiresAt": .time,
        ])
    static let exception = NamedSchema(
        "Exception",
        [
            "id": .identifier("exc"), "place": place,
            "state": .oneOf(ExceptionRecord.State.allCases.map(\.rawValue)), "name": .string,
            "owner": .string, "reason": .string, "compensatingControl": .string,
            "package": .optional(.string), "versions": .optional(.string),
            "vulnerabilities": .array(.string),
            "endpoints": .optional(.string), "startsAt": .time, "expiresAt": .time,
            "requestedBy": .string, "requestedAt": .time, "approvedBy": .optional(.string),
            "approvedAt": .optional(.time), "endedBy": .optional(.string),
            "endedAt": .optional(.time), "warning": .optional(.string),
            "leavesOpen": .optional(openRisks),
        ])
    static let exceptionList = list("ExceptionList", of: exception)

    static let groupDraft = NamedSchema(
        "GroupDraft",
        [
            "tenant": .optional(.identifier("tnt")), "name": .string, "members": .string,
            "note": .optional(.string), "confirm": .optional(.boolean),
            "mayOverlap": .optional(.boolean),
        ])
    static let group = NamedSchema(
        "EndpointGroup",
        [
            "tenant": .identifier("tnt"), "name": .string, "members": .string, "note": .string,
            "savedAt": .time, "savedBy": .string, "endpoints": .optional(.integer),
            "first": .array(.string), "unknown": .integer, "warning": .optional(.string),
        ])
    static let groupPreview = NamedSchema(
        "GroupPreview",
        [
            "standing": .object([
                "endpoints": .optional(.integer), "first": .array(.string), "unknown": .integer,
                "warning": .optional(.string),
            ]),
            "joins": .integer, "joining": .array(.string), "leaves": .integer,
            "leaving": .array(.string), "installsNow": .optional(.integer),
            "rebootsNow": .optional(.integer),
            "acts": .optional(.string), "wantsConfirmation": .optional(.boolean),
        ])
    static let groupList = list("EndpointGroupList", of: group)

    static let traits = NamedSchema(
        "EndpointTraits",
        [
            "role": .string, "tags": .array(.string), "criticality": .optional(criticality),
            "isExposed": .optional(.boolean), "site": .optional(.identifier("sit")),
            "siteName": .optional(.string),
        ])
    static let traitChange = NamedSchema(
        "TraitChange",
        [
            "tags": .optional(.array(.string)), "addTags": .optional(.array(.string)),
            "removeTags": .optional(.array(.string)), "role": .optional(.string),
            "criticality": .optional(criticality), "isExposed": .optional(.boolean),
            "forget": .optional(.array(.oneOf(["criticality", "isExposed"]))),
            "site": .optional(.string), "confirm": .optional(.boolean),
        ])
}
