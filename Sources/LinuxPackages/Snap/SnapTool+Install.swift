import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// Installing with snapd, which does the work itself: `snap` asks for it and waits until it is done.
/// A run whose `snap` is ended leaves snapd at work; the next look finds the change, and waits for it.
/// What runs is never ended for a refresh (`--ignore-running`).
extension SnapTool: LockListTool {
    /// snapd itself says what it is at work on (`solve`).
    func lockHolder() -> String? { nil }

    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] {
        let rows = SnapRows(await snap.run(["list"]).output).rows
        var held: [PackageKey: String] = [:]
        for update in updates where rows.contains(where: { $0.name == update.name && $0.isHeld }) {
            held[update.key] = Self.heldReason
        }
        return held
    }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        let names = updates.map(\.name)
        if let change = await changes().first(where: { $0.keeps(names) }) {
            return .refused(
                Obstacle(.lockHeld, "snapd (change \(change.id): \(change.summary))"))
        }
        let list = await snap.run(["list", "--all"])
        guard list.status == 0 else { return refused(list) }
        let rows = SnapRows(list.output).rows
        let installed = Dictionary(
            rows.filter { !$0.isDisabled }.map { ($0.name, $0.version) }
        ) { first, _ in first }
        var offers: [String: ToolUpdate] = [:]
        if updates.contains(where: { !$0.isRollback && installed[$0.name] != $0.to }) {
            let output = await snap.run(["refresh", "--list"], seconds: ToolRunner.refreshSeconds)
            guard output.status == 0 else { return refused(output) }
            for offer in ToolOutput.snapRefreshList.read(output.output).updates {
                offers[offer.name] = offer
            }
        }
        var plan = ChangePlan()
        for update in updates {
            guard installed[update.name] != nil else {
                return .refused(
                    Obstacle(
                        .versionNotAvailable, "\(update.name) is not installed.",
                        culprits: [update.name]))
            }
            let change = ChangePlan.Change(
                name: update.name, architecture: update.architecture, version: update.to)
            if update.isRollback {
                // snapd keeps former revisions, two or three of each.
                guard rows.contains(where: { $0.name == update.name && $0.version == update.to })
                else { continue }
                plan.goBack(to: change)
            } else if installed[update.name] == update.to {
                plan.changed.append(change)
            } else if let offer = offers[update.name],
                SnapRows.version(offer.candidate, offer.details?["revision"] ?? "") == update.to
            {
                plan.changed.append(change)
                plan.download += offer.bytes ?? 0
            }
        }
        return .plan(plan)
    }

    private func refused(_ output: CommandOutput) -> Solution {
        .refused(
            Obstacle(
                SnapComplaint(lines: output.lines, status: output.status).verdict,
                else: output.reason))
    }

    /// One program for each snap: a revision goes with one only.
    func commands(for updates: [LockedUpdate]) -> [[String]] {
        updates.map { update in
            [
                Self.path, update.isRollback ? "revert" : "refresh", update.name,
                "--revision=\(SnapRows.revision(of: update.to))",
            ]
        }
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        SnapComplaint(lines: lines, status: status).verdict
    }
}

// MARK: - The way back

extension SnapTool: ReturningTool {
    /// What a refresh replaces stays on the endpoint, with its data.
    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        let rows = SnapRows(await snap.run(["list"]).output).rows
        return Set(
            updates.filter { update in
                rows.contains {
                    $0.name == update.name && $0.version == update.from && !$0.isDisabled
                }
            })
    }
}
