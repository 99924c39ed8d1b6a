import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import ServerRecords
import VerdictFeeds
import VerdictPages
import Verdicts

/// Feeds of verdicts, what is said of updates, and operators' own words.
extension Dashboard {
    static let verdictRoutes: [Route] = [
        page(
            Place.verdicts.path, .principal(.view), "What is said of updates, and by whom.",
            query: [
                tenantField,
                QueryParameter("search", .string, "Part of a package, version or vulnerability."),
                QueryParameter(
                    "verdict", .oneOf(VerdictWord.allCases.map(\.rawValue)), "Only what says this."),
                QueryParameter("whose", .string, "“own”, or “feed:” and the name of a feed."),
                QueryParameter("from", .integer, "How many stand before the first one shown."),
            ]
        ) { visit in try await verdicts(visit) },
        action(
            Place.verdicts.path, .principal(.approve), "Says ok, caution or block of an update."
        ) { visit, form in
            guard let word = form["verdict"].flatMap(VerdictWord.init(rawValue:)) else {
                throw Refusal(
                    .malformed, "E_VERDICTS_ENTRY", "A verdict is ok, caution or block.",
                    nextStep: "Choose one of them.")
            }
            let draft = VerdictDraft(
                tenant: try place(form), word,
                package: line(form, "package"), version: line(form, "version"),
                vulnerability: line(form, "vulnerability")?.uppercased(),
                reason: line(form, "reason") ?? "")
            return try await onVerdicts(visit, VerdictEditing(word: draft), .verdictSaid) {
                _ = try await visit.useCases.sayVerdict(draft, by: visit.principal)
            }
        },
        action(
            Place.withdrawVerdict.path, .principal(.approve), "Takes one's own verdict back."
        ) { visit, form in
            try await onVerdicts(visit, VerdictEditing(), .verdictTakenBack) {
                try await visit.useCases.withdrawVerdict(
                    package: form["package"], version: form["version"],
                    vulnerability: form["vulnerability"],
                    of: try place(form), by: visit.principal)
            }
        },
        action(
            Place.verdictFeeds.path, .principal(.administer), "Follows a verdict feed."
        ) { visit, form in
            // What is no number of minutes up to a month is refused like an interval that is too short.
            let minutes = form["minutes"].map { text in
                Int64(text).flatMap { (1...44_640).contains($0) ? $0 : nil } ?? 0
            }
            let wish = VerdictSubscription(
                tenant: try place(form), name: line(form, "name") ?? "",
                source: line(form, "source") ?? "", key: line(form, "key") ?? "",
                intervalSeconds: minutes.map { $0 * 60 })
            return try await onVerdicts(
                visit, VerdictEditing(subscription: wish), .verdictFeedsChanged
            ) { _ = try await visit.useCases.subscribeVerdicts(wish, by: visit.principal) }
        },
        action(
            "/verdicts/feeds/{feed}/refresh", .principal(.administer), "Asks for a feed now."
        ) { visit, form in
            try await onVerdicts(visit, VerdictEditing(), .verdictFeedsChanged) {
                _ = try await visit.useCases.refreshVerdicts(
                    visit.call.parameters["feed"] ?? "",
                    of: try place(form), by: visit.principal)
            }
        },
        page(
            "/verdicts/feeds/{feed}/unsubscribe", .principal(.administer),
            "The question before a feed is left.", query: [tenantField]
        ) { visit in
            let tenant: TenantID? = try visit.call.queryIdentifier("tenant")
            let feed = try await visit.useCases.verdictFeeds(of: tenant, by: visit.principal)
                .first { $0.name == visit.call.parameters["feed"] && $0.tenant == tenant }
            guard let feed, visit.principal.scope == .provider else {
                throw Refusal.notFound("verdict feed")
            }
            return unsubscribePage(feed, chrome: visit.chrome)
        },
        action(
            "/verdicts/feeds/{feed}/unsubscribe", .principal(.administer), "Leaves a feed."
        ) { visit, form in
            try await onVerdicts(visit, VerdictEditing(), .verdictFeedsChanged) {
                try await visit.useCases.unsubscribeVerdicts(
                    visit.call.parameters["feed"] ?? "",
                    of: try place(form), by: visit.principal)
            }
        },
    ]

    /// Whose it is to be: nobody's in particular where the field is empty, which for the provider is
    /// everybody's; so one that cannot be read is refused.
    private static func place(_ form: FormFields) throws(Refusal) -> TenantID? {
        guard let text = form["tenant"] else { return nil }
        guard let tenant = TenantID(text) else {
            throw Refusal(
                .malformed, "E_MALFORMED", "The form names no tenant that can be read.",
                nextStep: "Choose a tenant, or all of them.")
        }
        return tenant
    }

    /// A field's text without blanks around it; `nil` when nothing else is there.
    private static func line(_ form: FormFields, _ name: String) -> String? {
        let words = (form[name] ?? "").split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private static func verdicts(
        _ visit: Visit, _ editing: VerdictEditing = VerdictEditing()
    ) async throws -> HTML {
        let (call, principal) = (visit.call, visit.principal)
        // The address of a form has no filter.
        let isList = editing.refused == nil
        let tenant: TenantID? = isList ? try call.queryIdentifier("tenant") : nil
        var filter = VerdictFilter(
            search: isList ? call.query["search"] : nil,
            word: isList ? try call.queryValue("verdict", VerdictWord.init(rawValue:)) : nil)
        filter.narrow(toWhose: isList ? call.query["whose"] : nil)
        let from =
            isList ? try call.queryNumber("from", in: 0...mostVerdictsBefore, standard: 0) : 0
        let listing = VerdictListing(
            tenant: tenant, feeds: try await visit.useCases.verdictFeeds(of: tenant, by: principal),
            said: try await visit.useCases.verdicts(
                of: tenant, filter, skipping: from, limit: VerdictListing.rows, by: principal),
            filter: filter, from: from, isProvider: principal.scope == .provider)
        return verdictsPage(listing, editing: editing, chrome: visit.chrome)
    }

    /// The furthest that the list of verdicts is turned over: more than all feeds may say.
    private static let mostVerdictsBefore = 10_000_000

    private static func onVerdicts(
        _ visit: Visit, _ editing: VerdictEditing, _ notice: Notice,
        _ act: () async throws -> Void
    ) async throws -> Answer {
        do {
            try await act()
            return .redirect(to: .verdicts, notice)
        } catch let refusal as Refusal where refusal.kind != .notFound {
            var editing = editing
            editing.refused = refusal
            return .html(
                try await verdicts(visit, editing).rendered(), status: refusal.kind.httpStatus)
        }
    }
}
