import Fleet
import Policy
import Rollout
import ServerRecords

/// Whose turn has not come yet in the rollouts of one tenant that are under way.
struct RingTurns {
    private typealias Standing = DecisionContext.RingStanding

    private var standings: [EndpointID: [WaveLine: Standing]] = [:]

    /// Nobody waits for a ring.
    init() {}

    /// Those who wait; an earlier rollout comes before a later one with the same line.
    init(_ rollouts: [RolloutRecord]) {
        for record in rollouts {
            let rollout = record.rollout
            let frontier = rollout.progress.lastIndex { $0.openedAt != nil } ?? -1
            let turns = rollout.plan.rings.indices.map { Self.standing(rollout, $0, frontier) }
            for entry in rollout.endpoints where entry.phase == .waiting && !entry.hasLeft {
                guard let standing = turns[entry.ring] else { continue }
                let own = Dictionary(
                    record.lines.map { ($0, standing) }, uniquingKeysWith: { first, _ in first })
                standings[entry.member.endpoint, default: [:]].merge(own) { first, _ in first }
            }
        }
    }

    /// Where the rings stand for an endpoint's update; `nil` when it is its turn, or no rollout
    /// that is under way carries the update there.
    func standing(of update: Update, on endpoint: EndpointID) -> DecisionContext.RingStanding? {
        standings[endpoint]?[WaveLine(key: update.key, version: update.candidate)]
    }

    private static func standing(
        _ rollout: RingRollout, _ ring: Int, _ frontier: Int
    ) -> Standing? {
        guard ring > max(frontier, 0) else { return nil }
        let isNext = ring == frontier + 1
        return Standing(
            ring: rollout.plan.rings[ring].name, waitsFor: rollout.plan.rings[ring - 1].name,
            notBefore: isNext ? rollout.progress[frontier].soakUntil : nil, isUnderWay: true)
    }
}
