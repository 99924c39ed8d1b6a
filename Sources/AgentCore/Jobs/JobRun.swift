public import AgentProtocol
public import Fleet
import Forensics
import Policy
public import Rollout

/// A job on its way from order to result, as its journal tells it.
///
/// It is a value that takes what was seen and gives the journal's next lines; the step to take
/// follows from where it stands. What the journal says is all that it knows, so a job that was cut
/// off anywhere is taken up again by replaying the journal:
///
///     checking -> preflight -> running -> verifying -> finished -> delivered
///                  ^    ^        |           |
///                  |    +--------+ (repair)  |
///                  +------ waiting <---------+ (again without the culprits, or after an interruption)
public struct JobRun: Sendable {
    /// Where a job stands.
    public enum Stage: Hashable, Sendable {
        /// The order is compared with a scan.
        case checking
        /// The package manager is asked whether the rest can be installed.
        case preflight
        /// Another program holds the lock.
        case waiting(holder: String)
        /// A run is to be started, or under way.
        case running(number: Int, RunPlan)
        /// A scan is to show what is there after a run.
        case verifying(RunPlan, RunVerdict)
        /// The probes are to show whether the endpoint is healthy.
        case probing
        /// The result is to be reported.
        case finished(JobResult)
        /// The control plane has the result.
        case delivered(JobResult)
    }

    /// How often the rest of an order is tried again without the packages that made a run fail:
    /// each time costs a run, and a hang half an hour; what fails a fourth time is no longer the
    /// fault of single packages.
    public static let maximumRetriesWithoutCulprits = 3
    /// How often runs may be cut off (power, kill) before the rest is given up: an endpoint that
    /// dies twice while installing needs a person.
    public static let maximumInterruptions = 2
    /// How often the damage that a job finds is repaired; what a run of the job itself has left
    /// half done is repaired once more for each such run, so there is an end to it
    /// (`maximumInterruptions`, `maximumRetriesWithoutCulprits`, `maximumUnpackings`).
    public static let maximumRepairs = 1
    /// How often what was only unpacked, because a package that hangs is left aside, is configured
    /// and looked at again.
    public static let maximumUnpackings = 2
    /// How long a job waits for another program's lock, in seconds: four hours are longer than any
    /// unattended upgrade seen.
    public static let lockPatienceSeconds: Int64 = 4 * 3600
    /// How often a failed scan is repeated before the job ends unverified; with the back-off of the
    /// runner about ten minutes.
    public static let maximumScanFailures = 6

