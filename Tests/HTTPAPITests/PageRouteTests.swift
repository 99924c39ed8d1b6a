import Administration
import ControlPlane
import Dashboard
import Fleet
import ServerRecords
import Testing
import Trust

@testable import HTTPAPI

/// Every page and every form of the dashboard as each role, called with a session as a browser calls
/// them. The table is written by hand after docs/roles.md, and not made from the routes: one that
/// demands too little, or is not in it, is found.
struct PageRouteTests {
    /// What each page and form is for, and so which right it demands.
    private static let rights: [Permission: String] = [
        .view: """
        GET /, GET /endpoints, GET /endpoints/{endpoint}, GET /endpoints/{endpoint}/packages,
        GET /endpoints/{endpoint}/history, GET /endpoints/{endpoint}/jobs,
        GET /endpoints/{endpoint}/evidence, GET /triages, GET /triages/{triage},
        GET /endpoints/{endpoint}/vulnerabilities, GET /updates, GET /vulnerabilities,
        GET /vulnerabilities/exposure, GET /vulnerabilities/{vulnerability},
        GET /vulnerabilities/{vulnerability}/history, GET /end-of-life, GET /alerts, GET /feeds,
        GET /policies, GET /policies/plan, GET /policies/windows, GET /policies/{policy},
        GET /policies/{policy}/history, GET /plans, GET /plans/{plan}, GET /approvals,
        GET /exceptions, GET /groups, GET /verdicts, GET /recipes, GET /requests,
        GET /bundles, GET /bundles/{bundle},
        GET /deployments, GET /deployments/{deployment}, GET /deployments/{deployment}/live,
        GET /jobs/{job}, GET /jobs/{job}/live, GET /emergencies, GET /emergencies/{emergency},
        GET /tenants, GET /roles
        """,
        .request: """
        GET /updates/endpoints, POST /deployments/review, POST /requests, POST /requests/run,
        POST /requests/{request}/withdraw, POST /exceptions, POST /plans, POST /bundles
        """,
        .approve: """
        GET /approvals/new, POST /approvals/new, POST /approvals/chosen, POST /approvals/unblock,
        POST /approvals/{approval}/end, POST /bundles/{bundle}/approve,
        POST /bundles/{bundle}/decline, POST /bundles/{bundle}/promotions,
        POST /deployments, POST /exceptions/{exception}/approve,
        POST /exceptions/{exception}/end, POST /requests/{request}/grant,
        POST /requests/{request}/refuse, POST /verdicts, POST /verdicts/withdraw,
        GET /vulnerabilities/{vulnerability}/emergency, POST /emergencies/{emergency}/agree,
        POST /emergencies/{emergency}/review
        """,
        .deploy: """
        POST /bundles/{bundle}/pause, POST /bundles/{bundle}/resume,
        POST /bundles/{bundle}/rollback,
        GET /deployments/{deployment}/cancel, POST /deployments/{deployment}/cancel,
        GET /deployments/{deployment}/halt, POST /deployments/{deployment}/halt,
        GET /deployments/{deployment}/resume, POST /deployments/{deployment}/resume,
        GET /deployments/{deployment}/rollback, POST /deployments/{deployment}/rollback,
        GET /rollback, POST /rollback, POST /jobs/{job}/cancel, GET /endpoints/{endpoint}/reboot,
        POST /endpoints/{endpoint}/reboot, POST /policies/windows, POST /policies/windows/end,
        POST /vulnerabilities/{vulnerability}/emergency, POST /end-of-life,
        POST /alerts/{alert}/acknowledge, POST /triages/{triage}/verdict
        """,
        .changePolicies: """
        GET /policies/new, POST /policies/new, GET /policies/{policy}/edit,
        POST /policies/{policy}/edit, GET /policies/{policy}/switch,
        POST /policies/{policy}/switch
        """,
        .manageEndpoints: """
        POST /endpoints/{endpoint}/scan, POST /endpoints/{endpoint}/traits,
        GET /endpoints/{endpoint}/retire, POST /endpoints/{endpoint}/retire, POST /groups,
        POST /groups/delete, POST /endpoints/{endpoint}/evidence, POST /triages/{triage}/scope
        """,
        .enrol: """
        GET /enrolment, POST /enrolment, GET /enrolment/{token}/revoke,
        POST /enrolment/{token}/revoke
        """,
        .administer: """
        POST /tenants, POST /tenants/sites, GET /users, POST /users, GET /users/{user}/disable,
        POST /users/{user}/disable, POST /feeds, POST /feeds/{feed}/refresh,
        POST /feeds/{feed}/confirm, POST /feeds/{feed}/remove, POST /feeds/{feed}/enable,
            POST /feeds/{feed}/disable, POST /recipes,
        POST /recipes/delete, POST /verdicts/feeds, POST /verdicts/feeds/{feed}/refresh,
        GET /verdicts/feeds/{feed}/unsubscribe, POST /verdicts/feeds/{feed}/unsubscribe
        """,
        .readAudit: "GET /audit, POST /audit/verify, GET /evidence/{evidence}",
    ]
    /// For everybody who has signed in, whatever the role.
    private static let own: Set = [
        "GET /account", "POST /account/password", "POST /theme", "POST /sign-out",
    ]
    /// For everybody.
    private static let open: Set = ["GET /sign-in", "POST /sign-in"]

