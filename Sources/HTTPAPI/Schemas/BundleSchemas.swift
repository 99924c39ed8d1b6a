import Bundles
import Fleet
import Policy
import Rollout
import ServerRecords

/// The shapes of bundles of updates; docs/bundles.md says what they mean.
extension NamedSchema {
    private static let bundleQuery = NamedSchema(
        "BundleQuery",
        [
            "packages": .optional(.array(.string)), "origins": .optional(.array(.string)),
            "classes": .optional(.array(.oneOf(UpdateClass.allCases.map(\.rawValue)))),
            "severity": .optional(.oneOf(Severity.allCases.map(\.rawValue))),
            "vulnerabilities": .optional(.array(.string)), "knownExploited": .optional(.boolean),
            "seenFrom": .optional(.time), "seenBefore": .optional(.time),
        ])
    private static let bundleLine = NamedSchema(
        "BundleLine",
        [
            "manager": .oneOf(PackageManagerName.allCases.map(\.rawValue)), "package": .string,
            "version": .string, "source": .optional(.string), "origin": .string,
            "classes": .array(.oneOf(UpdateClass.allCases.map(\.rawValue))),
            "severity": .oneOf(Severity.allCases.map(\.rawValue)),
            "vulnerabilities": .array(.string), "knownExploited": .boolean,
        ])
    private static let bundleContent = NamedSchema(
        "BundleContent",
        [
            "lines": .integer, "packages": .integer, "vulnerabilities": .integer,
            "knownExploited": .integer,
        ])
    private static let bundleWord = NamedSchema(
        "BundleWord",
        [
            "isApproval": .boolean, "by": .string, "person": .string, "at": .time,
            "reason": .string, "approvals": .array(.identifier("apv")),
            "isOver": .optional(.boolean),
        ])
    private static let bundlePromotion = NamedSchema(
        "BundlePromotion",
        [
            "deployment": .identifier("dep"), "policy": .string,
            "lane": .oneOf(Lane.allCases.map(\.rawValue)), "ring": .optional(.string),
            "group": .optional(.string), "endpoints": .integer, "by": .string, "at": .time,
            "isPaused": .optional(.boolean), "takenBackBy": .optional(.identifier("dep")),
            "stays": .optional(.string),
        ])

    static let bundle = NamedSchema(
        "Bundle",
        [
            "id": .identifier("bdl"), "tenant": .identifier("tnt"), "name": .string,
            "version": .integer, "query": .named(bundleQuery), "content": .named(bundleContent),
            "note": .string, "approvers": .integer, "madeBy": .string, "madeAt": .time,
            "state": .oneOf(PatchBundle.State.allCases.map(\.rawValue)),
            "words": .array(.named(bundleWord)), "promotions": .array(.named(bundlePromotion)),
            "pausedAt": .optional(.time), "rolledBackAt": .optional(.time),
        ])
    static let bundleList = list("BundleList", of: bundle)
    static let bundleDetail = NamedSchema(
        "BundleDetail", ["bundle": .named(bundle), "lines": .array(.named(bundleLine))])

    static let bundleDraft = NamedSchema(
        "BundleDraft",
        [
            "tenant": .optional(.identifier("tnt")), "name": .string,
            "query": .optional(.named(bundleQuery)), "note": .optional(.string),
            "approvers": .optional(.integer),
        ])
    static let bundlePreview = NamedSchema(
        "BundlePreview",
        [
            "title": .string, "query": .named(bundleQuery), "lines": .array(.named(bundleLine)),
            "content": .named(bundleContent), "endpoints": .integer, "named": .array(.string),
            "findings": .integer, "noWayBack": .array(.string), "approvers": .integer,
        ])
    static let bundleAnswer = NamedSchema(
        "BundleAnswer", ["reason": .optional(.string), "policiesToo": .optional(.boolean)])
    static let promotionDraft = NamedSchema(
        "PromotionDraft",
        [
            "policy": .string, "lane": .optional(.oneOf(Lane.allCases.map(\.rawValue))),
            "ring": .optional(.string), "group": .optional(.string),
            "deadlineSeconds": .optional(.integer), "acceptsNoWayBack": .optional(.boolean),
        ])
    static let promotionPreview = NamedSchema(
        "PromotionPreview",
        [
            "endpoints": .integer, "named": .array(.string), "updates": .array(.string),
            "vulnerabilities": .integer, "mayReboot": .integer, "leftOut": .integer,
            "reason": .optional(.string), "wayBack": .string,
        ])

    private static let bundleFigures = NamedSchema(
        "BundleFigures",
        [
            "endpoints": .integer, "all": .integer, "part": .integer, "none": .integer,
            "unknown": .integer, "verified": .integer, "failed": .integer, "underWay": .integer,
            "gone": .integer, "notBegun": .integer,
        ])
    static let bundleReport = NamedSchema(
        "BundleReport",
        [
            "bundle": .named(bundle), "at": .time, "figures": .named(bundleFigures),
            "steps": .array(
                .object([
                    "deployment": .identifier("dep"), "place": .string,
                    "state": .oneOf(Deployment.State.allCases.map(\.rawValue)),
                    "endpoints": .integer, "verified": .integer, "failed": .integer,
                    "underWay": .integer,
                ])),
            "rows": .array(
                .object([
                    "endpoint": .identifier("ept"), "name": .string,
                    "holding": .oneOf(BundleReport.Holding.allCases.map(\.rawValue)),
                    "has": .integer, "of": .integer,
                    "outcome": .oneOf(BundleReport.Outcome.allCases.map(\.rawValue)),
                    "deployment": .optional(.identifier("dep")),
                ])),
        ])
}
