import AgentCore
import Fleet
import Rollout
import Synchronization

/// An endpoint that exists only in a test: its packages, its package manager, its clock.
final class World: Sendable {
    /// What a package does when it is installed.
    enum Behaviour: Sendable {
        case good
        /// Its script fails: it ends half-configured.
        case fails
        /// The package manager reports success and does nothing.
        case ignored
        /// Its script prints nothing until the run is ended.
        case hangs
        /// It asks for a reboot.
        case wantsReboot
        /// A process goes on running its old code.
        case leavesDaemon
        /// No source has the version.
        case unavailable
    }

    struct Run: Sendable {
        var plan: RunPlan
        var polls = 0
        var ending: RunEnding?
    }

    struct Content: Sendable {
        var now = Timestamp("2026-11-21T12:00:00Z") ?? Timestamp(seconds: 0)
        var installed: [PackageKey: String] = [:]
        var unfinished: [PackageKey: String] = [:]
        var behaviours: [String: Behaviour] = [:]
        /// The SHA-256 of the files that its sources offer, by package.
        var files: [String: String] = [:]
        var signals: [RebootSignal] = []
        var restarts: [RestartNeed] = []
        /// The units of daemons that go on running their old code; one without a unit where there
        /// are none.
        var daemons: [String] = []
        var lockedUntil: Timestamp?
        var isInterrupted = false
        var cannotBeRepaired = false
        /// Whether nothing tells which package was at work when a run hung.
        var hangsWithoutName = false
        /// The run that leaves the package database half done when it is found to have ended.
        var interruptsAt: RunName?
        var runs: [RunName: Run] = [:]
        var starts: [RunName: Int] = [:]
        var installs: [String: Int] = [:]
        var scans = 0
        var scansTaken: [Timestamp] = []
        var failingScans = 0
        /// How long a scan takes, in milliseconds.
        var scanMilliseconds: Int64 = 0
        var log = ""
        /// The snapshots that its root can return to.
        var snapshots: Set<String> = []
        /// How many runs of a return are cut off before they have done anything.
        var cutReturns = 0
    }

    private let content = Mutex(Content())
    let sleepers = Mutex(Sleepers())

    func change<Result: Sendable>(_ body: (inout sending Content) -> sending Result) -> Result {
        content.withLock { body(&$0) }
    }

    var now: Timestamp { change { $0.now } }
    var log: String { change { $0.log } }
    var starts: [RunName: Int] { change { $0.starts } }

    /// Puts packages in, each at version 1.0, and says what 2.0 of each does.
    init(_ behaviours: [String: Behaviour] = [:]) {
        change { content in
            content.behaviours = behaviours
            for name in behaviours.keys {
                content.installed[World.key(name)] = "1.0"
            }
        }
    }

    static func key(_ name: String) -> PackageKey {
        PackageKey(manager: .apt, name: name, architecture: "amd64")
    }

    var effects: AgentEffects {
        AgentEffects(
            now: { self.now },
            sleep: { try await self.sleep($0) },
            chance: { 0.5 })
    }

    /// The power goes: what runs is gone, and leaves the package database half done.
    func powerCut() {
        change { content in
            for (name, run) in content.runs where run.ending == nil {
                content.runs[name]?.ending = .vanished
                content.isInterrupted = content.isInterrupted || run.polls > 0
            }
        }
    }
}

extension World: Scanning {
    func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let takes = change { $0.scanMilliseconds }
        if takes > 0 { try? await effects.sleep(takes) }
        let answer: Scan? = change { content in
            content.scans += 1
            content.scansTaken.append(content.now)
            guard content.failingScans == 0 else {
                content.failingScans -= 1
                return nil
            }
            let packages = content.installed.map {
                Package(
                    manager: .apt, name: $0.key.name, version: $0.value,
                    architecture: $0.key.architecture,
                    source: $0.key.name, sourceVersion: $0.value)
            }
            return Scan(
                scannedAt: content.now,
                endpoint: EndpointFacts(
                    hostname: "lab",
                    os: OperatingSystem(id: "debian", versionId: "12", name: "Debian 12"),
                    kernel: "6.1.0", bootId: "boot-1", timeZone: "Etc/UTC", architecture: "amd64"),
                sources: [], packages: packages, updates: [],
                reboot: RebootState(signals: content.signals),
                restarts: content.restarts)
        }
        guard let answer else {
            throw ScanFailure(code: "E_TEST", message: "No scan.", nextStep: "None.")
        }
        return answer
    }
}

extension World: Installing {
    func preflight(_ updates: [LockedUpdate], tolerating brokenPackages: [String]) async
        -> Preflight
    {
        change { content in
            if let until = content.lockedUntil, content.now < until {
                return .locked(holder: "unattended-upgr (pid 812)")
            }
            let broken = content.unfinished.keys.map(\.name).filter { !brokenPackages.contains($0) }
            if content.isInterrupted || !broken.isEmpty {
                return .needsRepair("dpkg was interrupted.")
            }
            let gone = updates.filter { content.behaviours[$0.name] == .unavailable }
            return .ready(
                install: updates.filter { !gone.contains($0) },
                settled: gone.map {
                    UpdateOutcome(
                        update: $0, state: .skipped, failure: .versionNotAvailable,
                        versionAfter: $0.from,
                        sentence: "Version '\($0.to)' for '\($0.name)' was not found.")
                })
        }
    }

