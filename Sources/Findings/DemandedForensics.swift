import Advisories
package import Fleet
import Policy
import Synchronization

/// A vulnerability of an endpoint for which a regime demands forensics, and since when its clock
/// runs.
package struct DemandedForensics: Hashable, Sendable {
    /// The vulnerability.
    package var vulnerability: String
    /// The start of the clock; the earliest where several demand it.
    package var since: Timestamp
}

extension FindingState {
    /// Where regimes demand forensics, by endpoint; the vulnerabilities by name.
    ///
    /// Regimes demand it of what is known to be exploited only (`SLATableTests` holds them to it), of
    /// which a fleet has few: endpoints without such findings cost nothing.
    package func demandedForensics(
        in ranking: [RankedVulnerability], at now: Timestamp
    ) -> [EndpointID: [DemandedForensics]] {
        var demanded: [EndpointID: [DemandedForensics]] = [:]
        for ranked in ranking where ranked.worst.knownExploited != nil {
            for group in groups(of: ranked.number, on: nil, at: now) {
                guard group.clocks(detected: group.known).contains(where: \.needsForensics) else {
                    continue
                }
                for number in group.endpoints.numbers {
                    guard let id = member(number)?.id else { continue }
                    let first = detected(ranked.name, on: number, known: group.known)
                    let starts = group.clocks(detected: first).filter(\.needsForensics)
                        .compactMap(\.startsAt)
                    guard let since = starts.min() else { continue }
                    demanded[id, default: []].append(
                        DemandedForensics(vulnerability: ranked.name, since: since))
                }
            }
        }
        return demanded.mapValues { $0.sorted { $0.vulnerability < $1.vulnerability } }
    }

    /// Whether an endpoint is known to have a vulnerability now, whatever any regime demands.
    package func has(_ vulnerability: String, on endpoint: EndpointID) -> Bool {
        numbers[endpoint].map { !fleet.rows(of: $0, with: vulnerability).isEmpty } ?? false
    }
}

/// What has been made of the forensics that regimes demand, in this process: so that only endpoints
/// of which they demand something else than before are looked at.
package final class ForensicsDesk: Sendable {
    private struct State {
        var seen: [EndpointID: [DemandedForensics]] = [:]
        var isPrepared = false
        var last: (revision: UInt64, at: Timestamp)?
    }

    private let state = Mutex(State())

    /// How long nothing is looked at where nothing has changed, in seconds: clocks start by changes
    /// alone, so this is only for what was missed.
    static let patienceSeconds: Int64 = 600

    /// Nothing has been looked at.
    init() {}

    /// Whether what is open has been told with `prepare` once.
    package var isPrepared: Bool { state.withLock { $0.isPrepared } }

    /// Takes what triages are open for, once after the process has begun.
    package func prepare(_ seen: [EndpointID: [DemandedForensics]]) {
        state.withLock { state in
            state.seen = seen
            state.isPrepared = true
        }
    }

    /// Whether something may have changed since the last whole look.
    package func isDue(at revision: UInt64, now: Timestamp) -> Bool {
        state.withLock { state in
            guard let last = state.last, last.revision == revision else { return true }
            return abs(now.seconds(since: last.at)) >= Self.patienceSeconds
        }
    }

    /// The endpoints of which something else is demanded than when they were looked at last, in the
    /// order of their identifiers, at most so many.
    package func changed(
        in demanded: [EndpointID: [DemandedForensics]], atMost limit: Int
    ) -> [EndpointID] {
        state.withLock { state in
            var changed = demanded.filter { state.seen[$0.key] != $0.value }.map(\.key)
            changed += state.seen.filter { !$0.value.isEmpty && demanded[$0.key] == nil }.map(\.key)
            return Array(changed.sorted().prefix(limit))
        }
    }

    /// Notes that endpoints have been looked at.
    package func note(_ endpoints: [EndpointID], demanded: [EndpointID: [DemandedForensics]]) {
        state.withLock { state in
            for endpoint in endpoints { state.seen[endpoint] = demanded[endpoint] }
        }
    }

    /// Notes that all endpoints have been looked at.
    package func noteAll(at revision: UInt64, now: Timestamp) {
        state.withLock { $0.last = (revision, now) }
    }
}
