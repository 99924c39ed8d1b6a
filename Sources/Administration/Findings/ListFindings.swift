import Intelligence
import Advisories
public import ControlPlane
import Findings
public import Fleet
import Policy
public import ServerRecords

extension UseCases {
    /// Findings of the fleet: endpoint x vulnerability, riskiest first.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` for a tenant or endpoint out of scope, `E_MALFORMED` for a
    ///   place that is none.
    public func findings(
        _ filter: FindingFilter, by principal: Principal
    ) async throws -> FindingPage {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: filter.tenant) else {
            throw Refusal.notFound("tenant")
        }
        if let endpoint = filter.endpoint {
            guard try await ledger.read({ try $0.endpoint(endpoint, in: scope) }) != nil else {
                throw Refusal.notFound("endpoint")
            }
        }
        let after = try filter.after.map { try FindingPlace(text: $0) }
        let (state, ranking) = try await findingRanking(in: scope)
        let now = effects.now()
        let view = FindingView(state: state, scope: scope, now: now)
        var walk = FindingWalk(view: view, filter: filter)
        walk.go(through: ranking, after: after)
        let rows = walk.rows
        let items = try await ledger.read { records in
            try Self.items(rows, state, in: scope, at: now, records: records)
        }
        let next = walk.isCut ? rows.last.map { $0.place(in: state) } : nil
        return FindingPage(items: items, next: next, total: walk.total)
    }

    /// Everything that is found on an endpoint, and how long its software will be supported.
    public func findings(
        of endpoint: EndpointID, by principal: Principal
    ) async throws -> EndpointFindings {
        try principal.require(.view)
        let scope = principal.scope
        guard try await ledger.read({ try $0.endpoint(endpoint, in: scope) }) != nil else {
            throw Refusal.notFound("endpoint")
        }
        let state = try await currentFindings(in: scope)
        let now = effects.now()
        guard let number = state.numbers[endpoint], let member = state.member(number) else {
            return EndpointFindings(items: [], isCovered: false, uncovered: [], endOfLife: [])
        }
        let found = Dictionary(grouping: state.fleet.findings(of: number), by: \.vulnerability)
        let rows = found.compactMap { name, findings in
            state.group(of: name, findings, on: number, at: now)
                .map { FindingRow(number: number, group: $0, risk: $0.worst.risk.value) }
        }.sorted { ($1.risk, $0.group.vulnerability) < ($0.risk, $1.group.vulnerability) }
        let items = try await ledger.read { records in
            try Self.items(rows, state, in: scope, at: now, records: records)
        }
        let os = state.systems[Int(member.system)]
        let unmatched = state.unmatchedProducts(on: os)
        return EndpointFindings(
            items: items, isCovered: state.fleet.index.speaks(of: Platform(os)),
            uncovered: state.uncovered(of: number).map {
                UncoveredPackages(source: $0.source, packages: $0.packages, endpoints: 1)
            },
            unmatchedProducts: unmatched > 0 ? unmatched : nil,
            endOfLife: state.endOfSupport(of: number, os, at: now))
    }

    private static func items(
        _ rows: [FindingRow], _ state: FindingState, in scope: Scope, at now: Timestamp,
        records: any Records
    ) throws -> [FindingItem] {
        let endpoints = Set(rows.compactMap { state.member($0.number)?.id }).sorted()
        var known: [EndpointID: EndpointRecord] = [:]
        for id in endpoints { known[id] = try records.endpoint(id, in: scope) }
        return rows.compactMap { row in
            // What was retired a moment ago is not in the store's list any more.
            guard let id = state.member(row.number)?.id, let endpoint = known[id] else {
                return nil
            }
            return row.item(of: endpoint, state, at: now)
        }
    }
}

/// Goes through the fleet's findings until a page is full.
private struct FindingWalk {
    let view: FindingView
    let filter: FindingFilter
    private(set) var rows: [FindingRow] = []
    /// Whether there is more than the page holds.
    private(set) var isCut = false
    /// How many there are in all, where one vulnerability or endpoint is asked for.
    private(set) var total: Int?

    init(view: FindingView, filter: FindingFilter) {
        self.view = view
        self.filter = filter
    }