    /// The right that each route demands.
    private static let table: [String: Permission] = {
        var table: [String: Permission] = [:]
        for (right, text) in rights {
            let names = text.replacing("\n", with: " ").split(separator: ",")
            for name in names {
                let name = name.split(separator: " ").joined(separator: " ")
                precondition(table[name] == nil, "\(name) stands twice")
                table[name] = right
            }
        }
        return table
    }()

    /// The files that pages refer to are apart.
    private static let routes = Dashboard.routes.filter { !$0.name.hasPrefix("GET /assets/") }

    /// What forms are sent with, where it needs more than a path; each of these must succeed.
    private static func form(_ name: String, of world: Fixture.World) -> String? {
        let tenant = "tenant=\(world.tenant.id)"
        let endpoint = "endpoint=\(world.endpoint)"
        let blocked = Fixture.blocked
        return switch name {
        case "POST /approvals/new": "verdict=approve&where=tenant&package=zlib&\(tenant)"
        case "POST /approvals/chosen": endpoint
        case "POST /approvals/unblock":
            "\(tenant)&manager=apt&package=\(blocked.package)&version=\(blocked.version)"
        case "POST /exceptions":
            "\(tenant)&name=Old&owner=anna&reason=Support+ends&control=No+network"
                + "&package=openjdk-8&until=2027-02-01T00:00"
        case "POST /requests": "\(tenant)&package=zlib&reason=Wanted"
        case "POST /plans": "\(tenant)&name=Tonight"
        case "POST /bundles": "\(tenant)&name=tonight&package=open*"
        case "POST /bundles/{bundle}/decline": "reason=It+breaks"
        case "POST /groups": "\(tenant)&name=db&members=tag+%3D+db&confirm=true"
        case "POST /endpoints/{endpoint}/traits": "tags=web&role=server&confirm=true"
        case "POST /tenants": "name=Coda"
        case "POST /tenants/sites": "\(tenant)&name=Annex"
        case "POST /users": "\(tenant)&name=erik&role=viewer"
        case "POST /emergencies/{emergency}/review": "text=Nothing+broke."
        case "POST /endpoints/{endpoint}/evidence": "reason=It+behaves+oddly."
        case "POST /triages/{triage}/scope": "text=This+one."
        case "POST /triages/{triage}/verdict":
            "verdict=noTraces&confirm=web-\(world.tenant.name)"
        case "POST /endpoints/{endpoint}/scan", "POST /alerts/{alert}/acknowledge",
            "POST /deployments/{deployment}/halt", "POST /audit/verify",
            "POST /approvals/{approval}/end", "POST /users/{user}/disable",
            "POST /enrolment/{token}/revoke", "POST /jobs/{job}/cancel",
            "POST /bundles/{bundle}/approve", "POST /bundles/{bundle}/pause",
            "POST /bundles/{bundle}/resume":
            ""
        default: nil
        }
    }

    /// Pages that want to be told more than their path.
    private static let pickyPages: Set = [
        "GET /updates/endpoints", "GET /vulnerabilities/{vulnerability}/emergency",
        "GET /verdicts/feeds/{feed}/unsubscribe", "GET /deployments/{deployment}/rollback",
    ]

    /// Somebody who has signed in, as a browser shows it.
    private struct Visitor {
        let headers: [String: String]