    /// The order.
    public let order: JobOrder
    /// The endpoint that this agent speaks for.
    public let endpoint: EndpointID
    /// Where the job stands.
    public internal(set) var stage: Stage = .checking
    /// The settled lines of the order.
    public internal(set) var outcomes: [LockedUpdate: UpdateOutcome] = [:]
    /// Things worth knowing that are no failure.
    public internal(set) var notes: [String] = []
    /// Reboot signals that were there before the job began.
    public internal(set) var earlierSignals: [RebootSignal] = []
    /// Packages that are broken and could not be mended, as `PackageBlame.mark` has them.
    public internal(set) var brokenPackages: [String] = []
    /// Those of them whose scripts hang: nothing that finishes them first is run again.
    public internal(set) var asidePackages: [String] = []
    /// Why each of them is broken, by its name.
    var blames: [String: PackageBlame] = [:]
    /// The number of the last run; 0 before the first.
    public internal(set) var runs = 0
    /// Where the last run's part of the log begins, in bytes.
    public internal(set) var logOffset: Int64 = 0
    /// Whether the job was called off.
    public internal(set) var isCancelled = false
    /// What the probes showed before the first run.
    public internal(set) var probesBefore: [ProbeResult]?
    /// Whether the policy's conditions for an installation were seen to.
    var isSafeguarded = false
    /// The evidence from before the first run.
    var evidence: EvidenceMark?
    /// The snapshot that was taken before the first run.
    var snapshot: String?
    /// What became of services that ran replaced code, at the last look at each.
    var services: [String: ServiceReport] = [:]
    /// Services whose restart was begun, and of which it is not known what became.
    var servicesUnderWay: [String] = []
    /// The run after which services were last seen to.
    var servicesSeenAfter: Int?
    /// How updates of the order can be undone.
    var waysBack: [LockedUpdate: WayBack] = [:]
    /// The SHA-256 of the files that updates of the order are installed from.
    var files: [LockedUpdate: String] = [:]
    /// What they showed afterwards.
    var probesAfter: [ProbeResult]?
    /// When the first run was about to start.
    var begunAt: Timestamp?
    /// When the updates' part was over, and the probes were to be asked.
    var installedAt: Timestamp?
    /// The boot whose end the job waits for; `nil` when it needs no reboot.
    public internal(set) var awaitedBoot: String?
    /// What says that it needs one.
    var awaitedSignals: [RebootSignal] = []
    /// When the need for it arose.
    var awaitedSince: Timestamp?
    /// What this life of the agent does after an installation; `nil` when nothing.
    var following: Following?
    /// The runs that went well, with what they took.
    var measured: [InstallRun] = []
    var hasInstalled = false
    var isDamaged = false
    var retries = 0
    var unpackings = 0
    var interruptions = 0
    var repairs = 0
    var lockedSince: Timestamp?
    /// How often the same wait has been tried; it begins anew after a restart of the agent, and
    /// only spaces the tries.
    var waits = 0
    var scanFailures = 0

    /// A job that has just been accepted.
    public init(_ order: JobOrder, endpoint: EndpointID) {
        self.order = order
        self.endpoint = endpoint
    }

    /// The job that a journal tells of; `nil` when the journal does not begin with an order.
    public init?(replaying entries: [JournalEntry], endpoint: EndpointID) {
        guard case .accepted(let order) = entries.first?.event else { return nil }
        self.init(order, endpoint: endpoint)
        for entry in entries.dropFirst() { apply(entry) }
    }

    /// The lines of the order that are not settled yet, in its order.
    public var remaining: [LockedUpdate] {
        order.updates.filter { outcomes[$0] == nil }
    }

    /// Whether the job may still be called off without cutting anything off.
    public var canBeCancelled: Bool {
        switch stage {
        case .checking, .preflight, .waiting: !isCancelled
        case .running, .verifying, .probing, .finished, .delivered: false
        }
    }

    /// Whether the job's result has been told, and its end comes after a reboot.
    var awaitsReboot: Bool {
        switch stage {
        case .finished(let result), .delivered(let result): result.goesOn == true
        case .checking, .preflight, .waiting, .running, .verifying, .probing: false
        }
    }

    /// What a life of the agent does after an installation.
    struct Following: Hashable, Sendable {
        /// The running boot.
        var bootId: String
        /// Whether there are probes to ask.
        var hasProbes: Bool
    }
}

