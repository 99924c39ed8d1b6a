package import Advisories
package import Fleet
package import Policy

/// By when a finding must be gone.
package struct DueDate: Hashable, Sendable {
    package var at: Timestamp
    package var preset: SLAPreset
}

extension DueDate {
    /// The earliest deadline of all clocks; `nil` when none sets one.
    package init?(_ clocks: [SLAClock]) {
        guard let strictest = clocks.strictest, let due = strictest.dueAt else { return nil }
        self.init(at: due, preset: strictest.preset)
    }

    /// The clocks that run for a finding, one for each regime that counts for its endpoint.
    ///
    /// - Parameters:
    ///   - assessment: how bad the vulnerability is here.
    ///   - vulnerability: its name.
    ///   - state: whether a fix can be had.
    ///   - known: since when it is known that the software has the vulnerability: what stands in
    ///     for the day of the fix, which most feeds do not tell.
    ///   - detected: since when it has been on the endpoint.
    ///   - standing: the regimes that count, and the endpoint's exposure and zone.
    ///   - pauses: when the clocks stand still.
    /// - Returns: the clocks, in the order of the regimes.
    package static func clocks(
        _ assessment: Assessment, vulnerability: String, state: Finding.State, known: Timestamp,
        detected: Timestamp, standing: EndpointStanding, pauses: [RiskPause]
    ) -> [SLAClock] {
        let inputs = assessment.risk.inputs
        let exploited = assessment.knownExploited
        let isExposed = standing.context.exposure == .internetFacing
        var subject = SLASubject(
            severity: assessment.severity, cvss: inputs.cvss, isKnownExploited: exploited != nil,
            hasExploit: inputs.ssvc?.hasExploit ?? false,
            isExposed: isExposed, isAutomatable: inputs.ssvc?.automatable,
            impact: inputs.ssvc?.technicalImpact,
            assetClass: isExposed ? .internetFacing : .internalSystem,
            cveYear: year(of: vulnerability),
            catalogueDueAt: exploited?.due.map(SLASubject.endOfDueDay))
        subject.isExposureKnown = standing.isExposureKnown
        let events = SLAEvents(
            release: state == .noFix ? nil : known, listing: exploited?.added, detection: detected)
        let times = pauses.map(\.time)
        return standing.presets.map {
            $0.clock(for: subject, events: events, zone: standing.zone).paused(by: times)
        }
    }

    /// The clocks of a security update of which feeds know no vulnerability: it counts as one, which
    /// is as bad as the update is told to be, and important where nothing is told.
    ///
    /// - Parameters:
    ///   - update: the update.
    ///   - detected: since when it has been missing at the latest.
    ///   - standing: the regimes that count, and the endpoint's exposure and zone.
    /// - Returns: the clocks, in the order of the regimes.
    package static func clocks(
        ofUnjudged update: UpdateSubject, detected: Timestamp, standing: EndpointStanding
    ) -> [SLAClock] {
        let isExposed = standing.context.exposure == .internetFacing
        let subject = SLASubject(
            severity: update.severity, cvss: update.cvss, isKnownExploited: update.kev ?? false,
            isExposed: isExposed, assetClass: isExposed ? .internetFacing : .internalSystem)
        let events = SLAEvents(
            release: update.outSince, detection: min(update.firstSeenAt ?? detected, detected))
        let packages = [(name: update.update.name, source: update.source)]
        let told = update.vulnerabilities ?? []
        let pauses = standing.pauses.filter { pause in
            told.isEmpty
                ? pause.covers(nil, in: packages)
                : told.allSatisfy { pause.covers($0, in: packages) }
        }.map(\.time)
        return standing.presets.map {
            $0.clock(for: subject, events: events, zone: standing.zone).paused(by: pauses)
        }
    }

    /// 2021 in `CVE-2021-44228`.
    private static func year(of vulnerability: String) -> Int? {
        let parts = vulnerability.split(separator: "-")
        return parts.count == 3 && parts[0] == "CVE" ? Int(parts[1]) : nil
    }
}
