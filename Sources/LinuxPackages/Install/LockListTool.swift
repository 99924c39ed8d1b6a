import AgentCore
import Fleet
import Rollout

/// What a package tool must answer so that exact versions can be installed with it.
protocol LockListTool: Sendable {
    /// The tool.
    var manager: PackageManagerName { get }
    /// Who holds a lock that an installation needs; `nil` when nobody does.
    func lockHolder() -> String?
    /// Why the package database must be mended first; `nil` when it is in order.
    func damage() async -> String?
    /// The programs that mend it, one after another.
    var repair: [[String]] { get }
    /// Which of the packages someone on the endpoint holds back, each with a sentence.
    func held(_ updates: [LockedUpdate]) async -> [PackageKey: String]
    /// What the tool itself would do to install exactly these.
    func solve(_ updates: [LockedUpdate]) async -> Solution
    /// The programs that do it, one after another.
    func commands(for updates: [LockedUpdate]) -> [[String]]
    /// The programs that follow them whatever became of them.
    func afterwards(of updates: [LockedUpdate]) -> [[String]]
    /// What the tool's words and status mean.
    func complaint(status: Int32, lines: [String]) -> RunVerdict?
    /// The files of an installed package.
    func files(of package: PackageKey) async -> [String]
    /// The names of its programs, below which packages' scripts run: it goes on with the others
    /// when one of those is ended.
    var scriptHosts: [String] { get }
}

extension LockListTool {
    var scriptHosts: [String] { [] }
    func afterwards(of updates: [LockedUpdate]) -> [[String]] { [] }
    func damage() async -> String? { nil }
    var repair: [[String]] { [] }
    func files(of package: PackageKey) async -> [String] { [] }
}

/// What a package tool must answer so that it can download without installing.
protocol DownloadingTool: LockListTool {
    /// The program that downloads updates and what they need.
    func download(of updates: [LockedUpdate]) -> [String]
    /// Where the package of an update lies that has been downloaded.
    func downloadedFile(of update: LockedUpdate) -> String?
}

/// What a tool would do to install a lock list.
enum Solution: Sendable {
    /// This, and nothing else.
    case plan(ChangePlan)
    /// It would do nothing, for this reason.
    case refused(Obstacle)
}

/// What stands in the way, and of which packages.
struct Obstacle: Hashable, Sendable {
    var failure: FailureClass
    var sentence: String
    /// Names of packages.
    var culprits: [String] = []

    init(_ failure: FailureClass, _ sentence: String, culprits: [String] = []) {
        self.failure = failure
        self.sentence = sentence
        self.culprits = culprits
    }

    /// What a tool's words mean.
    init(_ verdict: RunVerdict?, else words: String) {
        self.init(
            verdict?.failure ?? .other, verdict?.sentence ?? words,
            culprits: verdict?.culprits ?? [])
    }
}

/// What a run would change.
struct ChangePlan: Hashable, Sendable {
    /// A package and the version that it would have.
    struct Change: Hashable, Sendable {
        var name: String
        /// Empty where the tool does not tell.
        var architecture: String
        var version: String
    }

    /// Packages that get another version, those with several versions side by side among them.
    var changed: [Change] = []
    /// Packages that come along newly.
    var added: [Change] = []
    /// Names of packages that would go.
    var removed: [String] = []
    /// Names of packages that would get an older version.
    var downgraded: [String] = []
    /// The same with that version, where the tool tells it.
    var olderVersions: [Change] = []
    /// Packages that the tool leaves out of the plan, and why where it tells.
    var skipped: [String: String] = [:]
    /// Bytes to download.
    var download: Int64 = 0
    /// Bytes that the packages grow by; negative when they shrink.
    var growth: Int64 = 0

    /// A package gets an older version, and the tool tells which.
    mutating func goBack(to change: Change) {
        downgraded.append(change.name)
        olderVersions.append(change)
    }

    /// Whether the plan brings an update to exactly its version.
    func brings(_ update: LockedUpdate) -> Bool {
        (update.isRollback ? olderVersions : changed + added).contains {
            $0.name == update.name && $0.version == update.to
                && ($0.architecture.isEmpty || $0.architecture == update.architecture)
        }
    }
}
