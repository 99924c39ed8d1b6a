import Advisories
import Calendar
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// An endpoint that has the vulnerability, and what can be done about it there.
struct AffectedEndpoint: Sendable {
    let id: EndpointID
    let state: Finding.State
}

/// Works out an emergency run: by whose rings each endpoint goes, what it gets, and who is left out.
/// What is planned is what is opened.
struct EmergencyPlanner {
    /// What goes through the rings of one policy.
    struct Part {
        let policy: EffectivePolicy
        let name: PolicyName
        var members: [(id: EndpointID, subject: EndpointSubject)] = []
        var lines: Set<WaveLine> = []
        var reachable: Set<EndpointID> = []
        var shown: [EmergencyPlan.Line] = []
    }

    /// What tells parts apart: endpoints with the same policy and rings go together.
    private struct Key: Hashable, Comparable {
        let policy: PolicyName
        let rings: [Ring]

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.policy < rhs.policy }
    }

    private let useCases: UseCases
    private let vulnerability: String
    private let tenant: TenantID
    private let records: any Records
    private let now: Timestamp
    private var desk: EndpointDecisions
    private var parts: [Key: Part] = [:]
    private var leftOut: [EmergencyPlan.LeftOut] = []
    private var asksForTwo: Set<String> = []
    private var orders: [OrderInTheWay] = []
    private var looked: [EndpointID: Set<PackageKey>] = [:]

    /// Plans for endpoints of one tenant.
    init(
        _ vulnerability: String, of tenant: TenantID, on affected: [AffectedEndpoint],
        at now: Timestamp, in records: any Records, by useCases: UseCases
    ) throws {
        self.useCases = useCases
        self.vulnerability = vulnerability
        self.tenant = tenant
        self.records = records
        self.now = now
        desk = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: affected.count > 1, by: useCases)
        for one in affected { try add(one) }
    }

    private mutating func add(_ affected: AffectedEndpoint) throws {
        guard let endpoint = try records.endpoint(affected.id, in: .tenant(tenant)),
            endpoint.retiredAt == nil
        else { return }
        let decided = try desk.decide(endpoint)
        let mending = zip(decided.updates, decided.decisions).filter {
            $0.0.subject.vulnerabilities?.contains(vulnerability) ?? false
        }
        guard !mending.isEmpty else {
            return leave(endpoint, because: affected.state.withoutUpdate)
        }
        var wanted = mending.filter { $0.1.reasonCode.maySkipAhead }
        guard !wanted.isEmpty else {
            return leave(endpoint, because: mending[0].1.sentence)
        }
        guard let policy = decided.policy, let name = policy.effective.nearest?.name else {
            return leave(
                endpoint,
                because: "No policy holds for it, so that there are no rings to go through: write "
                    + "one, or deploy the update there by hand.")
        }
        guard
            !policy.lanesWithoutRing(for: decided.subject, at: now).contains(LaneSet(.emergency))
        else {
            return leave(
                endpoint, because: "No ring of the emergency lane of the policy \(name) takes it.")
        }
        let busy = try clear(endpoint, &wanted)
        guard !wanted.isEmpty else { return leave(endpoint, because: busy ?? "") }
        guard let opens = try opening(of: endpoint, wanted.map(\.0)) else {
            return leave(
                endpoint,
                because: "No window of the emergency lane of the policy \(name) opens for it.")
        }
        let key = Key(policy: name, rings: policy.effective.rings(of: .emergency))
        var part = parts[key] ?? Part(policy: policy.effective, name: name)
        guard part.members.count < UseCases.largestDeployment else {
            return leave(
                endpoint,
                because: "One run takes \(UseCases.largestDeployment) endpoints of a policy at "
                    + "most: start another when it is over.")
        }
        part.add(
            endpoint, decided.subject, wanted.map(\.0), opens: opens > now ? opens : nil,
            at: now)
        parts[key] = part
        noteApprovers(wanted.map(\.0.subject), under: policy.effective)
    }

    private mutating func leave(_ endpoint: EndpointRecord, because reason: String) {
        leftOut.append(
            EmergencyPlan.LeftOut(
                endpoint: endpoint.id, endpointName: endpoint.name, reason: reason))
    }

    /// Takes away what another deployment is at work on, and notes the orders that are to be taken
    /// back for the rest.
    ///
    /// - Returns: why something was taken away.
    private mutating func clear(
        _ endpoint: EndpointRecord, _ wanted: inout [(PlanUpdate, Decision)]
    ) throws -> String? {
        let keys = Set(wanted.map(\.0.subject.update.key))
        looked[endpoint.id] = keys
        var reason: String?
        for order in try useCases.ordersInTheWay(
            of: keys, on: endpoint.id, tenant: tenant, in: records)
        {
            if order.canBeTakenBack {
                orders.append(order)
            } else {
                wanted.removeAll { order.holds($0.0.subject.update.key) }
                reason =
                    order.others.isEmpty
                    ? "“\(order.title)” is installing it already."
                    : "“\(order.title)” has ordered it together with "
                        + "\(UseCases.listed(order.others, atMost: 3)): cancel that job first, or "
                        + "let it go on."
            }
        }
        return reason
    }

    /// When the emergency lane has time for an endpoint; `nil` when it never has.
    private mutating func opening(
        of endpoint: EndpointRecord, _ updates: [PlanUpdate]
    ) throws -> Timestamp? {
        let lines = updates.map(\.line)
        let openings = try desk.openings(of: endpoint.id, lane: .emergency, installing: lines)
        guard let openings else { return now }
        return openings.first { $0.closes > now }.map { max($0.opens, now) }
    }

    /// Notes where a rule asks for two people: it does so in an emergency too.
    private mutating func noteApprovers(
        _ subjects: [UpdateSubject], under policy: EffectivePolicy
    ) {
        let certain = policy.layers.filter(\.isCertain).map(\.policy)
        for subject in subjects {
            let rule = certain.lazy.flatMap(\.rules).first {
                $0.when.evaluate(subject, at: now) == .yes
            }
            guard let treatment = rule?.treatment ?? policy.otherwise?.value,
                treatment.approval.asksPerson, treatment.approvers > 1
            else { continue }
            asksForTwo.insert(policy.nearest?.name.text ?? "")
        }
    }

    // MARK: What comes of it

    /// The plan, and all that it takes to start it.
    func prepared(startedBy person: String) throws -> PreparedEmergency {
        let openings = try openings(startedBy: person)
        return PreparedEmergency(
            plan: plan(with: openings), openings: openings, orders: orders, looked: looked)
    }

    /// The rollouts, each with what it is opened with.
    private func openings(startedBy person: String) throws -> [RolloutOpening] {
        let policies = try useCases.policyShelf.policies(of: tenant, in: records)
        return parts.sorted { $0.key < $1.key }.map { key, part in
            RolloutOpening(
                emergencyOf: tenant, title: "Emergency \(vulnerability): \(key.policy)",
                startedBy: person, policy: part.policy, called: key.policy,
                version: policies.first { $0.name == key.policy }?.version ?? 0,
                members: part.members, lines: part.lines, reachable: part.reachable)
        }
    }

    /// The plan for people.
    private func plan(with openings: [RolloutOpening]) -> EmergencyPlan {
        let sorted = parts.sorted { $0.key < $1.key }.map(\.value)
        let names = Dictionary(
            sorted.flatMap(\.shown).map { ($0.endpoint, $0.endpointName) }
        ) { first, _ in first }
        let rollouts = zip(sorted, openings).map { part, opening in
            EmergencyPlan.Rollout(part, opening.plan(at: now), naming: { names[$0] })
        }
        let lines = rollouts.flatMap(\.lines)
        let back = Dictionary(grouping: orders, by: \.title).sorted { $0.key < $1.key }
        return EmergencyPlan(
            vulnerability: vulnerability, tenant: tenant, rollouts: rollouts,
            leftOut: leftOut.sorted { $0.endpointName < $1.endpointName },
            takesBack: back.map { title, orders in
                "\(orders.count) \(orders.count == 1 ? "order" : "orders") of “\(title)”, not "
                    + "begun: it goes on there when this has ended."
            },
            secondPerson: asksForTwo.isEmpty
                ? nil
                : "A second person must agree: \(UseCases.listed(asksForTwo.sorted(), atMost: 3)) "
                    + "asks for two.",
            endpoints: lines.count, online: lines.count(where: \.isOnline),
            mayReboot: lines.count(where: \.mayNeedReboot),
            updates: Set(lines.flatMap { $0.updates.map { "\($0.name) \($0.to)" } }).sorted(),
            noWayBack: Set(lines.flatMap { $0.noWayBack ?? [] }).sorted())
    }
}

