package import AgentCore
package import Fleet
import Foundation

/// What one package tool says of the endpoint.
package struct SoftwareLook: Sendable {
    /// The sources, each with its state.
    package var sources: [SourceState] = []
    /// What is installed.
    package var packages: [Package] = []
    /// What is missing.
    package var updates: [Update] = []
    /// What the tool itself says of a reboot.
    package var signals: [RebootSignal] = []
    /// Lines that could not be read.
    package var unparsed: [String] = []
    /// The architecture of the endpoint's packages, where the tool knows it.
    package var architecture = ""

    /// A look that showed nothing yet.
    package init() {}

    /// Marks every source that looked well as failed: the tool could not be asked for updates, and
    /// an empty list is then no answer.
    package mutating func fail(_ tool: String, _ reason: String) {
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
package protocol SoftwareLooking: Sendable {
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

extension SoftwareLooking {
    /// Looks, after a refresh where that is asked for. How the refresh went is kept in the agent's
    /// folder, by the tool's name.
    ///
    /// - Throws: `ScanFailure` when it cannot even tell what is installed.
    package func look(
        refreshing: Bool, at now: Timestamp, stateFolder: String?
    ) async throws(ScanFailure) -> SoftwareLook {
        let file = stateFolder.map { "\($0)/refresh-\(manager.rawValue).json" }
        var report = file.flatMap { RefreshReport.read($0) }
        if refreshing {
            let fresh = await refresh(at: now, after: report)
            report = fresh
            // A report that cannot be kept costs knowledge of a failure until the next refresh.
            if let stateFolder, let file {
                try? FileManager.default.createDirectory(
                    atPath: stateFolder, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
                try? fresh.write(file)
            }
        }
        return try await look(at: now, after: report)
    }
}
