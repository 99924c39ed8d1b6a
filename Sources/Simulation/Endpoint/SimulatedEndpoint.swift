import Administration
import AgentCore
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Synchronization

/// What exists on an endpoint, whoever looks at it: packages, a tiny apt, a disk, a clock. It also
/// keeps the truth that the invariants are compared with.
final class SimulatedEndpoint: Sendable {
    /// What a package does when it is installed.
    enum Behaviour: CaseIterable {
        case good, slow
        /// Its script fails, and a repair does not help.
        case fails
        /// Its script fails, and a repair helps.
        case failsOnce
        /// The package manager reports success and does nothing.
        case lies
        /// Its script prints nothing until the run is ended.
        case hangs
        case wantsReboot, leavesDaemon
        /// No source has the version.
        case unavailable

        /// As many of each as a fleet has, and rather more of the bad.
        static let mixture: [Behaviour] =
            Array(repeating: .good, count: 8) + Array(repeating: .wantsReboot, count: 3)
            + [.slow, .slow, .leavesDaemon, .leavesDaemon]
            + [.fails, .failsOnce, .lies, .hangs, .unavailable]
    }

    /// A package.
    struct Software {
        var version: String
        /// The version that has begun to be installed and has not ended well.
        var unfinished: String?
        var awaitsReboot = false
        var awaitsRestart = false
        /// The version that the sources offer, and how its installation goes.
        var candidate: String
        var behaviour = Behaviour.good
    }

    /// A program that the agent has started.
    struct Run {
        var plan: RunPlan
        var life: Int
        var next = 0
        var ending: RunEnding?
    }

    struct Content {
        var boot = 1
        var clockOffset: Int64
        var software: [String: Software]
        /// A run was cut off, and the package database wants a repair.
        var isInterrupted = false
        var lockedUntil: Int64 = 0
        var failingScans = 0
        private(set) var runs: [RunName: Run] = [:]
        /// Those that are under way: it is asked for after each step.
        private(set) var atWork: Set<RunName> = []
        var truth = Truth()

        init(clockOffset: Int64, software: [String: Software]) {
            self.clockOffset = clockOffset
            self.software = software
        }

        /// Takes down how a run stands now.
        mutating func put(_ run: Run, as name: RunName) {
            runs[name] = run
            if run.ending == nil { atWork.insert(name) } else { atWork.remove(name) }
        }
    }

    /// What has really happened.
    struct Truth {
        /// Every version that was ever installed and in force, as `name version`.
        var inForce: Set<String> = []
        /// What install runs of a job have put in.
        var installed: [JobID: Set<LockedUpdate>] = [:]
        /// Results that are on the agent's disk.
        var results: [JobID: JobResult] = [:]
        /// Jobs of which an install run has begun.
        var begun: Set<JobID> = []
        /// When a scan was last taken, in true time.
        var scannedAt: Int64?

        /// Whether a version of a package, or a later one, was ever installed and in force.
        func hasHad(_ package: String, atLeast version: String) -> Bool {
            inForce.contains { text in
                let parts = text.split(separator: " ")
                return parts.first == Substring(package)
                    && parts.last.map(String.init) ?? "" >= version
            }
        }
    }

    let place: Int
    let id: EndpointID
    let tenant: TenantID
    let disk = SimulatedDisk()
    let timeline: Timeline
    let content: Mutex<Content>

    init(
        place: Int, id: EndpointID, tenant: TenantID, timeline: Timeline, clockOffset: Int64,
        software: [String: Software]
    ) {
        self.place = place
        self.id = id
        self.tenant = tenant
        self.timeline = timeline
        content = Mutex(Content(clockOffset: clockOffset, software: software))
        content.withLock { content in
            for (name, one) in software { content.truth.inForce.insert("\(name) \(one.version)") }
        }
    }

    var name: String { "ep\(place)" }
    var principal: AgentPrincipal { AgentPrincipal(endpoint: id, tenant: tenant) }
    var boot: Int { content.withLock { $0.boot } }
    var bootId: String { "boot-\(boot)" }
    var software: [String: Software] { content.withLock { $0.software } }
    /// Whether a program that an agent has started is at work.
    var isInstalling: Bool { content.withLock { !$0.atWork.isEmpty } }
    var wantsReboot: Bool { software.values.contains { $0.awaitsReboot } }
    var truth: Truth { content.withLock { $0.truth } }

    /// The time by the endpoint's own clock.
    var clock: Timestamp {
        let offset = content.withLock { $0.clockOffset }
        return Timestamp(milliseconds: timeline.now + offset)
    }

    /// Whether a program of this job is at work.
    func isInstalling(_ job: JobID) -> Bool {
        content.withLock { $0.atWork.contains { $0.job == job } }
    }

    /// What it says of itself.
    func facts(boot: Int) -> EndpointFacts {
        EndpointFacts(
            hostname: name,
            os: OperatingSystem(id: "debian", versionId: "12", name: "Debian GNU/Linux 12"),
            kernel: "6.1.0", bootId: "boot-\(boot)", timeZone: "Etc/UTC", architecture: "amd64")
    }

    /// What it knows of itself when it judges a grant.
    var subject: EndpointSubject { EndpointSubject(key: id.text, facts: facts(boot: boot)) }