extension PlanUpdate {
    /// What of it moves.
    fileprivate var line: WaveLine {
        WaveLine(key: subject.update.key, version: subject.update.candidate)
    }
}

extension EmergencyPlanner.Part {
    /// For how long an endpoint counts as reachable after it was heard from, in seconds: ten
    /// minutes, as for rollouts.
    private static let reachableSeconds: Int64 = 600

    fileprivate mutating func add(
        _ endpoint: EndpointRecord, _ subject: EndpointSubject, _ updates: [PlanUpdate],
        opens: Timestamp?, at now: Timestamp
    ) {
        let heard = endpoint.lastSeenAt ?? Timestamp(milliseconds: .min)
        let isOnline = heard >= now.adding(seconds: -Self.reachableSeconds)
        if isOnline { reachable.insert(endpoint.id) }
        members.append((id: endpoint.id, subject: subject))
        lines.formUnion(updates.map(\.line))
        let lost = updates.map(\.subject.update).filter { $0.wayBack == .noWay }.map(\.name)
        shown.append(
            EmergencyPlan.Line(
                endpoint: endpoint.id, endpointName: endpoint.name,
                updates: updates.map(\.subject.update).map {
                    EmergencyPlan.Item(name: $0.name, from: $0.installed, to: $0.candidate)
                }.sorted { $0.name < $1.name },
                mayNeedReboot: updates.contains {
                    $0.needsReboot ?? RebootProne.contains($0.subject.update.name)
                }, isOnline: isOnline, opensAt: opens, noWayBack: lost.isEmpty ? nil : lost))
    }
}

