public import Fleet
public import Policy
public import ServerRecords
import Synchronization

/// What is decided about one missing update on all endpoints that miss it.
public struct UpdateStanding: Hashable, Sendable {
    /// On how many endpoints each reason holds.
    public var reasons: [Decision.ReasonCode: Int] = [:]
    /// When something happens next with it anywhere.
    public var nextAt: Timestamp?
    /// The earliest due date.
    public var dueAt: Timestamp?
}

/// What is decided about everything that is missing, added up.
public struct FleetStanding: Hashable, Sendable {
    /// Something that happens at one time.
    public struct Next: Hashable, Sendable, Codable {
        /// When.
        public var at: Timestamp
        /// The policy by which; `nil` without one.
        public var policy: String?
        /// On how many endpoints.
        public var endpoints: Int
        /// How many installations.
        public var updates: Int
    }

    /// Each missing update.
    public var updates: [MissingUpdateKey: UpdateStanding] = [:]
    /// What happens next, soonest first.
    public var next: [Next] = []
    /// When it was worked out.
    public var at: Timestamp

    /// The reasons that end with a person's decision.
    public static let waitingForPeople: Set<Decision.ReasonCode> = [
        .awaitingApproval, .awaitingSecondApproval, .prepared,
    ]
    /// The reasons by which an update never goes on by itself, until something is put right.
    public static let stuck: Set<Decision.ReasonCode> = [
        .stoppedAfterFailures, .lastAttemptFailed, .noWindow, .doesNotFit, .zoneUnknown,
        .membershipUnknown, .ageUnknown, .versionBlocked,
    ]

    /// How many different updates have a reason on at least one endpoint.
    public func count(_ reasons: Set<Decision.ReasonCode>) -> Int {
        updates.values.count { !reasons.isDisjoint(with: $0.reasons.keys) }
    }
}

/// Keeps what is decided about fleets for a short while, so that each view of a page does not
/// decide everything anew.
final class DecisionBoard: Sendable {
    /// How long an answer is kept, in seconds.
    static let keptSeconds: Int64 = 20
    /// The most endpoints that are decided about for one view: about half a second's work. Beyond
    /// that, reasons stand on the pages of tenants and endpoints.
    static let maximumEndpoints = 2_000

    private let kept = Mutex<[String: FleetStanding]>([:])

    func standing(_ key: String, at now: Timestamp) -> FleetStanding? {
        kept.withLock { kept in
            kept = kept.filter { (0..<Self.keptSeconds).contains(now.seconds(since: $0.value.at)) }
            return kept[key]
        }
    }

    func keep(_ standing: FleetStanding, as key: String) {
        kept.withLock { $0[key] = standing }
    }

    /// Forgets everything: somebody has changed what is decided.
    func forget() {
        kept.withLock { $0.removeAll() }
    }
}

extension UseCases {
    /// What is decided about everything that is missing in the scope, as it was a few seconds ago
    /// at most; `nil` when there are too many endpoints to decide about at once.
    public func fleetStanding(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> FleetStanding? {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        let key = scope.tenant?.text ?? "provider"
        if let standing = decisionBoard.standing(key, at: now) { return standing }
        let standing = try await ledger.read { records in
            try self.fleetStanding(in: scope, at: now, records)
        }
        if let standing { decisionBoard.keep(standing, as: key) }
        return standing
    }

    private func fleetStanding(
        in scope: Scope, at now: Timestamp, _ records: any Records
    ) throws -> FleetStanding? {
        let freshSince = ComplianceRule.freshSince(at: now)
        let counts = try records.fleetCounts(in: scope, freshSince: freshSince)
        guard counts.total <= DecisionBoard.maximumEndpoints else { return nil }
        var standing = FleetStanding(at: now)
        var next: [NextKey: (endpoints: Set<EndpointID>, updates: Int)] = [:]
        for tenant in try records.tenants(in: scope) {
            var decisions = try EndpointDecisions(
                of: tenant.id, in: records, at: now, isForMany: true, showsRings: true, by: self)
            try eachEndpoint(of: tenant.id, in: records) { endpoint in
                let decided = try decisions.decide(endpoint)
                for decision in decided.decisions {
                    standing.add(decision)
                    guard decision.action == .install, !decision.reasonCode.isUnderWay,
                        let at = decision.nextAt, at > now
                    else { continue }
                    let key = NextKey(at: at, policy: decided.policyName?.text)
                    next[key, default: ([], 0)].endpoints.insert(endpoint.id)
                    next[key, default: ([], 0)].updates += 1
                }
            }
        }
        standing.next = next.map { key, value in
            FleetStanding.Next(
                at: key.at, policy: key.policy, endpoints: value.endpoints.count,
                updates: value.updates)
        }.sorted { ($0.at, $0.policy ?? "") < ($1.at, $1.policy ?? "") }
        return standing
    }

    private struct NextKey: Hashable {
        let at: Timestamp
        let policy: String?
    }
}

extension Decision.ReasonCode {
    /// Whether a job carries the update: then the decision's next time is the job's deadline.
    public var isUnderWay: Bool {
        [.queued, .deploymentHalted, .inProgress, .interrupted, .pendingRestart].contains(self)
    }
}

extension FleetStanding {
    fileprivate mutating func add(_ decision: Decision) {
        let key = MissingUpdateKey(
            name: decision.update.name, candidate: decision.update.candidate)
        var update = updates[key] ?? UpdateStanding()
        update.reasons[decision.reasonCode, default: 0] += 1
        let next = decision.reasonCode.isUnderWay ? nil : decision.nextAt
        update.nextAt = [update.nextAt, next].compactMap(\.self).min()
        update.dueAt = [update.dueAt, decision.dueAt].compactMap(\.self).min()
        updates[key] = update
    }
}
