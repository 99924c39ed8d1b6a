package import Advisories
import Fleet
package import Policy
package import ServerRecords

/// What keeps updates from being installed, as the findings of a fleet see it.
package struct FindingExclusion: Sendable {
    /// Which updates.
    package var updates: UpdateSelector
    /// Only these vulnerabilities; empty for all that the updates would close.
    package var vulnerabilities: Set<String>
    /// Whether what nothing mends yet is left open by it too: an accepted risk covers it.
    package var coversUnfixed: Bool
    /// The endpoints; `nil` for all.
    package var endpoints: EndpointSet?
    /// Whether a version that is kept back would mend what is found; `nil` where any is kept back.
    package var keepsBack: (@Sendable (Finding) -> Bool)?

    /// What keeps updates from being installed.
    ///
    /// - Parameters:
    ///   - updates: which updates.
    ///   - vulnerabilities: only these; empty for all that the updates would close.
    ///   - coversUnfixed: whether what nothing mends yet is left open by it too.
    ///   - endpoints: the endpoints; `nil` for all.
    ///   - keepsBack: whether a version that is kept back would mend what is found.
    package init(
        _ updates: UpdateSelector, vulnerabilities: Set<String> = [], coversUnfixed: Bool = false,
        endpoints: EndpointSet?, keepsBack: (@Sendable (Finding) -> Bool)? = nil
    ) {
        self.updates = updates
        self.vulnerabilities = vulnerabilities
        self.coversUnfixed = coversUnfixed
        self.endpoints = endpoints
        self.keepsBack = keepsBack
    }
}

/// The software in which something is found, by the names of its packages and their sources: each
/// distinct row once, on however many endpoints it is.
package struct VulnerableSoftware: Sendable {
    fileprivate var rows: [String: [FleetIndex.SoftwareNumber]] = [:]
}

extension FindingState {
    /// The software in which something is found.
    package var vulnerableSoftware: VulnerableSoftware {
        var software = VulnerableSoftware()
        for number in fleet.allSoftware where !fleet.vulnerabilities(in: number).isEmpty {
            let row = fleet.software(number).row
            software.rows[row.name, default: []].append(number)
            if row.source != row.name { software.rows[row.source, default: []].append(number) }
        }
        return software
    }

    /// What stays open by an exclusion. It costs as much as there is distinct software that the
    /// exclusion is about, not as many endpoints as have it.
    ///
    /// - Parameters:
    ///   - exclusion: what keeps updates from being installed.
    ///   - software: where something is found (`vulnerableSoftware`).
    /// - Returns: the figures.
    package func leftOpen(
        by exclusion: FindingExclusion, among software: VulnerableSoftware
    ) -> OpenRisks {
        var (open, exploited): (Set<String>, Set<String>) = ([], [])
        var affected = EndpointSet()
        for number in rows(of: exclusion, among: software) {
            let found = kept(by: exclusion, in: fleet.findings(in: number))
            if found.isEmpty { continue }
            let holders = fleet.holders(of: number)
            let members = exclusion.endpoints.map { holders.intersection($0) } ?? holders
            if members.isEmpty { continue }
            affected.formUnion(members)
            for finding in found {
                open.insert(finding.vulnerability)
                if finding.assessment.knownExploited != nil {
                    exploited.insert(finding.vulnerability)
                }
            }
        }
        return OpenRisks(
            vulnerabilities: open.count, exploited: exploited.count, endpoints: affected.count)
    }

    /// How many of some vulnerabilities are known to be exploited.
    package func exploited(among names: Set<String>) -> Int {
        names.count { name in
            let number = fleet.number(of: name)
            return number.flatMap { fleet.occurrences(of: $0).first }?.finding.assessment
                .knownExploited != nil
        }
    }

    private func rows(
        of exclusion: FindingExclusion, among software: VulnerableSoftware
    ) -> Set<FleetIndex.SoftwareNumber> {
        if let package = exclusion.updates.package {
            let names = software.rows.keys.filter { package.matches($0) }
            return Set(names.flatMap { software.rows[$0] ?? [] })
        }
        let names = exclusion.vulnerabilities.union(
            [exclusion.updates.vulnerability].compactMap(\.self))
        return Set(
            names.compactMap { fleet.number(of: $0) }.flatMap { fleet.occurrences(of: $0) }
                .map(\.number))
    }

    /// What is left open of what is found in one row.
    private func kept(by exclusion: FindingExclusion, in found: [Finding]) -> [Finding] {
        let open = found.filter { finding in
            (finding.state == .fixAvailable || exclusion.coversUnfixed && finding.state == .noFix)
                && exclusion.keepsBack?(finding) ?? true
        }
        // An update is held that closes this one, and with it all else that it closes.
        if let named = exclusion.updates.vulnerability,
            !open.contains(where: { $0.vulnerability == named })
        {
            return []
        }
        return exclusion.vulnerabilities.isEmpty
            ? open
            : open.filter { exclusion.vulnerabilities.contains($0.vulnerability.uppercased()) }
    }
}
