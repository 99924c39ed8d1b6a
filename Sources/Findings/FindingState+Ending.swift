package import Advisories
package import Fleet
package import ServerRecords

extension FindingState {
    /// Since when each vulnerability of these rows is known.
    func knownTimes(in rows: Set<FleetIndex.SoftwareNumber>) -> [String: Timestamp] {
        var known: [String: Timestamp] = [:]
        for row in rows {
            for finding in fleet.findings(in: row) {
                guard let since = since(finding.vulnerability, row) else { continue }
                known[finding.vulnerability] = min(known[finding.vulnerability] ?? since, since)
            }
        }
        return known
    }

    /// What ends when an endpoint is retired: everything that it has.
    package func ending(_ id: EndpointID, at now: Timestamp) -> [FindingSpan] {
        guard let number = numbers[id], let member = member(number) else { return [] }
        let known = knownTimes(in: Set(fleet.rows(of: number)))
        return known.sorted { $0.key < $1.key }.map { name, since in
            FindingSpan(
                endpoint: id, tenant: member.tenant, vulnerability: name,
                began: min(detected(name, on: number, known: since), now), ended: now,
                cause: .retired)
        }
    }

    /// Since when each endpoint in a set has a vulnerability that it has now; `nil` for all.
    package func beginnings(
        of vulnerability: String, on visible: EndpointSet?, at now: Timestamp
    ) -> [EndpointID: Timestamp] {
        guard let number = fleet.number(of: vulnerability) else { return [:] }
        var began: [EndpointID: Timestamp] = [:]
        for group in groups(of: number, on: visible, at: now) {
            for place in group.endpoints.numbers {
                guard let id = member(place)?.id else { continue }
                began[id] = detected(vulnerability, on: place, known: group.known)
            }
        }
        return began
    }
}
