import Findings
package import Fleet
import ServerRecords
import Synchronization

extension SignalSubject {
    /// What is woken when a feed was changed, here or by another process on the same database.
    public static let feeds = "feeds"
}

/// What this process knows of its own copy of the feeds.
package final class FeedBook: Sendable {
    private struct State {
        /// What the shelf holds: the digests by feed.
        var shelved: [String: String] = [:]
        /// What findings are judged by: the digests by feed; `nil` before the first time.
        var applied: [String: String]?
        /// The troubles of feeds that there are alerts for, acknowledged or not.
        var alerted: Set<String> = []
    }

    private let state = Mutex(State())

    package func shelved(_ feed: String) -> String? { state.withLock { $0.shelved[feed] } }

    package func note(shelved digest: String?, of feed: String) {
        state.withLock { $0.shelved[feed] = digest }
    }

    package var applied: [String: String]? { state.withLock { $0.applied } }

    package func note(applied: [String: String]) { state.withLock { $0.applied = applied } }

    /// The troubles that there are alerts for, as far as this process knows.
    package var alerted: Set<String> { state.withLock { $0.alerted } }

    package func note(alerted: Set<String>) { state.withLock { $0.alerted = alerted } }
}

extension SignalSubject {
    /// What people say of a tenant's endpoints, or which policies hold for them, has changed.
    package static func standings(of tenant: TenantID) -> String { "standings:\(tenant)" }
}

extension SignalSubject {
    /// What is woken when something happened to an endpoint's software, with the endpoint as the
    /// part.
    package static let findings = "findings"

    package static func findings(of endpoint: EndpointID) -> String { "\(findings)/\(endpoint)" }
}

extension UseCases {
    /// Notes that something happened to an endpoint's software, after it has been stored. Other
    /// processes on the database are told by `announce`.
    func touchFindings(of endpoint: EndpointID) {
        findings.touch(endpoint)
        signals.notify(SignalSubject.findings)
    }
}
