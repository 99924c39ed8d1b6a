package import Fleet
import Foundation
import SystemFiles

/// How the last refresh of an endpoint's package indexes went, source by source. It is kept in the
/// agent's state folder, since apt itself keeps no record: a source that failed looks, on the disk,
/// like one that has not changed.
package struct RefreshReport: Hashable, Sendable, Codable {
    /// One source's part.
    package struct Outcome: Hashable, Sendable, Codable {
        /// When the source last answered and its index was accepted; `nil` if that was never seen.
        package var succeededAt: Timestamp?
        /// What apt said when it failed; `nil` when it did not.
        package var error: String?

        /// One source's part.
        package init(succeededAt: Timestamp?, error: String? = nil) {
            self.succeededAt = succeededAt
            self.error = error
        }
    }

    /// When the refresh was started.
    package var attemptedAt: Timestamp
    /// By address and suite.
    package var outcomes: [String: Outcome]

    /// How a refresh went.
    package init(attemptedAt: Timestamp, outcomes: [String: Outcome]) {
        self.attemptedAt = attemptedAt
        self.outcomes = outcomes
    }

    /// Reads a report that was kept; `nil` when there is none or it cannot be read, which costs no
    /// more than one refresh.
    package static func read(_ path: String) -> RefreshReport? {
        let limit = 4 * 1_048_576
        guard let bytes = Files.bytes(path, limit: limit) else { return nil }
        return try? JSONDecoder().decode(RefreshReport.self, from: Data(bytes))
    }

    /// Keeps the report; a reader sees the old one or the new one.
    package func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
    }
}

extension AptSource {
    /// What a refresh is counted by: one `Release` file covers all components.
    var refreshKey: String { "\(address) \(suite)" }
}
