import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Testing
import Trust

@Suite struct `Enrolment` {
    private let house: IdentityHouse
    private var useCases: UseCases { house.useCases }

    init() async throws { house = try await IdentityHouse() }

    @Test func `makes a device an endpoint of the token's tenant`() async throws {
        let (id, text) = try await house.token()
        let key = try house.newKey()
        let answer = try await useCases.enrol(house.request(text.secret, key, machine: "m1"))
        #expect(answer.tenant == house.tenant.id)
        let record = try await house.ledger.read { try $0.endpoint(answer.endpoint, in: .provider) }
        #expect(record?.publicKey == key.publicKey && record?.name == "web-1")
        #expect(record?.machineFingerprint == "m1" && record?.enrolledAt == House.start)
        let tokens = try await useCases.enrolmentTokens(by: .localAdministrator)
        #expect(
            tokens.map(\.id) == [id] && tokens.map(\.uses) == [1]
                && tokens.map(\.state) == [.usedUp])
        #expect(try await house.actions().last == "endpoint.enrolled")
        #expect(text.fingerprint == useCases.keys.fingerprint)
    }

    @Test func `again with the same key and token gives the same endpoint and costs no use`()
        async throws
    {
        let (_, text) = try await house.token(uses: 1)
        let request = try house.request(text.secret, house.newKey())
        let first = try await useCases.enrol(request)
        let second = try await useCases.enrol(request)
        #expect(first == second)
        #expect(try await useCases.enrolmentTokens(by: .localAdministrator).map(\.uses) == [1])
        #expect(
            try await house.actions().suffix(2) == ["endpoint.enrolled", "endpoint.enrolledAgain"])
    }

    @Test func `of a known machine with another key makes a new endpoint, and the log says so`()
        async throws
    {
        let (_, text) = try await house.token(uses: 2)
        let first = try await useCases.enrol(
            house.request(text.secret, house.newKey(), machine: "m1"))
        let second = try await useCases.enrol(
            house.request(text.secret, house.newKey(), machine: "m1"))
        #expect(first.endpoint != second.endpoint)
        let entries = try await useCases.auditEntries(
            by: .localAdministrator, subject: second.endpoint.text)
        #expect(entries.map(\.action) == ["endpoint.possibleClone", "endpoint.enrolled"])
        #expect(entries.first?.sentence.contains(first.endpoint.text) == true)
    }

    @Test func `is refused with a token that is unknown, used up, expired or revoked`() async throws
    {
        let (_, once) = try await house.token()
        _ = try await useCases.enrol(house.request(once.secret, house.newKey()))
        let (_, brief) = try await house.token(lifetime: 60)
        let (id, revoked) = try await house.token()
        _ = try await useCases.revokeEnrolmentToken(id, by: .localAdministrator)
        house.clock.advance(seconds: 60)
        for (secret, code) in [
            (Secret(bytes: house.random(32)), "E_TOKEN_UNKNOWN"), (once.secret, "E_TOKEN_USED_UP"),
            (brief.secret, "E_TOKEN_EXPIRED"), (revoked.secret, "E_TOKEN_REVOKED"),
        ] {
            let request = try house.request(secret, house.newKey())
            #expect(await refusal { _ = try await useCases.enrol(request) } == code)
        }
        let endpoints = try await house.ledger.read {
            try $0.countEndpoints(EndpointQuery(scope: .provider, freshSince: House.start))
        }
        #expect(endpoints == 1)
    }

    @Test func `with the same key is refused once the token is revoked or expired`() async throws {
        let (id, text) = try await house.token(uses: 9, lifetime: 600)
        let request = try house.request(text.secret, house.newKey())
        _ = try await useCases.enrol(request)
        _ = try await useCases.revokeEnrolmentToken(id, by: .localAdministrator)
        #expect(await refusal { _ = try await useCases.enrol(request) } == "E_TOKEN_REVOKED")
        let (_, brief) = try await house.token(uses: 9, lifetime: 600)
        let other = try house.request(brief.secret, house.newKey())
        _ = try await useCases.enrol(other)
        house.clock.advance(seconds: 600)
        #expect(await refusal { _ = try await useCases.enrol(other) } == "E_TOKEN_EXPIRED")
    }

    @Test func `moves no key from one tenant to another, and costs no use in trying`() async throws
    {
        let other = try await useCases.createTenant(name: "Other", by: .localAdministrator)
        let key = try house.newKey()
        let (_, own) = try await house.token()
        let (_, foreign) = try await house.token(tenant: other)
        _ = try await useCases.enrol(house.request(own.secret, key))
        let request = try house.request(foreign.secret, key)
        #expect(await refusal { _ = try await useCases.enrol(request) } == "E_KEY_IN_USE")
        let unknown = try house.request(Secret(bytes: house.random(32)), key)
        #expect(await refusal { _ = try await useCases.enrol(unknown) } == "E_TOKEN_UNKNOWN")
        let tokens = try await useCases.enrolmentTokens(by: .localAdministrator, tenant: other.id)
        #expect(tokens.map(\.uses) == [0])
    }

    @Test func `does not bring a retired endpoint back`() async throws {
        let (_, text) = try await house.token(uses: 9)
        let request = try house.request(text.secret, house.newKey())
        let answer = try await useCases.enrol(request)
        _ = try await useCases.retire(answer.endpoint, by: .localAdministrator)
        #expect(await refusal { _ = try await useCases.enrol(request) } == "E_ENDPOINT_RETIRED")
    }

    @Test func `needs a proof for this very token and key`() async throws {
        let (_, text) = try await house.token(uses: 9)
        let (_, other) = try await house.token(uses: 9)
        let good = try house.request(text.secret, house.newKey())
        var stolenKey = good
        stolenKey.publicKey = Base64.encode(try house.newKey().publicKey)
        var otherToken = good
        otherToken.token = other.secret.revealed
        var shortKey = good
        shortKey.publicKey = "AAAA"
        var noProof = good
        noProof.proof = ""
        for request in [stolenKey, otherToken, shortKey, noProof] {
            #expect(await refusal { _ = try await useCases.enrol(request) } == "E_ENROL_PROOF")
        }
        #expect(
            try await useCases.enrolmentTokens(by: .localAdministrator).allSatisfy { $0.uses == 0 })
    }

    @Test(arguments: ["", "a b", "a\nb", "a\u{0}", String(repeating: "a", count: 254)])
    func `refuses a hostname that is none`(hostname: String) async throws {
        let (_, text) = try await house.token()
        let request = try house.request(text.secret, house.newKey(), hostname: hostname)
        #expect(await refusal { _ = try await useCases.enrol(request) } == "E_FACTS")
    }

    @Test func `of many at once counts each use once`() async throws {
        let (_, text) = try await house.token(uses: 5)
        let requests = try (0..<20).map {
            try house.request(text.secret, house.newKey(), hostname: "web-\($0)")
        }
        let useCases = useCases
        let answers = await withTaskGroup(of: EnrolResponse?.self) { group in
            for request in requests { group.addTask { try? await useCases.enrol(request) } }
            return await group.reduce(into: [EnrolResponse]()) { all, next in
                all += next.map { [$0] } ?? []
            }
        }
        #expect(answers.count == 5)
        #expect(Set(answers.map(\.endpoint)).count == 5)
        #expect(try await useCases.verifyAudit().intact)
    }
}

