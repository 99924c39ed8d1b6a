import AgentCore
import Fleet
import PackageManagers
import Rollout

/// A package tool of a Windows endpoint.
protocol WindowsTool: Sendable {
    /// The tool.
    var manager: PackageManagerName { get }
    /// Looks at what is installed and missing; with `refreshing` its sources are asked first.
    ///
    /// - Throws: `ScanFailure` when it cannot even tell what is installed.
    func look(
        refreshing: Bool, at now: Timestamp, after last: RefreshReport?
    ) async throws(ScanFailure) -> WindowsLook
    /// What stands in the way of updates, and changes nothing.
    func check(_ updates: [LockedUpdate]) async -> WindowsCheck
    /// The updates that one run brings in, of those that nothing stands in the way of.
    func batch(of updates: [LockedUpdate]) -> [LockedUpdate]
    /// The run's program, for a batch.
    func command(for batch: [LockedUpdate]) -> [String]
    /// What a run that ended by itself has said.
    func verdict(status: Int32, lines: [String], on batch: [LockedUpdate]) -> RunVerdict
    /// What a run is doing, by the lines that it has printed.
    func step(_ lines: [String], of batch: [LockedUpdate]) -> RunStep?
    /// Of which updates the version before them can be installed again.
    func canGoBack(_ updates: [LockedUpdate]) async -> Set<LockedUpdate>
}

/// What one tool says of the endpoint.
struct WindowsLook: Sendable {
    /// The sources, each with its state.
    var sources: [SourceState] = []
    /// What is installed.
    var packages: [Package] = []
    /// What is missing.
    var updates: [Update] = []
    /// What the tool says of a reboot.
    var signals: [RebootSignal] = []
    /// Lines that could not be read.
    var unparsed: [String] = []
    /// What was asked of the sources, to be kept.
    var report: RefreshReport?
    /// The endpoint's facts, where the tool tells them.
    var facts: EndpointFacts?

    /// Marks every source as failed: without an answer an empty list says nothing.
    mutating func failSources(_ reason: String, else name: String) {
        if sources.isEmpty { sources = [SourceState(name: name, state: .ok)] }
        for place in sources.indices where sources[place].state != .failed {
            sources[place].state = .failed
            sources[place].error = reason
        }
    }
}

/// What stands in the way of updates.
enum WindowsCheck: Sendable {
    /// Another program installs: try again.
    case locked(holder: String)
    /// This, of each update that cannot be installed; those that are left out can.
    case obstacles([LockedUpdate: Obstacle])

    /// The same in the way of all.
    static func all(_ updates: [LockedUpdate], _ obstacle: Obstacle) -> WindowsCheck {
        .obstacles(Dictionary(updates.map { ($0, obstacle) }) { first, _ in first })
    }
}

/// Why one update cannot be installed.
struct Obstacle: Hashable, Sendable {
    var failure: FailureClass
    var sentence: String

    init(_ failure: FailureClass, _ sentence: String) {
        self.failure = failure
        self.sentence = sentence
    }
}

/// The state of a source that a tool has been asked to refresh, at some time.
enum RefreshedSource {
    /// A source that was not confirmed for so many seconds is stale: two days, as for the tools of
    /// Linux.
    static let staleAfterSeconds: Int64 = 48 * 3600

    static func state(
        _ name: String, key: String, after report: RefreshReport?, at now: Timestamp
    ) -> SourceState {
        let own = report?.outcomes[key]
        var state = SourceState(name: name, state: .ok, refreshedAt: own?.succeededAt)
        if let error = own?.error {
            state.state = .failed
            state.error = error
        } else if let at = own?.succeededAt {
            guard now.seconds(since: at) > staleAfterSeconds else { return state }
            state.state = .stale
            state.error = "It last answered more than \(staleAfterSeconds / 3600) hours ago."
        } else {
            state.state = .stale
            state.error = "The agent has not asked it yet."
        }
        return state
    }

    /// A report with the outcome of each source; one that failed keeps the time of its last success.
    static func report(
        _ errors: [(key: String, error: String?)], at now: Timestamp, after last: RefreshReport?
    ) -> RefreshReport {
        var outcomes: [String: RefreshReport.Outcome] = [:]
        for (key, error) in errors {
            outcomes[key] = RefreshReport.Outcome(
                succeededAt: error == nil ? now : last?.outcomes[key]?.succeededAt, error: error)
        }
        return RefreshReport(attemptedAt: now, outcomes: outcomes)
    }
}