    mutating func go(through ranking: [RankedVulnerability], after: FindingPlace?) {
        var visible = view.visible
        if let id = filter.endpoint {
            let only = view.state.numbers[id].map { EndpointSet([$0]) } ?? EndpointSet()
            visible = view.seen(only)
        }
        if filter.vulnerability != nil || filter.endpoint != nil { total = 0 }
        let audience = visible.map(view.state.fleet.audience)
        for ranked in ranking where isWanted(ranked, on: audience) {
            let isBefore = after.map { ranked.comes(before: ($0.risk, $0.name)) } ?? false
            if isBefore, total == nil { continue }
            let groups = view.groups(of: ranked, on: visible, filter.part)
            if let counted = total {
                total = counted + groups.reduce(0) { $0 + $1.endpoints.count }
            }
            if isBefore || isCut { continue }
            let first = after.flatMap { $0.name == ranked.name ? $0.endpoint : nil }
            add(groups, of: ranked, after: first)
            if isCut, total == nil { return }
        }
    }

    private func isWanted(
        _ ranked: RankedVulnerability, on audience: FleetIndex.Audience?
    ) -> Bool {
        if let name = filter.vulnerability, !FleetIndex.isOneName(ranked.name, name) {
            return false
        }
        if filter.part.kev, ranked.worst.knownExploited == nil { return false }
        return view.state.fleet.isFound(ranked.number, on: audience)
    }

    private mutating func add(
        _ groups: [(group: FindingGroup, endpoints: EndpointSet)], of ranked: RankedVulnerability,
        after: EndpointID?
    ) {
        var all = EndpointSet()
        for each in groups { all.formUnion(each.endpoints) }
        for number in all.numbers {
            // Endpoints stand in the order of their identifiers, so that a page goes on where the
            // one before ended, whatever of it is gone meanwhile.
            if let after, let id = view.state.member(number)?.id, id <= after { continue }
            guard rows.count < filter.limit else {
                isCut = true
                return
            }
            guard let group = groups.first(where: { $0.endpoints.contains(number) })?.group else {
                continue
            }
            rows.append(FindingRow(number: number, group: group, risk: ranked.worst.risk.value))
        }
    }
}

/// An endpoint with a vulnerability, on its way to the answer.
struct FindingRow: Sendable {
    let number: UInt32
    let group: FindingGroup
    /// That by which the list is ordered: the worst of any endpoint that is seen.
    let risk: Double

    func place(in state: FindingState) -> String {
        FindingPlace(risk: risk, name: group.vulnerability, endpoint: state.member(number)?.id).text
    }

    func item(
        of endpoint: EndpointRecord, _ fleet: FindingState, at now: Timestamp
    ) -> FindingItem {
        let (worst, state) = (group.worst, group.state)
        let first = fleet.detected(group.vulnerability, on: number, known: group.known)
        let due = group.due(detected: first)
        let pause = group.pauses.holding(at: now)
        let inputs = worst.risk.inputs
        let clocks = group.clocks(detected: first)
        return FindingItem(
            vulnerability: group.vulnerability, endpoint: endpoint.id, endpointName: endpoint.name,
            tenant: endpoint.tenant, state: state, severity: worst.severity,
            risk: worst.risk.value, cvss: inputs.cvss, epss: inputs.epss,
            kev: worst.knownExploited != nil, ssvc: worst.decision,
            exposure: inputs.context.exposure, criticality: inputs.context.criticality,
            sentence: worst.risk.sentence,
            reason: group.findings.first { $0.state == state }?.reason ?? "", firstSeenAt: first,
            dueAt: due?.at, dueUnder: due?.preset.title,
            isOverdue: due.map { $0.at < now } ?? false,
            pausedUntil: pause?.time.until, pausedBy: pause?.name,
            clocks: clocks, forensics: clocks.forensics,
            packages: group.findings.map {
                FindingItem.Package(
                    name: $0.package, installed: $0.installed, fixedIn: $0.fixedIn,
                    state: $0.state, advisory: $0.advisory)
            })
    }
}

extension FindingState {
    /// How long the software of an endpoint will be supported.
    func endOfSupport(
        of number: UInt32, _ os: OperatingSystem, at now: Timestamp
    ) -> [EndpointFindings.EndOfSupport] {
        let rows = fleet.rows(of: number).map { fleet.software($0).row }
        let applications = EndOfLife.applications(
            of: rows.filter { $0.ecosystem != nil }, in: fleet.index, at: now)
        let system = EndOfLife.status(of: os, in: fleet.index, at: now)
        return ((system.map { [$0] } ?? []) + applications).map { status in
            EndpointFindings.EndOfSupport(
                product: status.product, cycle: status.cycle, state: status.state,
                endsAt: status.endsAt, extendedUntil: status.extendedUntil,
                phases: status.phases)
        }
    }
}
