import Fleet
import TestSupport
import Testing

@testable import Trust

@Suite struct `An access token` {
    private let key = AccessTokenKey(bytes: Sample.bytes(32))
    private let end = Sample.now.adding(seconds: AccessToken.agentLifetimeSeconds)
    private let agent: AccessToken

    init() throws {
        agent = .agent(
            endpoint: try #require(EndpointID(Sample.endpoint)),
            tenant: try #require(TenantID(Sample.tenant)),
            expiresAt: Sample.now.adding(seconds: AccessToken.agentLifetimeSeconds))
    }

    @Test func `is read back as it was made`() throws {
        for token in [agent, .localAdministrator(expiresAt: end)] {
            let text = key.text(of: token)
            #expect(text.hasPrefix("pba_"))
            #expect(try key.token(from: text, at: Sample.now) == token)
            #expect(try key.token(from: "Bearer \(text)".dropFirst(7), at: Sample.now) == token)
        }
    }

    @Test(arguments: Seeds.all) func `is read back whoever it is for`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let time = Timestamp(milliseconds: Int64.random(in: 1..<(1 << 48), using: &generator))
            let token = AccessToken.agent(
                endpoint: EndpointID(at: time, using: &generator),
                tenant: TenantID(at: time, using: &generator),
                expiresAt: time)
            let before = Timestamp(milliseconds: time.milliseconds - 1)
            #expect(try key.token(from: key.text(of: token), at: before) == token, "seed \(seed)")
        }
    }

    @Test func `is good until the last millisecond, and no longer`() {
        let text = key.text(of: agent)
        let last = Timestamp(milliseconds: end.milliseconds - 1)
        #expect(code { _ = try key.token(from: text, at: last) } == nil)
        #expect(code { _ = try key.token(from: text, at: end) } == "E_ACCESS_TOKEN_EXPIRED")
    }

    @Test func `with one byte changed is refused`() {
        for token in [agent, .localAdministrator(expiresAt: end)] {
            for damaged in Sample.damaged(key.text(of: token)) {
                #expect(
                    code { _ = try key.token(from: damaged, at: Sample.now) } == "E_ACCESS_TOKEN",
                    "\(damaged)")
            }
        }
    }

    @Test func `of another server is refused`() {
        let other = AccessTokenKey(bytes: Sample.bytes(32, seed: 2))
        #expect(
            code { _ = try other.token(from: key.text(of: agent), at: Sample.now) }
                == "E_ACCESS_TOKEN")
    }

    @Test(arguments: [
        "", "pba_", "pba_a", "Bearer x", "pbt_abc", String(repeating: "pba_a", count: 100_000),
    ])
    func `that is none is refused`(text: String) {
        #expect(code { _ = try key.token(from: text, at: Sample.now) } == "E_ACCESS_TOKEN")
    }

    @Test func `of one kind cannot be cut into the other`() {
        // The agent's token with its identifiers left out has the layout of a local
        // administrator's.
        let text = key.text(of: agent)
        let cut = text.prefix(17) + text.suffix(43)
        let renamed = "pba_l" + text.prefix(17).dropFirst(5) + text.suffix(43)
        #expect(code { _ = try key.token(from: cut, at: Sample.now) } == "E_ACCESS_TOKEN")
        #expect(code { _ = try key.token(from: renamed, at: Sample.now) } == "E_ACCESS_TOKEN")
    }

    @Test func `of the server's keys lasts as long as it says`() throws {
        let keys = try Sample.serverKeys()
        let endpoint = try #require(EndpointID(Sample.endpoint))
        let tenant = try #require(TenantID(Sample.tenant))
        let text = keys.accessToken(endpoint: endpoint, tenant: tenant, at: Sample.now)
        #expect(try keys.accessTokens.token(from: text, at: Sample.now) == agent)
        let local = try keys.accessTokens.token(
            from: keys.localAdministratorToken(at: Sample.now), at: Sample.now)
        #expect(local == .localAdministrator(expiresAt: Sample.now.adding(seconds: 300)))
    }
}
