import Policy
import SavedPlans

/// The shapes of saved plans.
extension NamedSchema {
    private static let lane = Schema.oneOf(Lane.allCases.map(\.rawValue))
    private static let planPackage = Schema.object([
        "manager": .string, "name": .string, "architecture": .string,
    ])

    static let planDraft = NamedSchema(
        "PlanDraft",
        [
            "tenant": .optional(.identifier("tnt")), "name": .string, "ticket": .optional(.string),
            "until": .optional(.time), "deployment": .optional(.identifier("dep")),
        ])
    static let savedPlan = NamedSchema(
        "SavedPlan",
        [
            "id": .identifier("pln"), "tenant": .identifier("tnt"), "name": .string,
            "ticket": .optional(.string), "savedAt": .time, "savedBy": .string, "from": .time,
            "until": .time, "installs": .integer, "digest": .string,
        ])
    static let savedPlanList = list("SavedPlanList", of: savedPlan)

    private static let plannedRow = NamedSchema(
        "PlannedRow",
        [
            "endpoint": .string, "endpointName": .string, "package": planPackage, "from": .string,
            "to": .string, "startsAt": .time, "window": .optional(.string),
            "closesAt": .optional(.time), "ring": .optional(.string), "lane": lane,
            "approvedBy": .string, "reboot": .oneOf(PlannedReboot.allCases.map(\.rawValue)),
            "bytes": .optional(.integer), "vulnerabilities": .array(.string),
            "dueAt": .optional(.time),
        ])
    static let savedPlanDetail = NamedSchema(
        "SavedPlanDetail",
        [
            "plan": .named(savedPlan),
            "document": .object([
                "format": .string, "tenant": .identifier("tnt"), "name": .string,
                "ticket": .optional(.string), "deployment": .optional(.identifier("dep")),
                "savedAt": .time, "savedBy": .string, "from": .time,
                "until": .time, "installs": .array(.named(plannedRow)),
                "waiting": .array(
                    .object([
                        "endpoint": .string, "endpointName": .string, "package": planPackage,
                        "to": .string,
                        "reasonCode": .oneOf(Decision.ReasonCode.allCases.map(\.rawValue)),
                        "sentence": .string,
                    ])),
                "conflicts": .array(.string),
            ]),
        ])

    private static let planReason = NamedSchema(
        "PlanReason",
        ["code": .oneOf(PlanReason.Code.allCases.map(\.rawValue)), "sentence": .string])
    static let planComparison = NamedSchema(
        "PlanComparison",
        [
            "plan": .named(savedPlan), "counts": .map(.integer),
            "comparison": .object([
                "at": .time,
                "rows": .array(
                    .object([
                        "planned": .named(plannedRow),
                        "outcome": .oneOf(PlanComparison.Outcome.allCases.map(\.rawValue)),
                        "beganAt": .optional(.time), "version": .optional(.string),
                        "sentence": .string, "reasons": .array(.named(planReason)),
                        "jobs": .array(.identifier("job")),
                    ])),
                "unplanned": .array(
                    .object([
                        "endpoint": .string, "endpointName": .string, "package": planPackage,
                        "from": .string, "to": .string, "beganAt": .time,
                        "state": .oneOf(PlanRun.State.allCases.map(\.rawValue)),
                        "sentence": .string, "title": .string, "orderedBy": .string,
                        "job": .identifier("job"), "reasons": .array(.named(planReason)),
                    ])),
            ]),
        ])
}
