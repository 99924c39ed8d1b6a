package import Fleet
import Synchronization

/// Which endpoints have been told to scan, so that each is told of one request only until a scan
/// has come.
///
/// Whether a scan is newer than the request cannot be told by the endpoint's clock: one that is
/// behind would be told for ever. What is remembered here is lost with the process, and then an
/// endpoint is told once more.
package final class ScanAsks: Sendable {
    private struct Ask {
        let requestedAt: Timestamp
        var reportedScan: Timestamp?
        var isAnswered = false
    }

    /// The most requests that are remembered; when there are more, all are forgotten.
    private static let maximumAsks = 10_000

    private let asks = Mutex<[EndpointID: Ask]>([:])

    /// Nobody has been told.
    package init() {}

    /// Whether to tell the endpoint of a request now. `reportedScan` is the time of the scan that
    /// its check-in speaks of; `nil` when it is no check-in that asks.
    package func mustTell(
        _ endpoint: EndpointID, requestedAt: Timestamp, reportedScan: Timestamp? = nil
    ) -> Bool {
        asks.withLock { asks in
            if asks.count >= Self.maximumAsks { asks = [:] }
            var ask = asks[endpoint] ?? Ask(requestedAt: requestedAt)
            if ask.requestedAt != requestedAt { ask = Ask(requestedAt: requestedAt) }
            if let reportedScan {
                // Another scan than the one before the endpoint was told.
                if let earlier = ask.reportedScan, earlier != reportedScan { ask.isAnswered = true }
                ask.reportedScan = ask.reportedScan ?? reportedScan
            }
            asks[endpoint] = ask
            return !ask.isAnswered
        }
    }

    /// Notes that a scan of the endpoint has come.
    package func noteScan(of endpoint: EndpointID) {
        asks.withLock { $0[endpoint]?.isAnswered = true }
    }
}
