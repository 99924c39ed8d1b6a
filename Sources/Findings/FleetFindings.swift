import Advisories
package import Fleet
package import ServerRecords
import Synchronization

/// Which endpoint has which vulnerability, for the whole fleet, in this process's memory.
///
/// It is made from the store at the start, and kept up as scans are stored and feeds change. What
/// must outlive the process (since when a finding has been there) is in the store.
public final class FleetFindings: Sendable {
    private let state = Mutex(FindingState())
    /// Endpoints whose software may have changed since they were last read.
    private let touched = Mutex<Set<EndpointID>>([])

    /// What has been made of the forensics that regimes demand.
    package let forensics = ForensicsDesk()

    /// Whether the feeds have been read once since the process began.
    private let fed = Mutex(false)

    /// What was known when endpoints' faults were settled last, and when that was.
    private let faults = Mutex<(revision: UInt64, at: Timestamp)?>(nil)

    /// Knows nothing yet.
    package init() {}

    /// Whether what counts against endpoints may be otherwise than when it was settled last: what
    /// is known has changed, or so much time has passed that a deadline may have.
    package func areFaultsDue(
        at revision: UInt64, now: Timestamp, afterSeconds patience: Int64
    ) -> Bool {
        faults.withLock { last in
            guard let last, last.revision == revision else { return true }
            return abs(now.seconds(since: last.at)) >= patience
        }
    }

    /// Notes that what counts against endpoints has been settled.
    package func noteFaults(at revision: UInt64, now: Timestamp) {
        faults.withLock { $0 = (revision, now) }
    }

    /// Whether the feeds have been read once: before, that nothing is found means nothing.
    package var isFed: Bool { fed.withLock { $0 } }

    /// Notes that the feeds have been read.
    package func noteFed() { fed.withLock { $0 = true } }

    /// What is known now; a value that does not change under the reader.
    package func snapshot() -> FindingState { state.withLock { $0 } }

    /// Changes what is known.
    package func change<Answer: Sendable>(_ body: (inout FindingState) -> Answer) -> Answer {
        state.withLock { body(&$0) }
    }

    /// Notes that an endpoint must be read again.
    package func touch(_ endpoint: EndpointID) { touched.withLock { _ = $0.insert(endpoint) } }

    /// The endpoints that must be read again; whoever asks reads them.
    package func takeTouched() -> Set<EndpointID> {
        touched.withLock { touched in
            defer { touched = [] }
            return touched
        }
    }

    /// The most scopes whose order is kept; when there are more, all are put in order again.
    private static let mostRankings = 64

    /// The vulnerabilities that a scope sees, from the riskiest there down. They are put in order
    /// once after each change, however many ask.
    package func ranking(
        in scope: Scope
    ) -> (state: FindingState, ranking: [RankedVulnerability]) {
        state.withLock { state in
            let ranking = state.rankings[scope] ?? state.makeRanking(in: scope)
            if state.rankings.count >= Self.mostRankings { state.rankings = [:] }
            state.rankings[scope] = ranking
            return (state, ranking)
        }
    }

    /// The tenants that have endpoints with a vulnerability, and how many each.
    package func affectedTenants(by vulnerability: String) -> [(tenant: TenantID, endpoints: Int)] {
        let state = snapshot()
        let affected = state.fleet.affected(by: vulnerability)
        return state.tenants.compactMap { tenant, endpoints in
            let count = affected.intersection(endpoints).count
            return count > 0 ? (tenant, count) : nil
        }.sorted { $0.tenant < $1.tenant }
    }

    /// Figures of its size.
    public var size: Size {
        let state = snapshot()
        return Size(
            endpoints: state.numbers.count, software: state.fleet.softwareCount,
            setBytes: state.fleet.setByteCount,
            vulnerabilities: state.fleet.vulnerabilities.count)
    }

    /// Figures of a fleet index.
    public struct Size: Hashable, Sendable {
        /// Endpoints.
        public let endpoints: Int
        /// Distinct rows of software.
        public let software: Int
        /// The memory of the sets of endpoints, in bytes.
        public let setBytes: Int
        /// Distinct vulnerabilities.
        public let vulnerabilities: Int
    }
}