    /// The installed versions of what an order is about; one that is half done counts as it was.
    func installed(for updates: [LockedUpdate]) -> [PackageKey: String] {
        let software = software
        return Dictionary(
            updates.compactMap { update in
                software[update.name].map { (update.key, $0.version) }
            }, uniquingKeysWith: { first, _ in first })
    }

    static func key(_ name: String) -> PackageKey {
        PackageKey(manager: .apt, name: name, architecture: "amd64")
    }
}

extension SimulatedEndpoint {
    /// The clock jumps.
    func moveClock(milliseconds: Int64) {
        content.withLock { $0.clockOffset += milliseconds }
        timeline.note(name, "the clock jumps by \(milliseconds / 1000) s")
    }

    /// Another program takes the package manager's lock.
    func lock(milliseconds: Int64) {
        let end = timeline.now + milliseconds
        content.withLock { $0.lockedUntil = end }
        timeline.note(name, "another program holds the lock for \(milliseconds / 1000) s")
    }

    func failScans(_ count: Int) { content.withLock { $0.failingScans = count } }

    /// The sources offer a newer version of a package.
    func release(_ name: String, _ version: String, _ behaviour: Behaviour) {
        content.withLock { content in
            content.software[name]?.candidate = version
            content.software[name]?.behaviour = behaviour
        }
        timeline.note(self.name, "the sources offer \(name) \(version) (\(behaviour))")
    }

    /// Programs that run old code are started anew.
    func restartDaemons() {
        content.withLock { content in
            for (name, one) in content.software where one.awaitsRestart {
                content.software[name]?.awaitsRestart = false
                Self.settle(name, in: &content)
            }
        }
        timeline.note(name, "daemons are restarted")
    }

    /// The endpoint goes down, cleanly or not, and comes up again: what runs is cut off.
    func reboot(why: String) {
        timeline.note(name, why)
        let tail = timeline.chance { $0.fraction() }
        content.withLock { content in
            content.boot += 1
            for run in content.atWork {
                guard var known = content.runs[run] else { continue }
                known.ending = .vanished
                content.put(known, as: run)
                guard known.next > 0 || known.plan.kind == .repair || tail < 0.7 else { continue }
                content.isInterrupted = true
                guard known.plan.updates.indices.contains(known.next), tail < 0.5 else { continue }
                let update = known.plan.updates[known.next]
                content.software[update.name]?.unfinished = update.to
            }
            for name in content.software.keys.sorted() {
                content.software[name]?.awaitsReboot = false
                content.software[name]?.awaitsRestart = false
                Self.settle(name, in: &content)
            }
        }
        // The log is not synced: its end may be lost.
        disk.change { files in
            for (path, bytes) in files where path.hasSuffix("/run.log") {
                files[path] = Array(bytes.dropLast(Int(Double(bytes.count) * tail * 0.3)))
            }
        }
    }

    /// Takes down that a version is in force, if it is.
    static func settle(_ name: String, in content: inout Content) {
        guard let one = content.software[name], one.unfinished == nil, !one.awaitsReboot,
            !one.awaitsRestart
        else { return }
        content.truth.inForce.insert("\(name) \(one.version)")
    }

    /// What stands in the lines that tell of a result or of a run to come.
    private static let telling = [Array(#""finished""#.utf8), Array(#""runPlanned""#.utf8)]

    /// Sees what an agent writes into its journals.
    func witness(_ bytes: ArraySlice<UInt8>, at path: String, by life: AgentLife) {
        guard path.hasSuffix("/journal") else { return }
        guard let job = path.split(separator: "/").dropFirst().first.flatMap({ JobID(String($0)) })
        else { return }
        for line in JournalText.wholeLines(of: bytes) {
            // Most entries tell nothing that is asked for here, and are not taken apart. Nor does
            // the first line of a torn file's rest, which is no entry.
            guard Self.telling.contains(where: line.holds),
                let entry = AgentJSON.decode(JournalEntry.self, from: line)
            else { continue }
            switch entry.event {
            case .finished(let result):
                timeline.note(name, "has a result of \(job) on its disk")
                content.withLock { $0.truth.results[job] = result }
                check(result, of: job)
            case .runPlanned(let number, let plan, _) where !plan.commands.isEmpty:
                timeline.note(name, "plans \(plan.kind.rawValue) run \(number) of \(job)")
                if life.knows(cancellationOf: job) {
                    timeline.broken(
                        .cancelIsObeyed, "\(name) plans a run of \(job), which it knows is off")
                }
            default: break
            }
        }
    }

    /// An outcome says that a version is in if and only if it is.
    private func check(_ result: JobResult, of job: JobID) {
        let software = content.withLock { $0.software }
        for outcome in result.outcomes {
            guard let one = software[outcome.update.name] else { continue }
            let isIn = one.unfinished == nil && one.version >= outcome.update.to
            switch outcome.state {
            case .verified, .pendingRestart:
                if !isIn {
                    timeline.broken(
                        .verifiedIsTrue,
                        "\(name) says \(outcome.state.rawValue) of \(outcome.update.name), at \(one)"
                    )
                }
            case .failed, .failedVerification, .skipped: break
            }
        }
    }
}
