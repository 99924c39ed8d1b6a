import Administration
import Fleet
import Policy
import Groups
import Foundation
import ServerRecords
import TestSupport
import Testing

import ControlPlane

/// Who is in a group, and what saving one would do.
struct GroupTests {
    private static func draft(_ members: String, _ house: House, name: String = "web") -> GroupDraft
    {
        GroupDraft(tenant: house.tenant.id, name: name, members: members)
    }

    /// Two endpoints with a role each, and a third that nothing has said of and no scan has shown.
    private static func house() async throws -> House {
        let house = try await House()
        for (name, role) in [("web-1", "web"), ("db-1", "db")] {
            let endpoint = try await house.enrol(name)
            try await endpoint.report(["openssl": "1"])
            _ = try await house.useCases.setTraits(
                TraitChange(role: role), of: endpoint.id, by: house.administrator)
        }
        _ = try await house.enrol("new-1")
        return house
    }

    @Test func `a saved group says who is in it, and warns when nobody is`() async throws {
        let house = try await Self.house()
        func save(_ members: String, _ name: String) async throws -> GroupStanding? {
            let group = try await house.useCases.saveGroup(
                Self.draft(members, house, name: name), by: house.administrator)
            return try await house.useCases.shown([group]).first?.standing
        }
        let web = try #require(try await save("role = web", "web"))
        #expect(web.endpoints == 1 && web.first == ["web-1"] && web.warning == nil)
        let none = try #require(try await save("role = nothing", "none"))
        #expect(none.endpoints == 0 && none.warning != nil)
        #expect(none.sentence == "nobody")
        // A scan's facts are missing of the third.
        let all = try #require(try await save("os = debian or hostname ~ \"*-1\"", "scanned"))
        #expect(all.endpoints == 2 && all.unknown == 1)
        let shown = try await house.useCases.shown(
            try await house.useCases.groups(by: house.administrator))
        #expect(shown.map(\.standing.endpoints) == [0, 2, 1])
        #expect(shown.map(\.group.name.text) == ["none", "scanned", "web"])
        let text = try JSONEncoder().encode(shown)
        #expect(try JSONDecoder().decode([ShownGroup].self, from: text) == shown)
    }

    @Test func `a preview tells who joins and who leaves, and saves nothing`() async throws {
        let house = try await Self.house()
        let first = try await house.useCases.previewGroup(
            Self.draft("role in (web, db)", house), by: house.administrator)
        #expect(first.joins == 2 && first.joining == ["db-1", "web-1"] && first.leaves == 0)
        #expect(try await house.useCases.groups(by: house.administrator).isEmpty)
        _ = try await house.useCases.saveGroup(
            Self.draft("role = web", house), by: house.administrator)
        let second = try await house.useCases.previewGroup(
            Self.draft("role = db", house), by: house.administrator)
        #expect(second.joining == ["db-1"] && second.leaving == ["web-1"])
        #expect(second.standing.endpoints == 1)
        let nameless = try await house.useCases.previewGroup(
            Self.draft("role = nothing", house, name: ""), by: house.administrator)
        #expect(nameless.joins == 0 && nameless.standing.warning != nil)
    }

    /// A house whose policy installs at once on whoever is in the group “web”.
    private static func acting() async throws -> RingHouse {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.applies = RingHouse.group("group = web")
        policy.lanes.routine.rings = nil
        policy.rings = [:]
        return try await RingHouse(
            canaries: 0, others: 3, policy: policy, tags: [0: ["web"], 1: ["web"]])
    }

