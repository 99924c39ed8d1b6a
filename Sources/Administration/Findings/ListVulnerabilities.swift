import Intelligence
import Advisories
public import ControlPlane
import Findings
public import Fleet
import Policy
public import ServerRecords

extension UseCases {
    /// The vulnerabilities that endpoints have, riskiest first.
    public func vulnerabilities(
        _ filter: VulnerabilityFilter, by principal: Principal
    ) async throws -> VulnerabilityPage {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: filter.tenant) else {
            throw Refusal.notFound("tenant")
        }
        let after = try filter.after.map { try FindingPlace(text: $0) }
        let feeds = try await ledger.read { try $0.feeds().count(where: \.isEnabled) }
        let (state, ranking) = try await findingRanking(in: scope)
        let view = FindingView(state: state, scope: scope, now: effects.now())
        var page = VulnerabilityPage(
            items: [], total: 0, knownExploited: 0, feeds: feeds, isComplete: state.isBuilt)
        for ranked in ranking where view.matches(ranked, filter) {
            page.total += 1
            if ranked.worst.knownExploited != nil { page.knownExploited += 1 }
            if let after,
                ranked.comes(before: (after.risk, after.name)) || ranked.name == after.name
            {
                continue
            }
            if page.items.count < filter.limit {
                page.items.append(view.item(of: ranked))
            } else if page.next == nil, let last = page.items.last {
                page.next = FindingPlace(risk: last.risk, name: last.vulnerability).text
            }
        }
        return page
    }

    /// One vulnerability, and the software that has it.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` when no endpoint in scope has it.
    public func vulnerability(
        _ name: String, by principal: Principal, tenant: TenantID? = nil
    ) async throws -> VulnerabilityDetail {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let state = try await currentFindings(in: scope)
        let view = FindingView(state: state, scope: scope, now: effects.now())
        let fleet = view.state.fleet
        guard let number = fleet.number(named: name),
            let worst = fleet.worst(of: number, on: state.contexts(in: scope))
        else {
            throw Refusal(
                .notFound, "E_NOT_FOUND", "No endpoint is known to have \(name.prefix(64)).",
                nextStep:
                    "Check the name; a feed must speak of it, and an endpoint have the software.")
        }
        let ranked = RankedVulnerability(number: number, name: fleet.name(of: number), worst: worst)
        return VulnerabilityDetail(
            item: view.item(of: ranked), software: view.software(of: number))
    }
}

/// A place in a list of findings or vulnerabilities.
struct FindingPlace: Hashable, Sendable {
    var risk: Double
    var name: String
    var endpoint: EndpointID?

    init(risk: Double, name: String, endpoint: EndpointID? = nil) {
        self.risk = risk
        self.name = name
        self.endpoint = endpoint
    }

    /// The longest name of a vulnerability that a place holds, in bytes.
    private static let longestName = 256

    /// Risk, name and endpoint with `~` between.
    var text: String { "\(risk)~\(name)" + (endpoint.map { "~\($0)" } ?? "") }

    /// Reads a place.
    ///
    /// - Throws: `Refusal` `E_MALFORMED` when the text is none.
    init(text: String) throws(Refusal) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), let risk = Double(parts[0]), risk.isFinite,
            !parts[1].isEmpty, parts[1].utf8.count <= Self.longestName,
            parts.count == 2 || EndpointID(parts[2]) != nil
        else {
            throw Refusal(
                .malformed, "E_MALFORMED", "The query's “after” cannot be read.",
                nextStep: "Give the “next” of the page before.")
        }
        self.init(
            risk: risk, name: parts[1], endpoint: parts.count == 3 ? EndpointID(parts[2]) : nil)
    }
}

/// What a scope sees of the fleet's findings.
struct FindingView {
    let state: FindingState
    /// The endpoints in scope; `nil` for all.
    let visible: EndpointSet?
    /// The same, laid out for many questions.
    let audience: FleetIndex.Audience?
    let now: Timestamp

    init(state: FindingState, scope: Scope, now: Timestamp) {
        self.state = state
        self.now = now
        visible = state.endpoints(in: scope)
        audience = visible.map(state.fleet.audience)
    }

    func seen(_ endpoints: EndpointSet) -> EndpointSet {
        visible.map { endpoints.intersection($0) } ?? endpoints
    }

