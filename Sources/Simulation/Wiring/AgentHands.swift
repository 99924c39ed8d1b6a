import AgentCore
import Fleet
import Rollout
import Synchronization

/// What the agent sees of its endpoint, and how it asks the tiny apt.
struct AgentHands: Scanning, Installing {
    /// How long a scan takes, in milliseconds.
    static let scanMilliseconds: ClosedRange<Int64> = 200...4000
    /// How long a run may be silent, in seconds.
    static let inactivityLimitSeconds: Int64 = 300

    let life: AgentLife
    private var endpoint: SimulatedEndpoint { life.endpoint }

    func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let pause = life.timeline.chance { $0.number(in: Self.scanMilliseconds) }
        try? await life.sleep(pause)
        guard life.call() else { throw Self.failure("The agent is dead.") }
        let clock = endpoint.clock
        let now = life.timeline.now
        let content = endpoint.content.withLock { content in
            content.failingScans -= 1
            if content.failingScans < 0 { content.truth.scannedAt = now }
            return content
        }
        guard content.failingScans < 0 else { throw Self.failure("The scan fails.") }
        let names = content.software.keys.sorted()
        life.timeline.note(
            endpoint.name,
            "scans at \(clock): "
                + names.map { "\($0) \(content.software[$0]?.version ?? "")" }.joined(
                    separator: " "))
        return Scan(
            scannedAt: clock, endpoint: endpoint.facts(boot: content.boot),
            sources: [SourceState(name: "https://deb.example.org", state: .ok)],
            packages: names.compactMap { package($0, content.software[$0]) },
            updates: names.compactMap { update($0, content.software[$0]) },
            reboot: RebootState(
                signals: names.filter { content.software[$0]?.awaitsReboot == true }.map {
                    RebootSignal(kind: .rebootRequiredFile, detail: "asked for by \($0)")
                }),
            restarts: names.filter { content.software[$0]?.awaitsRestart == true }.map {
                RestartNeed(process: "\($0)d", pid: 7, files: ["/usr/lib/\($0).so"])
            })
    }

    private static func failure(_ message: String) -> ScanFailure {
        ScanFailure(code: "E_SIMULATED_SCAN", message: message, nextStep: "None.")
    }

    private func package(_ name: String, _ one: SimulatedEndpoint.Software?) -> Package? {
        guard let one, one.unfinished == nil else { return nil }
        return Package(
            manager: .apt, name: name, version: one.version, architecture: "amd64", source: name,
            sourceVersion: one.version)
    }

    private func update(_ name: String, _ one: SimulatedEndpoint.Software?) -> Update? {
        guard let one, one.unfinished == nil, one.version < one.candidate else { return nil }
        return Update(
            manager: .apt, name: name, architecture: "amd64", installed: one.version,
            candidate: one.candidate, classes: [.security], origin: "simulated",
            installability: .installable, bytes: 1000)
    }
}

extension AgentHands {
    func preflight(_ updates: [LockedUpdate], tolerating brokenPackages: [String]) async
        -> Preflight
    {
        _ = life.call()
        let now = life.timeline.now
        let content = endpoint.content.withLock { $0 }
        if content.lockedUntil > now { return .locked(holder: "unattended-upgr (pid 812)") }
        let broken = content.software.filter { $0.value.unfinished != nil }.keys
        if content.isInterrupted || !Set(broken).isSubset(of: brokenPackages) {
            return .needsRepair("dpkg was interrupted.")
        }
        let gone = updates.filter { update in
            guard let one = content.software[update.name] else { return true }
            return one.candidate != update.to || one.behaviour == .unavailable
        }
        return .ready(
            install: updates.filter { !gone.contains($0) },
            settled: gone.map {
                UpdateOutcome(
                    update: $0, state: .skipped, failure: .versionNotAvailable,
                    versionAfter: $0.from, sentence: "No source offers \($0.name) \($0.to).")
            })
    }

    func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan {
        RunPlan(
            kind: .install, commands: [["/usr/bin/apt-get"]], environment: [:],
            inactivityLimitSeconds: Self.inactivityLimitSeconds, updates: updates)
    }

    func repairRun(leaving aside: [String]) -> RunPlan {
        RunPlan(
            kind: .repair, commands: [["/usr/bin/dpkg"]], environment: [:],
            inactivityLimitSeconds: Self.inactivityLimitSeconds, updates: [])
    }

    func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict {
        switch ending {
        case .exited(0): return RunVerdict(failure: nil, sentence: "apt reported success.")
        case .exited:
            let culprits = logTail.split(separator: "\n").filter { $0.hasPrefix("failed ") }
                .map { String($0.dropFirst(7)) }
            return RunVerdict(
                failure: .maintainerScript, culprits: Array(Set(culprits)).sorted(),
                sentence: "A script failed.")
        case .hung: return RunVerdict(failure: .hung, sentence: "The run hung.")
        case .signalled, .vanished:
            return RunVerdict(failure: .interrupted, sentence: "The run was cut off.")
        case .notStarted(let reason): return RunVerdict(failure: .refused, sentence: reason)
        }
    }

    func progress(of run: RunPlan, from log: String) -> RunStep? {
        RunStep(phase: .installing, sentence: "Installs.")
    }

    func unfinishedPackages() async -> [PackageKey: String] {
        _ = life.call()
        let software = endpoint.content.withLock { $0.software }
        var unfinished: [PackageKey: String] = [:]
        for (name, one) in software where one.unfinished != nil {
            unfinished[SimulatedEndpoint.key(name)] = "half-configured"
        }
        return unfinished
    }

    func files(among files: [String], of package: PackageKey) async -> [String] {
        files.filter { $0 == "/usr/lib/\(package.name).so" }
    }
}

/// How the agent starts programs that outlive it.
struct AgentRuns: RunSupervising {
    let life: AgentLife
    let gate: OrderGate

    func start(_ run: RunName, _ plan: RunPlan) async throws(RunStartFailure) {
        guard life.call() else { throw RunStartFailure("The agent is dead.") }
        guard known(run) == nil else { return }
        if let reason = gate.refuses(startOf: run.job, on: life.endpoint) {
            throw RunStartFailure("The run was not started: \(reason).")
        }
        gate.witness(startOf: run.job, at: life.endpoint)
        life.endpoint.start(run, plan, life: life.number)
    }

    func state(of run: RunName) async -> RunState {
        guard life.call(), let known = known(run) else { return .notStarted }
        return known.ending.map { .ended($0) } ?? .running
    }

    /// A run that was started, as the supervisor's files tell; a supervisor with the planted bug
    /// remembers only those of its own agent's life.
    private func known(_ run: RunName) -> SimulatedEndpoint.Run? {
        let known = life.endpoint.content.withLock { $0.runs[run] }
        if gate.plant == .idempotency, known?.life != life.number { return nil }
        return known
    }
}
