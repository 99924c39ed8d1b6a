import AgentCore
import Fleet
import PackageManagers

/// What one package tool says of the endpoint.
struct SoftwareLook: Sendable {
    /// The sources, each with its state.
    var sources: [SourceState] = []
    /// What is installed.
    var packages: [Package] = []
    /// What is missing.
    var updates: [Update] = []
    /// What the tool itself says of a reboot.
    var signals: [RebootSignal] = []
    /// Lines that could not be read.
    var unparsed: [String] = []
    /// The architecture of the endpoint's packages, where the tool knows it.
    var architecture = ""

    /// Marks every source that looked well as failed: the tool could not be asked for updates, and
    /// an empty list is then no answer.
    mutating func fail(_ tool: String, _ reason: String) {
        for place in sources.indices where sources[place].state == .ok {
            sources[place].state = .failed
            sources[place].error = reason
        }
        if sources.allSatisfy({ $0.state == .ok }) {
            sources.append(SourceState(name: tool, state: .failed, error: reason))
        }
    }
}

/// Asks one package tool what is installed and what is missing.
protocol SoftwareLooking: Sendable {
    /// The tool.
    var manager: PackageManagerName { get }
    /// Refreshes the tool's indexes, source by source; `nil` for what is not known of a source.
    func refresh(at now: Timestamp, after last: RefreshReport?) async -> RefreshReport
    /// Looks. What keeps the tool from telling what is missing is told by its sources.
    ///
    /// - Throws: `ScanFailure` when it cannot even tell what is installed.
    func look(at now: Timestamp, after report: RefreshReport?) async throws(ScanFailure)
        -> SoftwareLook
}
