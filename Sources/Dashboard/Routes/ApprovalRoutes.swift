import Administration
import ControlPlane
import Exclusions
import Fleet
import Groups
import HTMLTree
import HTTPAPI
import PageParts
import Policy
import RequestPages
import ServerRecords

/// What people say of updates and endpoints, and the risks that they accept.
extension Dashboard {
    static let approvalRoutes: [Route] = [
        page(
            Place.approvals.path, .principal(.view), "What people have said of updates.",
            query: [tenantField]
        ) { visit in
            try await approvals(visit, tenant: try visit.call.queryIdentifier("tenant"))
        },
        action(Place.unblock.path, .principal(.approve), "Lets a blocked version go out again.") {
            visit, form in
            do {
                try await visit.useCases.unblock(
                    VersionToUnblock(
                        tenant: form["tenant"].flatMap(TenantID.init),
                        manager: form["manager"].flatMap(PackageManagerName.init(rawValue:))
                            ?? .apt,
                        package: form["package"] ?? "", version: form["version"] ?? ""),
                    by: visit.principal)
                return .redirect(to: .approvals, .takenBack)
            } catch let refusal as Refusal {
                return .html(
                    try await approvals(visit, tenant: nil, refused: refusal).rendered(),
                    status: refusal.kind.httpStatus)
            }
        },
        page(
            Place.decide.path, .principal(.approve), "A form to say something of updates.",
            query: [
                tenantField,
                QueryParameter(
                    "update", .string, "An update: name@version; may stand more than once."),
            ]
        ) { visit in
            decidePage(
                Deciding(
                    updates: visit.call.query.all("update")
                        .compactMap(MissingUpdateKey.init(text:)),
                    tenant: try visit.call.queryIdentifier("tenant")), chrome: visit.chrome)
        },
        action(
            Place.decideChosen.path, .principal(.approve),
            "A form to say something of chosen updates on chosen endpoints.",
            bodyLimit: decisionBodyLimit
        ) { visit, form in
            .html(decidePage(try await deciding(visit, form), chrome: visit.chrome).rendered())
        },
        action(
            Place.decide.path, .principal(.approve), "Stores what somebody says of updates.",
            bodyLimit: decisionBodyLimit
        ) { visit, form in try await decide(visit, form) },
        action(
            "/approvals/{approval}/end", .principal(.approve), "Takes back what was said."
        ) { visit, _ in
            _ = try await visit.useCases.endApproval(
                try visit.call.identifier("approval"), by: visit.principal)
            return .redirect(to: .approvals, .takenBack)
        },
    ]

    /// The most rows of the lists of what people have said.
    private static let decisionRows = 200
    /// The largest form, in bytes: 1,000 endpoints and as many updates of about 60 bytes each.
    private static let decisionBodyLimit = 256 * 1024
    /// The most updates that are decided about at once.
    private static let mostDecided = 500

    private static func approvals(
        _ visit: Visit, tenant: TenantID?, refused: Refusal? = nil
    ) async throws -> HTML {
        let items = try await visit.useCases.approvals(
            by: visit.principal, tenant: tenant, includingEnded: true, limit: decisionRows)
        return approvalsPage(
            await visit.useCases.withLeftOpen(items, by: visit.principal),
            blocked: try await visit.useCases.blockedVersions(
                by: visit.principal, tenant: tenant),
            tenant: tenant, refused: refused, chrome: visit.chrome)
    }

    /// Blocks the chosen versions, each as it is missing now.
    private static func block(_ visit: Visit, _ form: FormFields) async throws {
        let updates = form.all("update").compactMap(MissingUpdateKey.init(text:))
        guard updates.count <= mostDecided else {
            throw Refusal(
                .tooLarge, "E_SELECTION_UPDATES",
                "At most \(mostDecided) versions are blocked at once.", nextStep: "Choose fewer.")
        }
        for update in updates {
            _ = try await visit.useCases.block(
                VersionToBlock(
                    tenant: form["tenant"].flatMap(TenantID.init),
                    manager: try await manager(of: update, visit), package: update.name,
                    version: update.candidate, reason: form["reason"] ?? ""), by: visit.principal)
        }
    }

