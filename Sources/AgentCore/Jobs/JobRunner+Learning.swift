import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout

/// What the endpoint has seen of how long its own installations take, as it stands on the disk.
struct WorkMemo: Hashable, Sendable, Codable {
    /// Where it stands in the state folder.
    static let path = "work/history.json"
    /// The largest file that is read, in bytes: the most packages, with room for their names.
    static let sizeLimit = 4 * 1024 * 1024
    /// The most packages that are remembered: as many as a large server has; those that were
    /// installed longest ago are forgotten first.
    static let mostPackages = 3_000

    /// The runs that one package was in.
    struct Package: Hashable, Sendable, Codable {
        var manager: PackageManagerName
        var name: String
        /// The text of `InstallSamples`.
        var samples: String
    }

    /// The packages, the one that was installed last at the end.
    var packages: [Package] = []
    /// How long the endpoint was away at its reboots, as the text of `InstallSamples`.
    var reboots: String?

    /// The history that it tells.
    var history: WorkHistory {
        WorkHistory(
            packages: Dictionary(
                packages.map {
                    (WorkKey(manager: $0.manager, name: $0.name), InstallSamples(text: $0.samples))
                }, uniquingKeysWith: { _, later in later }),
            reboots: reboots.map { InstallSamples(text: $0) })
    }

    /// Takes a run.
    mutating func add(_ run: InstallRun) {
        var history = history
        history.add(run)
        let keys = Set(run.packages.map(WorkKey.init))
        packages.removeAll { keys.contains(WorkKey(manager: $0.manager, name: $0.name)) }
        packages += keys.sorted().map { key in
            Package(
                manager: key.manager, name: key.name,
                samples: history.packages[key]?.text ?? "")
        }
        packages.removeFirst(max(0, packages.count - Self.mostPackages))
    }

    /// What stands in the state folder; nothing where it cannot be read: then the usual figures
    /// hold until there have been runs again.
    static func load(from state: some StateFolder) -> WorkMemo {
        guard let bytes = try? state.read(path, limit: sizeLimit) else { return WorkMemo() }
        return AgentJSON.decode(WorkMemo.self, from: bytes) ?? WorkMemo()
    }
}

extension JobRunner {
    /// How long the rest of an order is taken to need, in seconds: what the endpoint has seen of
    /// such packages itself, or what the server expects where that is more. A server that is not to
    /// be trusted can make work late by it, and cannot make it overrun a window.
    func workSeconds(of job: JobRun) -> Int64 {
        var sizes: [PackageKey: Int64] = [:]
        for update in desk.latest?.posture.updates ?? [] { sizes[update.key] = update.bytes }
        let lines = job.remaining.map {
            WorkHistory.Line(WorkKey($0.key), bytes: sizes[$0.key])
        }
        let own = WorkMemo.load(from: state).history.estimate(lines, reboots: false)
        return max(own.seconds, job.order.expectedSeconds ?? 0)
    }

    /// What is kept back for a reboot, in seconds, by what the endpoint has seen of its own.
    var rebootReserveSeconds: Int64 { WorkMemo.load(from: state).history.rebootReserveSeconds }

    /// Learns how long a reboot took.
    func learn(rebootSeconds seconds: Int64) {
        guard WorkHistory.rebootSeconds.contains(seconds) else { return }
        var memo = WorkMemo.load(from: state)
        var samples = InstallSamples(text: memo.reboots ?? "")
        samples.add(seconds: seconds, packages: 1)
        memo.reboots = samples.text
        // Lost with a full disk, and no more than an estimate.
        if let bytes = AgentJSON.encode(memo) { try? state.replace(WorkMemo.path, with: bytes) }
    }

    /// Learns from a run that went well.
    ///
    /// - Returns: the seconds, where they say something: an installation that ended well.
    func learn(from plan: RunPlan, _ verdict: RunVerdict, _ seconds: Int64?) -> Int64? {
        guard let seconds, plan.kind == .install, verdict.failure == nil else { return nil }
        let run = InstallRun(seconds: seconds, packages: plan.updates.map(\.key))
        guard run.isPlausible else { return nil }
        var memo = WorkMemo.load(from: state)
        memo.add(run)
        // Lost with a full disk, and no more than an estimate.
        if let bytes = AgentJSON.encode(memo) { try? state.replace(WorkMemo.path, with: bytes) }
        return seconds
    }
}
