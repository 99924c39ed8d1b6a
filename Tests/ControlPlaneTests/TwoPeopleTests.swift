import Administration
import ControlPlane
import Fleet
import Policy
import ServerRecords
import Testing

/// Where two people are asked for, one person is one, by whatever name or token.
@Suite struct `Two people are two people` {
    private static func person(_ name: String) -> Principal {
        Principal(name: "user:\(name)", scope: .provider, permissions: Set(Permission.allCases))
    }

    /// Whoever shows a token that this principal has made.
    private func token(of maker: Principal, in house: House) async throws -> Principal {
        let made = try await house.useCases.createAPIToken(
            by: maker, note: "A program", role: .administrator)
        return try await house.useCases.authenticateAPI(bearer: made.text)
    }

    private func approve(_ house: House, by principal: Principal) async throws {
        _ = try await house.useCases.decide(
            ApprovalDraft(.approve, tenant: house.tenant.id, package: "openssl"), by: principal)
    }

    @Test func `neither one person twice nor a person and their own tokens are two`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id,
                yaml: `Policies in the server`.yaml(approve: "by hand, approvers: 2"),
                note: "A test", confirm: true), by: house.administrator)
        func reason() async throws -> Decision.ReasonCode? {
            try await house.useCases.endpoint(
                endpoint.principal.endpoint, by: house.administrator
            ).decisions.first?.reasonCode
        }
        let anna = Self.person("anna")
        #expect(try await reason() == .awaitingApproval)
        try await approve(house, by: anna)
        #expect(try await reason() == .awaitingSecondApproval)
        try await approve(house, by: anna)
        let first = try await token(of: anna, in: house)
        try await approve(house, by: first)
        try await approve(house, by: try await token(of: first, in: house))
        #expect(try await reason() == .awaitingSecondApproval)
        try await approve(house, by: try await token(of: Self.person("ben"), in: house))
        #expect(try await reason() == .windowOpen)
    }

    @Test func `a token ends with the one that made it, and of a lost one nobody is the other`()
        async throws
    {
        let house = try await House()
        let anna = Self.person("anna")
        let made = try await house.useCases.createAPIToken(
            by: anna, note: "A program", role: .administrator, lifetimeSeconds: 3600)
        let program = try await house.useCases.authenticateAPI(bearer: made.text)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.createAPIToken(
                by: program, note: "A child", role: .viewer, lifetimeSeconds: 3601)
        }
        #expect(refusal?.code == "E_LIFETIME")
        _ = try await house.useCases.createAPIToken(
            by: program, note: "A child", role: .viewer, lifetimeSeconds: 3600)
        let risk = try await house.useCases.requestException(
            ExceptionDraft(
                tenant: house.tenant.id, name: "Old OpenSSL", owner: "olga", reason: "Vendor",
                compensatingControl: "No network", package: "openssl",
                expiresAt: house.clock.now.adding(seconds: 300 * 86_400)), by: program)
        house.clock.advance(seconds: 100 * 86_400)
        _ = try await house.useCases.purge(Retention(), at: house.clock.now)
        for approver in [anna, Self.person("ben")] {
            let refusal = await #expect(throws: Refusal.self) {
                try await house.useCases.approveException(risk.id, by: approver)
            }
            #expect(refusal?.code == "E_EXCEPTION_SAME_PERSON")
        }
    }

    @Test func `nobody accepts a risk by a token that they asked for as themselves`() async throws {
        let house = try await House()
        let anna = Self.person("anna")
        let draft = ExceptionDraft(
            tenant: house.tenant.id, name: "Old OpenSSL", owner: "olga", reason: "Vendor",
            compensatingControl: "No network", package: "openssl",
            expiresAt: house.clock.now.adding(seconds: 86_400))
        let token = try await token(of: anna, in: house)
        let byAnna = try await house.useCases.requestException(draft, by: anna)
        let byToken = try await house.useCases.requestException(draft, by: token)
        let olga = try await self.token(of: Self.person("olga"), in: house)
        for (risk, approver) in [(byAnna, token), (byToken, anna), (byAnna, olga)] {
            let refusal = await #expect(throws: Refusal.self) {
                try await house.useCases.approveException(risk.id, by: approver)
            }
            #expect(refusal?.code == "E_EXCEPTION_SAME_PERSON")
        }
        let accepted = try await house.useCases.approveException(
            byToken.id, by: Self.person("ben"))
        #expect(accepted.state == .approved)
    }
}
