import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Testing
import Trust

@Suite struct `Access tokens of agents` {
    private let house: IdentityHouse
    private let key: DeviceKey
    private let endpoint: EndpointID
    private var useCases: UseCases { house.useCases }

    init() async throws {
        house = try await IdentityHouse()
        key = try house.newKey()
        let (_, text) = try await house.token()
        endpoint = try await house.useCases.enrol(house.request(text.secret, key)).endpoint
    }

    @Test func `are given for a signed assertion, and last fifteen minutes`() async throws {
        let answer = try await useCases.issueAccessToken(house.assertion(endpoint, key))
        #expect(answer.expiresIn == 900)
        let agent = try useCases.authenticateAgent(bearer: answer.accessToken)
        #expect(agent == AgentPrincipal(endpoint: endpoint, tenant: house.tenant.id))
        house.clock.advance(seconds: 899)
        #expect(
            await refusal { _ = try useCases.authenticateAgent(bearer: answer.accessToken) } == nil)
        house.clock.advance(seconds: 1)
        #expect(
            await refusal { _ = try useCases.authenticateAgent(bearer: answer.accessToken) }
                == "E_ACCESS_TOKEN_EXPIRED")
    }

    @Test func `are not given twice for one assertion`() async throws {
        let request = try house.assertion(endpoint, key)
        _ = try await useCases.issueAccessToken(request)
        #expect(
            await refusal { _ = try await useCases.issueAccessToken(request) }
                == "E_ASSERTION_REPLAYED")
        // As long as its age would let it pass, it is remembered.
        for _ in 0..<5 {
            house.clock.advance(seconds: 60)
            #expect(
                await refusal { _ = try await useCases.issueAccessToken(request) }
                    == "E_ASSERTION_REPLAYED")
        }
        house.clock.advance(seconds: 60)
        #expect(await refusal { _ = try await useCases.issueAccessToken(request) } == "E_CLOCK")
    }

    @Test func `are given once for an assertion that comes many times at once`() async throws {
        let request = try house.assertion(endpoint, key)
        let useCases = useCases
        let given = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 {
                group.addTask { (try? await useCases.issueAccessToken(request)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(given == 1)
    }

    @Test func `are refused to a retired endpoint, to another key and to an unknown endpoint`()
        async throws
    {
        let other = try house.assertion(endpoint, house.newKey())
        #expect(await refusal { _ = try await useCases.issueAccessToken(other) } == "E_ASSERTION")
        let unknown = try house.assertion(useCases.effects.newIdentifier(), key)
        #expect(await refusal { _ = try await useCases.issueAccessToken(unknown) } == "E_ASSERTION")
        let garbage = AccessTokenRequest(assertion: String(repeating: "a.", count: 100_000))
        #expect(await refusal { _ = try await useCases.issueAccessToken(garbage) } == "E_ASSERTION")
        _ = try await useCases.retire(endpoint, by: .localAdministrator)
        let retired = try house.assertion(endpoint, key)
        #expect(
            await refusal { _ = try await useCases.issueAccessToken(retired) }
                == "E_ENDPOINT_RETIRED")
    }

    @Test func `are refused to an endpoint whose clock is wrong, and it is told by how much`()
        async throws
    {
        let request = try house.assertion(endpoint, key, off: 7 * 60)
        let error = await #expect(throws: Refusal.self) {
            try await useCases.issueAccessToken(request)
        }
        #expect(error?.code == "E_CLOCK" && error?.kind == .unauthenticated)
        #expect(error?.message.contains("7 min ahead") == true)
    }

    @Test func `are refused for an assertion made for another server`() async throws {
        let assertion = DeviceAssertion(
            endpoint: endpoint, audience: "sha256:00", at: house.clock.now, nonce: house.random(16))
        let request = AccessTokenRequest(assertion: try assertion.signed(with: key))
        #expect(
            await refusal { _ = try await useCases.issueAccessToken(request) }
                == "E_ASSERTION_AUDIENCE")
    }

    @Test func `serve agents only, and a local administrator's serves the API only`() async throws {
        let agent = try await useCases.issueAccessToken(house.assertion(endpoint, key)).accessToken
        let local = useCases.keys.localAdministratorToken(at: house.clock.now)
        #expect(
            await refusal { _ = try await useCases.authenticateAPI(bearer: agent) } == "E_API_TOKEN"
        )
        #expect(
            await refusal { _ = try useCases.authenticateAgent(bearer: local) } == "E_ACCESS_TOKEN")
        #expect(try await useCases.authenticateAPI(bearer: local) == .localAdministrator)
        house.clock.advance(seconds: 300)
        #expect(
            await refusal { _ = try await useCases.authenticateAPI(bearer: local) }
                == "E_ACCESS_TOKEN_EXPIRED")
    }
}

