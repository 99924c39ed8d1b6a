public import ControlPlane
public import Fleet
import Policy
import Rollout
public import ServerRecords

/// What the home page shows: what is at risk, what needs a person, what runs, what failed.
public struct Overview: Hashable, Sendable, Codable {
    /// Something that waits for a person.
    public struct Need: Hashable, Sendable, Codable {
        /// What it is about, which decides where its link leads.
        public enum Kind: String, Codable, Sendable {
            /// Security updates wait for approval.
            case approveSecurity
            /// Missing updates wait for a person's decision.
            case decide
            /// Missing updates cannot go on by themselves.
            case stuck
            /// Requests to accept a risk wait for a second person.
            case exceptions
            /// Endpoints need a reboot.
            case reboot
            /// Package sources are stale or failed.
            case sources
            /// Alerts that nobody has acknowledged.
            case alerts
            /// Feeds of vulnerability intelligence that are stale, or wait for a person's word.
            case feeds
            /// Nothing is enrolled yet.
            case enrol
        }

        /// What it is about.
        public var kind: Kind
        /// How many there are: exactly the rows of the list that the link leads to.
        public var count: Int
        /// One sentence.
        public var sentence: String
    }

    /// Endpoints by compliance.
    public var counts: FleetCounts
    /// The updates that most endpoints miss, security first.
    public var missing: [MissingUpdateCount]
    /// What needs a person.
    public var needs: [Need]
    /// What policies do next, soonest first.
    public var upcoming: [FleetStanding.Next]
    /// Deployments that have not ended.
    public var running: [DeploymentSummary]
    /// Jobs that failed lately, newest first.
    public var failed: [JobSummary]
}

extension UseCases {
    /// How many rows each part of the home page shows.
    static let overviewRows = 8

    /// What is at risk, what needs a person, what runs, what failed.
    public func overview(by principal: Principal, tenant: TenantID? = nil) async throws -> Overview
    {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let freshSince = ComplianceRule.freshSince(at: now)
        let standing = try await fleetStanding(by: principal, tenant: tenant)
        return try await ledger.read { records in
            let counts = try records.fleetCounts(in: scope, freshSince: freshSince)
            let missing = try records.missingUpdates(
                in: scope, search: nil, securityOnly: false, limit: Self.overviewRows)
            let failed = try records.jobs(
                JobQuery(
                    scope: scope, states: [.failed, .failedVerification, .expired],
                    limit: Self.overviewRows))
            let open = try records.deployments(
                in: scope, before: nil, limit: Self.deploymentsLookedAt
            )
            .filter { $0.finishedAt == nil }
            return Overview(
                counts: counts, missing: missing,
                needs: try Self.intelligenceNeeds(in: scope, at: now, records: records)
                    + Self.needs(counts, missing)
                    + Self.decisionNeeds(standing, in: scope, records: records),
                upcoming: Array((standing?.next ?? []).prefix(Self.overviewRows)),
                running: try open.prefix(Self.overviewRows).map {
                    DeploymentSummary(
                        deployment: $0, counts: try records.jobCounts(of: $0.id, tenant: $0.tenant))
                },
                failed: try Self.summaries(of: failed, in: scope, records: records))
        }
    }

    /// How many of the newest deployments are looked at for ones that have not ended.
    static let deploymentsLookedAt = 200

    /// Alerts first: they were raised because they cannot wait.
    private static func intelligenceNeeds(
        in scope: Scope, at now: Timestamp, records: any Records
    ) throws -> [Overview.Need] {
        var needs: [Overview.Need] = []
        let alerts = try records.countOpenAlerts(in: scope)
        if alerts > 0 {
            let words = alerts == 1 ? "1 alert waits" : "\(alerts) alerts wait"
            needs.append(
                .init(kind: .alerts, count: alerts, sentence: "\(words) for somebody to look."))
        }
        guard scope == .provider else { return needs }
        let troubled = try records.feeds().count { feed in
            let freshness = feed.freshness(at: now)
            // One that was added a moment ago has not been asked yet.
            return freshness == .stale || freshness == .waiting
                || (freshness == .never && feed.failures > 0)
        }
        if troubled > 0 {
            let words =
                troubled == 1
                ? "1 feed is stale, has never answered, or waits for your word"
                : "\(troubled) feeds are stale, have never answered, or wait for your word"
            needs.append(
                .init(
                    kind: .feeds, count: troubled,
                    sentence:
                        "\(words): what is newly known is missing."))
        }
        return needs
    }