    /// The package manager of an update, which the lists of missing updates do not name.
    private static func manager(
        of update: MissingUpdateKey, _ visit: Visit
    ) async throws -> PackageManagerName? {
        let page = try await visit.useCases.endpoints(
            EndpointFilter(missing: update, limit: 1), by: visit.principal)
        guard let endpoint = page.items.first else { return nil }
        return try await visit.useCases.endpoint(endpoint.id, by: visit.principal).decisions
            .first {
                $0.update.name == update.name && $0.update.candidate == update.candidate
            }?.update.manager
    }

    private static func deciding(
        _ visit: Visit, _ form: FormFields, refused: Refusal? = nil
    ) async throws -> Deciding {
        var deciding = Deciding(
            updates: form.all("update").compactMap(MissingUpdateKey.init(text:)),
            endpoints: form.all("endpoint").compactMap(EndpointID.init),
            tenant: form["tenant"].flatMap(TenantID.init), reason: form["reason"] ?? "",
            refused: refused)
        deciding.package = form["package"] ?? ""
        deciding.version = form["version"] ?? ""
        deciding.verdict = form["verdict"] ?? deciding.verdict
        if let only = deciding.endpoints.first {
            let detail = try await visit.useCases.endpoint(only, by: visit.principal)
            deciding.tenant = detail.item.tenant
            if deciding.endpoints.count == 1 { deciding.endpointName = detail.item.name }
        }
        return deciding
    }

