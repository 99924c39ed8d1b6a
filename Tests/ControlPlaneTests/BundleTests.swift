import Administration
import AgentProtocol
import Bundles
import ControlPlane
import Fleet
import Policy
import Rollbacks
import Rollout
import ServerRecords
import TestSupport
import Testing

@Suite("A bundle of updates is one object from its query to its rollback")
struct BundleTests {
    /// Two canaries and two others that all miss nginx, and one person more who may approve.
    private struct Place {
        let rings: RingHouse
        let ben: Principal

        var useCases: UseCases { rings.useCases }
        var anna: Principal { rings.house.administrator }

        init(policy: PatchPolicy = RingHouse.policy()) async throws {
            rings = try await RingHouse(canaries: 1, others: 2, policy: policy)
            ben = Principal(
                name: "user:ben", scope: .tenant(rings.house.tenant.id),
                permissions: Role.operatorRole.permissions)
        }

        func make(
            _ query: BundleQuery? = BundleQuery(packages: ["nginx"]), name: String = "web",
            approvers: Int? = nil
        ) async throws -> PatchBundle {
            try await useCases.makeBundle(
                BundleDraft(name: name, query: query, approvers: approvers), by: anna)
        }

        func promote(_ bundle: PatchBundle, ring: String?) async throws -> PatchBundle {
            try await useCases.promoteBundle(
                bundle.id, PromotionDraft(policy: "servers", ring: ring, acceptsNoWayBack: true),
                by: anna)
        }

        func report(_ bundle: PatchBundle) async throws -> BundleReport {
            try await useCases.bundleReport(of: bundle.id, by: anna)
        }

        /// Installs its order so that it can be undone.
        func patchForNow(_ endpoint: TestEndpoint) async throws {
            let order = try #require(try await endpoint.collect())
            try await endpoint.work(on: order)
            let outcomes = order.updates.map {
                UpdateOutcome(
                    update: $0, state: .verified, versionAfter: $0.to, sentence: "It is in.",
                    wayBack: .packageDowngrade)
            }
            _ = try await useCases.reportResult(
                JobResult(outcomes: outcomes), job: order.job, by: endpoint.principal)
            try await endpoint.report(["bash": "1", "nginx": "2"])
        }

        func figures(_ bundle: PatchBundle) async throws -> [Int] {
            let figures = try await report(bundle).figures
            return [figures.endpoints, figures.all, figures.part, figures.none, figures.unknown]
        }
    }

