import AcceptedRisks
import Administration
import ControlPlane
import Fleet
import Policy
import ServerRecords
import Testing

/// How long risks may be accepted, and what is told when that ends.
@Suite struct `Accepted risks end` {
    private static let day: Int64 = 86_400

    private static func person(_ name: String) -> Principal {
        Principal(name: "user:\(name)", scope: .provider, permissions: Set(Permission.allCases))
    }

    /// A house with one endpoint that misses openssl, and policies.
    private func house(_ policies: String...) async throws -> House {
        let house = try await House()
        try await house.enrol("web-1").report(
            ["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        for yaml in policies {
            _ = try await house.useCases.savePolicy(
                PolicyDraft(
                    tenant: house.tenant.id, yaml: yaml, note: "A test", confirm: true,
                    mayOverlap: true),
                by: house.administrator)
        }
        return house
    }

    private func draft(
        _ house: House, days: Int64, tenant: TenantID? = nil, isForAll: Bool = false
    ) -> ExceptionDraft {
        ExceptionDraft(
            tenant: isForAll ? nil : house.tenant.id, name: "Old OpenSSL", owner: "carl",
            reason: "The vendor mends it later.", compensatingControl: "A firewall.",
            package: "openssl", expiresAt: house.clock.now.adding(seconds: days * Self.day))
    }

    private func accept(_ house: House, _ draft: ExceptionDraft) async throws -> ExceptionID {
        let asked = try await house.useCases.requestException(draft, by: Self.person("ben"))
        return try await house.useCases.approveException(asked.id, by: Self.person("anna")).id
    }

    private func open(_ house: House) async throws -> [Alert] {
        try await house.useCases.ledger.read {
            try $0.alerts(in: .provider, openOnly: true, before: nil, limit: 9)
        }
    }

    private func pass(_ house: House, days: Int64) async throws {
        house.clock.advance(seconds: days * Self.day)
        try await house.useCases.watchExceptions()
        // A second look finds nothing new.
        try await house.useCases.watchExceptions()
    }

    @Test(arguments: [false, true])
    func `its end is told a week ahead and when it has come, each once`(
        isForAll: Bool
    ) async throws {
        let house = try await house()
        _ = try await accept(house, draft(house, days: 60, isForAll: isForAll))
        try await pass(house, days: 52)
        #expect(try await open(house).isEmpty)
        try await pass(house, days: 2)
        let ahead = try await open(house)
        #expect(ahead.map(\.kind) == [.exceptionEnding])
        #expect(ahead.first?.tenant == (isForAll ? nil : house.tenant.id))
        #expect(ahead.first?.endpoints == 1)
        #expect(ahead.first?.sentence.contains("carl answers for") == true, "\(ahead)")
        // What nobody has looked at ends by itself, and the end is another alert.
        try await pass(house, days: 6)
        let ended = try await open(house)
        #expect(ended.map(\.kind) == [.exceptionEnded])
        #expect(ended.first?.sentence.contains("open again on 1 endpoint") == true, "\(ended)")
        let seen = try #require(ended.first)
        _ = try await house.useCases.acknowledge(seen.id, by: house.administrator)
        try await pass(house, days: 1)
        #expect(try await open(house).isEmpty)
    }

    @Test func `when it has ended its updates are decided again`() async throws {
        let house = try await house(`Policies in the server`.yaml())
        let endpoint = try #require(
            try await house.useCases.endpoints(EndpointFilter(), by: house.administrator).items
                .first)
        func reason() async throws -> Decision.ReasonCode? {
            try await house.useCases.endpoint(endpoint.id, by: house.administrator)
                .decisions.first?.reasonCode
        }
        _ = try await accept(house, draft(house, days: 40))
        #expect(try await reason() == .riskAccepted)
        try await pass(house, days: 41)
        // The endpoint scans again, so that what it misses is known.
        let missing = TestEndpoint(
            house: house,
            principal: AgentPrincipal(endpoint: endpoint.id, tenant: house.tenant.id),
            name: endpoint.name)
        try await missing.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        #expect(try await reason() == .windowOpen)
    }

