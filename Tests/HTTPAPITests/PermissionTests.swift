import Administration
import ControlPlane
import Fleet
import ServerRecords
import Testing

@testable import HTTPAPI

/// Every route of the table against every kind of asker. The cases come from the table, so that a
/// new route is tested without anybody thinking of it.
struct PermissionTests {
    @Test func `a route that is not public answers nobody`() async throws {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes {
            if case .public = route.permission { continue }
            let answer = await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours),
                body: try Samples.body(of: route, fixture.ours))
            #expect(answer.status == 401, "\(route.name)")
            #expect(answer.code == "E_UNAUTHENTICATED", "\(route.name)")
        }
    }

    @Test(arguments: Role.allCases)
    func `a role reaches exactly the routes whose permission it has`(_ role: Role) async throws {
        let untouched = try await Fixture()
        for route in untouched.server.table.routes {
            guard case .principal(let permission) = route.permission else { continue }
            let isAllowed = role.permissions.contains(permission)
            // A fresh world for each route that is reached: some of them change it.
            let fixture = isAllowed && route.method != .get ? try await Fixture() : untouched
            let isUnblocking = route.query.contains { $0.name == "version" }
            let blocked =
                isUnblocking
                ? "&package=\(Fixture.blocked.package)&version=\(Fixture.blocked.version)" : ""
            // Whoever is over several tenants must name the one in which something is changed.
            let namesTenant =
                route.method != .get && route.query.contains { $0.name == "tenant" }
            let answer = await fixture.call(
                route.method.rawValue,
                fixture.target(route, of: fixture.ours)
                    + (namesTenant ? "?tenant=\(fixture.ours.tenant.id)\(blocked)" : ""),
                as: role.isOfTenant ? .ours(role) : .provider(role),
                body: try Samples.body(of: route, fixture.ours))
            if isAllowed {
                // The sample world has no recipe, verdict or feed of verdicts that could be taken away.
                let hasNoSample =
                    route.path.parameterNames == ["name"]
                    || route.path.description.hasPrefix("/api/v1/verdict")
                let isMissing = answer.status == 404 && hasNoSample
                #expect(
                    (200..<300).contains(answer.status) || answer.status == 409 || isMissing,
                    "\(route.name): \(answer.status) \(answer.text)")
            } else {
                #expect(answer.status == 403, "\(route.name)")
                #expect(answer.code == "E_FORBIDDEN", "\(route.name)")
            }
        }
    }

    @Test func `what belongs to a foreign tenant does not exist, on any route`() async throws {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes where !route.path.parameterNames.isEmpty {
            // An inventory is named by its content, and stored for the sender's own tenant.
            guard route.path.parameterNames != ["digest"] else { continue }
            let asker: Fixture.Asker =
                route.audience == .agent ? .theirAgent : .theirs(.administrator)
            let before = try await fixture.auditCount()
            let answer = await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours), as: asker,
                body: try Samples.body(of: route, fixture.theirs))
            #expect(answer.status == 404, "\(route.name): \(answer.status) \(answer.text)")
            #expect(try await fixture.auditCount() == before, "\(route.name) changed something")
        }
    }

    @Test func `a body or a filter that names a foreign tenant finds nothing`() async throws {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes where route.audience == .program {
            guard case .principal = route.permission, route.path.parameterNames.isEmpty else {
                continue
            }
            var target = route.path.description
            if route.query.contains(where: { $0.name == "tenant" }) {
                target += "?tenant=\(fixture.ours.tenant.id)"
            }
            let answer = await fixture.call(
                route.method.rawValue, target, as: .theirs(.administrator),
                body: try Samples.body(of: route, fixture.ours))
            for identifier in fixture.ours.identifiers {
                #expect(
                    !answer.text.contains("\"\(identifier)\""),
                    "\(route.name) shows \(identifier) to a foreign tenant")
            }
            if route.request != nil {
                #expect(answer.status >= 400, "\(route.name): \(answer.text)")
            }
        }
    }

    @Test func `an agent's token opens no route for people, and a person's none for agents`()
        async throws
    {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes {
            let asker: Fixture.Asker
            switch route.permission {
            case .public: continue
            case .agent: asker = .provider(.administrator)
            case .signedIn, .principal: asker = .ourAgent
            }
            let answer = await fixture.call(
                route.method.rawValue, fixture.target(route, of: fixture.ours), as: asker,
                body: try Samples.body(of: route, fixture.ours))
            #expect(answer.status == 401, "\(route.name)")
        }
    }

    @Test func `an agent reports only on its own jobs`() async throws {
        let fixture = try await Fixture()
        for route in fixture.server.table.routes
        where route.audience == .agent && route.path.parameterNames == ["job"] {
            let body = try Samples.body(of: route, fixture.ours)
            let target = fixture.target(route, of: fixture.ours)
            #expect(await fixture.call("POST", target, as: .theirAgent, body: body).status == 404)
            #expect(await fixture.call("POST", target, as: .ourAgent, body: body).status == 200)
        }
    }

    @Test func `every public route says why it is public`() async throws {
        for route in try await Fixture().server.table.routes {
            if case .public(let reason) = route.permission {
                #expect(reason.count > 10, "\(route.name)")
            }
        }
    }
}
