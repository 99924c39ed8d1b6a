import Fleet
import Policy
import Rollout
import TestSupport

/// Rollouts for tests, and the words that lead them somewhere.
enum RolloutSample {
    static let start = Timestamp(seconds: 1_800_000_000)
    static let package = PackageKey(manager: .apt, name: "nginx", architecture: "amd64")
    static let file = LockedPackage(key: package, version: "2", sha256: "aa")
    static let otherFile = LockedPackage(key: package, version: "2", sha256: "bb")

    static func endpoints(_ count: Int) -> [EndpointID] {
        var generator = SeededGenerator(seed: 7)
        return (0..<count).map { _ in EndpointID(at: start, using: &generator) }.sorted()
    }

    static func name(_ text: String) -> PolicyName {
        guard let name = PolicyName(text) else { preconditionFailure("not a name: \(text)") }
        return name
    }

    static func percent(_ number: Int) -> Percentage {
        guard let share = Percentage(basisPoints: number * 100) else {
            preconditionFailure("not a share: \(number)")
        }
        return share
    }

    static func ring(
        _ text: String, _ members: some Sequence<EndpointID>, soak: TimeSpan = .hours(0),
        gate: RingGate? = nil, budget: DisruptionBudget? = nil, site: String = ""
    ) -> RolloutRing {
        RolloutRing(
            name: name(text), members: members.map { RolloutMember(endpoint: $0, site: site) },
            soak: soak, gate: gate, budget: budget)
    }

    /// Four canaries that are watched for a day, then the others.
    static func twoRings(_ ids: [EndpointID], gate: RingGate? = usualGate) -> RolloutPlan {
        RolloutPlan(rings: [
            ring("canary", ids.prefix(4), soak: .hours(24), gate: gate),
            ring("broad", ids.dropFirst(4)),
        ])
    }

    static let usualGate = RingGate(verified: percent(75), healthy: percent(100), minimum: 2)
}

extension RingRollout {
    /// Takes an event some seconds after the start.
    @discardableResult
    mutating func take(_ event: RolloutEvent, after seconds: Int64 = 0) -> [RolloutAction] {
        handle(event, at: RolloutSample.start.adding(seconds: seconds))
    }

    /// Ends the latest order of an endpoint well.
    @discardableResult
    mutating func verify(
        _ endpoint: EndpointID, isHealthy: Bool? = true, after seconds: Int64 = 0
    ) -> [RolloutAction] {
        take(
            .jobVerified(
                offer(endpoint),
                RolloutVerification(installed: [RolloutSample.file], isHealthy: isHealthy)),
            after: seconds)
    }

    /// The latest order of an endpoint.
    func offer(_ endpoint: EndpointID) -> RolloutOffer {
        RolloutOffer(endpoint: endpoint, number: entry(of: endpoint)?.orders ?? 0)
    }
}

extension [RolloutAction] {
    /// Who got an order.
    var offered: [EndpointID] {
        compactMap { if case .offer(let offer, _) = $0 { offer.endpoint } else { nil } }
    }

    /// Whose order is taken back.
    var withdrawn: [EndpointID] {
        compactMap { if case .withdraw(let offer) = $0 { offer.endpoint } else { nil } }
    }

    /// Why it stopped.
    var halt: HaltReason? {
        compactMap { if case .halt(let reason) = $0 { reason } else { nil } }.first
    }
}
