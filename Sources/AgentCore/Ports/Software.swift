public import Fleet
public import Policy
public import Rollout

/// Looks at the endpoint: its facts, its packages, what is missing.
public protocol Scanning: Sendable {
    /// Takes a fresh look. It never changes a package, never takes a package manager's write lock,
    /// and never answers "nothing is missing" because it could not look: it throws, or the sources
    /// that failed are in the answer.
    ///
    /// - Parameter refreshingSources: whether the package indexes are refreshed first, which writes
    ///   index files only.
    /// - Returns: what the look showed.
    /// - Throws: `ScanFailure` when it could not look at all.
    func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan
}

/// A look that did not succeed.
public struct ScanFailure: Error, Hashable, Sendable {
    /// A stable code such as `E_SCAN_DPKG_UNREADABLE`.
    public let code: String
    /// What happened.
    public let message: String
    /// What to do about it.
    public let nextStep: String

    /// A look that did not succeed.
    public init(code: String, message: String, nextStep: String) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }
}

/// Knows which files the endpoint's own sources offer.
public protocol OfferedFiles: Sendable {
    /// The SHA-256 of the file, in lower-case hexadecimal digits, that would be installed for each
    /// of these updates, as the signed indexes of the endpoint's sources name it; one that is left
    /// out is not known. It changes nothing.
    func offeredFiles(for updates: [LockedUpdate]) async -> [LockedUpdate: String]
}

extension OfferedFiles {
    /// Nothing is known.
    public func offeredFiles(for updates: [LockedUpdate]) async -> [LockedUpdate: String] { [:] }
}

/// Installs exact versions with one package manager.
public protocol Installing: OfferedFiles, DownloadLimiting {
    /// Looks whether a lock list can be installed now, and changes nothing.
    ///
    /// - Parameters:
    ///   - updates: the lock list.
    ///   - brokenPackages: packages that are known to be broken and that a repair could not mend:
    ///     they are no reason to ask for another repair.
    /// - Returns: whether, and what stands in the way.
    func preflight(_ updates: [LockedUpdate], tolerating brokenPackages: [String]) async
        -> Preflight
    /// Sees to it that updates can be undone, before they are installed: keeps the versions that
    /// they replace, as far as they can be had. It changes no installed package.
    ///
    /// - Parameters:
    ///   - updates: what is about to be installed.
    ///   - now: the time.
    ///   - bandwidth: how fast packages may be fetched; `nil` for no limit.
    /// - Returns: how each of them can be undone; one that is left out is not known.
    func keepWaysBack(
        for updates: [LockedUpdate], at now: Timestamp, within bandwidth: Bandwidth?
    ) async -> [LockedUpdate: WayBack]
    /// The run that installs these updates and nothing else.
    ///
    /// - Parameters:
    ///   - updates: what to install.
    ///   - aside: packages whose scripts hang, as `PackageBlame.mark` has them: they are left as
    ///     they are, since whoever finishes them first would hang again.
    /// - Returns: the run.
    func installRun(for updates: [LockedUpdate], leaving aside: [String]) -> RunPlan
    /// The run that mends a package database which an earlier run left half done.
    ///
    /// - Parameter aside: packages that are left as they are, as above.
    /// - Returns: the run.
    func repairRun(leaving aside: [String]) -> RunPlan
    /// Reads what a run printed and how it ended.
    func verdict(on run: RunPlan, ending: RunEnding, logTail: String) -> RunVerdict
    /// What a run is doing now, from what it has printed so far; `nil` when that tells nothing.
    func progress(of run: RunPlan, from log: String) -> RunStep?
    /// The packages whose installation has begun and has not ended well, each with its state in the
    /// package manager's words: their version in the package database says nothing about what
    /// works.
    func unfinishedPackages() async -> [PackageKey: String]
    /// Which of these files, which processes still map though they have been replaced, are a
    /// package's own.
    func files(among files: [String], of package: PackageKey) async -> [String]
}

extension Installing {
    /// The run that installs these updates where nothing is left aside.
    public func installRun(for updates: [LockedUpdate]) -> RunPlan {
        installRun(for: updates, leaving: [])
    }

