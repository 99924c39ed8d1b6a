import Calendar
public import ControlPlane
public import Fleet
import Policy
import Rollout
public import ServerRecords

/// An endpoint that has fallen behind with its updates, and how it catches up.
public struct IndebtedEndpoint: Hashable, Sendable, Codable {
    /// One part of what it owes, which one order brings.
    public struct Batch: Hashable, Sendable, Codable {
        /// How many updates it holds.
        public var updates: Int
        /// How many of them are of the class security.
        public var security: Int
        /// When it begins at the earliest; `nil` where no window that is known fits it.
        public var startsAt: Timestamp?

        /// A batch.
        public init(updates: Int, security: Int, startsAt: Timestamp?) {
            self.updates = updates
            self.security = security
            self.startsAt = startsAt
        }
    }

    /// The endpoint.
    public var endpoint: EndpointID
    /// Its name.
    public var name: String
    /// Its tenant.
    public var tenant: TenantID
    /// How many updates it misses that could be installed.
    public var owed: Int
    /// How many of them are approved, and come in the batches.
    public var approved: Int
    /// Since when the oldest fix that it misses is out; `nil` when that is not known.
    public var oldestAt: Timestamp?
    /// What comes, one after the other.
    public var batches: [Batch]
    /// When all that is approved is in, at the earliest; `nil` where that cannot be foreseen, or
    /// nothing is approved.
    public var doneAt: Timestamp?

    /// An endpoint that has fallen behind.
    public init(
        endpoint: EndpointID, name: String, tenant: TenantID, owed: Int, approved: Int,
        oldestAt: Timestamp?, batches: [Batch], doneAt: Timestamp?
    ) {
        self.endpoint = endpoint
        self.name = name
        self.tenant = tenant
        self.owed = owed
        self.approved = approved
        self.oldestAt = oldestAt
        self.batches = batches
        self.doneAt = doneAt
    }
}

extension UseCases {
    /// After how many days in the open a fix that an endpoint misses makes it one that has fallen
    /// behind, unless it is said otherwise: a quarter.
    public static let usualDebtDays = 90
    /// The longest such time, in days: ten years.
    public static let longestDebtDays = 3_650

    /// The endpoints that have fallen behind: they miss more updates than one batch holds, or a fix
    /// that has been out for longer than `days`. Those that owe most come first.
    ///
    /// - Throws: `Refusal` `E_PREVIEW_TOO_LARGE` where there are too many endpoints to decide about.
    public func updateDebt(
        by principal: Principal, tenant: TenantID? = nil, days: Int = usualDebtDays
    ) async throws -> [IndebtedEndpoint] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let since = now.adding(
            seconds: -Int64(min(max(days, 0), Self.longestDebtDays)) * 86_400)
        return try await ledger.read { records in
            var found: [IndebtedEndpoint] = []
            var seen = 0
            for tenant in try records.tenants(in: scope) {
                var decisions = try EndpointDecisions(
                    of: tenant.id, in: records, at: now, isForMany: true, showsRings: true, by: self
                )
                try self.eachEndpoint(of: tenant.id, in: records) { endpoint in
                    seen += 1
                    guard seen <= Self.previewedEndpoints else {
                        throw Refusal(
                            .tooLarge, "E_PREVIEW_TOO_LARGE",
                            "The list looks at \(Self.previewedEndpoints) endpoints at most.",
                            nextStep: "Choose one tenant.")
                    }
                    let debt = DebtReckoning(try decisions.decide(endpoint), since: since, at: now)
                    if let indebted = debt.indebted { found.append(indebted) }
                }
            }
            return found.sorted { ($1.owed, $0.name) < ($0.owed, $1.name) }
        }
    }
}

/// Works out how one endpoint catches up.
private struct DebtReckoning {
    private let decided: DecidedEndpoint
    private let now: Timestamp
    private let since: Timestamp

    init(_ decided: DecidedEndpoint, since: Timestamp, at now: Timestamp) {
        self.decided = decided
        self.since = since
        self.now = now
    }

    /// The endpoint; `nil` when it has not fallen behind.
    var indebted: IndebtedEndpoint? {
        let owed = decided.updates.map(\.subject).filter {
            $0.update.installability == .installable
        }
        let oldest = owed.compactMap(\.outSince).min()
        guard owed.count > UpdateDebt.usualMostUpdates || oldest.map({ $0 < since }) ?? false
        else { return nil }
        let installs = decided.installs
        let batches = batches(of: installs)
        let isForeseen = !batches.isEmpty && batches.allSatisfy { $0.0.startsAt != nil }
        return IndebtedEndpoint(
            endpoint: decided.endpoint.id, name: decided.endpoint.name,
            tenant: decided.endpoint.tenant, owed: owed.count, approved: installs.count,
            oldestAt: oldest, batches: batches.map(\.0),
            doneAt: isForeseen ? batches.last?.end : nil)
    }

