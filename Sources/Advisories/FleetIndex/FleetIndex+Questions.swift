/// What is asked of a fleet.
extension FleetIndex {
    /// A vulnerability's number in one fleet index.
    public struct VulnerabilityNumber: Hashable, Sendable {
        let value: Int32
    }

    /// The endpoints that have a vulnerability.
    public func affected(by vulnerability: String) -> EndpointSet {
        number(of: vulnerability).map { affected(by: $0) } ?? EndpointSet()
    }

    /// The endpoints that have a vulnerability.
    public func affected(by vulnerability: VulnerabilityNumber) -> EndpointSet {
        holdings.holders(ofAny: rowsByVulnerability[Int(vulnerability.value)])
    }

    /// Some endpoints, laid out for many questions about them.
    public struct Audience: Sendable {
        let laid: Holdings.Audience
    }

    /// Lays some endpoints out for many questions about them.
    public func audience(_ endpoints: EndpointSet) -> Audience {
        Audience(laid: holdings.audience(endpoints))
    }

    /// Whether one of some endpoints has a vulnerability; `nil` for all.
    public func isFound(_ vulnerability: VulnerabilityNumber, on audience: Audience?) -> Bool {
        rowsByVulnerability[Int(vulnerability.value)].contains { row in
            audience.map { holdings.isHeld(row, by: $0.laid) } ?? holdings.isHeld(row)
        }
    }

    /// The number of a vulnerability that is, or was, found in the fleet's software.
    public func number(of vulnerability: String) -> VulnerabilityNumber? {
        texts.vulnerabilities.known(vulnerability).map { VulnerabilityNumber(value: $0) }
    }

    /// The number of a vulnerability by its name, however its letters are written.
    public func number(named name: String) -> VulnerabilityNumber? {
        number(of: name.uppercased()) ?? number(of: name)
            ?? vulnerabilities.first { Self.isOneName(self.name(of: $0), name) }
    }

    /// Whether two texts are the same name of a vulnerability: people write its letters as they
    /// like. (In ASCII one bit tells `a` from `A`, and changes no digit and no sign of a name.)
    public static func isOneName(_ name: String, _ other: String) -> Bool {
        name.utf8.elementsEqual(other.utf8) { $0 | 0x20 == $1 | 0x20 }
    }

    /// The name of a vulnerability.
    public func name(of vulnerability: VulnerabilityNumber) -> String {
        texts.vulnerabilities[vulnerability.value]
    }

    /// Every vulnerability that is found in some row, in no order.
    public var vulnerabilities: [VulnerabilityNumber] {
        rowsByVulnerability.indices.compactMap { place in
            rowsByVulnerability[place].isEmpty
                ? nil : VulnerabilityNumber(value: Int32(truncatingIfNeeded: place))
        }
    }

    /// The rows in which a vulnerability is found and that an endpoint has, with what is found and
    /// the endpoints; in the order of the rows.
    public func occurrences(
        of vulnerability: VulnerabilityNumber
    ) -> [(number: SoftwareNumber, finding: Finding, endpoints: EndpointSet)] {
        rowsByVulnerability[Int(vulnerability.value)].compactMap { row in
            let number = SoftwareNumber(value: row)
            let endpoints = holders(of: number)
            guard !endpoints.isEmpty,
                let entry = entry(of: vulnerability, in: row)
            else { return nil }
            return (number, texts.finding(entry, in: software(number).row), endpoints)
        }
    }

    /// The worst that a vulnerability is on any endpoint of these classes: endpoints of one class
    /// have one context. `nil` when none of them has it.
    ///
    /// It is assessed once for each row and class, however many endpoints they hold.
    public func worst(
        of vulnerability: VulnerabilityNumber,
        on classes: [(context: EndpointContext, endpoints: Audience)]
    ) -> Assessment? {
        var worst: Assessment?
        for row in rowsByVulnerability[Int(vulnerability.value)] {
            guard let entry = entry(of: vulnerability, in: row) else { continue }
            for group in classes where holdings.isHeld(row, by: group.endpoints.laid) {
                let placed = entry.assessment.placed(in: group.context)
                if placed.risk.value > worst?.risk.value ?? -1 { worst = placed }
            }
        }
        return worst
    }

    /// What is found of a vulnerability in a row, whose findings stand in the order of their
    /// vulnerabilities: a kernel has thousands.
    private func entry(of vulnerability: VulnerabilityNumber, in row: Int32) -> FoundEntry? {
        let entries = found[Int(row)]
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].vulnerability < vulnerability.value {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < entries.count, entries[low].vulnerability == vulnerability.value else {
            return nil
        }
        return entries[low]
    }

    /// The rows of an endpoint in which a vulnerability is found.
    public func rows(of endpoint: UInt32, with vulnerability: String) -> [SoftwareNumber] {
        guard let number = number(of: vulnerability) else { return [] }
        return rowsByVulnerability[Int(number.value)]
            .filter { holdings.isHeld($0, by: endpoint) }.map { SoftwareNumber(value: $0) }
    }

    /// The source packages of those of an endpoint's packages that have these names, by name.
    public func sources(of endpoint: UInt32, among names: Set<String>) -> [String: String] {
        var sources: [String: String] = [:]
        for number in rows(of: endpoint) {
            let name = packageName(of: number)
            if names.contains(name) { sources[name] = software(number).row.source }
        }
        return sources
    }

    /// Everything that is found on an endpoint, row by row.
    public func findings(of endpoint: UInt32) -> [Finding] {
        var findings: [Finding] = []
        for number in rows(of: endpoint) {
            let entries = found[Int(number.value)]
            if entries.isEmpty { continue }
            let row = software(number).row
            for entry in entries { findings.append(texts.finding(entry, in: row)) }
        }
        return findings
    }

    /// The vulnerabilities that are found in a row.
    public func vulnerabilities(in number: SoftwareNumber) -> [VulnerabilityNumber] {
        found[Int(number.value)].map { VulnerabilityNumber(value: $0.vulnerability) }
    }

    /// What is found in a row.
    public func findings(in number: SoftwareNumber) -> [Finding] {
        let row = software(number).row
        return found[Int(number.value)].map { texts.finding($0, in: row) }
    }

    /// The rows in which a vulnerability is found and that an endpoint has, with the endpoints.
    public func rows(with vulnerability: String) -> [(software: Software, endpoints: EndpointSet)] {
        guard let number = number(of: vulnerability) else { return [] }
        return occurrences(of: number).map { (software($0.number), $0.endpoints) }
    }

    /// What is found in a row that the fleet holds.
    public func found(in software: Software) -> [Finding] {
        number(of: software).map { findings(in: SoftwareNumber(value: $0)) } ?? []
    }
}
