import Advisories
public import ControlPlane
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
        let (state, ranking) = findings.ranking()
        var walk = FindingWalk(view: FindingView(state: state, scope: scope), filter: filter)
        walk.go(through: ranking, after: after)
        let rows = walk.rows
        let now = effects.now()
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
        let state = findings.snapshot()
        let now = effects.now()
        guard let number = state.numbers[endpoint], let member = state.member(number) else {
            return EndpointFindings(items: [], isCovered: false, endOfLife: [])
        }
        let found = Dictionary(grouping: state.fleet.findings(of: number), by: \.vulnerability)
        let rows = found.map { name, findings in
            FindingRow(number: number, vulnerability: name, findings: findings)
        }.sorted {
            ($1.worst.risk.value, $0.vulnerability) < ($0.worst.risk.value, $1.vulnerability)
        }
        let items = try await ledger.read { records in
            try Self.items(rows, state, in: scope, at: now, records: records)
        }
        let os = state.systems[Int(member.system)]
        return EndpointFindings(
            items: items, isCovered: state.fleet.index.speaks(of: Platform(os)),
            endOfLife: state.endOfSupport(of: number, os, at: now))
    }

    private static func items(
        _ rows: [FindingRow], _ state: FindingState, in scope: Scope, at now: Timestamp,
        records: any Records
    ) throws -> [FindingItem] {
        let endpoints = Set(rows.compactMap { state.member($0.number)?.id }).sorted()
        var known: [EndpointID: EndpointRecord] = [:]
        for id in endpoints { known[id] = try records.endpoint(id, in: scope) }
        let starts = try records.findingStarts(of: endpoints)
        let began = Dictionary(
            starts.map {
                (FindingRow.Key(endpoint: $0.endpoint, vulnerability: $0.vulnerability), $0.at)
            },
            uniquingKeysWith: { $1 })
        return try rows.compactMap { row in
            // What was retired a moment ago is not in the store's list any more.
            guard let id = state.member(row.number)?.id, let endpoint = known[id] else {
                return nil
            }
            let key = FindingRow.Key(endpoint: id, vulnerability: row.vulnerability)
            return row.item(
                of: endpoint, state, began: began[key], at: now,
                presets: try slaPresets(for: endpoint, in: records))
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
        let only = filter.endpoint.map { id in
            view.state.numbers[id].map { EndpointSet([$0]) } ?? EndpointSet()
        }
        if filter.vulnerability != nil || only != nil { total = 0 }
        for ranked in ranking where isWanted(ranked) {
            let isBefore = after.map { ranked.comes(before: ($0.risk, $0.name)) } ?? false
            if isBefore, total == nil { continue }
            var endpoints = endpoints(of: ranked)
            if let only { endpoints = endpoints.intersection(only) }
            if let counted = total { total = counted + endpoints.count }
            if isBefore || isCut { continue }
            let first = after.flatMap { $0.name == ranked.name ? $0.endpoint : nil }
            add(endpoints, of: ranked, after: first)
            if isCut, total == nil { return }
        }
    }

    private func isWanted(_ ranked: RankedVulnerability) -> Bool {
        if let name = filter.vulnerability, ranked.name != name { return false }
        if filter.kevOnly, ranked.worst.knownExploited == nil { return false }
        return view.state.fleet.isFound(ranked.number, on: view.visible)
    }

    private func endpoints(of ranked: RankedVulnerability) -> EndpointSet {
        guard let state = filter.state else {
            return view.seen(view.state.fleet.affected(by: ranked.number))
        }
        let sets = StateSets(view.state.fleet.occurrences(of: ranked.number))
        return view.seen(sets.endpoints(in: state))
    }

    private mutating func add(
        _ endpoints: EndpointSet, of ranked: RankedVulnerability, after: EndpointID?
    ) {
        let occurrences = view.state.fleet.occurrences(of: ranked.number)
        for number in endpoints.numbers {
            // Numbers rise as identifiers do, whichever of them is gone meanwhile.
            if let after, let id = view.state.member(number)?.id, id <= after { continue }
            guard rows.count < filter.limit else {
                isCut = true
                return
            }
            rows.append(
                FindingRow(
                    number: number, vulnerability: ranked.name,
                    findings: occurrences.filter { $0.endpoints.contains(number) }.map(\.finding),
                    risk: ranked.worst.risk.value))
        }
    }
}

/// An endpoint with a vulnerability, on its way to the answer.
struct FindingRow: Sendable {
    struct Key: Hashable, Sendable {
        var endpoint: EndpointID
        var vulnerability: String
    }

    let number: UInt32
    let vulnerability: String
    let findings: [Finding]
    /// The worst of any endpoint, by which the list is ordered.
    var risk = 0.0

    /// The worst of the endpoint's packages.
    var worst: Assessment {
        findings.map(\.assessment).max { $0.risk.value < $1.risk.value } ?? findings[0].assessment
    }

    private var state: Finding.State {
        Finding.State.allCases.first { state in findings.contains { $0.state == state } } ?? .noFix
    }

    func place(in state: FindingState) -> String {
        FindingPlace(risk: risk, name: vulnerability, endpoint: state.member(number)?.id).text
    }

    func item(
        of endpoint: EndpointRecord, _ fleet: FindingState, began: Timestamp?, at now: Timestamp,
        presets: [SLAPreset]
    ) -> FindingItem {
        let held = Set(fleet.fleet.rows(of: number, with: vulnerability))
        let known = held.compactMap { fleet.since(vulnerability, $0) }.min() ?? now
        let first = began ?? max(endpoint.enrolledAt, known)
        let (worst, state) = (worst, state)
        let due = DueDate(
            worst, vulnerability: vulnerability, state: state, known: known, detected: first,
            presets: presets)
        let inputs = worst.risk.inputs
        return FindingItem(
            vulnerability: vulnerability, endpoint: endpoint.id, endpointName: endpoint.name,
            tenant: endpoint.tenant, state: state, severity: worst.severity,
            risk: worst.risk.value, cvss: inputs.cvss, epss: inputs.epss,
            kev: worst.knownExploited != nil, ssvc: worst.decision, sentence: worst.risk.sentence,
            reason: findings.first { $0.state == state }?.reason ?? "", firstSeenAt: first,
            dueAt: due?.at, dueUnder: due?.preset.title,
            isOverdue: due.map { $0.at < now } ?? false,
            packages: findings.map {
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
                endsAt: status.endsAt, extendedUntil: status.extendedUntil)
        }
    }
}
