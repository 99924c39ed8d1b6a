@testable import HTMLTree
import Fleet
import Policy
import Rollout

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Dashboard

// A deployment on its way through rings.
extension Samples {
    private static func name(_ text: String) -> PolicyName {
        guard let name = PolicyName(text) else { preconditionFailure("not a name: \(text)") }
        return name
    }

    private static func ring(_ text: String, _ members: ClosedRange<UInt64>, soak: TimeSpan)
        -> RolloutRing
    {
        let share = Percentage(basisPoints: 9500) ?? .zeroShare
        return RolloutRing(
            name: name(text), members: members.map { RolloutMember(endpoint: id($0)) }, soak: soak,
            gate: RingGate(verified: share, minimum: 2))
    }

    private static let ringPlan = RolloutPlan(rings: [
        ring("canary", 51...53, soak: .hours(24)), ring("early", 54...57, soak: .hours(48)),
        ring("broad", 58...75, soak: .hours(0)),
    ])

    private static func record(_ rollout: RingRollout) -> RolloutRecord {
        RolloutRecord(
            tenant: tenant, deployment: id(31), policy: name("servers-standard"), policyVersion: 4,
            lane: .routine, openedAt: ago(minutes: 9), isAutomatic: true,
            lines: lock.map { WaveLine($0) }, orderSeconds: 7 * 86_400,
            warnings: ["A missing fact of db-7 could put it into an earlier ring."],
            rollout: rollout)
    }

    private static func offer(_ number: UInt64) -> RolloutOffer {
        RolloutOffer(endpoint: id(number), number: 1)
    }

    private static func names(_ endpoint: EndpointID) -> String? {
        (51...75).first { id($0) == endpoint }.map { "web-\($0)" }
    }

    /// The canaries are verified but for one that works.
    static let detailInRings: DeploymentDetail = {
        var rollout = RingRollout(ringPlan)
        _ = rollout.handle(.started, at: ago(minutes: 9))
        for number in 51...53 as ClosedRange<UInt64> {
            _ = rollout.handle(.jobStarted(offer(number)), at: ago(minutes: 8))
            _ = rollout.handle(
                .jobVerified(offer(number), RolloutVerification()), at: ago(minutes: 5))
        }
        return inRings(rollout, [])
    }()

    /// One of the canaries failed in a way that points at the package.
    static let detailHaltedAtCanary: DeploymentDetail = {
        var rollout = RingRollout(ringPlan)
        _ = rollout.handle(.started, at: ago(minutes: 9))
        _ = rollout.handle(.jobStarted(offer(51)), at: ago(minutes: 8))
        _ = rollout.handle(.jobFailed(offer(51), .maintainerScript), at: ago(minutes: 5))
        return inRings(rollout, [.halt])
    }()

    private static func inRings(_ rollout: RingRollout, _ events: [DeploymentEvent])
        -> DeploymentDetail
    {
        var detail = detail
        detail.summary.deployment = deployment(31, "servers-standard, routine: nginx", events)
        detail.rollout = RolloutStanding(record(rollout), naming: names)
        let lines = [
            ("deployment.approved", "Approved “nginx” through the rings of servers-standard."),
            ("rollout.ringOpened", "Ring canary begins: 3 endpoints."),
        ]
        detail.timeline = lines.enumerated().map { place, line in
            AuditEntry(
                chain: tenant.text, sequence: Int64(place + 1), at: ago(minutes: 9 - Int64(place)),
                actor: "policy:servers-standard", action: line.0,
                subject: id(31, Kinds.Deployment.self).text,
                sentence: line.1, previousHash: "", hash: "")
        }
        return detail
    }
}

extension Percentage {
    fileprivate static var zeroShare: Percentage {
        guard let share = Percentage(basisPoints: 0) else { preconditionFailure("a share") }
        return share
    }
}