    /// What policies leave to people.
    private static func decisionNeeds(
        _ standing: FleetStanding?, in scope: Scope, records: any Records
    ) throws -> [Overview.Need] {
        var needs: [Overview.Need] = []
        let waiting = standing?.count(FleetStanding.waitingForPeople) ?? 0
        if waiting > 0 {
            let words = waiting == 1 ? "1 missing update waits" : "\(waiting) missing updates wait"
            needs.append(
                .init(kind: .decide, count: waiting, sentence: "\(words) for your decision."))
        }
        let stuck = standing?.count(FleetStanding.stuck) ?? 0
        if stuck > 0 {
            let words =
                stuck == 1
                ? "1 missing update cannot go on by itself"
                : "\(stuck) missing updates cannot go on by themselves"
            needs.append(.init(kind: .stuck, count: stuck, sentence: "\(words)."))
        }
        let requests = try records.exceptions(in: scope, before: nil, limit: exceptionsLookedAt)
            .count { $0.state == .requested }
        if requests > 0 {
            let noun = requests == 1 ? "risk waits" : "risks wait"
            needs.append(
                .init(
                    kind: .exceptions, count: requests,
                    sentence: "\(requests) \(noun) for a second person to accept it."))
        }
        return needs
    }

    /// How many of the newest exceptions are looked at for requests.
    private static let exceptionsLookedAt = 200

    private static func needs(_ counts: FleetCounts, _ missing: [MissingUpdateCount]) -> [Overview
        .Need]
    {
        guard counts.total > 0 else {
            return [Overview.Need(kind: .enrol, count: 0, sentence: "No endpoint is enrolled yet.")]
        }
        var needs: [Overview.Need] = []
        if counts.nonCompliant > 0 {
            let noun = counts.nonCompliant == 1 ? "endpoint is" : "endpoints are"
            needs.append(
                .init(
                    kind: .approveSecurity, count: counts.nonCompliant,
                    sentence:
                        "\(counts.nonCompliant) \(noun) non-compliant: security updates or a reboot "
                        + "are missing, support has ended, or what is known to be exploited is "
                        + "overdue."
                ))
        }
        if counts.rebootRequired > 0 {
            let noun = counts.rebootRequired == 1 ? "endpoint needs" : "endpoints need"
            needs.append(
                .init(
                    kind: .reboot, count: counts.rebootRequired,
                    sentence:
                        "\(counts.rebootRequired) \(noun) a reboot before updates are in force."))
        }
        if counts.sourceTrouble > 0 {
            let noun = counts.sourceTrouble == 1 ? "endpoint has" : "endpoints have"
            needs.append(
                .init(
                    kind: .sources, count: counts.sourceTrouble,
                    sentence: "\(counts.sourceTrouble) \(noun) a stale or failing package source."))
        }
        return needs
    }

    /// What is missing in the fleet, security first, most endpoints first.
    public func missingUpdates(
        by principal: Principal, tenant: TenantID? = nil, search: String? = nil,
        securityOnly: Bool = false,
        limit: Int = 200
    ) async throws -> [MissingUpdateCount] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let rows = min(max(limit, 1), EndpointQuery.maximumPage)
        return try await ledger.read { records in
            try records.missingUpdates(
                in: scope, search: search, securityOnly: securityOnly, limit: rows)
        }
    }
}
