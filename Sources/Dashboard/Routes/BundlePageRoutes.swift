import Administration
import BundlePages
import Bundles
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords

/// Bundles of updates.
extension Dashboard {
    static let bundleRoutes: [Route] = [
        page(
            Place.bundles.path, .principal(.view),
            "Bundles of updates, and the form for a new one.",
            query: [tenantField]
        ) { visit in try await bundles(visit) },
        action(Place.bundles.path, .principal(.request), "Makes a bundle.") { visit, form in
            do {
                let made = try await visit.useCases.makeBundle(
                    try bundleDraft(form), by: visit.principal)
                return .redirect(to: .bundle(made.id), .bundleChanged)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                return .html(
                    try await bundles(visit, refused: refusal).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
        page("/bundles/{bundle}", .principal(.view), "One bundle, and who has it.") { visit in
            try await bundle(visit)
        },
        bundleAction("approve", .approve, "Approves a bundle.") { visit, id, form in
            let answer = BundleAnswer(policiesToo: form["policies"] == "true" ? true : nil)
            _ = try await visit.useCases.approveBundle(id, answer, by: visit.principal)
        },
        bundleAction("decline", .approve, "Declines a bundle.") { visit, id, form in
            _ = try await visit.useCases.declineBundle(
                id, BundleAnswer(reason: form["reason"]), by: visit.principal)
        },
        bundleAction("promotions", .approve, "Brings a bundle to its next place.") {
            visit, id, form in
            let draft = PromotionDraft(
                policy: form["policy"] ?? "", ring: form["ring"], group: form["group"],
                acceptsNoWayBack: form["noWayBack"] == "true" ? true : nil)
            _ = try await visit.useCases.promoteBundle(id, draft, by: visit.principal)
        },
        bundleAction("pause", .deploy, "Pauses a bundle.") { visit, id, _ in
            _ = try await visit.useCases.pauseBundle(id, by: visit.principal)
        },
        bundleAction("resume", .deploy, "Lets a paused bundle go on.") { visit, id, _ in
            _ = try await visit.useCases.resumeBundle(id, by: visit.principal)
        },
        bundleAction("rollback", .deploy, "Takes a bundle back.") { visit, id, form in
            guard form["confirm"] == "true" else {
                throw Refusal(
                    .malformed, "E_CONFIRM", "Taking a bundle back must be confirmed.",
                    nextStep: "Tick the box.")
            }
            _ = try await visit.useCases.rollBackBundle(id, by: visit.principal)
        },
    ]

    private static func bundleAction(
        _ verb: String, _ permission: Permission, _ summary: String,
        act: @escaping @Sendable (Visit, BundleID, FormFields) async throws -> Void
    ) -> Route {
        action("/bundles/{bundle}/\(verb)", .principal(permission), summary) { visit, form in
            let id: BundleID = try visit.call.identifier("bundle")
            do {
                try await act(visit, id, form)
                return .redirect(to: .bundle(id), .bundleChanged)
            } catch let refusal as Refusal where refusal.kind != .notFound {
                return .html(
                    try await bundle(visit, refused: refusal).rendered(),
                    status: refusal.kind.httpStatus)
            }
        }
    }

    private static func bundles(_ visit: Visit, refused: Refusal? = nil) async throws -> HTML {
        let tenant: TenantID? = refused == nil ? try visit.call.queryIdentifier("tenant") : nil
        let bundles = try await visit.useCases.bundles(by: visit.principal, tenant: tenant)
        return bundlesPage(bundles, tenant: tenant, refused: refused, chrome: visit.chrome)
    }

    private static func bundle(_ visit: Visit, refused: Refusal? = nil) async throws -> HTML {
        let id: BundleID = try visit.call.identifier("bundle")
        let detail = try await visit.useCases.bundle(id, by: visit.principal)
        let report = try await visit.useCases.bundleReport(of: id, by: visit.principal)
        let policies = try await visit.useCases.policies(by: visit.principal).filter {
            $0.isEnabled && ($0.tenant == nil || $0.tenant == detail.bundle.tenant)
        }
        return bundlePage(
            report, lines: detail.lines, policies: Set(policies.map(\.name)).sorted(),
            refused: refused, chrome: visit.chrome)
    }

    private static func bundleDraft(_ form: FormFields) throws -> BundleDraft {
        func words(_ name: String) -> [String]? {
            form[name].map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        }
        func day(_ name: String) throws -> Timestamp? {
            try form[name].map { text in
                guard let day = Timestamp("\(text)T00:00:00Z") else {
                    throw Refusal(
                        .malformed, "E_BUNDLE_QUERY", "That is no day.",
                        nextStep: "Give it as 2026-11-21.")
                }
                return day
            }
        }
        let query = BundleQuery(
            packages: words("package"), origins: words("origin"),
            classes: form["class"].flatMap(UpdateClass.init(rawValue:)).map { [$0] },
            severity: form["severity"].flatMap(Severity.init(rawValue:)),
            vulnerabilities: words("cve"), knownExploited: form["kev"] == "true" ? true : nil,
            seenFrom: try day("from"), seenBefore: try day("before"))
        return BundleDraft(
            tenant: form["tenant"].flatMap(TenantID.init), name: form["name"] ?? "",
            query: query.isEmpty ? nil : query, approvers: form["two"] == "true" ? 2 : nil)
    }
}
