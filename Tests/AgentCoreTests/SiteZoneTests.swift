@testable import AgentCore
import AgentProtocol
import Calendar
import Fleet
import Logging
import Policy
import Rollout
import Testing
import Trust

/// Windows in the site's zone on an endpoint: the zone is signed, so that nobody shifts them.
@Suite struct `Windows by the site's clocks on the endpoint` {
    private let world = World(["labgood": .good])
    private let folder: CrashingFolder
    private let office: SigningOffice
    private let desk: TrustDesk
    private let gate: GrantGate
    private let update = Orders.update("labgood")

    init() throws {
        folder = CrashingFolder(world: world)
        office = try SigningOffice()
        let tokyo = TimeZoneRules(name: "Asia/Tokyo", firstOffset: 9 * 3600)
        desk = TrustDesk(
            endpoint: Orders.endpoint, tenant: SigningOffice.tenant,
            fingerprint: office.root.payloadDigest, state: folder,
            zones: { ["Etc/UTC": .utc, "Asia/Tokyo": tokyo][$0] ?? nil }, effects: world.effects,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        gate = GrantGate(desk: desk, link: FakeLink(world))
    }

    private func placement(_ zone: String?) -> Placement {
        var subject = EndpointSubject(key: Orders.endpoint.text, site: "Office")
        subject.siteZone = zone
        return Placement([Placement.Entry(Orders.endpoint, of: subject)])
    }

    /// The answer of the gate at noon, universal time, to a window from 22:00 to 02:00.
    private func answer(_ placement: Envelope?) async throws -> Admission {
        let policies = try office.sign(try SigningOffice.policies(zone: .site), "policy")
        desk.take(
            TrustResponse(
                digest: "1", roots: [office.text(office.root)], policies: office.text(policies),
                placement: placement.map(office.text)))
        var order = Orders.order([update])
        order.grant = try office.grant([update], under: policies)
        return await gate.admission(
            of: order, GrantGate.View(updates: [update], installed: [update.key: "1.0"]))
    }

    private func opening(_ admission: Admission) -> String? {
        guard case .waits(let until, _) = admission else { return nil }
        return until.description
    }

    @Test(arguments: [("Asia/Tokyo", "2026-11-21T13:00:00Z"), (nil, "2026-11-21T22:00:00Z")])
    func `open by the zone that is signed, and by the endpoint's where none is`(
        zone: String?, opens: String
    ) async throws {
        let signed = try office.sign(placement(zone), Orders.endpoint.text)
        #expect(opening(try await answer(signed)) == opens)
    }

    @Test func `stay shut while the zone's rules are not known`() async throws {
        let signed = try office.sign(placement("Mars/Olympus"), Orders.endpoint.text)
        guard case .refused(let reason) = try await answer(signed) else {
            Issue.record("It is not refused.")
            return
        }
        #expect(reason.contains("Mars/Olympus") && reason.contains("E_GRANT_ZONE"))
    }

    @Test func `are not shifted by a control plane that signs with keys of its own`() async throws {
        let signed = try office.sign(placement("Asia/Tokyo"), Orders.endpoint.text)
        #expect(opening(try await answer(signed)) == "2026-11-21T13:00:00Z")
        let stranger = try SigningOffice(seed: 77)
        let forged = try office.sign(
            placement(nil), Orders.endpoint.text, version: 2, by: [stranger.first])
        #expect(opening(try await answer(forged)) == "2026-11-21T13:00:00Z")
    }
}
