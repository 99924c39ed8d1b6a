/// What one look at an endpoint showed. Its JSON is fixed by the outside contract (`patchbay scan
/// --format json`).
public struct Scan: Hashable, Sendable, Codable {
    /// When the look was taken, by the endpoint's clock.
    public var scannedAt: Timestamp
    /// The endpoint's facts.
    public var endpoint: EndpointFacts
    /// The package sources, and how fresh each one is.
    public var sources: [SourceState]
    /// Every installed package.
    public var packages: [Package]
    /// Every missing update.
    public var updates: [Update]
    /// Whether the endpoint needs a reboot, and what says so.
    public var reboot: RebootState
    /// Processes that still run code which has been replaced on disk.
    public var restarts: [RestartNeed]
    /// Lines that a tool printed and that could not be read; never empty silently.
    public var unparsed: [String]

    /// What one look at an endpoint showed.
    public init(
        scannedAt: Timestamp, endpoint: EndpointFacts, sources: [SourceState], packages: [Package],
        updates: [Update], reboot: RebootState, restarts: [RestartNeed] = [],
        unparsed: [String] = []
    ) {
        self.scannedAt = scannedAt
        self.endpoint = endpoint
        self.sources = sources
        self.packages = packages
        self.updates = updates
        self.reboot = reboot
        self.restarts = restarts
        self.unparsed = unparsed
    }

    /// The part besides the packages: it is small, and is sent whole when it changes.
    public var posture: Posture {
        Posture(
            endpoint: endpoint, sources: sources, updates: updates, reboot: reboot,
            restarts: restarts,
            unparsed: unparsed)
    }
}

/// A scan without its packages.
public struct Posture: Hashable, Sendable, Codable {
    /// The endpoint's facts.
    public var endpoint: EndpointFacts
    /// The package sources.
    public var sources: [SourceState]
    /// Every missing update.
    public var updates: [Update]
    /// Whether a reboot is needed.
    public var reboot: RebootState
    /// Processes that need a restart.
    public var restarts: [RestartNeed]
    /// Lines that could not be read.
    public var unparsed: [String]

    /// A scan without its packages.
    public init(
        endpoint: EndpointFacts, sources: [SourceState], updates: [Update], reboot: RebootState,
        restarts: [RestartNeed], unparsed: [String] = []
    ) {
        self.endpoint = endpoint
        self.sources = sources
        self.updates = updates
        self.reboot = reboot
        self.restarts = restarts
        self.unparsed = unparsed
    }
}

extension Posture {
    /// Whether a process still maps files that have been replaced: what needrestart alone names
    /// does not say so.
    public var mapsReplacedFiles: Bool { restarts.contains { !$0.files.isEmpty } }
}

/// One package source and how fresh the endpoint's copy of its index is.
public struct SourceState: Hashable, Sendable, Codable {
    /// Whether the source's index can be relied on.
    public enum State: String, Codable, Sendable {
        /// Refreshed lately, without error.
        case ok
        /// The copy is older than the policy allows, or was never fetched.
        case stale
        /// The last refresh failed.
        case failed
    }

    /// The source, such as `http://deb.example.org/debian bookworm main`.
    public var name: String
    /// Whether it can be relied on.
    public var state: State
    /// When the copy was last confirmed to be current; `nil` if never.
    public var refreshedAt: Timestamp?
    /// What the last refresh said when it failed.
    public var error: String?

    /// One package source.
    public init(name: String, state: State, refreshedAt: Timestamp? = nil, error: String? = nil) {
        self.name = name
        self.state = state
        self.refreshedAt = refreshedAt
        self.error = error
    }
}

/// Whether an endpoint needs a reboot.
public struct RebootState: Hashable, Sendable, Codable {
    /// Whether any signal says so.
    public var required: Bool
    /// What says so; empty when nothing does.
    public var signals: [RebootSignal]

    /// A state that follows from its signals.
    public init(signals: [RebootSignal] = []) {
        self.signals = signals
        required = !signals.isEmpty
    }
}

/// One piece of evidence that a reboot is needed.
public struct RebootSignal: Hashable, Sendable, Codable {
    /// What kind of evidence.
    public enum Kind: String, Codable, Sendable {
        /// The file `/run/reboot-required` (or `/var/run/…`) exists.
        case rebootRequiredFile
        /// A newer kernel of the same flavour is installed than the one that runs.
        case newerKernelInstalled
        /// The system's first process still maps files that have been replaced.
        case initUsesReplacedFiles
        /// Core libraries or services were updated since the endpoint started, by the package
        /// manager's own account (`needs-restarting -r`, `zypper needs-rebooting`).
        case coreFilesReplaced
    }

    /// What kind of evidence.
    public var kind: Kind
    /// The evidence in words, such as the packages that asked for it or the two kernel releases.
    public var detail: String
    /// What has been written and comes in force with the reboot, where that is the evidence. Servers
    /// go by the words.
    public var written: Written?

    /// An update that is written already.
    public struct Written: Hashable, Sendable, Codable {
        /// The package's name, as orders have it.
        public var name: String
        /// The version that comes; empty where it is not known.
        public var version: String

        /// An update that is written already.
        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// One piece of evidence.
    public init(kind: Kind, detail: String, written: Written? = nil) {
        self.kind = kind
        self.detail = detail
        self.written = written
    }
}

/// A process that still maps files which have been replaced or removed, or a service of which
/// needrestart says that it runs replaced code.
public struct RestartNeed: Hashable, Sendable, Codable {
    /// The program's name.
    public var process: String
    /// Its process id; 0 where it is not known.
    public var pid: Int32
    /// The systemd unit it belongs to; `nil` without one.
    public var unit: String?
    /// The replaced files that it still maps; sorted. None where needrestart alone names it.
    public var files: [String]

    /// A process that needs a restart.
    public init(process: String, pid: Int32, unit: String? = nil, files: [String]) {
        self.process = process
        self.pid = pid
        self.unit = unit
        self.files = files
    }
}
