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
        let platform = Platform(endpoint.os, known: index.distributionReleases)
        let scopes = index.scopes(of: platform)
        var writer = FindingWriter(index: index, context: context)
        var matcher = RowMatcher(index: index, scopes: scopes)
        var report = MatchReport(
            findings: [], isCovered: !scopes.isEmpty, undetermined: 0, unreadable: [])
        let kernels = KernelRule.roles(of: endpoint.rows, running: endpoint.runningKernel)
        for (place, row) in endpoint.rows.enumerated() {
            let role = kernels[place]
            if role == .idle { continue }
            let answer = matcher.answer(for: row)
            report.undetermined += answer.undetermined
            if answer.isUnreadable { report.unreadable.append(row.name) }
            let mayRunOld = endpoint.replaced.mayRun(row.name)
            if case .counts(let afterReboot?) = role {
                let mended = matcher.answer(for: afterReboot)
                writer.add(answer, of: row, afterRestart: mended, to: &report.findings)
            } else if role != nil,
                let old = KernelRule.running(endpoint.runningKernel, insteadOf: row)
            {
                let running = matcher.answer(for: old)
                writer.add(running, of: old, afterRestart: answer, to: &report.findings)
            } else {
                writer.add(answer, of: row, mayRunOld: mayRunOld, to: &report.findings)
            }
        }
        report.findings = report.findings.inOrder()
        report.unreadable.sort()
        return report
    }
}
