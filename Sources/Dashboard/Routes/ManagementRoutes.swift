import AccountPages
import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import HTTPTypes
import PageParts
import ServerRecords

/// Enrolment, tenants and sites, users, audit.
extension Dashboard {
    static let enrolmentRoutes: [Route] = [
        page(Place.enrolment.path, .principal(.enrol), "Enrolment tokens.") { visit in
            try await enrolment(visit)
        },
        action(Place.enrolment.path, .principal(.enrol), "Makes an enrolment token.") {
            visit, form in
            do {
                let token = try await visit.useCases.createEnrolmentToken(
                    by: visit.principal, tenant: form["tenant"].flatMap(TenantID.init),
                    site: form["site"].flatMap(SiteID.init), note: form["note"] ?? "",
                    lifetimeSeconds: form["lifetime"].flatMap { Int64($0) } ?? 0,
                    maximumUses: form["uses"].flatMap { Int($0) } ?? 0,
                    serverURLs: [form["address"] ?? ""])
                return .html(newTokenPage(token, chrome: visit.chrome).rendered())
            } catch let refusal as Refusal {
                let page = try await enrolment(visit, refused: refusal, address: form["address"])
                return .html(page.rendered(), status: refusal.kind.httpStatus)
            }
        },
        page("/enrolment/{token}/revoke", .principal(.enrol), "Asks before a token is revoked.") {
            visit in
            let id: TokenID = try visit.call.identifier("token")
            let tokens = try await visit.useCases.enrolmentTokens(by: visit.principal)
            guard let token = tokens.first(where: { $0.id == id }) else {
                throw Refusal.notFound("enrolment token")
            }
            return revokePage(token, chrome: visit.chrome)
        },
        action("/enrolment/{token}/revoke", .principal(.enrol), "Revokes an enrolment token.") {
            visit, _ in
            _ = try await visit.useCases.revokeEnrolmentToken(
                try visit.call.identifier("token"), by: visit.principal)
            return .redirect(to: .enrolment, .tokenRevoked)
        },
    ]

    private static func enrolment(
        _ visit: Visit, refused: Refusal? = nil, address: String? = nil
    ) async throws -> HTML {
        let tokens = try await visit.useCases.enrolmentTokens(by: visit.principal)
        let sites = try await visit.useCases.sites(by: visit.principal)
        // What the browser itself has reached the server by is the best guess of where endpoints
        // do.
        let host = visit.call.authority
        return enrolmentPage(
            tokens, sites: sites, address: address ?? "https://\(host)", refused: refused,
            chrome: visit.chrome)
    }

    static let directoryRoutes: [Route] = [
        page(Place.tenants.path, .principal(.view), "Tenants and their sites.") { visit in
            tenantsPage(try await visit.useCases.sites(by: visit.principal), chrome: visit.chrome)
        },
        action(Place.tenants.path, .principal(.administer), "Adds a tenant.") { visit, form in
            try await onTenants(visit, .tenantCreated) {
                _ = try await visit.useCases.createTenant(
                    name: form["name"] ?? "", by: visit.principal)
            }
        },
        action(Place.sites.path, .principal(.administer), "Adds a site to a tenant.") {
            visit, form in
            try await onTenants(visit, .siteCreated) {
                guard let tenant = form["tenant"].flatMap(TenantID.init) else {
                    throw Refusal.notFound("tenant")
                }
                _ = try await visit.useCases.createSite(
                    name: form["name"] ?? "", tenant: tenant, by: visit.principal)
            }
        },
        page(Place.roles.path, .principal(.view), "What each role may do.") { visit in
            rolesPage(own: visit.user.role, chrome: visit.chrome)
        },
        page(Place.users.path, .principal(.administer), "The people who sign in.") { visit in
            usersPage(try await visit.useCases.users(by: visit.principal), chrome: visit.chrome)
        },
        action(Place.users.path, .principal(.administer), "Adds a user.") { visit, form in
            try await onUsers(visit) {
                guard let role = form["role"].flatMap(Role.init(rawValue:)) else {
                    throw Refusal(
                        .malformed, "E_ROLE", "There is no such role.",
                        nextStep: "Choose one of the list.")
                }
                return try await visit.useCases.createUser(
                    name: form["name"] ?? "", tenant: form["tenant"].flatMap(TenantID.init),
                    role: role,
                    by: visit.principal)
            }
        },
        page("/users/{user}/disable", .principal(.administer), "Asks before a user is disabled.") {
            visit in
            let id: UserID = try visit.call.identifier("user")
            let users = try await visit.useCases.users(by: visit.principal)
            guard let user = users.first(where: { $0.id == id }) else {
                throw Refusal.notFound("user")
            }
            return disableUserPage(user, chrome: visit.chrome)
        },
        action("/users/{user}/disable", .principal(.administer), "Disables a user.") { visit, _ in
            _ = try await visit.useCases.disableUser(
                try visit.call.identifier("user"), by: visit.principal)
            return .redirect(to: .users, .userChanged)
        },
    ]

    private static func onTenants(
        _ visit: Visit, _ notice: Notice, _ act: () async throws -> Void
    ) async throws -> Answer {
        do {
            try await act()
            return .redirect(to: .tenants, notice)
        } catch let refusal as Refusal {
            let sites = try await visit.useCases.sites(by: visit.principal)
            let page = tenantsPage(sites, refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }

    private static func onUsers(_ visit: Visit, _ act: () async throws -> NewUser) async throws
        -> Answer
    {
        do {
            let made = try await act()
            let users = try await visit.useCases.users(by: visit.principal)
            return .html(usersPage(users, made: made, chrome: visit.chrome).rendered())
        } catch let refusal as Refusal {
            let users = try await visit.useCases.users(by: visit.principal)
            let page = usersPage(users, refused: refusal, chrome: visit.chrome)
            return .html(page.rendered(), status: refusal.kind.httpStatus)
        }
    }

    static let auditRoutes: [Route] = [
        page(
            Place.audit.path, .principal(.readAudit), "The audit log, newest first.",
            query: [
                QueryParameter("subject", .string, "Only entries about this identifier."),
                QueryParameter("before", .string, "Only entries before this one."),
            ]
        ) { visit in
            let before = try visit.call.queryValue("before", AuditCursor.init(text:))
            return try await audit(visit, subject: visit.call.query["subject"], before: before)
        },
        action(
            Place.verifyAudit.path, .principal(.readAudit), "Checks the chains of the audit log."
        ) { visit, _ in
            let verdict = try await visit.useCases.verifyAudit()
            return .html(try await audit(visit, verdict: verdict).rendered())
        },
    ]

    private static func audit(
        _ visit: Visit, subject: String? = nil, before: AuditCursor? = nil,
        verdict: AuditVerdict? = nil
    ) async throws -> HTML {
        let entries = try await visit.useCases.auditEntries(
            by: visit.principal, subject: subject, before: before, limit: auditRows)
        return auditPage(
            entries, subject: subject, isFirst: before == nil, verdict: verdict,
            chrome: visit.chrome)
    }
}