    func matches(_ ranked: RankedVulnerability, _ filter: VulnerabilityFilter) -> Bool {
        if filter.part.kev, ranked.worst.knownExploited == nil { return false }
        if let severity = filter.severity, ranked.worst.severity != severity { return false }
        guard state.fleet.isFound(ranked.number, on: audience) else { return false }
        if let search = filter.search.flatMap(VulnerabilitySearch.init), !finds(search, ranked) {
            return false
        }
        return !filter.part.isNarrow || !groups(of: ranked, on: visible, filter.part).isEmpty
    }

    /// Whether a vulnerability is what somebody looks for: by its name, or by software that is seen.
    private func finds(_ search: VulnerabilitySearch, _ ranked: RankedVulnerability) -> Bool {
        search.names(ranked.name)
            || state.fleet.occurrences(of: ranked.number).contains {
                search.names($0.finding.package, $0.finding.installed)
                    && !seen($0.endpoints).isEmpty
            }
    }

    /// The findings of a vulnerability on some of the endpoints, as far as they are asked for.
    func groups(
        of ranked: RankedVulnerability, on visible: EndpointSet?, _ part: FindingPart
    ) -> [(group: FindingGroup, endpoints: EndpointSet)] {
        if part.kev, ranked.worst.knownExploited == nil { return [] }
        return state.groups(of: ranked.number, on: visible, at: now).compactMap { group in
            if let wanted = part.state, group.state != wanted { return nil }
            if part.fixAvailable, group.state != .fixAvailable { return nil }
            if part.exposed, !group.isExposed { return nil }
            let endpoints = part.overdue ? group.overdue(in: state, at: now) : group.endpoints
            return endpoints.isEmpty ? nil : (group, endpoints)
        }
    }

    func item(of ranked: RankedVulnerability) -> VulnerabilityItem {
        let groups = state.groups(of: ranked.number, on: visible, at: now)
        func count(_ isWanted: (FindingGroup) -> Bool) -> Int {
            groups.reduce(0) { $0 + (isWanted($1) ? $1.endpoints.count : 0) }
        }
        let due = groups.compactMap { $0.earliestDue(in: state, at: now) }.min { $0.at < $1.at }
        let (worst, exploited) = (ranked.worst, ranked.worst.knownExploited)
        return VulnerabilityItem(
            vulnerability: ranked.name, title: state.title(of: ranked.name),
            severity: worst.severity, risk: worst.risk.value, cvss: worst.risk.inputs.cvss,
            epss: worst.risk.inputs.epss, kev: exploited != nil, kevAddedAt: exploited?.added,
            kevDueAt: exploited?.due, usedByRansomware: exploited?.isUsedByRansomware ?? false,
            ssvc: worst.decision, sentence: worst.risk.sentence,
            endpoints: count { _ in true }, fixable: count { $0.state == .fixAvailable },
            awaitingRestart: count { $0.state == .fixedPendingRestart },
            exposed: count(\.isExposed),
            overdue: groups.reduce(0) { $0 + $1.overdue(in: state, at: now).count },
            packages: Set(groups.flatMap { $0.findings.map(\.package) }).sorted(),
            knownSince: groups.map(\.known).min(),
            dueAt: due?.at, dueUnder: due?.preset.title)
    }

    func software(
        of number: FleetIndex.VulnerabilityNumber
    ) -> [VulnerabilityDetail.Software] {
        state.fleet.occurrences(of: number).compactMap { occurrence in
            let count = seen(occurrence.endpoints).count
            guard count > 0 else { return nil }
            let (finding, software) = (
                occurrence.finding, state.fleet.software(occurrence.number)
            )
            return VulnerabilityDetail.Software(
                package: finding.package,
                release: software.row.ecosystem ?? software.platform.label,
                installed: finding.installed, fixedIn: finding.fixedIn, state: finding.state,
                advisory: finding.advisory, source: finding.source, endpoints: count)
        }.sorted {
            ($1.endpoints, $0.package, $0.installed) < ($0.endpoints, $1.package, $1.installed)
        }
    }
}

extension FindingState {
    /// What a feed calls a vulnerability.
    func title(of vulnerability: String) -> String { fleet.index.title(of: vulnerability) }
}
