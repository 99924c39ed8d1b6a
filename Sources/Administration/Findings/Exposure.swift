import Intelligence
import Advisories
public import ControlPlane
import Findings
public import Fleet
public import ServerRecords

/// How many findings there have been over time, and how many there are now.
public struct ExposureReport: Hashable, Sendable, Codable {
    /// The days, oldest first; the last one is today, with the figures of this very moment.
    public var items: [ExposureDay]
    /// For how many days figures are asked for.
    public var days: Int
    /// Whether the whole fleet has been read since the server began: before, today's figures are
    /// not all yet.
    public var isComplete: Bool
}

extension UseCases {
    /// For how many days figures may be asked for: as long as an installation may keep them.
    public static let exposureDays = 1...36_500
    /// Figures of so many days are shown unless asked otherwise: a quarter.
    public static let usualExposureDays = 90

    /// How many findings a scope has had each day, and has now.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` for a tenant out of scope.
    public func exposure(
        by principal: Principal, tenant: TenantID? = nil, days: Int = usualExposureDays
    ) async throws -> ExposureReport {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let (state, ranking) = try await findingRanking(in: scope)
        let today = ExposureDay(
            at: now,
            figures: Self.figures(FindingView(state: state, scope: scope, now: now), ranking))
        let first = ExposureDay.day(of: now.adding(seconds: -Int64(days - 1) * 86_400))
        let past = try await ledger.read { try $0.exposure(in: scope, from: first) }
        return ExposureReport(
            items: past.filter { $0.day < today.day } + [today], days: days,
            isComplete: state.isBuilt)
    }

    /// Notes how many findings each tenant has today, in the place of what was noted earlier today;
    /// does nothing while the fleet is still being read.
    public func noteExposure() async throws {
        guard findings.snapshot().isBuilt else { return }
        let tenants = try await ledger.read { try $0.tenants(in: .provider) }
        for tenant in tenants {
            try Task.checkCancellation()
            let scope = Scope.tenant(tenant.id)
            let (state, ranking) = try await findingRanking(in: scope)
            let now = effects.now()
            let view = FindingView(state: state, scope: scope, now: now)
            let day = ExposureDay(at: now, figures: Self.figures(view, ranking))
            try await ledger.write { try $0.store(day, of: tenant.id) }
        }
    }

    private static func figures(
        _ view: FindingView, _ ranking: [RankedVulnerability]
    ) -> ExposureFigures {
        var figures = ExposureFigures()
        figures.endpoints = view.visible?.count ?? view.state.numbers.count
        var affected = EndpointSet()
        for ranked in ranking where view.state.fleet.isFound(ranked.number, on: view.audience) {
            for group in view.state.groups(of: ranked.number, on: view.visible, at: view.now) {
                let count = group.endpoints.count
                affected.formUnion(group.endpoints)
                figures[keyPath: group.worst.severity.figure] += count
                if group.worst.knownExploited != nil { figures.kev += count }
                if group.state == .fixAvailable { figures.fixable += count }
                figures.overdue += group.overdue(in: view.state, at: view.now).count
            }
        }
        figures.affected = affected.count
        return figures
    }
}

extension Severity {
    /// Where findings of this severity are counted.
    fileprivate var figure: WritableKeyPath<ExposureFigures, Int> {
        switch self {
        case .critical: \.critical
        case .important: \.important
        case .moderate: \.moderate
        case .low: \.low
        case .unrated: \.unrated
        }
    }
}
