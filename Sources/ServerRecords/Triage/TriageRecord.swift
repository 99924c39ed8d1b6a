public import Fleet
public import Forensics

/// The examination of one endpoint before it is patched: what demands it, what was found out, and
/// what a person decided.
public struct TriageRecord: Hashable, Sendable, Codable {
    /// What a person has decided.
    public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing shows that somebody has broken in: it may be patched.
        case noTraces
        /// Somebody has: it is isolated and imaged, and nothing is installed on it before.
        case traces
        /// It cannot be told; it may be patched.
        case undetermined
    }

    /// Why it is over.
    public enum Ending: String, Hashable, Sendable, Codable, CaseIterable {
        /// A verdict was given.
        case decided
        /// No regime demands it any more of the vulnerabilities that the endpoint has.
        case lifted
        /// The endpoint was retired.
        case retired
    }

    /// A vulnerability whose clock demands it.
    public struct Demand: Hashable, Sendable, Codable {
        /// The vulnerability.
        public var vulnerability: String
        /// The start of the clock.
        public var since: Timestamp

        /// A demand.
        public init(vulnerability: String, since: Timestamp) {
            self.vulnerability = vulnerability
            self.since = since
        }
    }

    /// That the endpoint was asked for evidence.
    public struct Ask: Hashable, Sendable, Codable {
        /// The name of the request, and of the bundle that answers it.
        public var id: EvidenceID
        /// When.
        public var at: Timestamp
        /// Who: `system`, or a person.
        public var by: String
        /// Why, in that person's words.
        public var why: String?

        /// Whether a clock demanded it, and no person.
        public var isAutomatic: Bool { by == TriageRecord.automatic }

        /// A request.
        public init(id: EvidenceID, at: Timestamp, by: String, why: String? = nil) {
            self.id = id
            self.at = at
            self.by = by
            self.why = why
        }
    }

    /// What a person has noted.
    public struct Note: Hashable, Sendable, Codable {
        /// The words.
        public var text: String
        /// Who wrote them.
        public var by: String
        /// When.
        public var at: Timestamp

        /// A note.
        public init(text: String, by: String, at: Timestamp) {
            self.text = text
            self.by = by
            self.at = at
        }
    }

    /// The most vulnerabilities of one triage, the rest waits for the next: what a request for
    /// evidence can name.
    public static let mostDemands = EvidenceLimits.vulnerabilities

    /// Who acts where a clock demands it.
    public static let automatic = "system"

    /// Its identifier.
    public let id: TriageID
    /// Whose endpoint.
    public let tenant: TenantID
    /// The endpoint.
    public let endpoint: EndpointID
    /// When it was opened.
    public let openedAt: Timestamp
    /// Who opened it: `system` where a clock demands it, or a person.
    public let openedBy: String
    /// What demands it; empty where only a person asked.
    public var demands: [Demand]
    /// The latest request for evidence.
    public var ask: Ask?
    /// When the newest bundle was taken that has come for it; `nil` for none.
    public var evidenceAt: Timestamp?
    /// When the first bundle came that answers all that it demands.
    public var evidenceMetAt: Timestamp?
    /// Which endpoints and what else is concerned, as a person has noted.
    public var scope: Note?
    /// The verdict; `nil` while there is none.
    public var verdict: Verdict?
    /// Why, who and when.
    public var decision: Note?
    /// The parts of which people have been told that they are late.
    public var told: Set<TriageStep.Name> = []
    /// Why it is over; `nil` while it goes on.
    public var ending: Ending?
    /// When it was over.
    public var endedAt: Timestamp?

    /// A triage that begins.
    public init(
        id: TriageID, tenant: TenantID, endpoint: EndpointID, openedAt: Timestamp,
        openedBy: String, demands: [Demand] = []
    ) {
        self.id = id
        self.tenant = tenant
        self.endpoint = endpoint
        self.openedAt = openedAt
        self.openedBy = openedBy
        self.demands = demands
    }
}