    func offeredFiles(for updates: [LockedUpdate]) async -> [LockedUpdate: String] {
        change { content in
            Dictionary(
                uniqueKeysWithValues: updates.compactMap { update in
                    content.files[update.name].map { (update, $0) }
                })
        }
    }

    func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan {
        RunPlan(
            kind: .install, commands: [["/usr/bin/install"]], environment: [:],
            inactivityLimitSeconds: 60,
            updates: updates)
    }

    func repairRun(leaving aside: [String]) -> RunPlan {
        RunPlan(
            kind: .repair, commands: [["/usr/bin/repair"]], environment: [:],
            inactivityLimitSeconds: 60,
            updates: [])
    }

    func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict {
        switch ending {
        case .exited(0): return RunVerdict(failure: nil, sentence: "apt reported success.")
        case .exited:
            let culprits = logTail.split(separator: "\n").filter { $0.hasPrefix("failed ") }
                .map { String($0.dropFirst(7)) }
            return RunVerdict(
                failure: .maintainerScript, culprits: culprits, sentence: "A script failed.")
        case .hung:
            let culprits = change { $0.hangsWithoutName } ? [] : ["labhang"]
            return RunVerdict(failure: .hung, culprits: culprits, sentence: "It hung.")
        case .signalled, .vanished:
            return RunVerdict(failure: .interrupted, sentence: "The run was cut off.")
        case .notStarted(let reason): return RunVerdict(failure: .other, sentence: reason)
        }
    }

    func progress(of run: RunPlan, from log: String) -> RunStep? {
        RunStep(phase: .installing, sentence: "Installs.", percent: 50)
    }

    func unfinishedPackages() async -> [PackageKey: String] { change { $0.unfinished } }

    func files(among files: [String], of package: PackageKey) async -> [String] {
        files.filter { $0.contains(package.name) }
    }
}

extension World: RunSupervising {
    func start(_ run: RunName, _ plan: RunPlan) async throws(RunStartFailure) {
        change { content in
            guard content.runs[run] == nil else { return }
            content.runs[run] = Run(plan: plan)
            content.starts[run, default: 0] += 1
        }
    }

    func state(of run: RunName) async -> RunState {
        change { content in
            guard var known = content.runs[run] else { return .notStarted }
            if let ending = known.ending {
                if content.interruptsAt == run {
                    content.interruptsAt = nil
                    content.isInterrupted = true
                }
                return .ended(ending)
            }
            known.polls += 1
            if known.polls > 2 { known.ending = World.carryOut(known.plan, &content) }
            content.runs[run] = known
            return known.ending.map { .ended($0) } ?? .running
        }
    }

    /// A return that goes through ends with the boot: nobody sees how the run ended.
    private static func returning(
        to snapshot: String, _ plan: RunPlan, _ content: inout Content
    ) -> RunEnding {
        guard content.cutReturns == 0 else {
            content.cutReturns -= 1
            return .vanished
        }
        guard content.snapshots.remove(snapshot) != nil else {
            content.log += "Nothing has changed. The agent has taken no such snapshot.\n"
            return .exited(3)
        }
        for update in plan.updates { content.installed[update.key] = update.to }
        return .vanished
    }

    private static func carryOut(_ plan: RunPlan, _ content: inout Content) -> RunEnding {
        if plan.kind == .repair {
            content.isInterrupted = false
            guard !content.cannotBeRepaired else {
                content.log += content.unfinished.keys.map { "failed \($0.name)\n" }.joined()
                return .exited(1)
            }
            for key in content.unfinished.keys { content.installed[key] = "2.0" }
            content.unfinished = [:]
            return .exited(0)
        }
        if let target = plan.updates.first?.returnsTo {
            return returning(to: target.snapshot, plan, &content)
        }
        var status: Int32 = 0
        for update in plan.updates {
            content.installs[update.name, default: 0] += 1
            switch content.behaviours[update.name] ?? .good {
            case .good: content.installed[update.key] = update.to
            case .ignored, .unavailable: break
            case .hangs:
                content.isInterrupted = true
                return .hung(lastLine: "waiting")
            case .wantsReboot:
                content.installed[update.key] = update.to
                content.signals.append(
                    RebootSignal(kind: .rebootRequiredFile, detail: "asked for by \(update.name)"))
            case .leavesDaemon:
                content.installed[update.key] = update.to
                let files = ["/usr/lib/\(update.name).so.1"]
                content.restarts +=
                    content.daemons.isEmpty
                    ? [RestartNeed(process: "daemon", pid: 7, files: files)]
                    : content.daemons.enumerated().map {
                        RestartNeed(
                            process: "daemon", pid: Int32(7 + $0.offset), unit: $0.element,
                            files: files)
                    }
            case .fails:
                content.installed[update.key] = nil
                content.unfinished[update.key] = "half-configured"
                content.log += "failed \(update.name)\n"
                status = 100
                // apt stops at the first script that fails, so the rest of the list is not reached.
                return .exited(status)
            }
        }
        return .exited(status)
    }
}