extension EmergencyPlan.Rollout {
    /// The most endpoints of a ring that are named.
    private static let mostNamed = 10

    fileprivate init(
        _ part: EmergencyPlanner.Part, _ made: (plan: RolloutPlan, warnings: [RolloutWarning]),
        naming name: @escaping (EndpointID) -> String?
    ) {
        var warnings = made.warnings.filter(\.matters).map {
            RolloutSentences.naming($0.sentence, name)
        }
        if made.plan.rings.count == 1, part.shown.count > 1 {
            warnings.append(
                "The emergency lane of \(part.name) has no canary ring: all endpoints have their "
                    + "turn at once.")
        }
        self.init(
            policy: part.name.text,
            rings: made.plan.rings.enumerated().map { place, ring in
                EmergencyPlan.Ring(
                    name: ring.name.text, endpoints: ring.members.count,
                    named: ring.members.prefix(Self.mostNamed).map {
                        name($0.endpoint) ?? $0.endpoint.text
                    },
                    soakSkippedSeconds: place == made.plan.rings.count - 1 ? 0 : ring.soak.seconds,
                    budget: ring.budget.map { $0.limit(of: ring.members.count) },
                    minimum: ring.gate?.minimum)
            },
            lines: part.shown.sorted { $0.endpointName < $1.endpointName }, warnings: warnings)
    }
}

extension RolloutWarning {
    /// Whether it matters in an emergency: that nobody of a ring has the vulnerability does not.
    fileprivate var matters: Bool {
        if case .emptyRing = self { false } else { true }
    }
}

extension Finding.State {
    /// Why nothing is installed where no update is missing.
    fileprivate var withoutUpdate: String {
        switch self {
        case .noFix: "No update mends it yet."
        case .fixAvailable: "A fix is published, and no package source of the endpoint offers it."
        case .fixedPendingRestart: "The fix is installed, and counts once the old code has stopped."
        }
    }
}

extension Decision.ReasonCode {
    /// Whether an emergency brings it sooner: what only waits for an approval, a time, a ring or a
    /// window. What somebody forbids, and what stands in the way on the endpoint, does not give way.
    var maySkipAhead: Bool {
        switch self {
        case .awaitingApproval, .queued, .lastAttemptFailed, .deferred, .ageing,
            .ageUnknown, .awaitingSecondApproval, .prepared,
            .awaitingRetry, .awaitingRing, .awaitingTurn, .noRing, .awaitingWindow,
            .tooLittleTimeLeft, .frozen, .awaitingDuty, .doesNotFit, .noWindow, .zoneUnknown,
            .catchingUp, .windowMissed, .windowOpen:
            true
        case .keptBack, .stoppedAfterFailures, .deploymentHalted, .inProgress, .interrupted,
            .pendingRestart, .held, .phased,
            .needsSubscription, .excluded, .endpointSilent, .membershipUnknown, .declined,
            .onHold, .versionBlocked, .awaitingTwin, .noTwin, .riskAccepted:
            false
        }
    }
}
