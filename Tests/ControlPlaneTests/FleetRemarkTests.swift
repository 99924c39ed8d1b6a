import Administration
import ControlPlane
import Fleet
import Groups
import Policy
import ServerRecords
import Testing

@Suite("What cannot work in a policy, as the fleet is")
struct FleetRemarkTests {
    private func text(
        applies: String = "all", members: String = "tag = canary", minimum: Int = 1
    ) -> String {
        """
        patchbay: policy/v1
        name: mine
        applies: \(applies)
        lanes:
          routine: {windows: [any], rings: standard}
        default: {approve: by hand}
        windows:
          any: {every: day, from: "00:00", for: 24h, zone: endpoint}
        rings:
          standard:
            - {name: canary, members: \(members), gate: {verified: 100%, minimum: \(minimum)}}
            - {name: broad, members: rest}

        """
    }

    /// A house whose own policy is for other endpoints.
    private func house() async throws -> RingHouse {
        var policy = RingHouse.policy()
        policy.applies = try GroupExpression(parsing: "role = printer")
        return try await RingHouse(policy: policy)
    }

    /// The warnings of a preview in a house of one canary and two others, with their lines.
    private func warnings(_ yaml: String) async throws -> [String] {
        let rings = try await house()
        let preview = try await rings.useCases.previewPolicy(
            PolicyDraft(tenant: rings.house.tenant.id, yaml: yaml), by: rings.house.administrator)
        #expect(preview.remarks.filter(\.isError).isEmpty)
        return preview.remarks.map { "\($0.line): \($0.message)" }
    }

    @Test func `nothing is said of a policy that can work`() async throws {
        #expect(try await warnings(text()).isEmpty)
    }

    @Test(
        arguments: [
            (
                "tag = prodution",
                "3: “applies” fits none of the 3 endpoints: no endpoint has the tag “prodution”"
            ),
            (
                "hostname = nobody",
                "3: “applies” fits none of the 3 endpoints"
            ),
        ])
    func `a condition that fits nobody is named with its line`(
        applies: String, expected: String
    ) async throws {
        #expect(try await warnings(text(applies: applies)) == [expected])
    }

