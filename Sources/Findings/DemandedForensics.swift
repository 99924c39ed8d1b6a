import Advisories
package import Fleet
package import Forensics
import Policy
package import ServerRecords
import Synchronization

/// A vulnerability of an endpoint for which a regime demands forensics, and since when its clock
/// runs.
package struct DemandedForensics: Hashable, Sendable {
    /// The vulnerability.
    package var vulnerability: String
    /// The start of the clock; the earliest where several demand it.
    package var since: Timestamp

    /// What forensics is demanded of.
    package init(vulnerability: String, since: Timestamp) {
        self.vulnerability = vulnerability
        self.since = since
    }
}

extension FindingState {
    /// Where regimes demand forensics, by endpoint; the vulnerabilities by name.
    ///
    /// Regimes demand it of what is known to be exploited only (`SLATableTests` holds them to it),
    /// of which a fleet has few: endpoints without such findings cost nothing.
    package func demandedForensics(
        in ranking: [RankedVulnerability], at now: Timestamp
    ) -> [EndpointID: [DemandedForensics]] {
        var demanded: [EndpointID: [DemandedForensics]] = [:]
        for ranked in ranking where ranked.worst.knownExploited != nil {
            for group in groups(of: ranked.number, on: nil, at: now)
            where group.clocks(detected: group.known).contains(where: \.needsForensics) {
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

    /// What regimes demand forensics of on one endpoint; the vulnerabilities by name.
    func demandedForensics(on endpoint: EndpointID, at now: Timestamp) -> [DemandedForensics] {
        guard let number = numbers[endpoint] else { return [] }
        let exploited = fleet.findings(of: number).filter { $0.assessment.knownExploited != nil }
        var demanded: [DemandedForensics] = []
        for (name, found) in Dictionary(grouping: exploited, by: \.vulnerability) {
            guard let part = group(of: name, found, on: number, at: now) else { continue }
            let first = detected(name, on: number, known: part.known)
            let starts = part.clocks(detected: first).filter(\.needsForensics)
                .compactMap(\.startsAt)
            if let since = starts.min() {
                demanded.append(DemandedForensics(vulnerability: name, since: since))
            }
        }
        return demanded.sorted { $0.vulnerability < $1.vulnerability }
    }

    /// Whether an endpoint is known to have a vulnerability now, whatever any regime demands.
    package func has(_ vulnerability: String, on endpoint: EndpointID) -> Bool {
        numbers[endpoint].map { !fleet.rows(of: $0, with: vulnerability).isEmpty } ?? false
    }
}

extension TriageRecord {
    /// Whether what is demanded is this triage's matter already, or was.
    package func covers(_ demand: DemandedForensics) -> Bool {
        guard ending != .lifted,
            demands.contains(where: { $0.vulnerability == demand.vulnerability })
        else { return false }
        return endedAt.map { demand.since <= $0 } ?? true
    }
}

extension FleetFindings {
    /// What an order to an endpoint says of evidence: what its triage demands, and what regimes
    /// have come to demand since, before anybody has made a triage of it.
    package func evidenceDemand(
        on endpoint: EndpointRecord, at now: Timestamp, triages: () throws -> [TriageRecord]
    ) rethrows -> EvidenceDemand? {
        let known = endpoint.forensics?.demand
        let demanded = snapshot().demandedForensics(on: endpoint.id, at: now)
        guard !demanded.isEmpty else { return known }
        let made = try triages()
        let new = demanded.filter { demand in !made.contains { $0.covers(demand) } }
        guard let since = new.map(\.since).max() else { return known }
        return EvidenceDemand(
            vulnerabilities: EvidenceNames.bounded(
                (known?.vulnerabilities ?? []) + new.map(\.vulnerability)),
            since: max(known?.since ?? since, since))
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
