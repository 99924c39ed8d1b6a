import Administration
import ControlPlane
import Policy
import Rollbacks
import Rollout
import ServerRecords

/// The shapes of what the control plane tells (module `ControlPlane`).
extension NamedSchema {
    /// A list that is not paged.
    static func list(_ name: String, of item: NamedSchema) -> NamedSchema {
        NamedSchema(name, ["items": .array(.named(item)), "next": .optional(.string)])
    }

    static let tenant = NamedSchema(
        "Tenant", ["id": .identifier("tnt"), "name": .string, "createdAt": .time])
    static let tenantList = list("TenantList", of: tenant)
    static let newTenant = NamedSchema("NewTenant", ["name": .string])

    static let site = NamedSchema(
        "Site",
        [
            "id": .identifier("sit"), "tenant": .identifier("tnt"), "name": .string,
            "createdAt": .time, "timeZone": .optional(.string),
        ])
    static let siteList = list("SiteList", of: site)
    static let tenantDetail = NamedSchema(
        "TenantDetail",
        [
            "tenant": .named(tenant), "sites": .array(.named(site)), "endpoints": .integer,
            "policies": .integer,
        ])
    static let siteDetail = NamedSchema(
        "SiteDetail", ["site": .named(site), "endpoints": .integer])
    static let newSite = NamedSchema(
        "NewSite",
        ["name": .string, "tenant": .identifier("tnt"), "timeZone": .optional(.string)])
    static let changedSite = NamedSchema(
        "ChangedSite", ["name": .optional(.string), "timeZone": .optional(.string)])

    static let standing = NamedSchema(
        "Standing",
        [
            "osName": .string, "packages": .integer, "missingSecurity": .integer,
            "missingTotal": .integer, "rebootRequired": .boolean, "restartsNeeded": .integer,
            "sourcesNotOk": .integer,
        ])

    static let endpointListItem = NamedSchema(
        "EndpointListItem",
        [
            "id": .identifier("ept"), "tenant": .identifier("tnt"), "tenantName": .string,
            "siteName": .optional(.string), "name": .string, "osName": .string,
            "verdict": .named(.verdict), "standing": .named(.standing),
            "lastSeenAt": .optional(.time), "scannedAt": .optional(.time),
            "retiredAt": .optional(.time),
        ])

    static let endpointPage = NamedSchema(
        "EndpointPage",
        [
            "items": .array(.named(.endpointListItem)), "next": .optional(.string),
            "total": .integer,
        ])

    static let decision = NamedSchema(
        "Decision",
        [
            "update": .named(.update),
            "action": .oneOf(Decision.Action.allCases.map(\.rawValue)),
            "reasonCode": .oneOf(Decision.ReasonCode.allCases.map(\.rawValue)), "sentence": .string,
            "rule": .string, "nextAt": .optional(.time), "dueAt": .optional(.time),
            "lane": .optional(.oneOf(Lane.allCases.map(\.rawValue))),
        ])

    static let endpointDetail = NamedSchema(
        "EndpointDetail",
        [
            "item": .named(.endpointListItem), "enrolledAt": .time, "agentVersion": .string,
            "inventoryDigest": .optional(.string), "scanRequestedAt": .optional(.time),
            "heldBy": .optional(.identifier("tri")),
            "posture": .optional(.named(.posture)), "traits": .named(.traits),
            "policy": .optional(.string),
            "layers": .array(
                .object([
                    "name": .string,
                    "level": .oneOf(PolicyLevel.allCases.map(\.rawValue)),
                    "isCertain": .boolean,
                ])),
            "problems": .array(.string), "decisions": .array(.named(.decision)),
            "jobs": .array(.named(.jobSummary)),
            "risks": .optional(.array(.named(.updateRisk))),
        ])

    static let installedPackages = NamedSchema(
        "InstalledPackages", ["since": .time, "at": .time, "packages": .array(.named(.package))])

    static let history = NamedSchema(
        "InventoryHistory", ["items": .array(.object(["at": .time, "digest": .string]))])

    static let missingUpdate = NamedSchema(
        "MissingUpdateCount",
        [
            "manager": .packageManager, "name": .string, "candidate": .string,
            "classes": .array(.oneOf(["security", "bugfix", "feature"])), "origin": .string,
            "endpoints": .integer, "installable": .integer,
        ])
    static let missingUpdates = list("MissingUpdateList", of: missingUpdate)

    static let overview = NamedSchema(
        "Overview",
        [
            "counts": .object([
                "total": .integer, "compliant": .integer, "nonCompliant": .integer,
                "unknown": .integer, "beingJudged": .integer, "rebootRequired": .integer,
                "sourceTrouble": .integer,
            ]),
            "missing": .array(.named(.missingUpdate)),
            "needs": .array(
                .object(["kind": .string, "count": .integer, "sentence": .string])),
            "upcoming": .array(
                .object([
                    "at": .time, "policy": .optional(.string), "endpoints": .integer,
                    "updates": .integer,
                ])),
            "running": .array(.named(.deploymentSummary)), "failed": .array(.named(.jobSummary)),
        ])