@Suite struct `Enrolment tokens` {
    private let house: IdentityHouse
    private var useCases: UseCases { house.useCases }

    init() async throws { house = try await IdentityHouse() }

    @Test func `are for who may enrol, in the asker's scope`() async throws {
        let viewer = Principal(
            name: "user:v", scope: .provider, permissions: Role.viewer.permissions)
        #expect(
            await refusal {
                _ = try await useCases.createEnrolmentToken(
                    by: viewer, serverURLs: IdentityHouse.urls)
            }
                == "E_FORBIDDEN")
        #expect(
            await refusal { _ = try await useCases.enrolmentTokens(by: viewer) } == "E_FORBIDDEN")
        let other = try await useCases.createTenant(name: "Other", by: .localAdministrator)
        let (id, _) = try await house.token()
        let foreigner = Principal(
            name: "user:o", scope: .tenant(other.id), permissions: Role.administrator.permissions)
        #expect(try await useCases.enrolmentTokens(by: foreigner) == [])
        #expect(
            await refusal {
                _ = try await useCases.enrolmentTokens(by: foreigner, tenant: house.tenant.id)
            }
                == "E_NOT_FOUND")
        #expect(
            await refusal { _ = try await useCases.revokeEnrolmentToken(id, by: foreigner) }
                == "E_NOT_FOUND")
        #expect(
            await refusal {
                _ = try await useCases.createEnrolmentToken(
                    by: foreigner, tenant: house.tenant.id, serverURLs: IdentityHouse.urls)
            } == "E_NOT_FOUND")
        let own = try await useCases.createEnrolmentToken(
            by: foreigner, serverURLs: IdentityHouse.urls)
        #expect(own.token.tenant == other.id)
        // Of two tenants, one must be named.
        #expect(
            await refusal {
                _ = try await useCases.createEnrolmentToken(
                    by: .localAdministrator, serverURLs: IdentityHouse.urls)
            } == "E_TENANT_NEEDED")
    }

    @Test func `have limits`() async throws {
        func make(
            note: String = "", lifetime: Int64 = 3600, uses: Int = 1,
            urls: [String] = IdentityHouse.urls,
            site: SiteID? = nil
        ) async -> String? {
            await refusal {
                _ = try await useCases.createEnrolmentToken(
                    by: .localAdministrator, site: site, note: note, lifetimeSeconds: lifetime,
                    maximumUses: uses, serverURLs: urls)
            }
        }
        #expect(await make() == nil)
        #expect(await make(lifetime: 59) == "E_LIFETIME")
        #expect(await make(lifetime: .max) == "E_LIFETIME")
        #expect(await make(uses: 0) == "E_USES")
        #expect(await make(uses: 100_001) == "E_USES")
        #expect(await make(urls: ["http://a"]) == "E_SERVER_URL")
        #expect(await make(urls: []) == "E_SERVER_URL")
        #expect(await make(note: String(repeating: "a", count: 201)) == "E_NOTE")
        #expect(await make(note: "a\nb") == "E_NOTE")
        #expect(await make(site: useCases.effects.newIdentifier()) == "E_NOT_FOUND")
    }

    @Test func `are revoked once`() async throws {
        let (id, _) = try await house.token()
        let first = try await useCases.revokeEnrolmentToken(id, by: .localAdministrator)
        let second = try await useCases.revokeEnrolmentToken(id, by: .localAdministrator)
        #expect(first.state == .revoked && second == first)
        #expect(try await house.actions().filter { $0 == "enrolmentToken.revoked" }.count == 1)
    }
}
