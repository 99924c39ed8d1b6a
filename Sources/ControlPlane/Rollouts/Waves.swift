import Calendar
import Fleet
import Policy
import Rollout
import ServerRecords

/// One missing update that the decisions would install, and the way that it takes.
struct ApprovedLine: Sendable {
    var endpoint: EndpointID
    var line: WaveLine
    var lane: Lane
    var dueAt: Timestamp?
    var work: WorkEstimate
    /// When its lane has time.
    var outlook: LaneOutlook

    /// The day on which its window opens, where that counts from its release.
    var opensOn: LocalDate? {
        if case .openings(let lane) = outlook { lane.counted?.day } else { nil }
    }
}

/// An endpoint with what is approved for it, and by whose rings.
struct ApprovedEndpoint: Sendable {
    var endpoint: EndpointID
    var subject: EndpointSubject
    var policy: PolicyName
    var rings: [Lane: [Ring]]
    var aftercare: Aftercare?
    var hasProbes: Bool
    var hasClocks: Bool
    var lines: [ApprovedLine]

    /// What is approved for an endpoint; `nil` when nothing is, or no policy says how.
    init?(_ decided: DecidedEndpoint) {
        guard let effective = decided.policy?.effective, let policy = effective.nearest?.name
        else { return nil }
        let lines = zip(decided.updates, decided.decisions).compactMap {
            update, decision -> ApprovedLine? in
            guard decision.action == .install, let lane = decision.lane,
                !decision.reasonCode.isCarriedOut
            else { return nil }
            return ApprovedLine(
                endpoint: decided.endpoint.id,
                line: WaveLine(key: decision.update.key, version: decision.update.candidate),
                lane: lane, dueAt: decision.dueAt, work: update.context.work,
                outlook: (update.outlook ?? decided.outlook)[lane])
        }
        guard !lines.isEmpty else { return nil }
        endpoint = decided.endpoint.id
        subject = decided.subject
        self.policy = policy
        rings = Dictionary(
            uniqueKeysWithValues: Set(lines.map(\.lane)).map { ($0, effective.rings(of: $0)) })
        aftercare = Aftercare(rule: effective.reboot?.value, check: effective.after?.value)
        hasProbes = !(effective.after?.value.probes ?? []).isEmpty
        hasClocks = !effective.sla.isEmpty
        self.lines = lines
    }
}

extension Decision.ReasonCode {
    /// Whether an order for it is out already.
    fileprivate var isCarriedOut: Bool { self == .queued || self == .inProgress }
}

/// Puts what is approved together into waves: what is approved together moves together.
struct WaveGathering {
    /// How long after one wave of a lane the next may be opened, in seconds: an hour, so that what
    /// is approved one after another does not become a deployment each.
    static let spacingSeconds: Int64 = 3600

    /// What decides which wave a line goes into.
    struct Key: Hashable, Comparable {
        let policy: PolicyName
        let lane: Lane
        let rings: [Ring]
        /// The day of the one opening, where windows count from releases.
        let opensOn: LocalDate?

        static func < (lhs: Self, rhs: Self) -> Bool {
            // The emergency lane first.
            let (left, right) = (lhs.rank, rhs.rank)
            if left != right { return left < right }
            if lhs.policy != rhs.policy { return lhs.policy < rhs.policy }
            let never = LocalDate(daysSinceEpoch: .max)
            return (lhs.opensOn ?? never) < (rhs.opensOn ?? never)
        }

        private var rank: Int { (Lane.allCases.firstIndex(of: lane) ?? 0) * -1 }
    }

    /// One wave in the making.
    struct Wave {
        var members: [EndpointID: EndpointSubject] = [:]
        var lines: Set<WaveLine> = []
        var dueAt: Timestamp?
        /// The earliest due date that lies ahead.
        var nextDueAt: Timestamp?
        /// Whose due date has passed.
        var overdue: Set<EndpointID> = []
        var first: ApprovedEndpoint
        /// When each member has time, and for how much work.
        var turns: [EndpointID: RolloutOpening.Turn] = [:]
    }

    private(set) var waves: [Key: Wave] = [:]
    private let carried: [EndpointID: Set<WaveLine>]
    private let blocked: Set<BlockedLine>
    private let now: Timestamp

    /// Nothing is gathered yet. What open rollouts carry to an endpoint is left to them, and what
    /// is blocked is left out.
    init(open: [RolloutRecord], blocked: Set<BlockedLine>, at now: Timestamp) {
        self.now = now
        var carried: [EndpointID: Set<WaveLine>] = [:]
        for record in open {
            for entry in record.rollout.endpoints where entry.isCarriedTo {
                carried[entry.member.endpoint, default: []].formUnion(record.lines)
            }
        }
        self.carried = carried
        self.blocked = blocked
    }

    /// Adds what is approved for one endpoint and not yet carried to it.
    mutating func add(_ approved: ApprovedEndpoint) {
        for approvedLine in approved.lines {
            let line = approvedLine.line
            guard carried[approved.endpoint]?.contains(line) != true,
                !blocked.contains(BlockedLine(line.key, line.version))
            else { continue }
            let key = Key(
                policy: approved.policy, lane: approvedLine.lane,
                rings: approved.rings[approvedLine.lane] ?? [], opensOn: approvedLine.opensOn)
            var wave = waves[key] ?? Wave(first: approved)
            let isFull =
                wave.members[approved.endpoint] == nil
                && wave.members.count >= UseCases.largestDeployment
            guard !isFull, wave.lines.count < UseCases.largestSelection else { continue }
            wave.members[approved.endpoint] = approved.subject
            wave.lines.insert(line)
            wave.turns[
                approved.endpoint,
                default: RolloutOpening.Turn(outlook: approvedLine.outlook)
            ].works.append(approvedLine.work)
            if let dueAt = approvedLine.dueAt { wave.take(dueAt, of: approved.endpoint, at: now) }
            waves[key] = wave
        }
    }
}

extension WaveGathering.Wave {
    fileprivate mutating func take(
        _ date: Timestamp, of endpoint: EndpointID, at now: Timestamp
    ) {
        dueAt = min(dueAt ?? date, date)
        if date <= now {
            overdue.insert(endpoint)
        } else {
            nextDueAt = min(nextDueAt ?? date, date)
        }
    }
}

extension RosterEntry {
    /// Whether its rollout sees to the endpoint: it has not ended there, or has given up.
    var isCarriedTo: Bool {
        guard !hasLeft else { return false }
        switch phase {
        case .waiting, .offered, .withdrawing, .running, .resting, .failed: return true
        case .verified, .skipped: return false
        }
    }
}