    static let deployment = NamedSchema(
        "Deployment",
        [
            "id": .identifier("dep"), "tenant": .identifier("tnt"), "title": .string,
            "approvedBy": .string, "createdAt": .time, "deadline": .time,
            "state": .oneOf(Deployment.State.allCases.map(\.rawValue)),
            "finishedAt": .optional(.time),
        ])
    static let deploymentSummary = NamedSchema(
        "DeploymentSummary", ["deployment": .named(.deployment), "jobs": .map(.integer)])
    static let deploymentList = list("DeploymentList", of: deploymentSummary)
    static let deploymentDetail = NamedSchema(
        "DeploymentDetail",
        [
            "summary": .named(.deploymentSummary), "tenantName": .string,
            "jobs": .array(.named(.jobSummary)), "rollout": .optional(.named(.rollout)),
            "timeline": .optional(.array(.named(.auditEntry))),
        ])

    static let deploymentSelection = NamedSchema(
        "DeploymentSelection",
        [
            "endpoints": .array(.identifier("ept")),
            "updates": .array(.object(["name": .string, "candidate": .optional(.string)])),
            "allSecurity": .optional(.boolean), "title": .optional(.string),
            "deadlineSeconds": .optional(.integer), "aftercare": .optional(.named(.aftercare)),
            "policy": .optional(.string), "lane": .optional(.oneOf(Lane.allCases.map(\.rawValue))),
            "acceptsNoWayBack": .optional(.boolean),
        ])
    static let rebootRequest = NamedSchema(
        "RebootRequest", ["aftercare": .optional(.named(.aftercare))])
    static let deploymentPlan = NamedSchema(
        "DeploymentPlan",
        [
            "tenant": .identifier("tnt"), "title": .string, "deadlineSeconds": .integer,
            "lines": .array(
                .object([
                    "endpoint": .identifier("ept"), "endpointName": .string,
                    "updates": .array(.named(.lockedUpdate)),
                    "leftOut": .array(.object(["name": .string, "reason": .string])),
                    "bytes": .integer, "mayNeedReboot": .boolean,
                    "noWayBack": .optional(.array(.string)),
                    "unknownWayBack": .optional(.array(.string)),
                ])),
        ])

    static let rollbackSelection = NamedSchema(
        "RollbackSelection",
        [
            "tenant": .optional(.identifier("tnt")), "ring": .optional(.string),
            "endpoints": .optional(.array(.identifier("ept"))),
            "updates": .optional(.array(.string)),
            "aftercare": .optional(.named(.aftercare)),
            "way": .optional(.oneOf(RollbackWay.allCases.map(\.rawValue))),
            "acceptsLoss": .optional(.boolean),
        ])
    static let rollbackPreview = NamedSchema(
        "RollbackPreview",
        [
            "parts": .array(
                .object([
                    "endpoint": .identifier("ept"), "name": .string,
                    "way": .oneOf(RollbackWay.allCases.map(\.rawValue)),
                    "updates": .array(.named(.lockedUpdate)),
                    "snapshot": .optional(
                        .object([
                            "snapshot": .string, "takenAt": .time, "packages": .integer,
                            "others": .array(.string),
                        ])),
                ])),
            "lost": .array(
                .object([
                    "endpoint": .identifier("ept"), "name": .string, "updates": .array(.string),
                    "reason": .string,
                ])),
            "blocks": .array(.string), "halts": .integer, "offersSnapshot": .boolean,
            "loss": .optional(.string),
        ])

    static let job = NamedSchema(
        "Job",
        [
            "id": .identifier("job"), "tenant": .identifier("tnt"),
            "deployment": .identifier("dep"), "endpoint": .identifier("ept"),
            "updates": .array(.named(.lockedUpdate)), "createdAt": .time, "deadline": .time,
            "state": .oneOf(Job.State.allCases.map(\.rawValue)),
            "leaseExpiresAt": .optional(.time), "startedAt": .optional(.time),
            "workBeganAt": .optional(.time),
            "finishedAt": .optional(.time), "cancelRequested": .boolean,
            "withdrawnBecause": .optional(.string),
            "progress": .optional(.named(.jobProgress)), "result": .optional(.named(.jobResult)),
            "aftercare": .optional(.named(.aftercare)), "rolloutOrder": .optional(.integer),
            "sentence": .string,
        ])
    static let jobSummary = NamedSchema(
        "JobSummary",
        [
            "job": .named(.job), "endpointName": .string, "deploymentTitle": .string,
            "grant": .optional(
                .object([
                    "standing": .oneOf(JobGrant.Standing.allCases.map(\.rawValue)),
                    "sentence": .string,
                ])),
            "standing": .optional(.string),
        ])
    static let jobList = list("JobList", of: jobSummary)
    static let jobDetail = NamedSchema(
        "JobDetail", ["summary": .named(.jobSummary), "history": .array(.named(.auditEntry))])
    static let jobLogPage = NamedSchema(
        "JobLogPage", ["text": .string, "nextOffset": .integer, "isComplete": .boolean])

    static let auditEntry = NamedSchema(
        "AuditEntry",
        [
            "chain": .string, "sequence": .integer, "at": .time, "actor": .string,
            "role": .optional(.oneOf(Role.allCases.map(\.rawValue))),
            "action": .string, "subject": .string, "sentence": .string, "previousHash": .string,
            "hash": .string,
        ])
    static let auditList = NamedSchema(
        "AuditList", ["items": .array(.named(.auditEntry)), "next": .optional(.string)])
    static let auditVerdict = NamedSchema(
        "AuditVerdict",
        [
            "entries": .integer, "intact": .boolean,
            "firstBroken": .nullable(.object(["chain": .string, "sequence": .integer])),
            "auditKeyFingerprint": .string,
        ])
}