    @Test func `one that is ended before its time tells nothing`() async throws {
        let house = try await house()
        let id = try await accept(house, draft(house, days: 60))
        try await pass(house, days: 55)
        #expect(try await open(house).map(\.kind) == [.exceptionEnding])
        _ = try await house.useCases.endException(id, by: Self.person("anna"))
        try await pass(house, days: 6)
        #expect(try await open(house).isEmpty)
    }

    @Test func `the end of one in a policy's text is told too`() async throws {
        let house = try await house(
            `Policies in the server`.yaml(
                more: """
                    exceptions:
                      - {name: legacy, package: openssl, owner: carl, approver: anna, reason: Later,
                         control: A firewall, from: 2027-01-15, until: 2027-03-15}
                    """))
        try await pass(house, days: 55)
        #expect(try await open(house).map(\.kind) == [.exceptionEnding])
        try await pass(house, days: 6)
        #expect(try await open(house).map(\.kind) == [.exceptionEnded])
    }

    @Test(arguments: [
        ("longestException: 90d", Int64(90), true), ("longestException: 90d", 91, false),
        ("", 366, true),
    ])
    func `none lasts longer than the policy of its endpoints says`(
        more: String, days: Int64, isAccepted: Bool
    ) async throws {
        let house = try await house(`Policies in the server`.yaml(more: more))
        let asked = draft(house, days: days)
        guard !isAccepted else {
            _ = try await accept(house, asked)
            return
        }
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await house.useCases.requestException(asked, by: Self.person("ben"))
        }
        #expect(refusal?.code == "E_EXCEPTION_TOO_LONG")
        #expect(refusal?.message.contains("90 days at most (on web-1)") == true)
        #expect(refusal?.nextStep.contains("2027-04-15") == true, "\(refusal?.nextStep ?? "")")
    }

    @Test func `the most specific policy that says how long counts`() async throws {
        let house = try await house()
        let endpoint = try #require(
            try await house.useCases.endpoints(EndpointFilter(), by: house.administrator).items
                .first)
        func save(_ yaml: String, _ level: PolicyLevel, _ place: String? = nil) async throws {
            _ = try await house.useCases.savePolicy(
                PolicyDraft(
                    tenant: house.tenant.id, level: level, place: place, yaml: yaml,
                    note: "A test", confirm: true, mayOverlap: true), by: house.administrator)
        }
        try await save(
            `Policies in the server`.yaml("wide", more: "longestException: 30d"), .tenant)
        let asked = draft(house, days: 100)
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.requestException(asked, by: Self.person("ben"))
        }
        // A nearer policy that says nothing leaves it to the wider one.
        let near = `Policies in the server`.yaml("near")
        try await save(near, .endpoint, endpoint.id.text)
        await #expect(throws: Refusal.self) {
            _ = try await house.useCases.requestException(asked, by: Self.person("ben"))
        }
        try await save(
            `Policies in the server`.yaml("nearest", more: "longestException: 120d"), .endpoint,
            endpoint.id.text)
        _ = try await accept(house, asked)
    }

    @Test func `a policy's text accepts no risk for longer than a wider policy lets it`()
        async throws
    {
        let house = try await house(
            `Policies in the server`.yaml("wide", more: "longestException: 30d"))
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await house.useCases.savePolicy(
                PolicyDraft(
                    tenant: house.tenant.id, level: .tenant,
                    yaml: `Policies in the server`.yaml(
                        "other",
                        more: """
                            exceptions:
                              - {name: legacy, package: openssl, owner: carl, approver: anna,
                                 reason: Later, control: A firewall, from: 2027-01-15,
                                 until: 2027-03-15}
                            """), note: "A test", confirm: true), by: house.administrator)
        }
        #expect(refusal?.code == "E_EXCEPTION_TOO_LONG")
    }
}