@Suite struct `API tokens` {
    private let house: IdentityHouse
    private var useCases: UseCases { house.useCases }

    init() async throws { house = try await IdentityHouse() }

    @Test func `let a program in as far as they say`() async throws {
        let new = try await useCases.createAPIToken(
            by: .localAdministrator, note: "monitoring", tenant: house.tenant.id, role: .viewer,
            lifetimeSeconds: 3600)
        let principal = try await useCases.authenticateAPI(bearer: new.text)
        #expect(new.text.hasPrefix("pbt_"))
        #expect(principal.name == "token:\(new.token.id)")
        #expect(principal.scope == .tenant(house.tenant.id) && principal.permissions == [.view])
        house.clock.advance(seconds: 3600)
        #expect(
            await refusal { _ = try await useCases.authenticateAPI(bearer: new.text) }
                == "E_API_TOKEN")
    }

    @Test func `never see or do more than who makes them`() async throws {
        let other = try await useCases.createTenant(name: "Other", by: .localAdministrator)
        let own = Principal(
            name: "user:a", scope: .tenant(house.tenant.id),
            permissions: Role.administrator.permissions)
        let narrow = Principal(name: "user:b", scope: .provider, permissions: [.view, .administer])
        let foreign = await refusal {
            _ = try await useCases.createAPIToken(
                by: own, note: "", tenant: other.id, role: .viewer)
        }
        #expect(foreign == "E_NOT_FOUND")
        let unnamed = try await useCases.createAPIToken(by: own, note: "", role: .administrator)
        #expect(unnamed.token.tenant == house.tenant.id)
        let above = await refusal {
            _ = try await useCases.createAPIToken(by: narrow, note: "", role: .operatorRole)
        }
        #expect(above == "E_FORBIDDEN")
        let wide = try await useCases.createAPIToken(
            by: .localAdministrator, note: "", role: .viewer)
        #expect(try await useCases.apiTokens(by: own).map(\.id) == [unnamed.token.id])
        #expect(
            await refusal { _ = try await useCases.revokeAPIToken(wide.token.id, by: own) }
                == "E_NOT_FOUND")
    }

    @Test func `are of no use once revoked, nor are those made with them`() async throws {
        let first = try await useCases.createAPIToken(
            by: .localAdministrator, note: "", role: .administrator)
        let program = try await useCases.authenticateAPI(bearer: first.text)
        let second = try await useCases.createAPIToken(by: program, note: "", role: .viewer)
        _ = try await useCases.revokeAPIToken(first.token.id, by: .localAdministrator)
        for text in [first.text, second.text] {
            #expect(
                await refusal { _ = try await useCases.authenticateAPI(bearer: text) }
                    == "E_API_TOKEN")
        }
    }

    @Test(arguments: ["", "pbt_", "pbt_short", "Bearer", String(repeating: "pbt_a", count: 50_000)])
    func `that are none are refused`(text: String) async {
        #expect(
            await refusal { _ = try await useCases.authenticateAPI(bearer: text) } == "E_API_TOKEN")
    }

    @Test func `with one character changed are refused`() async throws {
        let text = try await useCases.createAPIToken(
            by: .localAdministrator, note: "", role: .viewer
        ).text
        for index in text.utf8.indices {
            var bytes = Array(text.utf8)
            let place = text.utf8.distance(from: text.utf8.startIndex, to: index)
            bytes[place] = bytes[place] == 65 ? 66 : 65
            let changed = String(decoding: bytes, as: UTF8.self)
            let code = await refusal { _ = try await useCases.authenticateAPI(bearer: changed) }
            #expect(code == "E_API_TOKEN", "\(place)")
        }
    }
}
