package import Calendar
package import Fleet
package import Policy
import Rollout
package import ServerRecords

extension EndpointDecisions {
    /// The next openings of a lane's windows for an endpoint that is to install what it misses of a
    /// list; `nil` where it may always work.
    package mutating func openings(
        of id: EndpointID, lane: Lane, installing lines: [WaveLine]
    ) throws -> [Occurrence]? {
        guard let endpoint = try records.endpoint(id, in: .tenant(tenant)) else { return nil }
        let posture = try records.posture(of: id, tenant: tenant)
        let facts = posture?.endpoint
        let subject = subject(endpoint, facts: facts, traits: try traits(of: id))
        let zones = zones(of: facts, subject)
        let list = OrderContents.chosen(of: lines, among: posture?.updates ?? []).map {
            chosen in
            var line = LockedUpdate(chosen.update)
            line.to = chosen.version
            return line
        }
        let release = try dated(list, for: id, posture).compactMap(\.released).max()
        guard let effective = policy(for: subject, zones).0?.effective,
            let calendar = try? WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value),
                zones: zones, release: release
            ).only(.install)
        else { return nil }
        return calendar.openings(at: now)
            + calendar.occurrences(
                from: Timestamp(milliseconds: now.milliseconds + 1), count: Self.openingsForeseen)
    }

    /// How many openings are looked at for a forecast: a dozen weekly ones are a quarter.
    private static let openingsForeseen = 12
}