    private func expectRefusal(
        _ code: String, location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        let refusal = await #expect(throws: Refusal.self, sourceLocation: location) {
            try await body()
        }
        #expect(refusal?.code == code, sourceLocation: location)
    }

    /// A query, and whether nginx (security, from Debian-Security) fits it.
    struct Asked: Sendable, CustomTestStringConvertible {
        let query: BundleQuery
        let fits: Bool
        var testDescription: String { query.words }
    }

    static let asked: [Asked] = [
        Asked(query: BundleQuery(packages: ["ngi*"]), fits: true),
        Asked(query: BundleQuery(packages: ["apache*", "NGINX"]), fits: true),
        Asked(query: BundleQuery(packages: ["apache*"]), fits: false),
        Asked(query: BundleQuery(origins: ["debian-security"]), fits: true),
        Asked(query: BundleQuery(origins: ["Debian-Security:12/*"]), fits: true),
        Asked(query: BundleQuery(origins: ["Debian"]), fits: false),
        Asked(query: BundleQuery(classes: [.security]), fits: true),
        Asked(query: BundleQuery(classes: [.feature, .bugfix]), fits: false),
        Asked(query: BundleQuery(packages: ["nginx"], classes: [.feature]), fits: false),
        Asked(query: BundleQuery(severity: .critical), fits: false),
        Asked(query: BundleQuery(severity: .unrated), fits: true),
        Asked(query: BundleQuery(vulnerabilities: ["CVE-2026-1000"]), fits: false),
        Asked(query: BundleQuery(knownExploited: true), fits: false),
        Asked(query: BundleQuery(seenFrom: House.start), fits: true),
        Asked(query: BundleQuery(seenFrom: House.start.adding(seconds: 60)), fits: false),
        Asked(query: BundleQuery(seenBefore: House.start), fits: false),
        Asked(query: BundleQuery(seenBefore: House.start.adding(seconds: 60)), fits: true),
    ]

    @Test(arguments: asked)
    func `a query takes what fits all that it asks`(_ asked: Asked) async throws {
        let place = try await Place()
        try await place.rings.pass(seconds: 1)
        do {
            let found = try await place.useCases.previewBundle(
                BundleDraft(name: "web", query: asked.query), by: place.anna)
            #expect(asked.fits)
            #expect(found.lines.map(\.package) == ["nginx"] && found.lines.map(\.version) == ["2"])
            #expect(found.endpoints == 3 && found.named == ["ep0", "ep1", "ep2"])
            #expect(found.title == "web@1")
        } catch let refusal as Refusal {
            #expect(refusal.code == "E_BUNDLE_EMPTY" && !asked.fits)
        }
    }

    @Test func `what asks for nothing, or has no name, is refused`() async throws {
        let place = try await Place()
        await expectRefusal("E_BUNDLE_QUERY") { _ = try await place.make(BundleQuery()) }
        await expectRefusal("E_BUNDLE_QUERY") { _ = try await place.make(nil) }
        await expectRefusal("E_BUNDLE_NAME") {
            _ = try await place.make(BundleQuery(packages: ["nginx"]), name: "My browsers")
        }
        await expectRefusal("E_BUNDLE_QUERY") {
            _ = try await place.make(
                BundleQuery(seenFrom: House.start, seenBefore: House.start))
        }
    }

    @Test func `its content stays, and publishing it again is the next version`() async throws {
        let place = try await Place()
        let first = try await place.make()
        #expect(first.title == "web@1" && first.state == .proposed && first.content.lines == 1)
        for endpoint in place.rings.endpoints {
            try await endpoint.report(
                ["nginx": "1"], updates: [TestEndpoint.update("nginx", to: "3")])
        }
        place.rings.house.clock.advance(seconds: 1)
        let second = try await place.make(nil)
        #expect(second.title == "web@2" && second.query == first.query)
        func versions(_ bundle: PatchBundle) async throws -> [String] {
            try await place.useCases.bundle(bundle.id, by: place.anna).lines.map(\.version)
        }
        #expect(try await versions(first) == ["2"])
        #expect(try await versions(second) == ["3"])
        let listed = try await place.useCases.bundles(by: place.anna, named: "web")
        #expect(listed.map(\.version) == [2, 1])
    }

    @Test func `nothing of it goes anywhere before it is approved, by two where two are asked for`()
        async throws
    {
        let place = try await Place()
        let bundle = try await place.make(approvers: 2)
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.promote(bundle, ring: "canary")
        }
        let once = try await place.useCases.approveBundle(bundle.id, by: place.anna)
        #expect(once.state == .awaitingSecondPerson)
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.promote(bundle, ring: "canary")
        }
        await expectRefusal("E_BUNDLE_SAME_PERSON") {
            _ = try await place.useCases.approveBundle(bundle.id, by: place.anna)
        }
        let twice = try await place.useCases.approveBundle(bundle.id, by: place.ben)
        #expect(twice.state == .approved)
        #expect(try await place.useCases.approvals(by: place.anna).isEmpty, "policies hear nothing")
        #expect(try await place.promote(bundle, ring: "canary").promotions.count == 1)
    }

    @Test func `a rule that asks for two people asks them for the bundle`() async throws {
        var policy = RingHouse.policy()
        policy.otherwise = Treatment(.byHand, approvers: 2)
        let place = try await Place(policy: policy)
        #expect(try await place.make().approvers == 2)
    }

    @Test func `policies hear an approval when it says so, and always hear that it is declined`()
        async throws
    {
        let place = try await Place()
        let bundle = try await place.make()
        _ = try await place.useCases.approveBundle(
            bundle.id, BundleAnswer(policiesToo: true), by: place.anna)
        func said() async throws -> [String] {
            try await place.useCases.approvals(by: place.anna).map(\.sentence)
        }
        #expect(try await said() == ["Approved nginx 2 for all endpoints of Acme."])
        await expectRefusal("E_BUNDLE_REASON") {
            _ = try await place.useCases.declineBundle(bundle.id, BundleAnswer(), by: place.ben)
        }
        let declined = try await place.useCases.declineBundle(
            bundle.id, BundleAnswer(reason: "It breaks"), by: place.ben)
        #expect(declined.state == .declined)
        #expect(
            try await said()
                == ["Declined nginx 2 for all endpoints of Acme: The bundle web@1. It breaks."])
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.promote(bundle, ring: "canary")
        }
        let after = try await place.useCases.approveBundle(bundle.id, by: place.anna)
        #expect(after.state == .approved)
        #expect(try await said() == [])
    }

    @Test func `it goes to one ring, is paused and resumed, and goes on to the next`()
        async throws
    {
        let place = try await Place()
        let made = try await place.make()
        _ = try await place.useCases.approveBundle(made.id, by: place.anna)
        let preview = try await place.useCases.previewPromotion(
            of: made.id, PromotionDraft(policy: "servers", ring: "canary"), by: place.anna)
        #expect(preview.endpoints == 1 && preview.named == ["ep0"])
        #expect(preview.updates == ["nginx 2"])
        _ = try await place.promote(made, ring: "canary")
        #expect(try await place.figures(made) == [3, 0, 0, 3, 0])
        #expect(try await place.report(made).figures.underWay == 1)

        let paused = try await place.useCases.pauseBundle(made.id, by: place.ben)
        #expect(paused.pausedAt != nil && paused.promotions.map(\.isPaused) == [true])
        let canary = place.rings.endpoints[0]
        #expect(try await canary.collect() == nil, "its order is taken back")
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.promote(made, ring: "broad")
        }
        let resumed = try await place.useCases.resumeBundle(made.id, by: place.ben)
        #expect(resumed.pausedAt == nil && resumed.promotions.map(\.isPaused) == [nil])
        try await place.rings.pass(seconds: 60)
        try await canary.patch()
        try await place.rings.pass(seconds: 60)
        #expect(try await place.figures(made) == [3, 1, 0, 2, 0])
        #expect(try await place.report(made).figures.verified == 1)

        let broad = try await place.promote(made, ring: "broad")
        #expect(broad.promotions.map(\.ring) == ["canary", "broad"])
        #expect(broad.promotions.map(\.endpoints) == [1, 2])
        for endpoint in place.rings.others { try await endpoint.patch() }
        try await place.rings.pass(seconds: 60)
        let report = try await place.report(made)
        #expect(report.figures.all == 3 && report.figures.verified == 3)
        #expect(report.steps.map(\.verified) == [1, 2])
        #expect(report.rows.allSatisfy { $0.holding == .all && $0.of == 1 })
        await expectRefusal("E_BUNDLE_NOBODY") {
            _ = try await place.promote(made, ring: nil)
        }
    }

    @Test
    func
        `who has newer has it, who is silent is not known, and who lacks the package is not asked`()
        async throws
    {
        let place = try await Place()
        let made = try await place.make()
        let all = place.rings.endpoints
        try await all[0].report(["nginx": "3"])
        try await all[1].report(["bash": "1"])
        #expect(try await place.figures(made) == [2, 1, 0, 1, 0])
        // A newer version is offered by now; what is installed is still older than the bundle's.
        try await all[2].report(["nginx": "1"], updates: [TestEndpoint.update("nginx", to: "4")])
        #expect(try await place.figures(made) == [2, 1, 0, 1, 0])
        place.rings.house.clock.advance(seconds: 40 * 86_400)
        #expect(try await place.figures(made) == [2, 0, 0, 0, 2])
    }

    @Test func `it is taken back wherever it went, and goes nowhere after that`() async throws {
        let place = try await Place()
        let made = try await place.make()
        _ = try await place.useCases.approveBundle(made.id, by: place.anna)
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.useCases.rollBackBundle(made.id, by: place.anna)
        }
        _ = try await place.promote(made, ring: "canary")
        try await place.patchForNow(place.rings.endpoints[0])
        try await place.rings.pass(seconds: 60)
        _ = try await place.promote(made, ring: "broad")
        let back = try await place.useCases.rollBackBundle(made.id, by: place.anna)
        #expect(back.rolledBackAt != nil && back.pausedAt == nil)
        #expect(back.promotions.map { $0.takenBackBy != nil } == [true, false])
        #expect(back.promotions[1].stays?.hasPrefix("Nothing of it was installed") == true)
        for endpoint in place.rings.others {
            #expect(try await endpoint.collect() == nil, "what had not begun is called off")
        }
        let canary = place.rings.endpoints[0]
        let order = try #require(try await canary.collect())
        #expect(order.updates.map(\.to) == ["1"])
        try await canary.finish(order, .verified)
        try await canary.missNginx()
        let report = try await place.report(made)
        #expect(report.figures.none == 3 && report.figures.gone == 1)
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.promote(made, ring: "canary")
        }
        await expectRefusal("E_BUNDLE_STATE") {
            _ = try await place.useCases.resumeBundle(made.id, by: place.anna)
        }
    }

    @Test func `what cannot be undone anywhere is refused, and stays paused`() async throws {
        let place = try await Place()
        let made = try await place.make()
        _ = try await place.useCases.approveBundle(made.id, by: place.anna)
        _ = try await place.promote(made, ring: "canary")
        try await place.rings.endpoints[0].patch()
        await expectRefusal("E_NO_WAY_BACK") {
            _ = try await place.useCases.rollBackBundle(made.id, by: place.anna)
        }
        let bundle = try await place.useCases.bundle(made.id, by: place.anna).bundle
        #expect(bundle.rolledBackAt == nil && bundle.pausedAt != nil)
        #expect(bundle.promotions.first?.stays?.isEmpty == false)
    }

    @Test func `it goes to a group at once, and to no ring or group that is not there`()
        async throws
    {
        let place = try await Place()
        let made = try await place.make()
        _ = try await place.useCases.approveBundle(made.id, by: place.anna)
        let group = EndpointGroup(
            tenant: place.rings.house.tenant.id, name: RingHouse.name("pair"),
            members: RingHouse.group("hostname in (ep1, ep2)"), note: "", savedAt: House.start,
            savedBy: "user:anna")
        try await place.useCases.ledger.write { try $0.store(group) }
        for (ring, group) in [("none", nil), (nil, "none")] as [(String?, String?)] {
            await expectRefusal("E_BUNDLE_TARGET") {
                _ = try await place.useCases.promoteBundle(
                    made.id, PromotionDraft(policy: "servers", ring: ring, group: group),
                    by: place.anna)
            }
        }
        await expectRefusal("E_POLICY_UNKNOWN") {
            _ = try await place.useCases.promoteBundle(
                made.id, PromotionDraft(policy: "nobody"), by: place.anna)
        }
        let gone = try await place.useCases.promoteBundle(
            made.id, PromotionDraft(policy: "servers", group: "pair"), by: place.anna)
        #expect(gone.promotions.map(\.endpoints) == [2])
        for endpoint in place.rings.others { #expect(try await endpoint.collect() != nil) }
    }
}