    /// The run that mends everything.
    public func repairRun() -> RunPlan { repairRun(leaving: []) }

    /// Nothing is kept.
    public func keepWaysBack(
        for updates: [LockedUpdate], at now: Timestamp, within bandwidth: Bandwidth?
    ) async -> [LockedUpdate: WayBack] { [:] }
}

/// Whether a lock list can be installed now.
public enum Preflight: Hashable, Sendable {
    /// It can. Some updates may be left out, each with its outcome (already installed, no longer on
    /// offer, held …).
    case ready(install: [LockedUpdate], settled: [UpdateOutcome])
    /// The package database must be mended first.
    case needsRepair(String)
    /// Another program holds the lock: try again.
    case locked(holder: String)
    /// Nothing may be started, for this reason.
    case blocked(FailureClass, String)
}

/// A program to run, supervised, in a process group or unit of its own, so that it outlives the
/// agent.
public struct RunPlan: Hashable, Sendable, Codable {
    /// What kind of run.
    public enum Kind: String, Codable, Sendable {
        /// It installs.
        case install
        /// It mends.
        case repair
    }

    /// What kind of run.
    public var kind: Kind
    /// The programs, run one after another: absolute path and arguments of each. An installation
    /// ends with the first that fails; a repair runs them all, and ends as the last one did.
    public var commands: [[String]]
    /// The whole environment; nothing is inherited.
    public var environment: [String: String]
    /// The run is ended when it has printed nothing for so many seconds.
    public var inactivityLimitSeconds: Int64
    /// The updates that it installs; empty for a repair.
    public var updates: [LockedUpdate]
    /// Something worth knowing that is no failure.
    public var note: String?
    /// The names of programs below which packages' scripts run. A script that hangs is ended by
    /// itself then, and the package manager goes on with the others; without them the whole run is
    /// ended.
    public var scriptHosts: [String]?
    /// Programs that are run at the end whatever became of the others, to put back what those need
    /// in their way only while they run. Their own ending counts where the others went well.
    public var afterwards: [[String]]?
    /// Whether what is unpacked is not configured yet: a repair follows that leaves out what hangs.
    public var isUnpackOnly: Bool?

    /// A program to run.
    public init(
        kind: Kind, commands: [[String]], environment: [String: String],
        inactivityLimitSeconds: Int64,
        updates: [LockedUpdate]
    ) {
        self.kind = kind
        self.commands = commands
        self.environment = environment
        self.inactivityLimitSeconds = inactivityLimitSeconds
        self.updates = updates
    }
}

/// How a run ended.
public enum RunEnding: Hashable, Sendable, Codable {
    /// The last program exited with this status.
    case exited(Int32)
    /// A signal ended it.
    case signalled(Int32)
    /// It printed nothing for too long and was ended; the last line that it had printed is here.
    case hung(lastLine: String)
    /// It is gone and left no word: a power cut, or a kill of the supervisor too.
    case vanished
    /// It could not be started.
    case notStarted(String)
}

/// What a run's ending means.
public struct RunVerdict: Hashable, Sendable, Codable {
    /// Why it failed; `nil` when the package manager reports success.
    public var failure: FailureClass?
    /// The packages that are to blame, as far as the package manager names them.
    public var culprits: [String]
    /// One sentence, with the package manager's own words.
    public var sentence: String
    /// Things worth knowing that are no failure, such as kept configuration files.
    public var notes: [String]
    /// Those of the packages that are to blame whose own cause is known.
    public var blames: [PackageBlame]?

    /// What an ending means.
    public init(
        failure: FailureClass?, culprits: [String] = [], sentence: String, notes: [String] = []
    ) {
        self.failure = failure
        self.culprits = culprits
        self.sentence = sentence
        self.notes = notes
    }
}

/// What a run is doing.
public struct RunStep: Hashable, Sendable {
    /// The phase.
    public var phase: JobProgress.Phase
    /// One sentence.
    public var sentence: String
    /// How much is done, 0 to 100.
    public var percent: Int?

    /// What a run is doing.
    public init(phase: JobProgress.Phase, sentence: String, percent: Int? = nil) {
        self.phase = phase
        self.sentence = sentence
        self.percent = percent
    }
}
