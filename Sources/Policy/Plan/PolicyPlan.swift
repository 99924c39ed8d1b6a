public import Fleet

/// What policies would do with a set of endpoints until some time, if nothing but time happened:
/// every endpoint, version, window and reboot, before anything runs (B6).
///
/// It foresees that every installation succeeds and that no person says anything. What waits for a
/// person, or falls behind the end of the plan, stands in `waiting` with its decision.
public struct PolicyPlan: Hashable, Sendable {
    /// From when.
    public var from: Timestamp
    /// Until when.
    public var until: Timestamp
    /// The installations, by start, then endpoint, then package.
    public var installs: [PlannedInstall] = []
    /// The updates that are not installed in this time, each with the reason.
    public var waiting: [PlannedWait] = []
    /// The updates that miss their due date, planned or not.
    public var misses: [PlannedMiss] = []
    /// How much of each ring's budget each opening uses.
    public var budgets: [PlannedBudget] = []
    /// What does not fit together.
    public var conflicts: [PlanConflict] = []
    /// The way back from due dates, for each policy's lane with rings and a date.
    public var deadlines: [PlannedDeadline] = []

    /// How many bytes are downloaded, as far as the sizes are known.
    public var bytes: Int64 {
        installs.reduce(0) { sum, install in
            let (total, overflow) = sum.addingReportingOverflow(install.update.bytes ?? 0)
            return overflow ? .max : total
        }
    }

    /// The vulnerabilities that are closed somewhere; sorted, each once.
    public var vulnerabilities: [String] { Set(installs.flatMap(\.vulnerabilities)).sorted() }
}

/// One installation that would happen.
public struct PlannedInstall: Hashable, Sendable {
    /// The endpoint's key.
    public var endpoint: String
    /// The update.
    public var update: Update
    /// When it starts.
    public var startsAt: Timestamp
    /// The window; `nil` where no window limits it.
    public var window: String?
    /// When the open time begins and ends; `nil` where no window limits it.
    public var opensAt: Timestamp?
    /// When it ends.
    public var closesAt: Timestamp?
    /// The endpoint's ring; `nil` for all endpoints at once.
    public var ring: PolicyName?
    /// The lane.
    public var lane: Lane
    /// The rule that approves it.
    public var rule: String
    /// What becomes of a reboot.
    public var reboot: PlannedReboot
    /// The vulnerabilities that it closes.
    public var vulnerabilities: [String]
    /// By when it must be in.
    public var dueAt: Timestamp?
}

/// What becomes of the reboot that an update may need.
public enum PlannedReboot: String, Hashable, Sendable, Codable, CaseIterable {
    /// It needs none.
    case none
    /// The endpoint reboots in the window.
    case inWindow
    /// The person at the endpoint is asked.
    case prompt
    /// It needs one, and the policy never reboots: it stays pending.
    case staysPending
    /// Only the installation shows whether it needs one.
    case unknown

    /// What a policy makes of a need.
    init(_ need: Bool?, _ rule: RebootRule?) {
        guard let need else {
            self = .unknown
            return
        }
        guard need else {
            self = .none
            return
        }
        switch (rule ?? .none).mode {
        case .never: self = .staysPending
        case .ifNeeded: self = .inWindow
        case .prompt: self = .prompt
        }
    }
}

/// An update that is not installed in the time of the plan.
public struct PlannedWait: Hashable, Sendable {
    /// The endpoint's key.
    public var endpoint: String
    /// Why.
    public var decision: Decision
}

/// An update that misses its due date.
public struct PlannedMiss: Hashable, Sendable {
    /// The endpoint's key.
    public var endpoint: String
    /// The update.
    public var update: Update
    /// By when it must be in.
    public var dueAt: Timestamp
    /// When it starts by the plan; `nil` when it does not.
    public var startsAt: Timestamp?
    /// Why it is late, or waits.
    public var sentence: String
}

/// The use of one ring's budget during one opening.
public struct PlannedBudget: Hashable, Sendable {
    /// The policy.
    public var policy: PolicyName
    /// The lane.
    public var lane: Lane
    /// The ring.
    public var ring: PolicyName
    /// The site, where each has a budget of its own.
    public var site: String?
    /// When the opening begins.
    public var opensAt: Timestamp
    /// How many endpoints are in work at the same time at most.
    public var peak: Int
    /// How many may be.
    public var limit: Int
}