    @Test func `a gate that asks for more than its ring has is named`() async throws {
        let said = try await warnings(text(minimum: 3))
        #expect(
            said == [
                "11: the gate of “canary” cannot be met: it asks for 3 verified endpoints, and the "
                    + "ring has 1; a rollout would halt there"
            ])
    }

    @Test func `a ring of a tag that nobody has is named`() async throws {
        let said = try await warnings(text(members: "tag = canarie"))
        #expect(
            said == [
                "11: the gate of “canary” cannot be met: it asks for 1 verified endpoints, and the "
                    + "ring has nobody: no endpoint has the tag “canarie”; a rollout would halt there"
            ])
    }

    @Test func `a policy that inherits one which does not exist is told before it is saved`()
        async throws
    {
        let text = text().replacing("applies: all", with: "applies: all\ninherits: msp-basline")
        #expect(
            try await warnings(text) == [
                "1: on 3 endpoints: mine inherits msp-basline, which does not exist."
            ])
    }

    @Test func `two policies of a level on the same endpoints are told, and which one holds`()
        async throws
    {
        let rings = try await house()
        _ = try await rings.useCases.savePolicy(
            PolicyDraft(
                tenant: rings.house.tenant.id,
                yaml: text().replacing("name: mine", with: "name: another")),
            by: rings.house.administrator)
        let preview = try await rings.useCases.previewPolicy(
            PolicyDraft(tenant: rings.house.tenant.id, yaml: text()),
            by: rings.house.administrator)
        #expect(
            preview.remarks.map(\.message) == [
                "on 3 endpoints: Several policies of the level tenant apply: another, mine. Where they "
                    + "differ, another holds."
            ])
    }

    private func save(
        _ name: String, _ more: String = "", in rings: RingHouse, mayOverlap: Bool? = nil,
        policy: PolicyID? = nil
    ) async throws -> PolicySummary {
        try await rings.useCases.savePolicy(
            PolicyDraft(
                policy: policy, tenant: rings.house.tenant.id,
                yaml: text().replacing("name: mine", with: "name: \(name)\(more)"), confirm: true,
                mayOverlap: mayOverlap), by: rings.house.administrator)
    }

    private func expectClash(
        _ sentence: String, location: SourceLocation = #_sourceLocation,
        _ act: () async throws -> Void
    ) async {
        let refusal = await #expect(throws: Refusal.self, sourceLocation: location) {
            try await act()
        }
        #expect(refusal?.code == "E_POLICY_CONFLICT", sourceLocation: location)
        #expect(refusal?.message == sentence, sourceLocation: location)
    }

    @Test func `a policy that would overlap is saved only with its place, or with that word`()
        async throws
    {
        let rings = try await house()
        let first = try await save("another", in: rings)
        let sentence =
            "“another” and “mine” of the level tenant would both apply to ep0, ep1, ep2, and neither "
            + "inherits the other."
        await expectClash(sentence) { _ = try await save("mine", in: rings) }
        let heir = try await save("heir", "\ninherits: another", in: rings)
        #expect(heir.warnings?.isEmpty != false)
        _ = try await rings.useCases.deletePolicy(
            heir.id, PolicyOrder(confirm: true), by: rings.house.administrator)
        let mine = try await save("mine", in: rings, mayOverlap: true)
        // What overlaps already is told, and no change of it is refused.
        let again = try await save("mine", in: rings, policy: mine.id)
        #expect(again.version == 2 && again.warnings?.isEmpty == false)
        let off = PolicyOrder(confirm: true)
        _ = try await rings.useCases.setPolicy(
            first.id, enabled: false, off, by: rings.house.administrator)
        await expectClash(sentence) {
            _ = try await rings.useCases.setPolicy(
                first.id, enabled: true, off, by: rings.house.administrator)
        }
        let on = PolicyOrder(confirm: true, mayOverlap: true)
        let back = try await rings.useCases.setPolicy(
            first.id, enabled: true, on, by: rings.house.administrator)
        #expect(back.isEnabled)
    }

    @Test func `an endpoint is in one group with a policy only, unless somebody says otherwise`()
        async throws
    {
        let rings = try await house()
        func group(_ name: String, _ members: String, mayOverlap: Bool? = nil) async throws {
            _ = try await rings.useCases.saveGroup(
                GroupDraft(
                    tenant: rings.house.tenant.id, name: name, members: members, confirm: true,
                    mayOverlap: mayOverlap), by: rings.house.administrator)
        }
        for (name, members) in [("first", "hostname = ep0"), ("second", "hostname = ep1")] {
            try await group(name, members)
            _ = try await rings.useCases.savePolicy(
                PolicyDraft(
                    tenant: rings.house.tenant.id, level: .group, place: name,
                    yaml: text().replacing("name: mine", with: "name: \(name)"), confirm: true),
                by: rings.house.administrator)
        }
        let both = "hostname in (ep0, ep1)"
        await expectClash(
            "“first” and “second” of the level group would both apply to ep0, and neither inherits "
                + "the other."
        ) {
            try await group("second", both)
        }
        try await group("second", "hostname in (ep1, ep2)")
        try await group("second", both, mayOverlap: true)
    }

    @Test func `the policy's own page says it too`() async throws {
        let rings = try await RingHouse()
        let saved = try await rings.useCases.savePolicy(
            PolicyDraft(
                tenant: rings.house.tenant.id,
                yaml: text(minimum: 2)),
            by: rings.house.administrator)
        let detail = try await rings.useCases.policy(saved.id, by: rings.house.administrator)
        #expect(detail.remarks.contains { $0.message.contains("asks for 2 verified") })
    }
}
