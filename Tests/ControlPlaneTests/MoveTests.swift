import Administration
import ControlPlane
import Fleet
import Groups
import Policy
import ServerRecords
import TestSupport
import Testing

/// Moving an endpoint to another site of its tenant, and what follows for it.
struct MoveTests {
    /// Two endpoints that miss an update and stand in Berlin, where nothing acts by itself; in Hamburg
    /// updates are installed at once.
    private struct Place {
        let rings: RingHouse
        let berlin: Site
        let hamburg: Site
        var house: House { rings.house }
        var first: EndpointID { rings.endpoints[0].id }

        init() async throws {
            var calm = RingHouse.policy()
            calm.lanes.routine.rings = nil
            calm.rings = [:]
            rings = try await RingHouse(canaries: 0, others: 2, policy: calm)
            let (house, tenant) = (rings.house, rings.house.tenant.id)
            func site(_ name: String) async throws -> Site {
                try await house.useCases.createSite(
                    name: name, tenant: tenant, by: house.administrator)
            }
            berlin = try await site("Berlin")
            hamburg = try await site("Hamburg")
            var quick = RingHouse.policy(approval: .atOnce)
            quick.name = RingHouse.name("hamburg")
            quick.lanes.routine.rings = nil
            quick.rings = [:]
            let place = try #require(
                PolicyPlace(level: .site, tenant: tenant, part: hamburg.id.text))
            let record = PolicyRecord(
                id: house.useCases.effects.newIdentifier(), place: place, policy: quick, yaml: "",
                savedAt: House.start, savedBy: "user:anna")
            try await house.useCases.ledger.write { try $0.insert(record) }
            for endpoint in rings.endpoints {
                _ = try await house.useCases.setTraits(
                    TraitChange(site: berlin.id.text), of: endpoint.id, by: house.administrator)
            }
        }

        func move(
            _ site: String, confirm: Bool? = nil, by principal: Principal? = nil
        ) async throws -> SaidOfEndpoint {
            try await house.useCases.setTraits(
                TraitChange(site: site, confirm: confirm), of: first,
                by: principal ?? house.administrator)
        }

        func detail() async throws -> EndpointDetail {
            try await house.useCases.endpoint(first, by: house.administrator)
        }
    }

    @Test func `a move after which a policy acts at once says so and wants a word`() async throws {
        let place = try await Place()
        let refusal = await #expect(throws: Refusal.self) { try await place.move("Hamburg") }
        #expect(refusal?.code == "E_TRAITS_ACTS_NOW" && refusal?.kind == .conflict)
        #expect(refusal?.message.hasPrefix("1 endpoint may install at once") == true)
        #expect(try await place.detail().item.siteName == "Berlin", "nothing was stored")
        let said = try await place.move("Hamburg", confirm: true)
        #expect(said.site == place.hamburg.id && said.siteName == "Hamburg")
        #expect(said.traits.role == "server", "what else is said of it stays")
        // Back again, and out of every site: nothing begins by it.
        #expect(try await place.move(place.berlin.id.text).siteName == "Berlin")
        #expect(try await place.move("").site == nil)
        #expect(try await place.detail().item.siteName == nil)
    }

    @Test func `after the move the site's policy comes first, and its decisions are its own`()
        async throws
    {
        let place = try await Place()
        let before = try await place.detail()
        #expect(before.policy == "servers" && before.layers.map(\.name) == ["servers"])
        _ = try await place.move("Hamburg", confirm: true)
        let after = try await place.detail()
        #expect(after.policy == "hamburg" && after.layers.map(\.name) == ["hamburg", "servers"])
        #expect(after.layers.map(\.level) == [.site, .tenant])
        #expect(before.decisions.map(\.rule) != after.decisions.map(\.rule))
        let stayed = try await place.house.useCases.endpoint(
            place.rings.endpoints[1].id, by: place.house.administrator)
        #expect(stayed.policy == "servers", "the other endpoint has not moved")
    }

    @Test func `a move is told in the audit log, once, with both sites`() async throws {
        let place = try await Place()
        _ = try await place.move("Hamburg", confirm: true)
        _ = try await place.move("Hamburg")
        let entries = try await place.house.useCases.auditEntries(
            by: place.house.administrator, subject: place.first.text)
        let moves = entries.filter { $0.action == "endpoint.moved" }.map(\.sentence)
        #expect(
            moves == [
                "Moved ep0 from the site “Berlin” to “Hamburg”.",
                "Moved ep0 to the site “Berlin”; it belonged to none.",
            ])
        #expect(!entries.contains { $0.action == "endpoint.traitsSet" }, "nothing else was said")
    }

    @Test func `a site of another tenant is as unknown as one that nobody has`() async throws {
        let place = try await Place()
        let house = place.house
        let other = try await house.useCases.createTenant(name: "Bolt", by: house.administrator)
        let theirs = try await house.useCases.createSite(
            name: "Munich", tenant: other.id, by: house.administrator)
        for name in [theirs.id.text, "Munich", "sit_00000000000000000000000000", "Nowhere"] {
            let refusal = await #expect(throws: Refusal.self) {
                try await place.move(name, confirm: true)
            }
            #expect(refusal?.code == "E_NOT_FOUND", "\(name)")
        }
        let stranger = Principal(
            name: "user:eve", scope: .tenant(other.id), permissions: Set(Permission.allCases))
        let gone = await #expect(throws: Refusal.self) {
            try await place.move(theirs.id.text, confirm: true, by: stranger)
        }
        #expect(gone?.code == "E_NOT_FOUND")
        #expect(try await place.detail().item.siteName == "Berlin")
    }

    @Test func `who only looks moves nothing`() async throws {
        let place = try await Place()
        let viewer = Principal(
            name: "user:v", scope: .tenant(place.house.tenant.id),
            permissions: Role.viewer.permissions)
        let refusal = await #expect(throws: Refusal.self) {
            try await place.move("", by: viewer)
        }
        #expect(refusal?.code == "E_FORBIDDEN")
    }
}