/// Something in the plan that does not fit together.
public enum PlanConflict: Hashable, Sendable {
    /// Policies of the endpoint do not fit together.
    case inheritance(endpoint: String, InheritanceProblem)
    /// The rings have none for the endpoint.
    case withoutRing(endpoint: String, policy: PolicyName)
    /// A missing fact could have put the endpoint into an earlier ring.
    case uncertainRing(endpoint: String, policy: PolicyName)
    /// A ring has too few endpoints for its gate, so the rings after it never begin.
    case gateCannotBeMet(
        policy: PolicyName, ring: PolicyName, package: String, members: Int, minimum: Int)
    /// The work does not fit into the budget before the end of the plan.
    case budgetTooSmall(endpoint: String, policy: PolicyName, ring: PolicyName)
    /// A ring is watched for less than the policy says, `seconds` long: for a due date, or because
    /// the emergency lane does not watch.
    case soakShortened(
        policy: PolicyName, lane: Lane, ring: PolicyName, from: TimeSpan, seconds: Int64)

    /// The conflict as a sentence.
    public var sentence: String {
        switch self {
        case .inheritance(let endpoint, let problem): "\(endpoint): \(problem.sentence)"
        case .withoutRing(let endpoint, let policy):
            "\(endpoint): no ring of \(policy) takes the endpoint, so nothing reaches it."
        case .uncertainRing(let endpoint, let policy):
            "\(endpoint): a fact is missing that decides its ring in \(policy); it is left in the "
                + "later one."
        case .gateCannotBeMet(let policy, let ring, let package, 0, let minimum):
            "\(policy): nobody in the ring \(ring) needs \(package), and its gate wants "
                + "\(minimum); the rollout would halt there, and the rings after it never begin."
        case .gateCannotBeMet(let policy, let ring, let package, let members, let minimum):
            "\(policy): the ring \(ring) has \(members) endpoints that need \(package), and its "
                + "gate wants \(minimum); the rings after it would never begin."
        case .soakShortened(let policy, .emergency, let ring, let soak, 0):
            "\(policy): the emergency lane does not wait for the soak of the ring \(ring), "
                + "\(soak.inWords)."
        case .soakShortened(let policy, let lane, let ring, let soak, let seconds):
            "\(policy), \(lane.rawValue): the ring \(ring) is watched for "
                + "\(TimeSpan.measured(seconds)) instead of \(soak.inWords), so that due dates "
                + "are kept."
        case .budgetTooSmall(let endpoint, let policy, let ring):
            "\(endpoint): the budget of the ring \(ring) of \(policy) has no room for it before "
                + "the end of the plan."
        }
    }
}

/// An endpoint as the plan looks at it.
public struct PlanEndpoint: Sendable {
    /// The endpoint.
    public var subject: EndpointSubject
    /// What holds for it; `nil` when no policy applies.
    public var policy: CompiledPolicy?
    /// When its lanes have time, worked out to the end of the plan.
    public var outlook: WindowOutlook
    /// Its missing updates.
    public var updates: [PlanUpdate]

    /// An endpoint of a plan.
    public init(
        subject: EndpointSubject, policy: CompiledPolicy?, outlook: WindowOutlook,
        updates: [PlanUpdate]
    ) {
        self.subject = subject
        self.policy = policy
        self.outlook = outlook
        self.updates = updates
    }

    /// When its lanes have time for one of its updates.
    func outlook(of update: Int) -> WindowOutlook { updates[update].outlook ?? outlook }
}

/// A missing update as the plan looks at it.
public struct PlanUpdate: Sendable {
    /// The update.
    public var subject: UpdateSubject
    /// What stands around it. Its outlook is replaced by `outlook` or the endpoint's, and its ring
    /// by the plan.
    public var context: DecisionContext
    /// Whether it needs a reboot; `nil` when only the installation shows.
    public var needsReboot: Bool?
    /// The open rollout that carries it there; `nil` when none does.
    public var carried: CarriedUpdate?
    /// When the lanes have time for this update, where windows count from its release; `nil` where
    /// they are the endpoint's.
    public var outlook: WindowOutlook?

    /// An update of a plan.
    public init(
        subject: UpdateSubject, context: DecisionContext = DecisionContext(),
        needsReboot: Bool? = nil, carried: CarriedUpdate? = nil, outlook: WindowOutlook? = nil
    ) {
        self.outlook = outlook
        self.subject = subject
        self.context = context
        self.needsReboot = needsReboot
        self.carried = carried
    }
}