    private static func decide(_ visit: Visit, _ form: FormFields) async throws -> Answer {
        var notice = Notice.decided
        do {
            if form["do"] == previewAct, form["verdict"] != blockVerdict {
                var page = try await deciding(visit, form)
                for draft in try drafts(form) {
                    page.previews.append(
                        try await visit.useCases.preview(draft, by: visit.principal))
                }
                return .html(decidePage(page, chrome: visit.chrome).rendered())
            }
            if form["verdict"] == blockVerdict {
                try await block(visit, form)
            } else {
                for draft in try drafts(form) {
                    let said = try await visit.useCases.decide(draft, by: visit.principal)
                    let item = await visit.useCases.remarked(said, by: visit.principal)
                    if item.warning != nil { notice = .decidedNothing }
                }
            }
            let endpoints = form.all("endpoint").compactMap(EndpointID.init)
            let back =
                endpoints.count == 1
                ? endpoints.first.map { Place.endpoint($0) } ?? .approvals : .approvals
            return .redirect(to: back, notice)
        } catch let refusal as Refusal {
            let page = decidePage(
                try await deciding(visit, form, refused: refusal), chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }

    /// One word for each chosen update, or for the package that was typed.
    private static func drafts(_ form: FormFields) throws -> [ApprovalDraft] {
        guard let verdict = form["verdict"].flatMap(ApprovalDraft.Verdict.init(rawValue:)) else {
            throw Refusal(
                .malformed, "E_MALFORMED", "The form does not say what is decided.",
                nextStep: "Choose one of the four.")
        }
        var draft = ApprovalDraft(verdict, tenant: form["tenant"].flatMap(TenantID.init))
        draft.reason = form["reason"]
        draft.until = form["until"].flatMap { Timestamp("\($0):00Z") }
        if form["where"] != "tenant" {
            let endpoints = form.all("endpoint").compactMap(EndpointID.init)
            draft.endpoints = endpoints.isEmpty ? nil : endpoints
        }
        let updates = form.all("update").compactMap(MissingUpdateKey.init(text:))
        guard updates.count <= mostDecided else {
            throw Refusal(
                .tooLarge, "E_SELECTION_UPDATES",
                "At most \(mostDecided) updates are decided about at once.",
                nextStep: "Choose fewer, or write a rule into a policy.")
        }
        guard !updates.isEmpty else {
            draft.package = form["package"]
            draft.version = form["version"].flatMap { $0.isEmpty ? nil : $0 }
            return [draft]
        }
        return updates.map { update in
            var each = draft
            each.package = update.name
            each.version = form["versions"] == "every" ? nil : update.candidate
            return each
        }
    }

    static let exceptionRoutes: [Route] = [
        page(
            Place.exceptions.path, .principal(.view), "Accepted risks.", query: [tenantField]
        ) { visit in try await exceptions(visit) },
        action(Place.exceptions.path, .principal(.request), "Asks for a risk to be accepted.") {
            visit, form in
            if form["do"] == previewAct { return try await previewException(visit, form) }
            return try await onExceptions(visit) {
                let record = try await visit.useCases.requestException(
                    try draft(form), by: visit.principal)
                // It is asked for, whatever becomes of this question.
                let warning = try? await visit.useCases.warning(
                    about: record, by: visit.principal)
                return warning == nil ? .exceptionRequested : .exceptionForNothing
            }
        },
        action(
            "/exceptions/{exception}/approve", .principal(.approve), "Accepts a risk."
        ) { visit, _ in
            try await onExceptions(visit) {
                _ = try await visit.useCases.approveException(
                    try visit.call.identifier("exception"), by: visit.principal)
                return .exceptionChanged
            }
        },
        action(
            "/exceptions/{exception}/end", .principal(.approve), "Ends an accepted risk."
        ) { visit, _ in
            try await onExceptions(visit) {
                _ = try await visit.useCases.endException(
                    try visit.call.identifier("exception"), by: visit.principal)
                return .exceptionChanged
            }
        },
    ]

    private static func draft(_ form: FormFields) throws(Refusal) -> ExceptionDraft {
        guard let until = form["until"].flatMap({ Timestamp("\($0):00Z") }) else {
            throw Refusal(
                .malformed, "E_EXCEPTION_INVALID", "An exception needs an end.",
                nextStep: "Choose the day and time.")
        }
        func text(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
        return ExceptionDraft(
            tenant: form["tenant"].flatMap(TenantID.init), name: form["name"] ?? "",
            owner: form["owner"] ?? "", reason: form["reason"] ?? "",
            compensatingControl: form["control"] ?? "", package: text("package"),
            version: text("version"),
            vulnerabilities: text("vulnerabilities").map { list in
                list.split { $0 == "," || $0 == " " }.map(String.init)
            }, endpoints: text("endpoints"), expiresAt: until)
    }

    private static func exceptions(
        _ visit: Visit, typed: TypedException = TypedException(), refused: Refusal? = nil
    ) async throws -> HTML {
        let isAsked = refused == nil && typed.preview == nil
        let tenant: TenantID? = isAsked ? try visit.call.queryIdentifier("tenant") : nil
        let records = try await visit.useCases.exceptions(
            by: visit.principal, tenant: tenant, limit: decisionRows)
        return exceptionsPage(
            records,
            open: await visit.useCases.openRisks(leftBy: records, seenBy: visit.principal),
            tenant: tenant, typed: typed, refused: refused, chrome: visit.chrome)
    }

    /// Shows what would stay open by a risk that is typed, with what has been typed.
    private static func previewException(
        _ visit: Visit, _ form: FormFields
    ) async throws -> Answer {
        var typed = TypedException(
            Dictionary(form.fields.map { ($0.name, $0.value) }) { first, _ in first })
        do {
            let preview = try await visit.useCases.preview(try draft(form), by: visit.principal)
            typed.preview = preview.sentence
            return .html(try await exceptions(visit, typed: typed).rendered())
        } catch let refusal as Refusal where refusal.kind != .notFound {
            return .html(
                try await exceptions(visit, typed: typed, refused: refusal).rendered(),
                status: refusal.kind.httpStatus)
        }
    }

    private static func onExceptions(
        _ visit: Visit, _ act: () async throws -> Notice
    ) async throws -> Answer {
        do {
            return .redirect(to: .exceptions, try await act())
        } catch let refusal as Refusal where refusal.kind != .notFound {
            return .html(
                try await exceptions(visit, refused: refusal).rendered(),
                status: refusal.kind.httpStatus)
        }
    }

    static let groupRoutes: [Route] = [
        page(Place.groups.path, .principal(.view), "Groups.", query: [tenantField]) { visit in
            try await groups(visit)
        },
        action(
            Place.groups.path, .principal(.manageEndpoints),
            "Saves a group, or shows who would join and leave."
        ) { visit, form in
            let draft = groupDraft(form)
            guard form["do"] == GroupEditing.Act.preview.rawValue else {
                return try await onGroups(visit, GroupEditing(draft: draft)) {
                    _ = try await visit.useCases.saveGroup(draft, by: visit.principal)
                }
            }
            return .html(
                try await groups(visit, GroupEditing(draft: draft, act: .preview)).rendered())
        },
        action(Place.dropGroup.path, .principal(.manageEndpoints), "Removes a group.") {
            visit, form in
            let draft = groupDraft(form)
            return try await onGroups(visit, GroupEditing(draft: draft, act: .remove)) {
                try await visit.useCases.deleteGroup(
                    draft.name, of: draft.tenant, confirm: draft.confirm, by: visit.principal)
            }
        },
        action(
            "/endpoints/{endpoint}/traits", .principal(.manageEndpoints),
            "Says something of an endpoint."
        ) { visit, form in
            let id: EndpointID = try visit.call.identifier("endpoint")
            let exposed = form["exposed"].flatMap { ["yes": true, "no": false][$0] }
            let criticality = form["criticality"].flatMap(Criticality.init(rawValue:))
            // A tenant without sites has no such field; “None” is an empty one.
            let site = form.fields.contains { $0.name == "site" } ? form["site"] ?? "" : nil
            let change = TraitChange(
                tags: (form["tags"] ?? "").split { $0 == "," || $0 == " " }.map(String.init),
                role: form["role"] ?? "", criticality: criticality, isExposed: exposed,
                forget: (criticality == nil ? ["criticality"] : [])
                    + (exposed == nil ? ["isExposed"] : []), site: site,
                confirm: form["confirm"] == "true")
            do {
                _ = try await visit.useCases.setTraits(change, of: id, by: visit.principal)
                return .redirect(to: .endpoint(id), .traitsSet)
            } catch let refusal as Refusal where refusal.code == "E_TRAITS_ACTS_NOW" {
                let detail = try await visit.useCases.endpoint(id, by: visit.principal)
                let asked = EndpointTraits(
                    role: change.role ?? "", tags: change.tags ?? [], criticality: criticality,
                    isExposed: exposed)
                return .html(
                    endpointPage(
                        detail,
                        asked: TraitEditing(
                            asked, site: form["site"].flatMap(SiteID.init), mustConfirm: true),
                        sites: try await sites(of: detail, visit), refused: refusal,
                        chrome: visit.chrome
                    ).rendered(), status: refusal.kind.httpStatus)
            }
        },
    ]

    private static func groupDraft(_ form: FormFields) -> GroupDraft {
        GroupDraft(
            tenant: form["tenant"].flatMap(TenantID.init), name: form["name"] ?? "",
            members: form["members"] ?? "", confirm: form["confirm"] == "true",
            mayOverlap: form["overlap"] == "true" ? true : nil)
    }

    /// The page; what was typed comes back with what it would do, unless it is taken away.
    private static func groups(
        _ visit: Visit, _ editing: GroupEditing? = nil
    ) async throws -> HTML {
        let tenant: TenantID? = editing == nil ? try visit.call.queryIdentifier("tenant") : nil
        let groups = try await visit.useCases.groups(by: visit.principal, tenant: tenant)
        let shown = try await visit.useCases.shown(groups)
        var shownEditing = editing ?? GroupEditing()
        if let editing, editing.act == .preview || editing.mustConfirm, editing.act != .remove {
            do {
                shownEditing.preview = try await visit.useCases.previewGroup(
                    editing.draft, by: visit.principal)
            } catch let refusal as Refusal {
                shownEditing.refused = editing.refused ?? refusal
            }
        }
        return groupsPage(shown, tenant: tenant, editing: shownEditing, chrome: visit.chrome)
    }

    private static func onGroups(
        _ visit: Visit, _ editing: GroupEditing, _ act: () async throws -> Void
    ) async throws -> Answer {
        do {
            try await act()
            return .redirect(to: .groups, .groupsChanged)
        } catch let refusal as Refusal {
            var editing = editing
            editing.refused = refusal
            return .html(
                try await groups(visit, editing).rendered(), status: refusal.kind.httpStatus)
        }
    }
}
