import Advisories
public import ControlPlane
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
        let (state, ranking) = findings.ranking()
        let view = FindingView(state: state, scope: scope)
        let now = effects.now()
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
                page.items.append(view.item(of: ranked, at: now))
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
        let view = FindingView(state: findings.snapshot(), scope: scope)
        let fleet = view.state.fleet
        guard let number = fleet.number(of: name.uppercased()) ?? fleet.number(of: name),
            fleet.isFound(number, on: view.visible), let worst = fleet.worst(of: number)
        else {
            throw Refusal(
                .notFound, "E_NOT_FOUND", "No endpoint is known to have \(name.prefix(64)).",
                nextStep:
                    "Check the name; a feed must speak of it, and an endpoint have the software.")
        }
        let ranked = RankedVulnerability(number: number, name: fleet.name(of: number), worst: worst)
        return VulnerabilityDetail(
            item: view.item(of: ranked, at: effects.now()), software: view.software(of: number))
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

    init(state: FindingState, scope: Scope) {
        self.state = state
        visible = state.endpoints(in: scope)
    }

    func seen(_ endpoints: EndpointSet) -> EndpointSet {
        visible.map { endpoints.intersection($0) } ?? endpoints
    }

    func matches(_ ranked: RankedVulnerability, _ filter: VulnerabilityFilter) -> Bool {
        if filter.kevOnly, ranked.worst.knownExploited == nil { return false }
        if let severity = filter.severity, ranked.worst.severity != severity { return false }
        guard state.fleet.isFound(ranked.number, on: visible) else { return false }
        if let search = filter.search?.lowercased(), !search.isEmpty,
            !ranked.name.lowercased().contains(search)
        {
            let occurrences = state.fleet.occurrences(of: ranked.number)
            guard occurrences.contains(where: { $0.finding.package.contains(search) }) else {
                return false
            }
        }
        guard let wanted = filter.state else { return true }
        let sets = StateSets(state.fleet.occurrences(of: ranked.number))
        return !seen(sets.endpoints(in: wanted)).isEmpty
    }

    func item(of ranked: RankedVulnerability, at now: Timestamp) -> VulnerabilityItem {
        let occurrences = state.fleet.occurrences(of: ranked.number)
        let mine = occurrences.filter { !seen($0.endpoints).isEmpty }
        let sets = StateSets(occurrences)
        let fixable = seen(sets.fixAvailable).count
        let known = mine.compactMap { state.since($0.finding.vulnerability, $0.number) }.min()
        let due = known.flatMap {
            DueDate(
                ranked.worst, vulnerability: ranked.name,
                state: fixable > 0 ? .fixAvailable : .noFix, known: $0, detected: $0,
                presets: UseCases.usualPresets)
        }
        let (worst, exploited) = (ranked.worst, ranked.worst.knownExploited)
        return VulnerabilityItem(
            vulnerability: ranked.name, title: state.title(of: ranked.name),
            severity: worst.severity, risk: worst.risk.value, cvss: worst.risk.inputs.cvss,
            epss: worst.risk.inputs.epss, kev: exploited != nil, kevAddedAt: exploited?.added,
            kevDueAt: exploited?.due, usedByRansomware: exploited?.isUsedByRansomware ?? false,
            ssvc: worst.decision, sentence: worst.risk.sentence,
            endpoints: seen(sets.all).count, fixable: fixable,
            awaitingRestart: seen(sets.endpoints(in: .fixedPendingRestart)).count,
            packages: Set(mine.map(\.finding.package)).sorted(), knownSince: known,
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

/// The endpoints with a vulnerability by what can be done: an endpoint is where most can be done.
struct StateSets {
    private(set) var fixAvailable = EndpointSet()
    private var noFix = EndpointSet()
    private var pendingRestart = EndpointSet()

    init(
        _ occurrences: [(
            number: FleetIndex.SoftwareNumber, finding: Finding, endpoints: EndpointSet
        )]
    ) {
        for occurrence in occurrences {
            switch occurrence.finding.state {
            case .fixAvailable: fixAvailable.formUnion(occurrence.endpoints)
            case .noFix: noFix.formUnion(occurrence.endpoints)
            case .fixedPendingRestart: pendingRestart.formUnion(occurrence.endpoints)
            }
        }
    }

    var all: EndpointSet {
        var all = fixAvailable
        all.formUnion(noFix)
        all.formUnion(pendingRestart)
        return all
    }

    func endpoints(in state: Finding.State) -> EndpointSet {
        switch state {
        case .fixAvailable: fixAvailable
        case .noFix: noFix.subtracting(fixAvailable)
        case .fixedPendingRestart: pendingRestart.subtracting(fixAvailable).subtracting(noFix)
        }
    }
}

extension FindingState {
    /// Since when a row is known to have a vulnerability.
    func since(_ vulnerability: String, _ row: FleetIndex.SoftwareNumber) -> Timestamp? {
        known[Self.key(vulnerability, fleet.software(row))]
    }

    /// What a feed calls a vulnerability.
    func title(of vulnerability: String) -> String {
        let record = fleet.index.vulnerability(vulnerability)?.title ?? ""
        return record.isEmpty ? fleet.index.knownExploited(vulnerability)?.title ?? "" : record
    }
}
