import Calendar
public import ControlPlane
public import Fleet
public import Policy
public import ServerRecords

/// One opening of a window, and what is meant to happen in it.
public struct WindowOpening: Hashable, Sendable, Codable {
    /// When it opens.
    public var opens: Timestamp
    /// When it closes.
    public var closes: Timestamp
    /// The window's name.
    public var window: String
    /// The policy that has it.
    public var policy: String
    /// The window's zone: an IANA name, `endpoint` or `site`.
    public var zone: String
    /// The lanes that lead through it.
    public var lanes: [Lane]
    /// Who is on duty in it, where nothing starts without; `nil` where nobody need be.
    public var onDuty: [String]?
    /// When it opens by the clocks of its zone, with their offset; `nil` where each endpoint, or
    /// each site without a zone, has its own.
    public var localOpens: String?
    /// When it closes by the same clocks.
    public var localCloses: String?
}

extension WindowOpening {
    /// Who is on duty in it, as a clause; `nil` where nobody need be.
    public var dutyClause: String? {
        onDuty.map {
            $0.isEmpty
                ? "needs somebody on duty, and nobody is declared"
                : "on duty: \($0.joined(separator: ", "))"
        }
    }
}

extension [OnDuty] {
    /// Who is on duty in a part of an opening, the first first.
    fileprivate func people(in opening: Occurrence) -> [String] {
        let there = filter {
            $0.isFor(opening.window) && $0.stretch.opens < opening.closes
                && opening.opens < $0.stretch.closes
        }
        var names: Set<String> = []
        return there.sorted { $0.stretch.opens < $1.stretch.opens }.map(\.person)
            .filter { names.insert($0).inserted }
    }
}

extension UseCases {
    /// How far a plan reaches unless it is said, in seconds: 31 days hold every monthly window.
    public static let usualPlanSeconds: Int64 = 31 * 86_400
    /// The furthest that a plan reaches, in seconds: a year.
    public static let longestPlanSeconds: Int64 = 366 * 86_400
    /// How many openings of each window are listed.
    public static let openingsListed = 12

    /// Every installation that policies would begin from now on, ring by ring and within the
    /// budgets, and every update that would miss its due date.
    ///
    /// - Throws: `Refusal` `E_PLAN_TIME`, `E_PREVIEW_TOO_LARGE`.
    public func planPolicies(
        for tenant: TenantID, until: Timestamp? = nil, by principal: Principal
    ) async throws -> PlannedFleet {
        try principal.require(.view)
        guard principal.scope.includes(tenant) else { throw Refusal.notFound("tenant") }
        let now = effects.now()
        let end = until ?? now.adding(seconds: Self.usualPlanSeconds)
        guard now < end, end <= now.adding(seconds: Self.longestPlanSeconds) else {
            throw Refusal(
                .malformed, "E_PLAN_TIME", "A plan ends within a year from now.",
                nextStep: "Choose another end.")
        }
        return try await ledger.read { records in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            var decisions = try EndpointDecisions(
                of: tenant, in: records, at: now, isForMany: true, showsRings: true, until: end,
                by: self)
            var members: [PlanEndpoint] = []
            var names: [String: String] = [:]
            try self.eachEndpoint(of: tenant, in: records) { endpoint in
                guard members.count < Self.previewedEndpoints else {
                    throw Refusal(
                        .tooLarge, "E_PREVIEW_TOO_LARGE",
                        "A plan looks at \(Self.previewedEndpoints) endpoints at most.",
                        nextStep: "Look at the decisions of single endpoints.")
                }
                let decided = try decisions.decide(endpoint)
                names[endpoint.id.text] = endpoint.name
                members.append(
                    PlanEndpoint(
                        subject: decided.subject, policy: decided.policy,
                        outlook: decided.outlook, updates: decided.updates))
            }
            return PlannedFleet(PolicyPlan(of: members, from: now, until: end), names: names)
        }
    }

    /// The next openings of every window of the policies that hold for a tenant, at most twelve of
    /// each, by opening. Windows in the site's zone are listed for each zone of the tenant's sites;
    /// those in the endpoint's, and in that of sites without one, are shown in universal time.
    public func windowOpenings(
        for tenant: TenantID, count: Int = openingsListed, by principal: Principal
    ) async throws -> [WindowOpening] {
        try await datedOpenings(for: tenant, count: count, by: principal).map(\.opening)
    }

    /// An opening with the local date that it is called by.
    private struct DatedOpening {
        let opening: WindowOpening
        let date: LocalDate
        /// Whether each endpoint has it by its own clock.
        let isFloating: Bool
    }

