import AgentProtocol
import Calendar
import Duties
import Fleet
import Policy
import ServerRecords
import Testing
@testable import Administration
@testable import ControlPlane
import Trust

/// Who is on duty, on the server: declared, delivered, decided by, and ended.
@Suite struct `Duties on the server` {
    private static let policy = """
        patchbay: policy/v1
        name: servers
        applies: all
        lanes: {routine: {windows: [night]}}
        default: {approve: at once}
        windows:
          night: {every: day, from: "00:00", for: 24h, staffed: true}
        """

    private func managed() async throws -> (House, TestEndpoint) {
        let shelf = SigningShelf()
        let house = try await House(signingKeys: { shelf.keys })
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        return (house, try await fill(house))
    }

    /// Saves the policy and enrols an endpoint that misses an update.
    private func fill(_ house: House) async throws -> TestEndpoint {
        _ = try await house.useCases.savePolicy(
            PolicyDraft(tenant: house.tenant.id, yaml: Self.policy, note: "A test", confirm: true),
            by: house.administrator)
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        return endpoint
    }

    private func wish(
        _ house: House, from: Int64? = nil, until: Int64 = 3600, person: String? = "Anna",
        windows: [String]? = nil
    ) -> DutyWish {
        DutyWish(
            tenant: house.tenant.id, person: person,
            from: from.map { house.clock.now.adding(seconds: $0) },
            until: house.clock.now.adding(seconds: until), windows: windows)
    }

    private func decision(_ endpoint: TestEndpoint) async throws -> Decision {
        let detail = try await endpoint.house.useCases.endpoint(
            endpoint.principal.endpoint, by: endpoint.house.administrator)
        return try #require(detail.decisions.first)
    }

    private func exchange(_ endpoint: TestEndpoint) async throws -> TrustResponse {
        try await endpoint.house.useCases.exchangeTrust(TrustRequest(), by: endpoint.principal)
    }

