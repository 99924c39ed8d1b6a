public import AgentCore
import Fleet
import Rollout
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps the watch over an update of the agent, in a process of the old program: looks, and does
/// what `SelfUpdateWatch` says.
public struct SelfUpdateWatcher: Sendable {
    private static let pollSeconds: Int64 = 2
    private static let systemctl = "/usr/bin/systemctl"
    private static let service = "patchbay-agent.service"
    /// A watch that a reboot cuts off goes on by this unit, which stands only as long as the watch.
    private static let bootUnit = "patchbay-self-update-boot.service"
    private static let units = "/etc/systemd/system"
    private static let wants = "multi-user.target.wants"

    private let folder: SelfUpdateFolder
    private let effects: AgentEffects
    private let log: @Sendable (String) -> Void

    /// A watcher for the update that stands in a state folder.
    public init(
        state: DiskStateFolder, effects: AgentEffects, log: @escaping @Sendable (String) -> Void
    ) {
        folder = SelfUpdateFolder(state: state)
        self.effects = effects
        self.log = log
    }

    /// Watches until the update is confirmed or taken back; `false` when there is nothing to watch.
    public func run() async throws -> Bool {
        guard let plan = folder.readPlan(), folder.readVerdict() == nil,
            let own = ProcessRecord.current()
        else {
            leave()
            return false
        }
        if let other = folder.readWatcher(), other != own, other.isAlive { return false }
        try folder.write(own)
        settleIn()
        var watch = SelfUpdateWatch(before: plan.before, patienceSeconds: plan.patienceSeconds)
        var passed: Int64 = 0
        while true {
            switch try await act(on: watch.next(sight(plan), after: passed), &watch, plan) {
            case true: return true
            case false: try await effects.sleep(Self.pollSeconds * 1000)
            }
            passed = Self.pollSeconds
        }
    }

    /// Does one step; whether the watch is over.
    private func act(
        on step: SelfUpdateWatch.Step, _ watch: inout SelfUpdateWatch, _ plan: SelfUpdatePlan
    ) async throws -> Bool {
        switch step {
        case .wait:
            return false
        case .restartAgent:
            log("The new agent has not spoken with the server yet; its service is started anew.")
            await restartAgent()
            return false
        case .askServer:
            let isReachable = await reachesServer()
            log("The old agent \(isReachable ? "reaches" : "does not reach") the server.")
            return try await act(on: watch.serverAnswered(isReachable), &watch, plan)
        case .takeBack(let reason):
            try folder.write(
                SelfUpdateVerdict(
                    update: plan.update, takenBack: await takeBack(plan, because: reason)))
            leave()
            await restartAgent()
            return true
        case .end(let isConfirmed):
            // Where nothing was replaced, the scan tells what there is to be told.
            log(
                isConfirmed
                    ? "The new agent has spoken with the server."
                    : "The agent's program was not replaced; there is nothing to watch over.")
            try folder.write(SelfUpdateVerdict(update: plan.update, takenBack: nil))
            leave()
            return true
        }
    }

    private func sight(_ plan: SelfUpdatePlan) -> SelfUpdateWatch.Sight {
        SelfUpdateWatch.Sight(
            isRunOver: RunFolder(path: plan.run).readEnding() != nil,
            program: ProgramFile(plan.program), checkedIn: folder.readCheckedIn())
    }

    /// Goes the whole way to the server with the old program.
    private func reachesServer() async -> Bool {
        await Machine.run([folder.program, "doctor", "--server-only", "--state", folder.state.path])
            == 0
    }

    /// Brings the old package back; where that does not bring back the very program, its file.
    private func takeBack(_ plan: SelfUpdatePlan, because reason: String) async -> String {
        let update = plan.update
        log("\(update.name) \(update.to) is taken back: \(reason).")
        var isBack = !plan.wayBack.commands.isEmpty
        for command in plan.wayBack.commands where isBack {
            isBack = await Machine.run(command, environment: plan.wayBack.environment) == 0
        }
        let how = "\(update.name) \(update.to) was taken back: \(reason)."
        if isBack, isOldProgram(plan.program) { return "\(how) \(update.from) is installed again." }
        if let failure = ProgramCopy.put(
            folder.program, at: plan.program, limit: SelfUpdateFolder.largestProgram)
        {
            log("The old program could not be put back: \(failure).")
            return "\(how) The old program could not be put back: \(failure)."
        }
        return "\(how) Its package could not be brought back, so the old program was put in its "
            + "place; install \(update.name) again."
    }

    private func isOldProgram(_ path: String) -> Bool {
        let limit = Int(SelfUpdateFolder.largestProgram)
        guard Files.status(path)?.size == Files.status(folder.program)?.size,
            let now = Files.bytes(path, limit: limit)
        else { return false }
        return now == Files.bytes(folder.program, limit: limit)
    }

    private func restartAgent() async {
        _ = await Machine.run([Self.systemctl, "reset-failed", Self.service])
        _ = await Machine.run([Self.systemctl, "restart", "--no-block", Self.service])
    }
}

extension SelfUpdateWatcher {
    /// Sees to it that the watch goes on after a reboot.
    private func settleIn() {
        let unit = """
            # Stands only while an update of the Patchbay agent is watched over.
            [Unit]
            Description=Patchbay watch over the agent's update, after a reboot
            After=network-online.target
            [Service]
            ExecStart=\(folder.program) watch-update --state \(folder.state.path)
            [Install]
            WantedBy=multi-user.target

            """
        let units = DiskStateFolder(Self.units)
        do throws(StateFolderFailure) {
            try units.replace(Self.bootUnit, with: Array(unit.utf8))
        } catch {
            return log("After a reboot the watch would not go on: \(error.message)")
        }
        chmod("\(Self.units)/\(Self.bootUnit)", 0o644)
        mkdir("\(Self.units)/\(Self.wants)", 0o755)
        unlink("\(Self.units)/\(Self.wants)/\(Self.bootUnit)")
        if symlink("../\(Self.bootUnit)", "\(Self.units)/\(Self.wants)/\(Self.bootUnit)") != 0 {
            log("After a reboot the watch would not go on: its unit could not be enabled.")
        }
    }

    private func leave() {
        unlink("\(Self.units)/\(Self.wants)/\(Self.bootUnit)")
        unlink("\(Self.units)/\(Self.bootUnit)")
    }
}