        init(_ role: Role, of fixture: Fixture) async throws {
            let name = "visitor-\(role.rawValue.lowercased())"
            _ = try await fixture.useCases.createUser(
                name: name, tenant: role.isOfTenant ? fixture.ours.tenant.id : nil, role: role,
                password: Fixture.password, by: .localAdministrator)
            let signedIn = try await fixture.useCases.signIn(
                name: name, password: Fixture.password, peer: "192.0.2.1")
            headers = [
                "cookie": "\(SessionCookie.name)=\(signedIn.sessionSecret.revealed)",
                "patchbay-csrf": signedIn.csrfToken,
                "content-type": "application/x-www-form-urlencoded",
            ]
        }

        func call(_ route: Route, of fixture: Fixture) async -> Answer {
            let form = PageRouteTests.form(route.name, of: fixture.ours) ?? ""
            return await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours), headers: headers,
                body: route.method == .get ? [] : Array(form.utf8))
        }
    }

    @Test func `each route of the dashboard stands in the table, and nothing else does`() {
        let known = Set(Self.table.keys).union(Self.own).union(Self.open)
        let there = Set(Self.routes.map(\.name))
        #expect(there.subtracting(known).sorted() == [], "say which right each demands")
        #expect(known.subtracting(there).sorted() == [], "these are no routes")
        #expect(Self.routes.count == there.count)
    }

    @Test func `who has not signed in is led to the form, whatever is asked for`() async throws {
        let fixture = try await Fixture(pages: Dashboard.routes)
        for route in Self.routes where !Self.open.contains(route.name) {
            let answer = await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours))
            let goal = answer.header("location") ?? ""
            let isLed = answer.status == 303 && goal.hasPrefix("/sign-in")
            #expect(isLed || answer.status == 401, "\(route.name): \(answer.status) \(goal)")
        }
    }

    @Test(arguments: Role.allCases)
    func `what a role may not do is refused on every page and in every form, and changes nothing`(
        _ role: Role
    ) async throws {
        let fixture = try await Fixture(pages: Dashboard.routes)
        let visitor = try await Visitor(role, of: fixture)
        let before = try await fixture.auditCount()
        var denied = 0
        for route in Self.routes {
            guard let right = Self.table[route.name], !role.permissions.contains(right) else {
                continue
            }
            denied += 1
            let answer = await visitor.call(route, of: fixture)
            #expect(answer.status == 403, "\(route.name): \(answer.status)")
        }
        #expect(denied > 0 || role == .administrator)
        #expect(try await fixture.auditCount() == before)
    }

    @Test(arguments: Role.allCases)
    func `what a role may do is done on every page and in every form`(_ role: Role) async throws {
        let fixture = try await Fixture(pages: Dashboard.routes)
        let visitor = try await Visitor(role, of: fixture)
        let allowed = Self.routes.filter { route in
            Self.own.contains(route.name)
                || Self.table[route.name].map(role.permissions.contains) == true
        }
        #expect(!allowed.isEmpty)
        for route in allowed.sorted(by: Self.comesFirst) {
            let answer = await visitor.call(route, of: fixture)
            let said = "\(route.name): \(answer.status)"
            #expect(!answer.text.contains("E_FORBIDDEN"), "\(said)")
            // A wrong password is answered as at the form to sign in.
            let isKnown = answer.status != 401 || route.name == "POST /account/password"
            #expect(isKnown && answer.status < 500, "\(said)")
            let isWhole =
                route.method == .get
                ? !Self.pickyPages.contains(route.name)
                : Self.form(route.name, of: fixture.ours) != nil
            guard isWhole else { continue }
            #expect(
                (200..<400).contains(answer.status) || answer.status == 409,
                "\(said) \(answer.text)")
            #expect(answer.header("location")?.hasPrefix("/sign-in") != true, "\(said)")
        }
    }

    /// Pages come before forms, and what ends something comes last.
    private static func comesFirst(_ left: Route, _ right: Route) -> Bool {
        (rank(left), left.name) < (rank(right), right.name)
    }

    private static func rank(_ route: Route) -> Int {
        if route.method == .get { return 0 }
        if route.name == "POST /sign-out" { return 3 }
        let ends = ["retire", "disable", "revoke", "cancel", "delete", "remove", "end"]
        return ends.contains { route.name.hasSuffix("/\($0)") } ? 2 : 1
    }
}