extension JobRun {
    /// Takes over a line of the journal.
    mutating func apply(_ entry: JournalEntry) {
        switch entry.event {
        case .accepted: break
        case .checked(let settled, let signals):
            settle(settled)
            earlierSignals = signals
            stage = .preflight
        case .lockWaitBegan(let holder):
            lockedSince = lockedSince ?? entry.at
            stage = .waiting(holder: holder)
        case .runPlanned(let number, let plan, let offset):
            runs = number
            begunAt = begunAt ?? entry.at
            logOffset = offset
            lockedSince = nil
            hasInstalled = hasInstalled || plan.kind == .install
            stage = .running(number: number, plan)
        case .runEnded(_, _, let verdict, let seconds):
            measure(verdict, seconds)
            applyEnd(verdict)
        case .probedBefore(let results):
            probesBefore = results
        case .keptWaysBack(let known):
            for line in known {
                waysBack[line.update] = line.wayBack
                files[line.update] = line.sha256
            }
        case .tookEvidence(let mark, let sentence):
            (evidence, notes) = (mark, notes.filter { $0 != sentence } + [sentence])
        case .safeguarded(let found, let name):
            isSafeguarded = true
            snapshot = name
            notes += found
        case .servicesBegun(let units):
            servicesUnderWay = units
        case .sawToServices(let reports):
            servicesUnderWay = []
            take(reports)
        case .rebootAwaited(let boot, let signals):
            awaitedBoot = boot
            awaitedSignals = signals
            awaitedSince = awaitedSince ?? entry.at
        case .installed:
            installedAt = entry.at
            stage = .probing
        case .probed(let results):
            probesAfter = results
        case .settled(let settled):
            settle(settled)
        case .triedAgain(let reason):
            retries += reason == Self.withoutCulprits ? 1 : 0
            unpackings += reason == Self.toConfigure ? 1 : 0
            stage = .preflight
        case .cancelled:
            isCancelled = true
        case .journalDamaged(let line):
            noteDamage("Line \(line) of the job's journal was damaged on the disk")
        case .journalLost:
            noteDamage(
                "The job had begun, and its journal is gone, or was unreadable and put aside")
        case .finished(let result), .followedUp(let result):
            stage = .finished(result)
        case .delivered(_, let isInterim):
            // The word that the first result has arrived may come after the second was made.
            if case .finished(let result) = stage, (result.goesOn == true) == (isInterim == true) {
                stage = .delivered(result)
            }
        }
    }

    private mutating func noteDamage(_ words: String) {
        isDamaged = true
        notes.append("\(words); nothing more was started.")
        stage = .preflight
    }

    private mutating func take(_ reports: [ServiceReport]) {
        servicesSeenAfter = runs
        for report in reports { services[report.unit] = report }
        notes += reports.map(\.sentence).prefix(Self.mostServiceNotes)
    }

    private mutating func measure(_ verdict: RunVerdict, _ seconds: Int64?) {
        guard case .running(_, let plan) = stage, plan.kind == .install, verdict.failure == nil,
            let seconds, measured.count < InstallRun.mostOfJob
        else { return }
        let run = InstallRun(seconds: seconds, packages: plan.updates.map(\.key))
        if run.isPlausible { measured.append(run) }
    }

    private mutating func applyEnd(_ verdict: RunVerdict) {
        guard case .running(_, let plan) = stage else { return }
        let told = verdict.notes + [plan.note].compactMap(\.self)
        notes += told.filter { !notes.contains($0) }
        if verdict.failure == .interrupted { interruptions += 1 }
        switch plan.kind {
        case .install:
            putAside(verdict.broken)
            stage = .verifying(plan, verdict)
        case .repair:
            if verdict.failure != .interrupted, verdict.failure != .lockHeld { repairs += 1 }
            if verdict.failure == nil {
                note(
                    hasInstalled
                        ? "What a run of this job had left half done was finished: the package "
                            + "database was repaired."
                        : "An earlier run had been cut off; the package database was repaired.")
            } else {
                putAside(verdict.broken)
                if verdict.blames == nil { tolerate(verdict.culprits) }
            }
            // What an installation had unpacked may be in now.
            stage = hasInstalled ? .verifying(plan, verdict) : .preflight
        }
    }

    private mutating func note(_ sentence: String) {
        if !notes.contains(sentence) { notes.append(sentence) }
    }

    private mutating func settle(_ settled: [UpdateOutcome]) {
        for var outcome in settled {
            outcome.wayBack = outcome.wayBack ?? waysBack[outcome.update]
            outcome.sha256 = outcome.sha256 ?? files[outcome.update]
            outcomes[outcome.update] = outcome
        }
    }

    /// The most notes about services after one run: more than anybody reads.
    static let mostServiceNotes = 64
    static let withoutCulprits = "without the culprits"
    static let afterInterruption = "after an interruption"
    static let nextTool = "with the next tool"
    static let toConfigure = "to configure what was unpacked"
    static let afterRepair = "after a repair"
}
