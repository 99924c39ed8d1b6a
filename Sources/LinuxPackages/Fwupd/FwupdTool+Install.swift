import AgentCore
import Fleet
import PackageManagers
import Rollout
import ToolOutputs

/// Writing firmware. fwupd checks signatures, power and the device itself; what needs a reboot waits
/// for that of the policies.
extension FwupdTool: LockListTool {
    /// fwupd's service takes one after the other.
    func lockHolder() -> String? { nil }

    /// What keeps fwupd from a release is told by `solve`.
    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String] { [:] }

    func solve(_ updates: [LockedUpdate]) async -> Solution {
        let output = await fwupdmgr.run(["get-devices", "--json"])
        guard output.status == 0 else { return refused(output, []) }
        let devices = FirmwareDocuments(output.output).devices
        var plan = ChangePlan()
        for update in updates {
            guard let device = devices.first(where: { $0.id == update.name }) else {
                return .refused(
                    Obstacle(
                        .versionNotAvailable, "\(update.name) is not there.",
                        culprits: [update.name]))
            }
            if let obstacle = Self.obstacle(to: device) {
                return .refused(
                    Obstacle(
                        .other, "\(device.title) was left as it is: \(obstacle).",
                        culprits: [update.name]))
            }
            let answer = await fwupdmgr.run(["get-releases", device.id, "--json"])
            guard let releases = Self.releases(in: answer) else {
                return refused(answer, [update.name])
            }
            guard let release = releases.first(where: { $0.version == update.to }) else {
                continue
            }
            if let block = release.flags.first(where: { $0.hasPrefix("blocked-") }) {
                let isHeld = block == "blocked-approval"
                return .refused(
                    Obstacle(
                        isHeld ? .held : .dependency,
                        "fwupd does not let \(device.title) \(update.to) in (\(block)).",
                        culprits: [update.name]))
            }
            plan.download += release.bytes ?? 0
            let change = ChangePlan.Change(
                name: update.name, architecture: update.architecture, version: update.to)
            if update.isRollback {
                plan.goBack(to: change)
            } else {
                plan.changed.append(change)
            }
        }
        return .plan(plan)
    }

    /// What remotes have for a device; `nil` when fwupd did not answer. That there is nothing is an
    /// answer, though fwupd calls it an error.
    private static func releases(in answer: CommandOutput) -> [FirmwarePart.Release]? {
        let found = FirmwareDocuments(answer.output)
        let isNothing = isNothingToDo(found.error)
        return answer.status == 0 || isNothing ? found.releases : nil
    }

    private func refused(_ output: CommandOutput, _ culprits: [String]) -> Solution {
        var verdict = FwupdComplaint(lines: output.lines, status: output.status).verdict
        verdict?.culprits = culprits
        return .refused(Obstacle(verdict, else: output.reason))
    }

    /// One program for each device: a version goes with one only. Nobody is asked, nothing is
    /// reported to anybody, and nothing is rebooted.
    func commands(for updates: [LockedUpdate]) -> [[String]] {
        updates.map { update in
            [Self.path, "install", update.name, update.to]
                + (update.isRollback ? ["--allow-older"] : [])
                + [
                    "--assume-yes", "--no-reboot-check", "--no-unreported-check",
                    "--no-metadata-check", "--no-remote-check", "--no-device-prompt", "--json",
                ]
        }
    }

    func complaint(status: Int32, lines: [String]) -> RunVerdict? {
        FwupdComplaint(lines: lines, status: status).verdict
    }
}

// MARK: - The way back

extension FwupdTool: ReturningTool {
    /// A remote that still has the version in force, for a device that lets older ones in.
    func stillOffered(_ updates: [LockedUpdate]) async -> Set<LockedUpdate> {
        guard !updates.isEmpty else { return [] }
        let devices = FirmwareDocuments(
            await fwupdmgr.run(["get-devices", "--json"]).output
        ).devices
        return Set(
            updates.filter { update in
                guard let device = devices.first(where: { $0.id == update.name }),
                    !device.flags.contains("only-version-upgrade")
                else { return false }
                return device.releases.contains {
                    $0.version == update.from
                        && !$0.flags.contains { $0.hasPrefix("blocked-") }
                }
            })
    }
}
