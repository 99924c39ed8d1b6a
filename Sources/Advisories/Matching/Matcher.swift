import Fleet

/// Matches endpoints with an index.
public struct Matcher: Sendable {
    private let index: AdvisoryIndex

    /// A matcher over an index.
    public init(_ index: AdvisoryIndex) {
        self.index = index
    }

    /// The findings of an endpoint; `context` is what is known of its exposure and criticality.
    public func report(
        on endpoint: EndpointSoftware, context: EndpointContext = EndpointContext()
    ) -> MatchReport {
        let platform = Platform(
            endpoint.os, channels: endpoint.channels, known: index.distributionReleases)
        let scopes = index.scopes(of: platform)
        var writer = FindingWriter(index: index, context: context, platform: platform)
        var matcher = RowMatcher(index: index, scopes: scopes)
        var report = MatchReport(
            findings: [], isCovered: index.speaks(of: platform), undetermined: 0, unreadable: [])
        let system = OperatingSystemRow.row(of: endpoint.os).map { [CountedRow($0)] } ?? []
        for counted in system + endpoint.counted {
            let answer = writer.add(counted, with: &matcher, to: &report.findings)
            report.undetermined += answer.undetermined
            if answer.isUnreadable { report.unreadable.append(counted.row.name) }
        }
        report.findings = report.findings.inOrder()
        report.unreadable.sort()
        return report
    }
}
