import Intelligence
public import Advisories
public import ControlPlane
import Findings
public import Fleet
public import ServerRecords

/// A scanner's finding beside what is found here.
public struct ScannerFindingItem: Hashable, Sendable, Codable {
    /// Whether what is found here agrees.
    public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is found here too.
        case found
        /// It was here when the scanner looked, and is gone since.
        case mendedSince
        /// It is not found here.
        case notFound
        /// Nothing can be said: the endpoint is not read, or no feed speaks of its release.
        case unknown
    }

    /// A package that has it here.
    public struct Package: Hashable, Sendable, Codable {
        /// Its name.
        public var name: String
        /// The installed version.
        public var installed: String
        /// The version that mends it.
        public var fixedIn: String?
    }

    /// The endpoint.
    public var endpoint: EndpointID
    /// Its name.
    public var endpointName: String
    /// Its tenant.
    public var tenant: TenantID
    /// The vulnerability.
    public var vulnerability: String
    /// The scanner.
    public var scanner: String
    /// When it saw it last.
    public var reportedAt: Timestamp
    /// How bad it thinks that it is.
    public var severity: Severity
    /// The package as it names it; empty where it does not.
    public var package: String
    /// What it saw.
    public var detail: String
    /// Whether what is found here agrees.
    public var verdict: Verdict
    /// Why, as a sentence.
    public var sentence: String
    /// What can be done about it; `nil` where it is not found here.
    public var state: Finding.State?
    /// The packages that have it here, with the versions that mend them.
    public var packages: [Package]
}

/// One page of scanners' findings, by vulnerability, endpoint and scanner.
public struct ScannerFindingPage: Hashable, Sendable, Codable {
    /// The rows.
    public var items: [ScannerFindingItem]
    /// What to ask with for the next page; `nil` on the last.
    public var next: String?

    /// A page.
    public init(items: [ScannerFindingItem], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

/// Which findings of scanners a list shows.
public struct ScannerFindingFilter: Hashable, Sendable {
    /// Only this tenant's.
    public var tenant: TenantID?
    /// Only of this vulnerability.
    public var vulnerability: String?
    /// Only of this endpoint.
    public var endpoint: EndpointID?
    /// The page after this place.
    public var after: String?
    /// How many rows a page holds.
    public var limit: Int

    /// Findings of scanners.
    public init(
        tenant: TenantID? = nil, vulnerability: String? = nil, endpoint: EndpointID? = nil,
        after: String? = nil, limit: Int = 100
    ) {
        self.tenant = tenant
        self.vulnerability = vulnerability
        self.endpoint = endpoint
        self.after = after
        self.limit = min(max(limit, 1), FindingFilter.maximumPage)
    }
}

extension UseCases {
    /// The most imports of one page.
    public static let largestImportPage = 100

    /// Imports of scanners' reports, newest first.
    public func scannerImports(
        by principal: Principal, before: ScannerImportID? = nil, limit: Int = 20
    ) async throws -> [ScannerImport] {
        try principal.require(.view)
        let limit = min(max(limit, 1), Self.largestImportPage)
        return try await ledger.read {
            try $0.scannerImports(in: principal.scope, before: before, limit: limit)
        }
    }

    /// What scanners reported, and whether what is found here agrees.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` for a tenant out of scope, `E_MALFORMED` for a place that
    ///   is none.
    public func scannerFindings(
        _ filter: ScannerFindingFilter, by principal: Principal
    ) async throws -> ScannerFindingPage {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: filter.tenant) else {
            throw Refusal.notFound("tenant")
        }
        let after = try filter.after.map { try ScannerFindingQuery.Place(text: $0) }
        let query = ScannerFindingQuery(
            scope: scope, vulnerability: filter.vulnerability, endpoint: filter.endpoint,
            after: after, limit: filter.limit + 1)
        let state = try await currentFindings(in: scope)
        let now = effects.now()
        let limit = filter.limit
        return try await ledger.read { records in
            let found = try records.scannerFindings(query)
            let page = found.prefix(limit)
            let items = try page.compactMap { finding -> ScannerFindingItem? in
                guard let endpoint = try records.endpoint(finding.endpoint, in: scope) else {
                    return nil
                }
                let span = try records.spans(
                    FindingSpanQuery(
                        scope: scope, vulnerability: finding.vulnerability,
                        from: Timestamp(milliseconds: .min), to: now.adding(seconds: 1)),
                    of: [finding.endpoint]
                ).last
                return ScannerComparison(state: state, now: now)
                    .item(finding, on: endpoint, last: span)
            }
            let next = found.count > limit ? page.last.map(ScannerFindingQuery.Place.init) : nil
            return ScannerFindingPage(items: items, next: next?.text)
        }
    }
}

extension ScannerFindingQuery.Place {
    init(_ finding: ScannerFinding) {
        self.init(
            vulnerability: finding.vulnerability, endpoint: finding.endpoint,
            scanner: finding.scanner)
    }