    @Test func `a duty is signed, delivered and decided by, and ends when it is ended`()
        async throws
    {
        let (house, endpoint) = try await managed()
        let (useCases, anna) = (house.useCases, house.administrator)
        #expect(try await decision(endpoint).reasonCode == .awaitingDuty)
        #expect(try await exchange(endpoint).duties == nil)
        let empty = try await useCases.duties(of: house.tenant.id, by: anna)
        #expect(empty.items.isEmpty && empty.windows == ["night"])

        let declared = try await useCases.declareDuty(wish(house, from: 600), by: anna)
        #expect(declared.state == .declared && declared.person == "Anna" && declared.version == 1)
        let later = try await decision(endpoint)
        #expect(later.reasonCode == .awaitingDuty && later.nextAt == declared.from)
        let tag = try await exchange(endpoint).digest
        house.clock.advance(seconds: 600)
        #expect(try await decision(endpoint).reasonCode == .windowOpen)
        let state = try await useCases.duties(of: nil, by: anna).items.map(\.state)
        #expect(state == [.onDuty])

        let text = try #require(try await exchange(endpoint).duties?.first)
        let document = try SignedDocument<Duty>(unverified: Envelope(json: Array(text.utf8)))
        #expect(document.onDuty?.person == "Anna")
        #expect(document.heading.expiresAt == declared.until)

        let ended = try await useCases.endDuty(declared.name, of: house.tenant.id, by: anna)
        #expect(ended.state == .over && ended.version == 2)
        #expect(try await decision(endpoint).reasonCode == .awaitingDuty)
        #expect(try await exchange(endpoint).digest != tag)
        let newest = try #require(try await exchange(endpoint).duties)
        #expect(newest.count == 1 && newest != [text], "endpoints must hear of the end")
        #expect(try await useCases.duties(of: nil, by: anna).items.isEmpty)
        #expect(try await useCases.duties(of: nil, past: true, by: anna).items.count == 1)
        let again = await #expect(throws: Refusal.self) {
            try await useCases.endDuty(declared.name, of: house.tenant.id, by: anna)
        }
        #expect(again?.code == "E_DUTY_OVER")
        house.clock.advance(seconds: 7200)
        #expect(try await exchange(endpoint).duties == nil, "what is over is not handed out")
    }

    @Test func `what makes no sense is refused, and nothing is stored`() async throws {
        let (house, _) = try await managed()
        let week = Duty.maximumSeconds
        for (wish, code) in [
            (wish(house, until: -1), "E_DUTY_TIME"), (wish(house, until: week + 60), "E_DUTY_TIME"),
            (wish(house, from: 7200), "E_DUTY_TIME"),
            (wish(house, from: 91 * 86_400, until: 91 * 86_400 + 60), "E_DUTY_TIME"),
            (wish(house, person: " "), "E_DUTY_PERSON"),
            (wish(house, windows: ["day"]), "E_DUTY_WINDOW"),
        ] {
            let refusal = await #expect(throws: Refusal.self) {
                try await house.useCases.declareDuty(wish, by: house.administrator)
            }
            #expect(refusal?.code == code)
        }
        #expect(try await house.useCases.duties(of: nil, by: house.administrator).items.isEmpty)
        // Who declares it is on duty unless another name is given; past begins now.
        let own = try await house.useCases.declareDuty(
            wish(house, from: -3600, person: nil, windows: ["night"]),
            by: Principal(
                name: "user:ben", scope: .provider, permissions: Set(Permission.allCases)))
        #expect(own.person == "ben" && own.from == house.clock.now && own.windows == ["night"])
    }

    @Test func `it takes the right to deploy, in the tenant's own scope`() async throws {
        let (house, endpoint) = try await managed()
        let other = try await house.useCases.createTenant(name: "Beta", by: house.administrator)
        func person(_ tenant: TenantID, _ rights: Set<Permission>) -> Principal {
            Principal(name: "user:eve", scope: .tenant(tenant), permissions: rights)
        }
        let duty = try await house.useCases.declareDuty(wish(house), by: house.administrator)
        let all = Set(Permission.allCases)
        for (who, code) in [
            (person(house.tenant.id, all.subtracting([.deploy])), "E_FORBIDDEN"),
            (person(other.id, all), "E_NOT_FOUND"),
        ] {
            for attempt in [
                { _ = try await house.useCases.declareDuty(self.wish(house), by: who) },
                {
                    _ = try await house.useCases.endDuty(
                        duty.name, of: house.tenant.id, by: who)
                },
            ] as [() async throws -> Void] {
                let refusal = await #expect(throws: Refusal.self) { try await attempt() }
                #expect(refusal?.code == code)
            }
        }
        #expect(
            try await house.useCases.duties(of: nil, by: person(other.id, all)).items.isEmpty)
        // A duty of one tenant opens no window of another.
        _ = try await house.useCases.savePolicy(
            PolicyDraft(tenant: other.id, yaml: Self.policy, note: "A test", confirm: true),
            by: house.administrator)
        let stranger = try await house.enrol("web-2", tenant: other)
        try await stranger.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        #expect(try await decision(stranger).reasonCode == .awaitingDuty)
        #expect(try await exchange(stranger).duties == nil)
        #expect(try await decision(endpoint).reasonCode == .windowOpen)
        #expect(try await exchange(endpoint).duties?.count == 1)
    }

    @Test func `in sealed mode it waits for operators, and opens nothing before`() async throws {
        let operators = try Operators()
        let house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        let endpoint = try await fill(house)
        try await operators.signAll(in: house)
        let duty = try await house.useCases.declareDuty(wish(house), by: house.administrator)
        #expect(duty.state == .waiting)
        #expect(try await decision(endpoint).reasonCode == .awaitingDuty)
        #expect(try await exchange(endpoint).duties == nil)
        try await operators.signAll(in: house)
        #expect(try await decision(endpoint).reasonCode == .windowOpen)
        #expect(try await exchange(endpoint).duties?.count == 1)
        let items = try await house.useCases.duties(of: nil, by: house.administrator).items
        #expect(items.map(\.state) == [.onDuty])
        // Its end waits too, and until then it goes on to hold.
        let end = try await house.useCases.endDuty(
            duty.name, of: house.tenant.id, by: house.administrator)
        #expect(end.state == .waiting)
        #expect(try await decision(endpoint).reasonCode == .windowOpen)
        let both = try await house.useCases.duties(of: nil, by: house.administrator).items
        #expect(both.map(\.state) == [.onDuty, .waiting])
        try await operators.signAll(in: house)
        #expect(try await decision(endpoint).reasonCode == .awaitingDuty)
    }

    @Test func `operators' own duties count toward the limit, and their ends pass`() async throws {
        let operators = try Operators()
        let house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        _ = try await fill(house)
        let (useCases, who, start) = (house.useCases, house.administrator, house.clock.now)
        func submit(_ name: String, version: Int = 1, from: Int64 = 0) async throws {
            var envelope = try SignedDocument(
                DocumentHeading(
                    name: name, version: version, scope: .tenant(house.tenant.id), issuedAt: start,
                    expiresAt: start.adding(seconds: 7200)),
                Duty(
                    "Anna", from: start.adding(seconds: from), until: start.adding(seconds: 7200))
            ).envelope()
            try envelope.sign(with: operators.key)
            _ = try await useCases.submit(signed: envelope.json, by: who)
        }
        for number in 0..<Duty.maximumAtOnce - 1 { try await submit("own-\(number)") }
        // What waits for signatures counts too.
        _ = try await useCases.declareDuty(wish(house, until: 7200), by: who)
        let more = await #expect(throws: Refusal.self) { try await submit("own-more") }
        #expect(more?.code == "E_DUTY_LIMIT")
        let declared = await #expect(throws: Refusal.self) {
            try await useCases.declareDuty(wish(house), by: who)
        }
        #expect(declared?.code == "E_DUTY_LIMIT")
        try await submit("own-7", version: 2, from: 7200)
        house.clock.advance(seconds: 7201)
        _ = try await useCases.declareDuty(wish(house), by: who)
    }

    @Test func `the next openings tell who is on duty in them`() async throws {
        let (house, _) = try await managed()
        let (useCases, who) = (house.useCases, house.administrator)
        _ = try await useCases.declareDuty(wish(house, from: 60), by: who)
        _ = try await useCases.declareDuty(
            wish(house, from: 60, until: 7200, person: "Ben"), by: who)
        let openings = try await useCases.windowOpenings(for: house.tenant.id, count: 4, by: who)
        #expect(openings.first?.onDuty == ["Anna", "Ben"])
        #expect(openings.last?.onDuty == [])
        #expect(
            openings.map(\.dutyClause).first == "on duty: Anna, Ben"
                && openings.last?.dutyClause == "needs somebody on duty, and nobody is declared")
        let feed = try await useCases.calendarFeed(for: house.tenant.id, by: who)
        let unfolded = feed.replacing("\r\n ", with: "")
        #expect(unfolded.contains("on duty: Anna\\, Ben"))
        #expect(unfolded.contains("needs somebody on duty\\, and nobody is declared"))
    }
}