    private func datedOpenings(
        for tenant: TenantID, count: Int, by principal: Principal
    ) async throws -> [DatedOpening] {
        try principal.require(.view)
        guard principal.scope.includes(tenant) else { throw Refusal.notFound("tenant") }
        let now = effects.now()
        return try await ledger.read { records in
            guard try !records.tenants(in: .tenant(tenant)).isEmpty else {
                throw Refusal.notFound("tenant")
            }
            let zones = Set(try records.sites(in: .tenant(tenant)).compactMap(\.timeZone)).sorted()
            let policies = try self.policyShelf.policies(of: tenant, in: records)
            let duties = try self.onDuty(of: tenant, in: records)
            return policies.flatMap {
                self.openings(of: $0.policy, at: zones, duties, from: now, count: count)
            }.sorted { left, right in
                let (left, right) = (left.opening, right.opening)
                return (left.opens, left.policy, left.window, left.zone)
                    < (right.opens, right.policy, right.window, right.zone)
            }
        }
    }

    /// The openings of a tenant's windows as a calendar that programs subscribe to (RFC 5545).
    public func calendarFeed(
        for tenant: TenantID, by principal: Principal
    ) async throws -> String {
        let openings = try await datedOpenings(
            for: tenant, count: Self.openingsListed, by: principal)
        let name =
            try await ledger.read { try $0.tenants(in: .tenant(tenant)).first?.name } ?? ""
        return CalendarFeed.text(
            openings.map { dated in
                let opening = dated.opening
                return CalendarEntry(
                    opens: opening.opens, closes: opening.closes,
                    title: "\(opening.window) (\(opening.policy))",
                    details: "Maintenance window of the policy \(opening.policy); "
                        + "lanes: \(opening.lanes.map(\.rawValue).joined(separator: ", ")); "
                        + (opening.dutyClause.map { "\($0); " } ?? "")
                        + "zone: \(opening.zone)"
                        + (dated.isFloating ? ", the hour of each endpoint's own clock." : "."),
                    // The date, not the hour: an opening that moves stays the same entry.
                    uid: "\(dated.date)/\(opening.window)/\(tenant)/\(opening.policy)"
                        + "/\(opening.zone.filter { $0 != " " })@patchbay",
                    isFloating: dated.isFloating)
            },
            name: "Maintenance windows of \(name)", stamp: effects.now())
    }

    private func openings(
        of policy: PatchPolicy, at siteZones: [String], _ duties: [OnDuty], from now: Timestamp,
        count: Int
    ) -> [DatedOpening] {
        policy.windows.flatMap { window -> [DatedOpening] in
            guard window.zone == .site, !siteZones.isEmpty else {
                return openings(of: window, in: policy, at: nil, duties, from: now, count: count)
            }
            // Sites without a zone, and endpoints without a site, go by universal time.
            return ([nil] + siteZones).flatMap {
                openings(of: window, in: policy, at: $0, duties, from: now, count: count)
            }
        }
    }

    private func openings(
        of window: MaintenanceWindow, in policy: PatchPolicy, at siteZone: String?,
        _ duties: [OnDuty], from now: Timestamp, count: Int
    ) -> [DatedOpening] {
        var zones = Zones(endpoint: .utc)
        zones.setSite(siteZone, from: effects.zoneRules)
        var zone = "endpoint"
        var clock: TimeZoneRules?
        switch window.zone {
        case .endpoint: break
        case .site:
            zone = siteZone.map { "site (\($0))" } ?? "site"
            clock = siteZone.flatMap(effects.zoneRules)
        case .named(let name):
            zone = name.text
            clock = effects.zoneRules(name.text)
            zones.named[name.text] = clock
        }
        for case .named(let name)? in policy.freezes.map(\.zone) {
            zones.named[name.text] = effects.zoneRules(name.text)
        }
        let lanes = Lane.allCases.filter { lane in
            policy.lanes.route(of: lane).windows.contains { $0.text == window.name }
        }
        let calendar = try? WindowCalendar([window], freezes: policy.freezes, zones: zones)
        let list =
            (calendar?.openings(at: now) ?? [])
            + (calendar?.occurrences(from: now, count: count) ?? [])
        return list.prefix(count).map {
            DatedOpening(
                opening: WindowOpening(
                    opens: $0.opens, closes: $0.closes, window: $0.window,
                    policy: policy.name.text, zone: zone, lanes: lanes,
                    onDuty: window.staffing == .onDuty ? duties.people(in: $0) : nil,
                    localOpens: clock?.text($0.opens), localCloses: clock?.text($0.closes)),
                date: $0.localDate,
                isFloating: window.zone == .endpoint || (window.zone == .site && siteZone == nil))
        }
    }
}