    /// The batches in order, each with its end: the orders that are out first, then security, an
    /// hour apart at least, as waves are opened.
    private func batches(of installs: [Decision]) -> [(IndebtedEndpoint.Batch, end: Timestamp?)] {
        let ordered = installs.filter(\.reasonCode.isUnderWay)
        let others = installs.filter { !$0.reasonCode.isUnderWay }
        var left = Dictionary(others.map { ($0.update.key, $0) }) { first, _ in first }
        var batches: [(IndebtedEndpoint.Batch, end: Timestamp?)] = []
        if !ordered.isEmpty {
            // What its endpoint is at work on has begun, whatever its windows say.
            let isBegun = ordered.contains { $0.reasonCode == .inProgress }
            batches.append(batch(ordered, from: now, isBegun: isBegun))
        }
        var earliest = turn(of: others)
        while !left.isEmpty {
            let owed = left.values.map {
                OwedUpdate(
                    key: $0.update.key,
                    severity: $0.update.classes.contains(.security) ? .important : .unrated)
            }
            let next = UpdateDebt().nextBatch(of: owed).compactMap {
                left.removeValue(forKey: $0.key)
            }
            if let last = batches.last { earliest = Self.after(last, not: earliest) }
            batches.append(batch(next, from: earliest))
        }
        return batches
    }

    /// When the first of some updates has its turn; `nil` when a ring comes first whose end nobody
    /// knows.
    private func turn(of installs: [Decision]) -> Timestamp? {
        let known = installs.compactMap(\.nextAt).min()
        let waits = installs.contains {
            $0.reasonCode == .awaitingRing || $0.reasonCode == .awaitingTurn
        }
        if known == nil, waits { return nil }
        return max(known ?? now, now)
    }

    private static func after(
        _ last: (IndebtedEndpoint.Batch, end: Timestamp?), not before: Timestamp?
    ) -> Timestamp? {
        guard let start = last.0.startsAt, let end = last.end, let before else { return nil }
        return max(start.adding(seconds: secondsApart), end, before)
    }

    /// One batch from the first time that has room for it.
    private func batch(
        _ updates: [Decision], from earliest: Timestamp?, isBegun: Bool = false
    ) -> (IndebtedEndpoint.Batch, end: Timestamp?) {
        let work = decided.history.estimate(
            updates.map {
                WorkHistory.Line(WorkKey($0.update.key), bytes: Self.bounded($0.update.bytes))
            }, reboots: (decided.policy?.effective.reboot?.value ?? .none).mode != .never)
        let lane = updates.compactMap(\.lane).min(by: Self.isSlower) ?? .routine
        let start =
            isBegun
            ? earliest
            : earliest.flatMap { self.start(of: work, from: $0, in: outlook(of: updates)[lane]) }
        return (
            IndebtedEndpoint.Batch(
                updates: updates.count,
                security: updates.count { $0.update.classes.contains(.security) },
                startsAt: start), start?.adding(seconds: work.totalSeconds)
        )
    }

    /// How far apart two waves of a lane begin at least, in seconds.
    private static let secondsApart: Int64 = 3600

    /// The largest size that is believed, in bytes: a sum of them stays a number.
    private static let largestDownload: Int64 = 1 << 40

    private static func bounded(_ bytes: Int64?) -> Int64 {
        min(max(bytes ?? 0, 0), largestDownload)
    }

    private static func isSlower(_ one: Lane, _ other: Lane) -> Bool {
        let order = Lane.allCases
        return (order.firstIndex(of: one) ?? 0) < (order.firstIndex(of: other) ?? 0)
    }

    /// When there is time for some updates: where windows count from releases, by the youngest.
    private func outlook(of updates: [Decision]) -> WindowOutlook {
        let keys = Set(updates.map(\.update.key))
        let own = decided.updates.filter { keys.contains($0.subject.update.key) }
        let never = Timestamp(milliseconds: .min)
        return own.max { ($0.subject.outSince ?? never) < ($1.subject.outSince ?? never) }?.outlook
            ?? decided.outlook
    }

    private func start(
        of work: WorkEstimate, from: Timestamp, in outlook: LaneOutlook
    ) -> Timestamp? {
        switch outlook {
        case .unrestricted: from
        case .zoneUnknown: nil
        case .openings(let openings):
            openings.openings.lazy.compactMap { $0.stretch.start(of: work, from: from) }.first
        }
    }
}
