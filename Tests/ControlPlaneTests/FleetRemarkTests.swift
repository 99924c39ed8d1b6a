import Administration
import ControlPlane
import Fleet
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