extension TriageRecord {
    /// Whether it goes on.
    public var isOpen: Bool { ending == nil }
    /// Whether its evidence stays however old it is.
    public var keepsEvidence: Bool { isOpen || verdict == .traces }
    /// The vulnerabilities that demand it.
    public var vulnerabilities: [String] { demands.map(\.vulnerability) }

    /// By when which part is due; `nil` where no clock demands it.
    public var schedule: TriageSchedule? {
        demands.map(\.since).min().map { TriageSchedule(startsAt: $0) }
    }

    /// Evidence from before this shows nothing of the latest vulnerability; `nil` where no clock
    /// demands any.
    public var evidenceSince: Timestamp? { demands.map(\.since).max() }

    /// Whether evidence is still outstanding: that which a clock demands, or a person has asked for.
    public var needsEvidence: Bool {
        guard isOpen else { return false }
        guard let taken = evidenceAt else { return !demands.isEmpty || ask != nil }
        if let since = evidenceSince, taken < since { return true }
        guard let ask, !ask.isAutomatic else { return false }
        return taken < ask.at
    }

    /// What an endpoint is asked for, and what orders say, while it goes on or holds the endpoint.
    public var forensics: EndpointForensics? {
        if verdict == .traces { return EndpointForensics(heldBy: id) }
        guard isOpen else { return nil }
        let names = EvidenceNames.bounded(vulnerabilities)
        var wanted = EndpointForensics()
        if let ask, needsEvidence {
            wanted.request = EvidenceRequest(
                id: ask.id, reason: ask.isAutomatic ? .demanded : .ordered, vulnerabilities: names)
        }
        if let since = evidenceSince {
            wanted.demand = EvidenceDemand(vulnerabilities: names, since: since)
        }
        return wanted.isEmpty ? nil : wanted
    }
}

/// One part of a triage: by when it is due, and since when it is done.
public struct TriageStep: Hashable, Sendable, Codable {
    /// The parts.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        /// Which endpoints are concerned.
        case scope
        /// Volatile evidence.
        case evidence
        /// Whether the endpoint was broken into.
        case verdict
    }

    /// How a part stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is done.
        case done
        /// It is outstanding.
        case open
        /// It is outstanding, and its time has passed.
        case overdue
        /// The triage ended without it.
        case dropped
    }

    /// Which part.
    public var name: Name
    /// By when; `nil` where no clock runs.
    public var dueAt: Timestamp?
    /// Since when it is done.
    public var doneAt: Timestamp?
    /// How it stands.
    public var state: State
}

extension TriageRecord {
    /// Its parts as they stand at an instant, in their order.
    public func steps(at now: Timestamp) -> [TriageStep] {
        func step(_ name: TriageStep.Name, _ dueAt: Timestamp?, _ doneAt: Timestamp?) -> TriageStep
        {
            let state: TriageStep.State =
                if doneAt != nil {
                    .done
                } else if !isOpen {
                    .dropped
                } else {
                    dueAt.map { $0 < now } ?? false ? .overdue : .open
                }
            return TriageStep(name: name, dueAt: dueAt, doneAt: doneAt, state: state)
        }
        return [
            step(.scope, schedule?.scopeDueAt, scope?.at),
            step(.evidence, evidenceDueAt, needsEvidence ? nil : evidenceMetAt),
            step(.verdict, schedule?.verdictDueAt, decision?.at),
        ]
    }

    /// The outstanding parts whose time has passed.
    public func late(at now: Timestamp) -> [TriageStep] {
        steps(at: now).filter { $0.state == .overdue }
    }

    /// When the next part is due of which nobody has been told that it is late.
    public var nextDueAt: Timestamp? {
        guard isOpen else { return nil }
        return steps(at: openedAt).filter { $0.doneAt == nil && !told.contains($0.name) }
            .compactMap(\.dueAt).min()
    }

    /// By when the evidence is due that is outstanding, or was last.
    private var evidenceDueAt: Timestamp? {
        let starts = demands.map(\.since)
        let unmet = starts.filter { since in evidenceAt.map { $0 < since } ?? true }
        return (unmet.min() ?? starts.max()).map { TriageSchedule(startsAt: $0).evidenceDueAt }
    }
}
