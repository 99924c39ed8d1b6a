import AgentCore
import Fleet
import PackageManagers
import Rollout

/// Looks whether a lock list can be installed now with one tool: locks, damage, holds, the tool's
/// own solution of exactly this list, space. It changes nothing.
struct LockListCheck: Sendable {
    /// The most updates that are looked at one by one when the whole list cannot be installed as
    /// it is.
    static let mostLookedAtAlone = 40
    /// How often a part of the list is left out and the rest looked at again.
    private static let rounds = 4

    let tool: any LockListTool

    func check(_ updates: [LockedUpdate], tolerating broken: Set<String>) async -> Preflight {
        if let holder = tool.lockHolder() { return .locked(holder: holder) }
        if let damage = await tool.damage() { return .needsRepair(damage) }
        let held = await tool.held(updates)
        var settled = updates.compactMap { update in
            held[update.key].map { skipped(update, Obstacle(.held, $0)) }
        }
        var open = without(settled, updates)
        for _ in 0..<Self.rounds where !open.isEmpty {
            switch await look(open) {
            case nil:
                return .ready(install: open, settled: settled)
            case .some(let obstacle) where obstacle.failure == .lockHeld:
                return .locked(holder: obstacle.sentence)
            case .some(let obstacle):
                let blamed = open.filter { obstacle.culprits.contains($0.name) }
                let out =
                    blamed.isEmpty ? await alone(open) : await eachByItself(blamed, obstacle)
                // Nothing to leave out: it is all or nothing, and so nothing.
                settled += out.isEmpty ? open.map { skipped($0, obstacle) } : out
                open = without(settled, open)
            }
        }
        let rest = Obstacle(
            .dependency, "No part of the list could be found that can be installed by itself.")
        return .ready(install: [], settled: settled + open.map { skipped($0, rest) })
    }

    /// Lets the tool solve the list, and compares its plan with what was approved and with the
    /// space that there is; `nil` when nothing stands in the way.
    private func look(_ updates: [LockedUpdate]) async -> Obstacle? {
        switch await tool.solve(updates) {
        case .refused(let obstacle): return obstacle
        case .plan(let plan): return obstacle(plan, updates)
        }
    }

    private func obstacle(_ plan: ChangePlan, _ updates: [LockedUpdate]) -> Obstacle? {
        let named = Self.named(updates)
        if !plan.removed.isEmpty {
            return Obstacle(
                .dependency,
                "Installing \(named) would remove \(plan.removed.sorted().joined(separator: ", "))."
            )
        }
        let approved = Set(updates.map(\.name))
        let others = Set(plan.changed.map(\.name)).union(plan.downgraded).subtracting(approved)
        if !others.isEmpty {
            return Obstacle(
                .dependency,
                "Installing \(named) would also change "
                    + "\(others.sorted().prefix(10).joined(separator: ", ")), "
                    + "which nobody approved.")
        }
        let missing = updates.filter { !plan.brings($0) }
        if let first = missing.first {
            let why = plan.skipped[first.name]
            return Obstacle(
                why == nil ? .versionNotAvailable : .dependency,
                why ?? "No source of the endpoint offers \(first.name) \(first.to).",
                culprits: missing.map(\.name))
        }
        let need = DiskNeed(download: plan.download, growth: plan.growth, kernels: 0)
        return need.shortage(on: DiskFacts(root: "").disks, root: "").map {
            Obstacle(.diskFull, "Too little room for \(named): \($0)")
        }
    }

    /// The updates that cannot be installed even by themselves, each with its own reason.
    private func alone(_ updates: [LockedUpdate]) async -> [UpdateOutcome] {
        guard updates.count > 1, updates.count <= Self.mostLookedAtAlone else { return [] }
        var out: [UpdateOutcome] = []
        for update in updates {
            if let obstacle = await look([update]) { out.append(skipped(update, obstacle)) }
        }
        return out
    }

    /// What stands in the way of several is asked for each, so that each has its own sentence.
    private func eachByItself(
        _ blamed: [LockedUpdate], _ obstacle: Obstacle
    ) async -> [UpdateOutcome] {
        guard blamed.count > 1, blamed.count <= Self.mostLookedAtAlone else {
            return blamed.map { skipped($0, obstacle) }
        }
        var out: [UpdateOutcome] = []
        for update in blamed { out.append(skipped(update, await look([update]) ?? obstacle)) }
        return out
    }

    private func skipped(_ update: LockedUpdate, _ obstacle: Obstacle) -> UpdateOutcome {
        UpdateOutcome(
            update: update, state: .skipped, failure: obstacle.failure, versionAfter: update.from,
            sentence: obstacle.sentence)
    }

    private func without(_ settled: [UpdateOutcome], _ updates: [LockedUpdate]) -> [LockedUpdate] {
        let gone = Set(settled.map(\.update))
        return updates.filter { !gone.contains($0) }
    }

    /// The first names of a list, for a sentence.
    private static func named(_ updates: [LockedUpdate]) -> String {
        let names = updates.map(\.name).sorted()
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.prefix(3).joined(separator: ", ") + more
    }
}
