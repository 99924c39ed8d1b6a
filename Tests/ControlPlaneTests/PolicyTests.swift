import Administration
import ControlPlane
import Fleet
import Groups
import Intelligence
import Policy
import Rollout
import ServerRecords
import Testing

/// Policies in the server: what is saved, what it would do, and what is decided by it.
@Suite struct `Policies in the server` {
    /// 2027-01-15 is a Friday; the window is open all the time unless `every` says otherwise.
    static func yaml(
        _ name: String = "servers", applies: String = "all", approve: String = "at once",
        every: String = "day", from: String = "00:00", length: String = "24h",
        more: String = ""
    ) -> String {
        """
        patchbay: policy/v1
        name: \(name)
        applies: \(applies)
        lanes:
          routine: {windows: [main]}
        rules:
          - {when: class = security, approve: \(approve)}
        default: {approve: by hand}
        windows:
          main: {every: \(every), from: "\(from)", for: \(length), zone: UTC}
        \(more)
        """
    }

    private func decisions(_ house: House, _ endpoint: TestEndpoint) async throws -> [Decision] {
        try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator
        ).decisions
    }

    @discardableResult
    private func save(
        _ yaml: String, in house: House, confirm: Bool? = true, policy: PolicyID? = nil
    ) async throws -> PolicySummary {
        try await house.useCases.savePolicy(
            PolicyDraft(
                policy: policy, tenant: house.tenant.id, yaml: yaml, note: "A test",
                confirm: confirm), by: house.administrator)
    }

    @Test func `without a policy every update waits for a person`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        let decision = try #require(try await decisions(house, endpoint).first)
        #expect(decision.reasonCode == .awaitingApproval)
    }

    @Test
    func `a policy decides from the moment that it is saved, and no longer when switched off`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        let saved = try await save(
            Self.yaml(every: "saturday", from: "22:00", length: "4h"), in: house)
        var decision = try #require(try await decisions(house, endpoint).first)
        #expect(decision.reasonCode == .awaitingWindow)
        #expect(decision.rule == "rule 1 of servers")
        #expect(decision.nextAt?.description == "2027-01-16T22:00:00Z")
        _ = try await house.useCases.setPolicy(
            saved.id, enabled: false, PolicyOrder(), by: house.administrator)
        decision = try #require(try await decisions(house, endpoint).first)
        #expect(decision.reasonCode == .awaitingApproval)
    }

    @Test func `a text with a fault is refused with its line and column, and nothing is stored`()
        async throws
    {
        let house = try await House()
        let refusal = await #expect(throws: Refusal.self) {
            try await save(
                Self.yaml().replacing("windows: [main]", with: "windws: [main]"), in: house)
        }
        #expect(refusal?.code == "E_POLICY_INVALID")
        #expect(refusal?.message.contains("5:") == true)
        #expect(try await house.useCases.policies(by: house.administrator) == [])
    }

    @Test func `a policy that would act at once is refused with the figures until it is confirmed`()
        async throws
    {
        let house = try await House()
        for name in ["web-1", "web-2"] {
            let endpoint = try await house.enrol(name)
            try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        }
        let refusal = await #expect(throws: Refusal.self) {
            try await save(Self.yaml(), in: house, confirm: nil)
        }
        #expect(refusal?.code == "E_POLICY_ACTS_NOW")
        #expect(refusal?.message.hasPrefix("2 endpoints may install at once") == true)
        #expect(try await house.useCases.policies(by: house.administrator) == [])
        try await save(Self.yaml(), in: house, confirm: true)
        // The next version adds nothing that could not happen already, and asks nothing.
        let policy = try #require(
            try await house.useCases.policies(by: house.administrator).first)
        try await save(Self.yaml(), in: house, confirm: nil, policy: policy.id)
        let history = try await house.useCases.policyHistory(policy.id, by: house.administrator)
        #expect(history.map(\.summary.version) == [2, 1])
    }

    @Test func `the preview says who joins, who leaves and who begins at once`() async throws {
        let house = try await House()
        let (web, base) = (try await house.enrol("web-1"), try await house.enrol("db-1"))
        for endpoint in [web, base] {
            try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        }
        _ = try await house.useCases.setTraits(
            TraitChange(addTags: ["web"]), of: web.principal.endpoint, by: house.administrator)
        let saved = try await save(Self.yaml(applies: "tag = web"), in: house)
        let preview = try await house.useCases.previewPolicy(
            PolicyDraft(policy: saved.id, yaml: Self.yaml(applies: "not tag = web")),
            by: house.administrator)
        #expect(preview.joins.map(\.name) == ["db-1"])
        #expect(preview.leaves.map(\.name) == ["web-1"])
        #expect(preview.acts.map(\.name) == ["db-1"])
        #expect(preview.acts.first?.packages == ["openssl"])
        #expect(preview.installsNow == 1)
        #expect(preview.changedDecisions == 2)
    }

    /// What a policy with canaries by their tag, and the others after them, would do.
    private func previewOfRings(
        in house: House, gate: String = ""
    ) async throws -> PolicyPreview {
        let rings = """
            rings:
              two:
                - {name: canary, members: tag = canary, soak: 1h\(gate)}
                - {name: broad, members: rest}
            """
        let text = Self.yaml(more: rings).replacing(
            "windows: [main]}", with: "windows: [main], rings: two}")
        return try await house.useCases.previewPolicy(
            PolicyDraft(tenant: house.tenant.id, yaml: text), by: house.administrator)
    }

    @Test func `only the first ring begins at once`() async throws {
        let house = try await House()
        for name in ["canary-1", "web-1", "web-2"] {
            let endpoint = try await house.enrol(name)
            try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
            guard name == "canary-1" else { continue }
            _ = try await house.useCases.setTraits(
                TraitChange(tags: ["canary"]), of: endpoint.principal.endpoint,
                by: house.administrator)
        }
        let preview = try await previewOfRings(in: house)
        #expect(preview.acts.count == 3)
        #expect(preview.installsNow == 1)
        #expect(preview.sentence.contains("2 more follow in later rings"))
    }

    @Test func `a ring in which nobody gets it holds nobody back, and the preview says so`()
        async throws
    {
        let house = try await House()
        for name in ["web-1", "web-2"] {
            let endpoint = try await house.enrol(name)
            try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        }
        // Somebody is in the first ring, and misses nothing.
        let canary = try await house.enrol("canary-1")
        try await canary.report(["openssl": "2"])
        _ = try await house.useCases.setTraits(
            TraitChange(tags: ["canary"]), of: canary.principal.endpoint,
            by: house.administrator)
        let preview = try await previewOfRings(in: house)
        #expect(preview.installsNow == 2)
        // A gate has a minimum, which nobody reaches there: the rollout would halt.
        let gated = try await previewOfRings(in: house, gate: ", gate: {verified: 90%}")
        #expect(gated.acts.count == 2)
        #expect(gated.installsNow == 0)
    }

    @Test func `a person's word is heard: hold, approval, deferral, and its end`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        try await save(Self.yaml(approve: "by hand"), in: house)
        var draft = ApprovalDraft(.hold, tenant: house.tenant.id, package: "openssl")
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.decide(draft, by: house.administrator)
        }
        #expect(refusal?.code == "E_APPROVAL_REASON")
        draft.reason = "Tested first"
        let hold = try await house.useCases.decide(draft, by: house.administrator)
        #expect(hold.sentence == "Holds openssl for all endpoints of Acme: Tested first.")
        #expect(try await decisions(house, endpoint).first?.reasonCode == .onHold)
        _ = try await house.useCases.endApproval(hold.record.id, by: house.administrator)
        #expect(try await decisions(house, endpoint).first?.reasonCode == .awaitingApproval)
        let approval = ApprovalDraft(
            .approve, tenant: house.tenant.id, endpoints: [endpoint.principal.endpoint],
            package: "openssl", version: "2")
        _ = try await house.useCases.decide(approval, by: house.administrator)
        #expect(try await decisions(house, endpoint).first?.reasonCode == .windowOpen)
        var wait = ApprovalDraft(.defer, tenant: house.tenant.id, package: "openssl")
        wait.until = house.clock.now.adding(seconds: 3600)
        _ = try await house.useCases.decide(wait, by: house.administrator)
        #expect(try await decisions(house, endpoint).first?.reasonCode == .deferred)
    }

    @Test func `a word about a source package is heard for what is built from it`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        let library = Package(
            manager: .apt, name: "libssl3", version: "1", architecture: "amd64",
            source: "openssl", sourceVersion: "1")
        try await endpoint.report(
            ["bash": "5"], others: [library], updates: [TestEndpoint.update("libssl3")])
        try await house.useCases.buildFindings()
        try await save(Self.yaml(), in: house)
        #expect(try await decisions(house, endpoint).first?.reasonCode == .windowOpen)
        _ = try await house.useCases.decide(
            ApprovalDraft(
                .hold, tenant: house.tenant.id, package: "openssl", reason: "Tested first"),
            by: house.administrator)
        #expect(try await decisions(house, endpoint).first?.reasonCode == .onHold)
    }

    @Test func `a word about one endpoint is not heard on another`() async throws {
        let house = try await House()
        let (one, other) = (try await house.enrol("web-1"), try await house.enrol("web-2"))
        for endpoint in [one, other] {
            try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        }
        _ = try await house.useCases.decide(
            ApprovalDraft(
                .decline, tenant: house.tenant.id, endpoints: [one.principal.endpoint],
                package: "openssl", reason: "Not here"), by: house.administrator)
        #expect(try await decisions(house, one).first?.reasonCode == .declined)
        #expect(try await decisions(house, other).first?.reasonCode == .awaitingApproval)
    }

    @Test func `a risk is accepted by two people, and only until its date`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        func person(_ name: String) -> Principal {
            Principal(
                name: "user:\(name)", scope: .tenant(house.tenant.id),
                permissions: Role.operatorRole.permissions)
        }
        let draft = ExceptionDraft(
            name: "Old OpenSSL", owner: "anna", reason: "Vendor", compensatingControl: "No network",
            package: "openssl", expiresAt: house.clock.now.adding(seconds: 86_400))
        let asked = try await house.useCases.requestException(draft, by: person("ben"))
        #expect(try await decisions(house, endpoint).first?.reasonCode == .awaitingApproval)
        for name in ["anna", "ben"] {
            let refusal = await #expect(throws: Refusal.self) {
                try await house.useCases.approveException(asked.id, by: person(name))
            }
            #expect(refusal?.code == "E_EXCEPTION_SAME_PERSON")
        }
        _ = try await house.useCases.approveException(asked.id, by: person("cleo"))
        #expect(try await decisions(house, endpoint).first?.reasonCode == .riskAccepted)
        house.clock.advance(seconds: 86_400)
        #expect(try await decisions(house, endpoint).first?.reasonCode != .riskAccepted)
    }

    @Test func `a policy of a group holds for its members only`() async throws {
        let house = try await House()
        let (web, base) = (try await house.enrol("web-1"), try await house.enrol("db-1"))
        for endpoint in [web, base] {
            try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        }
        _ = try await house.useCases.saveGroup(
            GroupDraft(tenant: house.tenant.id, name: "web", members: "hostname ~ \"web-*\""),
            by: house.administrator)
        _ = try await house.useCases.savePolicy(
            PolicyDraft(
                tenant: house.tenant.id, level: .group, place: "web", yaml: Self.yaml(),
                confirm: true), by: house.administrator)
        #expect(try await decisions(house, web).first?.reasonCode == .windowOpen)
        #expect(try await decisions(house, base).first?.reasonCode == .awaitingApproval)
    }

    @Test func `a tenant's people see and change their own policies only`() async throws {
        let house = try await House()
        let other = try await house.useCases.createTenant(name: "Bolt", by: house.administrator)
        let saved = try await save(Self.yaml(), in: house)
        let stranger = Principal(
            name: "user:eve", scope: .tenant(other.id),
            permissions: Role.administrator.permissions)
        #expect(try await house.useCases.policies(by: stranger) == [])
        for attempt in [
            { _ = try await house.useCases.policy(saved.id, by: stranger) },
            { _ = try await house.useCases.policyHistory(saved.id, by: stranger) },
            {
                _ = try await house.useCases.deletePolicy(
                    saved.id, PolicyOrder(confirm: true), by: stranger)
            },
            {
                _ = try await house.useCases.savePolicy(
                    PolicyDraft(policy: saved.id, yaml: Self.yaml()), by: stranger)
            },
        ] as [@Sendable () async throws -> Void] {
            let refusal = await #expect(throws: Refusal.self) { try await attempt() }
            #expect(refusal?.kind == .notFound)
        }
    }

    @Test func `people of a tenant read what they inherit, and change none of it`() async throws {
        let house = try await House()
        let own = Principal(
            name: "user:anna", scope: .tenant(house.tenant.id),
            permissions: Role.administrator.permissions)
        let web = try await house.enrol("web-1")
        try await web.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        func provide(_ name: String, applies: String) async throws -> PolicyID {
            let yaml = Self.yaml(name, applies: applies)
            return try await house.useCases.savePolicy(
                PolicyDraft(level: .provider, yaml: yaml, confirm: true), by: house.administrator
            ).id
        }
        let everyone = try await provide("baseline", applies: "all")
        let named = try await provide("named", applies: "tenant = Acme and hostname = web-9")
        let others = try await provide("others", applies: "tenant = Bolt")
        let seen = try await house.useCases.policies(by: own)
        #expect(seen.map(\.name) == ["baseline", "named"])
        #expect(seen.allSatisfy { $0.isInherited && $0.savedBy == "provider" && $0.note.isEmpty })
        let detail = try await house.useCases.policy(everyone, by: own)
        #expect(detail.endpoints.map(\.name) == ["web-1"])
        #expect(detail.written.count > 1 && detail.yaml.isEmpty)
        // Names of single endpoints may be another's.
        let kept = try await house.useCases.policy(named, by: own).written
        #expect(!"\(kept)".contains("web-9") && kept.count == 1)
        for attempt in [
            { _ = try await house.useCases.policy(others, by: own) },
            { _ = try await house.useCases.policyHistory(everyone, by: own) },
            {
                _ = try await house.useCases.deletePolicy(
                    everyone, PolicyOrder(confirm: true), by: own)
            },
            {
                _ = try await house.useCases.savePolicy(
                    PolicyDraft(policy: everyone, yaml: Self.yaml()), by: own)
            },
        ] as [@Sendable () async throws -> Void] {
            let refusal = await #expect(throws: Refusal.self) { try await attempt() }
            #expect(refusal?.kind == .notFound)
        }
        let provider = try await house.useCases.policies(by: house.administrator)
        #expect(provider.count == 3 && !provider.contains { $0.isInherited })
    }

    @Test func `somebody else's change in between is not overwritten`() async throws {
        let house = try await House()
        let saved = try await save(Self.yaml(), in: house)
        try await save(Self.yaml(approve: "by hand"), in: house, policy: saved.id)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.savePolicy(
                PolicyDraft(policy: saved.id, yaml: Self.yaml(), version: 1, confirm: true),
                by: house.administrator)
        }
        #expect(refusal?.code == "E_POLICY_CHANGED")
    }

    @Test func `the plan lists what would be installed, and the feed the openings`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
        try await save(Self.yaml(every: "saturday", from: "22:00", length: "4h"), in: house)
        let plan = try await house.useCases.planPolicies(
            for: house.tenant.id, by: house.administrator)
        #expect(plan.installs.map(\.endpointName) == ["web-1"])
        #expect(plan.installs.first?.startsAt.description == "2027-01-16T22:00:00Z")
        #expect(plan.installs.first?.window == "main")
        let openings = try await house.useCases.windowOpenings(
            for: house.tenant.id, by: house.administrator)
        #expect(openings.count == 12)
        let feed = try await house.useCases.calendarFeed(
            for: house.tenant.id, by: house.administrator)
        #expect(feed.contains("DTSTART:20270116T220000Z\r\n"))
    }

    @Test func `a window by the endpoint's own clock has no zone in the feed`() async throws {
        let house = try await House()
        let yaml = Self.yaml(every: "saturday", from: "22:00", length: "4h")
        try await save(yaml.replacing("zone: UTC", with: "zone: endpoint"), in: house)
        let feed = try await house.useCases.calendarFeed(
            for: house.tenant.id, by: house.administrator)
        #expect(feed.contains("DTSTART:20270116T220000\r\n"))
    }

    @Test func `each change stands in the audit log`() async throws {
        let house = try await House()
        let saved = try await save(Self.yaml(), in: house)
        _ = try await house.useCases.deletePolicy(
            saved.id, PolicyOrder(note: "Replaced", confirm: true), by: house.administrator)
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: saved.id.text, before: nil, limit: 9)
        #expect(entries.map(\.action) == ["policy.deleted", "policy.saved"])
        #expect(entries.first?.sentence.contains("Replaced") == true)
    }
}
