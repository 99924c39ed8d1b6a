package import Advisories
package import Fleet
package import Policy

/// Endpoints on which a vulnerability is the same: in the same rows of software, under the same
/// deadlines, with the same exposure and criticality. Only since when they have it may differ.
package struct FindingGroup: Sendable {
    /// The vulnerability.
    package let vulnerability: String
    /// The endpoints.
    package let endpoints: EndpointSet
    /// What is found in their packages, as bad as it is there.
    package let findings: [Finding]
    /// How they stand.
    package let standing: EndpointStanding
    /// Since when it is known that their software has it.
    package let known: Timestamp
    /// The worst of the packages.
    package let worst: Assessment
    /// What can be done: that of the package for which most can be done.
    package let state: Finding.State
    /// When its clocks stand still.
    package let pauses: [RiskPause]

    init?(
        _ vulnerability: String, on endpoints: EndpointSet, findings: [Finding],
        known: Timestamp, standing: EndpointStanding,
        packages: () -> [(name: String, source: String?)]
    ) {
        let placed = findings.map { $0.placed(in: standing.context) }
        guard
            let worst = placed.map(\.assessment).max(by: { $0.risk.value < $1.risk.value }),
            let state = Finding.State.allCases.first(where: { state in
                placed.contains { $0.state == state }
            })
        else { return nil }
        self.vulnerability = vulnerability
        self.endpoints = endpoints
        self.findings = placed
        self.standing = standing
        self.known = known
        self.worst = worst
        self.state = state
        // Most endpoints have no accepted risk, and then nobody asks for the packages.
        let packages = standing.pauses.isEmpty ? [] : packages()
        pauses = standing.pauses.filter { $0.covers(vulnerability, in: packages) }
    }

    /// Whether the endpoints can be reached from the internet.
    package var isExposed: Bool { standing.context.exposure == .internetFacing }

    /// By when it must be gone from an endpoint that has had it since an instant; never earlier for
    /// one that has had it since later.
    package func due(detected: Timestamp) -> DueDate? {
        DueDate(clocks(detected: detected))
    }

    /// The clocks that run on an endpoint that has had it since an instant.
    package func clocks(detected: Timestamp) -> [SLAClock] {
        DueDate.clocks(
            worst, vulnerability: vulnerability, state: state, known: known, detected: detected,
            standing: standing, pauses: pauses)
    }

    /// The earliest date by which it must be gone from one of the endpoints.
    package func earliestDue(in fleet: FindingState, at now: Timestamp) -> DueDate? {
        let first = due(detected: known)
        if first == due(detected: now) { return first }
        var earliest = Timestamp(milliseconds: .max)
        for number in endpoints.numbers {
            earliest = min(earliest, fleet.detected(vulnerability, on: number, known: known))
            if earliest <= known { break }
        }
        return due(detected: earliest)
    }

    /// The endpoints on which the date has passed.
    package func overdue(in fleet: FindingState, at now: Timestamp) -> EndpointSet {
        func isLate(_ detected: Timestamp) -> Bool {
            due(detected: detected).map { $0.at < now } ?? false
        }
        guard isLate(known) else { return EndpointSet() }
        if isLate(now) { return endpoints }
        var judged: [Timestamp: Bool] = [:]
        return EndpointSet(
            endpoints.numbers.filter { number in
                let detected = fleet.detected(vulnerability, on: number, known: known)
                if let known = judged[detected] { return known }
                judged[detected] = isLate(detected)
                return judged[detected] ?? false
            })
    }
}

extension Finding {
    /// The same finding on an endpoint of this context.
    package func placed(in context: EndpointContext) -> Finding {
        var finding = self
        finding.assessment = assessment.placed(in: context)
        return finding
    }
}

extension FindingState {
    /// The endpoints in a set that have a vulnerability, by what it is on them; `nil` for all.
    package func groups(
        of number: FleetIndex.VulnerabilityNumber, on visible: EndpointSet?, at now: Timestamp
    ) -> [FindingGroup] {
        let name = fleet.name(of: number)
        let occurrences = fleet.occurrences(of: number)
        var parts: [(endpoints: EndpointSet, rows: [Int])] = []
        for (place, occurrence) in occurrences.enumerated() {
            var rest = visible.map { occurrence.endpoints.intersection($0) } ?? occurrence.endpoints
            var next: [(endpoints: EndpointSet, rows: [Int])] = []
            for part in parts {
                let both = rest.isEmpty ? EndpointSet() : part.endpoints.intersection(rest)
                if both.isEmpty {
                    next.append(part)
                    continue
                }
                next.append((both, part.rows + [place]))
                let others = part.endpoints.subtracting(both)
                if !others.isEmpty { next.append((others, part.rows)) }
                rest = rest.subtracting(both)
            }
            if !rest.isEmpty { next.append((rest, [place])) }
            parts = next
        }
        let classes = standings.classes
        return parts.flatMap { part -> [FindingGroup] in
            let known = part.rows.compactMap { since(name, occurrences[$0].number) }.min() ?? now
            let found = part.rows.map { occurrences[$0].finding }
            return classes.compactMap { each in
                let members = part.endpoints.intersection(each.endpoints)
                guard !members.isEmpty else { return nil }
                return FindingGroup(
                    name, on: members, findings: found, known: known, standing: each.standing
                ) { packages(in: part.rows.map { occurrences[$0].number }) }
            }
        }
    }

    /// What a vulnerability is on one endpoint, of which all findings of it are given.
    package func group(
        of name: String, _ found: [Finding], on endpoint: UInt32, standing: EndpointStanding? = nil,
        at now: Timestamp
    ) -> FindingGroup? {
        let rows = fleet.rows(of: endpoint, with: name)
        let known = rows.compactMap { since(name, $0) }.min() ?? now
        return FindingGroup(
            name, on: EndpointSet([endpoint]), findings: found, known: known,
            standing: standing ?? standings.standing(of: endpoint)
        ) { packages(in: rows) }
    }

    /// The packages of rows, each with the source package that accepted risks may name. A finding
    /// itself knows only who published its advisory.
    private func packages(
        in rows: [FleetIndex.SoftwareNumber]
    ) -> [(name: String, source: String?)] {
        rows.map { number in
            let row = fleet.software(number).row
            return (row.name, row.source)
        }
    }

    /// Since when a row is known to have a vulnerability.
    package func since(_ vulnerability: String, _ row: FleetIndex.SoftwareNumber) -> Timestamp? {
        known[Self.key(vulnerability, fleet.software(row))]
    }
}
