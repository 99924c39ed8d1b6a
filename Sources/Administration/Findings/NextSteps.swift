public import Advisories
public import ControlPlane
public import Fleet
public import Policy
public import ServerRecords

/// What happens next about a vulnerability on one endpoint, and under which policy.
public struct NextStep: Hashable, Sendable, Codable {
    /// The endpoint.
    public var endpoint: EndpointID
    /// Its name.
    public var endpointName: String
    /// Its tenant.
    public var tenant: TenantID
    /// What can be done about the vulnerability there.
    public var state: Finding.State
    /// What happens next, in one sentence.
    public var sentence: String
    /// The policy that comes first for the endpoint; `nil` when none is known to apply.
    public var policy: String?
    /// The decisions on the missing updates that mend it there, that which holds the others up
    /// first; empty where no update is on offer.
    public var decisions: [Decision]
    /// When something happens next; `nil` when that waits for a person, a restart or a fix.
    public var nextAt: Timestamp?
    /// By when it must be gone; `nil` when nothing says.
    public var dueAt: Timestamp?
    /// How it stands to that date, by what is foreseen.
    public var standing: SLAStanding
    /// All clocks that run for it; the one with the earliest date drives.
    public var clocks: [SLAClock]
    /// Until when an accepted risk makes the clocks stand still; `nil` when none does now.
    public var pausedUntil: Timestamp?
    /// The name of that exception.
    public var pausedBy: String?
    /// That traces of an attack must be looked for before patching, and which regime demands it;
    /// `nil` when none does.
    public var forensics: String?

    /// What people must know of the due date, in words; `nil` while it will be kept, there is none,
    /// or the sentence says so already.
    public var warning: String? {
        switch standing {
        case .noDeadline, .met, .onTrack: nil
        case .breached: "The due date has passed."
        case .breachForecast where decisions.first?.isLate == true: nil
        case .breachForecast:
            nextAt.map { $0 > dueAt ?? $0 } ?? false
                ? "That is after the due date." : "Nothing that is planned keeps the due date."
        }
    }
}

/// One page of next steps, in the order of the findings.
public struct NextStepPage: Hashable, Sendable, Codable {
    /// The rows.
    public var items: [NextStep]
    /// What to ask with for the next page; `nil` on the last.
    public var next: String?
    /// How many endpoints there are on all pages.
    public var total: Int?
}

extension UseCases {
    /// The most endpoints of one page: each is decided anew, by every rule that holds for it.
    public static let nextStepsPage = 100

    /// What happens next about one vulnerability on the endpoints that have it.
    ///
    /// - Throws: `Refusal` as `findings(_:by:)` throws it, `E_NOT_FOUND` when no endpoint in scope
    ///   has the vulnerability.
    public func nextSteps(
        about vulnerability: String, _ filter: FindingFilter, by principal: Principal
    ) async throws -> NextStepPage {
        let known = try await self.vulnerability(
            vulnerability, by: principal, tenant: filter.tenant)
        var filter = filter
        filter.vulnerability = known.item.vulnerability
        filter.limit = min(filter.limit, Self.nextStepsPage)
        let page = try await findings(filter, by: principal)
        return NextStepPage(
            items: try await nextSteps(for: page.items, by: principal), next: page.next,
            total: page.total)
    }

    /// What happens next where a triage has found traces.
    private static let heldSentence =
        "Traces of an attack were found: isolate the endpoint, and do not patch it before it is "
        + "imaged. Nothing is installed until another verdict clears it."

    /// What happens next about findings, one for each, in their order.
    public func nextSteps(
        for findings: [FindingItem], by principal: Principal
    ) async throws -> [NextStep] {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            var desks: [TenantID: EndpointDecisions] = [:]
            return try findings.map { finding in
                guard let endpoint = try records.endpoint(finding.endpoint, in: principal.scope)
                else { return NextStep(finding, at: now) }
                guard endpoint.forensics?.heldBy == nil else {
                    var held = NextStep(finding, at: now)
                    held.sentence = Self.heldSentence
                    return held
                }
                var desk =
                    try desks[endpoint.tenant]
                    ?? EndpointDecisions(
                        of: endpoint.tenant, in: records, at: now, showsRings: true, by: self)
                let step = NextStep(finding, try desk.decide(endpoint), at: now)
                desks[endpoint.tenant] = desk
                return step
            }
        }
    }
}

extension NextStep {
    /// What happens where nothing has been decided.
    fileprivate init(_ finding: FindingItem, at now: Timestamp) {
        self.init(
            endpoint: finding.endpoint, endpointName: finding.endpointName,
            tenant: finding.tenant, state: finding.state, sentence: finding.reason, decisions: [],
            dueAt: finding.dueAt, standing: SLAStanding(due: finding.dueAt, at: now),
            clocks: finding.clocks, pausedUntil: finding.pausedUntil,
            pausedBy: finding.pausedBy, forensics: finding.forensics)
    }

    init(_ finding: FindingItem, _ decided: DecidedEndpoint, at now: Timestamp) {
        self.init(finding, at: now)
        policy = decided.policyName?.text
        decisions = zip(decided.updates, decided.decisions)
            .filter { $0.0.subject.vulnerabilities?.contains(finding.vulnerability) ?? false }
            .map(\.1).sorted(by: Self.holdsUpMore)
        guard let first = decisions.first else {
            sentence = Self.sentence(withoutUpdate: finding) + Self.pause(of: finding, at: now)
            return
        }
        // It is gone when the last of the updates is in.
        nextAt = first.nextAt
        sentence = first.sentence + Self.pause(of: finding, at: now)
        // What a person must decide first is not planned, whenever it could be looked at again.
        let isUnderWay =
            first.reasonCode.isUnderWay && first.reasonCode != .deploymentHalted
        let plannedAt = isUnderWay ? now : first.action == .install ? first.nextAt : nil
        standing = SLAStanding(due: dueAt, at: now, plannedAt: plannedAt)
    }

    /// What a person must decide comes before what has a time, the latest time first.
    private static func holdsUpMore(_ left: Decision, _ right: Decision) -> Bool {
        let never = Timestamp(milliseconds: .max)
        return (right.nextAt ?? never, left.update.name) < (left.nextAt ?? never, right.update.name)
    }

    /// That the clocks stand still, as a sentence of its own; nothing where they run.
    private static func pause(of finding: FindingItem, at now: Timestamp) -> String {
        guard let until = finding.pausedUntil, until > now else { return "" }
        let name = finding.pausedBy ?? "an exception"
        return " Its clocks are paused until \(until.wholeSeconds): \(name)."
    }

    private static func sentence(withoutUpdate finding: FindingItem) -> String {
        switch finding.state {
        case .noFix:
            "No update mends it yet: it is looked for again with every refresh of the feeds."
        case .fixedPendingRestart:
            "The fix is installed, and counts once the old code has stopped: \(finding.reason)"
        case .fixAvailable:
            "A fix is published, and no package source of the endpoint offers it: check its sources."
        }
    }
}