    /// Vulnerability, endpoint and scanner with `~` between.
    fileprivate var text: String { "\(vulnerability)~\(endpoint)~\(scanner)" }

    fileprivate init(text: String) throws(Refusal) {
        let parts = text.split(
            separator: "~", maxSplits: 2, omittingEmptySubsequences: false
        ).map(String.init)
        guard parts.count == 3, let endpoint = EndpointID(parts[1]), text.utf8.count < 512 else {
            throw Refusal(
                .malformed, "E_MALFORMED", "The query's “after” cannot be read.",
                nextStep: "Give the “next” of the page before.")
        }
        self.init(vulnerability: parts[0], endpoint: endpoint, scanner: parts[2])
    }
}

/// Compares what a scanner reported with what is found here.
private struct ScannerComparison {
    let state: FindingState
    let now: Timestamp

    func item(
        _ finding: ScannerFinding, on endpoint: EndpointRecord, last: FindingSpan?
    ) -> ScannerFindingItem {
        let ours = group(finding)
        let (verdict, sentence) = judge(finding, ours, last)
        return ScannerFindingItem(
            endpoint: finding.endpoint, endpointName: endpoint.name, tenant: finding.tenant,
            vulnerability: finding.vulnerability, scanner: finding.scanner,
            reportedAt: finding.reportedAt, severity: finding.severity,
            package: finding.package, detail: finding.detail, verdict: verdict,
            sentence: sentence, state: ours?.state,
            packages: (ours?.findings ?? []).map {
                .init(name: $0.package, installed: $0.installed, fixedIn: $0.fixedIn)
            })
    }

    private func group(_ finding: ScannerFinding) -> FindingGroup? {
        guard let place = state.numbers[finding.endpoint],
            let number = state.fleet.number(of: finding.vulnerability)
        else { return nil }
        return state.groups(of: number, on: EndpointSet([place]), at: now).first
    }

    private func judge(
        _ finding: ScannerFinding, _ ours: FindingGroup?, _ last: FindingSpan?
    ) -> (ScannerFindingItem.Verdict, String) {
        if let ours { return (.found, Self.sentence(ours)) }
        if let last, last.ended > finding.reportedAt {
            return (
                .mendedSince,
                "It was found here too, and a scan showed it mended at \(last.ended.wholeSeconds)."
            )
        }
        guard let place = state.numbers[finding.endpoint], let member = state.member(place) else {
            return (.unknown, "The endpoint's own agent has not scanned it yet.")
        }
        let os = state.systems[Int(member.system)]
        guard state.fleet.index.speaks(of: Platform(os)) else {
            return (
                .unknown,
                "No feed that is switched on speaks of \(os.name), so nothing can be said."
            )
        }
        if let last {
            return (
                .notFound,
                "Not found here: it was mended at \(last.ended.wholeSeconds), before the scanner saw it. Its data may be old, or old code was still running."
            )
        }
        return (
            .notFound,
            "Not found here: by the feeds that speak of \(os.name), no installed package has it. Distributions mend older versions without raising the number that scanners look at, and software outside the package database is not seen."
        )
    }

    private static func sentence(_ group: FindingGroup) -> String {
        let mended = group.findings.filter { $0.state == .fixAvailable }
            .map { "\($0.package) to \($0.fixedIn ?? "a newer version")" }
        switch group.state {
        case .fixAvailable:
            return "Found here too; mended by the update of \(mended.joined(separator: ", "))."
        case .noFix: return "Found here too; there is no fix yet."
        case .fixedPendingRestart:
            return "Found here too: the fix is installed, and waits for a restart."
        }
    }
}