    @Test func `a group that makes a policy act at once says on how many, and wants a word`()
        async throws
    {
        let rings = try await Self.acting()
        let house = rings.house
        let draft = Self.draft("tag = web", house)
        let preview = try await house.useCases.previewGroup(draft, by: house.administrator)
        #expect(preview.installsNow == 2)
        #expect(preview.acts?.hasPrefix("2 endpoints may install at once") == true)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.saveGroup(draft, by: house.administrator)
        }
        #expect(refusal?.code == "E_GROUP_ACTS_NOW" && refusal?.kind == .conflict)
        #expect(refusal?.message == preview.acts)
        #expect(try await house.useCases.groups(by: house.administrator).isEmpty)
        var confirmed = draft
        confirmed.confirm = true
        _ = try await house.useCases.saveGroup(confirmed, by: house.administrator)
        // What changes nobody's updates wants none: the same members, and fewer.
        _ = try await house.useCases.saveGroup(draft, by: house.administrator)
        _ = try await house.useCases.saveGroup(
            Self.draft("tag = web and tag = nobody", house), by: house.administrator)
        _ = try await house.useCases.saveGroup(
            Self.draft("tag = nobody", house, name: "other"), by: house.administrator)
    }

    @Test func `a group that keeps a policy away is not removed without a word`() async throws {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.applies = RingHouse.group("not group = web")
        policy.lanes.routine.rings = nil
        policy.rings = [:]
        let rings = try await RingHouse(canaries: 0, others: 2, policy: policy, tags: [0: ["web"]])
        let house = rings.house
        _ = try await house.useCases.saveGroup(
            Self.draft("tag = web", house), by: house.administrator)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.deleteGroup(
                "web", of: house.tenant.id, by: house.administrator)
        }
        #expect(refusal?.code == "E_GROUP_ACTS_NOW")
        #expect(refusal?.message.hasPrefix("1 endpoint may install at once") == true)
        // A confirmation gives nobody a right: neither another tenant's people nor who only looks.
        let tenants = [house.useCases.effects.newIdentifier(), house.tenant.id] as [TenantID]
        for (tenant, rights) in zip(tenants, [Set(Permission.allCases), [.view]]) {
            let stranger = Principal(name: "user:eve", scope: .tenant(tenant), permissions: rights)
            await #expect(throws: Refusal.self) {
                try await house.useCases.deleteGroup(
                    "web", of: house.tenant.id, confirm: true, by: stranger)
            }
        }
        #expect(try await house.useCases.groups(by: house.administrator).count == 1)
        try await house.useCases.deleteGroup(
            "web", of: house.tenant.id, confirm: true, by: house.administrator)
        #expect(try await house.useCases.groups(by: house.administrator).isEmpty)
    }

    @Test func `a tag or role that makes a policy act at once wants a word, and others do not`()
        async throws
    {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.applies = RingHouse.group("tag = web or role = db")
        policy.lanes.routine.rings = nil
        policy.rings = [:]
        let rings = try await RingHouse(canaries: 0, others: 2, policy: policy)
        let (house, id) = (rings.house, rings.endpoints[0].id)
        func set(_ change: TraitChange, _ id: EndpointID) async throws -> SaidOfEndpoint {
            try await house.useCases.setTraits(change, of: id, by: house.administrator)
        }
        for change in [TraitChange(addTags: ["web"]), TraitChange(role: "db")] {
            let refusal = await #expect(throws: Refusal.self) { try await set(change, id) }
            #expect(refusal?.code == "E_TRAITS_ACTS_NOW" && refusal?.kind == .conflict)
            #expect(refusal?.message.hasPrefix("1 endpoint may install at once") == true)
        }
        let traits = try await house.useCases.endpoint(id, by: house.administrator).traits
        #expect(traits.tags.isEmpty && traits.role == "server", "nothing was stored")
        // What changes none of its decisions wants none.
        _ = try await set(TraitChange(addTags: ["other"], criticality: .high), id)
        #expect(
            try await set(TraitChange(addTags: ["web"], confirm: true), id).traits.tags.count == 2)
        _ = try await set(TraitChange(role: "db"), id)
        _ = try await set(TraitChange(tags: []), id)
        // A word that is none is told as such, and a stranger's endpoint is not there.
        let wrong = await #expect(throws: Refusal.self) {
            try await set(TraitChange(addTags: ["not a tag"]), id)
        }
        #expect(wrong?.code == "E_TRAITS")
        let stranger = Principal(
            name: "user:eve", scope: .tenant(house.useCases.effects.newIdentifier()),
            permissions: Set(Permission.allCases))
        let gone = await #expect(throws: Refusal.self) {
            try await house.useCases.setTraits(
                TraitChange(addTags: ["web"]), of: rings.endpoints[1].id, by: stranger)
        }
        #expect(gone?.code == "E_NOT_FOUND")
    }

    @Test(arguments: [
        ("group = web", true), ("group != web", true), ("group in (db, web)", true),
        ("group ~ \"w*\"", true), ("not group = web", true), ("group = db", false),
        ("tag = web", false), ("all", false),
    ])
    func `only where something asks for the group the fleet is looked at`(
        applies: String, isAsked: Bool
    ) async throws {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.applies = RingHouse.group(applies)
        let rings = try await RingHouse(canaries: 0, others: 2, policy: policy)
        let house = rings.house
        let (tenant, now) = (house.tenant.id, house.clock.now)
        let group = EndpointGroup(
            tenant: tenant, name: RingHouse.name("web"), members: .always, note: "", savedAt: now,
            savedBy: "user:anna")
        let looked = try await house.useCases.ledger.read { records in
            try house.useCases.preview(groups: [group], of: tenant, at: now, in: records).endpoints
        }
        #expect(looked == (isAsked ? 2 : 0))
    }

    @Test(arguments: [
        (1, "its gate wants 1 verified there, so that rollouts stop at it."),
        (0, "it is passed at once, and “broad” begins without it."),
    ])
    func `taking the only canary's tag away says that its ring is left empty`(
        minimum: Int, ending: String
    ) async throws {
        let rings = try await RingHouse(policy: RingHouse.policy(minimum: minimum))
        let house = rings.house
        func untag(_ endpoint: TestEndpoint, confirm: Bool? = nil) async throws {
            _ = try await house.useCases.setTraits(
                TraitChange(removeTags: ["canary"], confirm: confirm), of: endpoint.id,
                by: house.administrator)
        }
        let alone = await #expect(throws: Refusal.self) { try await untag(rings.endpoints[0]) }
        #expect(alone?.code == "E_TRAITS_ACTS_NOW")
        #expect(
            alone?.message
                == "Nothing is installed at once. Nobody is left in the ring “canary” of "
                + "“servers”: \(ending)")
        try await untag(rings.endpoints[0], confirm: true)
        // One of two may go without a word.
        let more = try await RingHouse(canaries: 2, policy: RingHouse.policy(minimum: minimum))
        _ = try await more.useCases.setTraits(
            TraitChange(removeTags: ["canary"]), of: more.endpoints[1].id,
            by: more.house.administrator)
    }

    @Test func `a group that takes its last endpoint from a ring wants a word`() async throws {
        var policy = RingHouse.policy()
        policy.rings[RingHouse.name("standard")]?[0].members = .matching(
            RingHouse.group("group = canaries"))
        let rings = try await RingHouse(policy: policy)
        let house = rings.house
        func save(_ members: String) async throws {
            _ = try await house.useCases.saveGroup(
                Self.draft(members, house, name: "canaries"), by: house.administrator)
        }
        try await save("tag = canary")
        let refusal = await #expect(throws: Refusal.self) { try await save("tag = nobody") }
        #expect(refusal?.code == "E_GROUP_ACTS_NOW")
        #expect(refusal?.message.contains("Nobody is left in the ring “canary”") == true)
    }

    @Test func `a ring, an approval and an accepted risk ask for groups too`() async throws {
        var policy = RingHouse.policy(approval: .byHand)
        policy.rings[RingHouse.name("standard")]?[0].members = .matching(
            RingHouse.group("group = web"))
        let rings = try await RingHouse(canaries: 0, others: 2, policy: policy)
        let house = rings.house
        let (tenant, now) = (house.tenant.id, house.clock.now)
        func looked(_ name: String) async throws -> Int {
            let group = EndpointGroup(
                tenant: tenant, name: RingHouse.name(name), members: .always, note: "",
                savedAt: now, savedBy: "user:anna")
            return try await house.useCases.ledger.read { records in
                try house.useCases.preview(groups: [group], of: tenant, at: now, in: records)
                    .endpoints
            }
        }
        _ = try await house.useCases.saveGroup(
            Self.draft("tag = nobody", house, name: "db"), by: house.administrator)
        #expect(try await looked("web") == 2)
        #expect(try await looked("db") == 0)
        _ = try await house.useCases.decide(
            ApprovalDraft(
                .hold, tenant: tenant, level: .group, place: "db", package: "nginx",
                reason: "Later"), by: house.administrator)
        #expect(try await looked("db") == 2)
    }

    @Test func `a condition that nobody can fit is refused`() async throws {
        let house = try await Self.house()
        let draft = Self.draft("os.version < 10 and os.version > 11", house)
        for attempt in [
            { _ = try await house.useCases.saveGroup(draft, by: house.administrator) },
            { _ = try await house.useCases.previewGroup(draft, by: house.administrator) },
        ] as [() async throws -> Void] {
            let refusal = await #expect(throws: Refusal.self) { try await attempt() }
            #expect(refusal?.code == "E_GROUP_IMPOSSIBLE")
        }
    }
}
