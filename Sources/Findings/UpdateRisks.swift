package import Fleet
package import Policy
package import ServerRecords
import Advisories

extension FindingState {
    /// What missing updates of an endpoint close there, of those that are known to close something,
    /// in their order. The scores are those that lists of findings show of the same.
    package func risks(
        of updates: [UpdateSubject], on endpoint: EndpointID, at now: Timestamp
    ) -> [UpdateRisk] {
        guard let number = numbers[endpoint] else { return [] }
        let found = Dictionary(grouping: fleet.findings(of: number), by: \.vulnerability)
        var known: [String: Assessment] = [:]
        for (name, findings) in found {
            known[name] = group(of: name, findings, on: number, at: now)?.worst
        }
        return updates.compactMap { subject in
            let closed = (subject.vulnerabilities ?? []).filter { known[$0] != nil }
                .sorted { (-risk($0, known), $0) < (-risk($1, known), $1) }
            guard let worst = closed.first.flatMap({ known[$0] }) else { return nil }
            return UpdateRisk(subject.update, closes: closed, worst: worst)
        }
    }

    private func risk(_ name: String, _ known: [String: Assessment]) -> Double {
        known[name]?.risk.value ?? 0
    }
}
