import Administration
public import ControlPlane
public import Fleet
import Policy
import Rollout
public import ServerRecords

/// What somebody asks for: updates to be approved or a run to be released, one of them.
public struct RequestDraft: Hashable, Sendable, Codable {
    /// The tenant; your own unless given, and that of the run's endpoints.
    public var tenant: TenantID?
    /// The updates that are to be approved.
    public var updates: RequestedUpdates?
    /// The run that is to be released.
    public var run: DeploymentSelection?
    /// Why.
    public var reason: String

    /// A request.
    public init(
        tenant: TenantID? = nil, updates: RequestedUpdates? = nil, run: DeploymentSelection? = nil,
        reason: String
    ) {
        self.tenant = tenant
        self.updates = updates
        self.run = run
        self.reason = reason
    }
}

extension UseCases {
    /// The most requests of a tenant that wait: what people can still answer.
    public static let mostWaitingRequests = 500
    /// The longest name of a package, version or vulnerability, in characters.
    static let longestRequestedName = 128

    /// Asks for updates to be approved, or for a run to be released. It changes nothing until
    /// somebody else grants it.
    ///
    /// - Throws: `Refusal` `E_REQUEST` for what asks for nothing or does not say why,
    ///   `E_NOTHING_TO_INSTALL` for a run that would install nothing, `E_REQUESTS_FULL`,
    ///   `E_NOT_FOUND`, and what a run's selection is refused with.
    public func ask(
        _ draft: RequestDraft, by principal: Principal
    ) async throws -> RequestRecord {
        try principal.require(.request)
        let reason = try Self.checkedNote(draft.reason)
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw Self.badRequest("Whoever decides must know why.", "Give a reason.")
        }
        let (tenant, sentence, run) = try await asked(draft, by: principal)
        let now = effects.now()
        let record = RequestRecord(
            id: effects.newIdentifier(), tenant: tenant, updates: draft.updates, run: run,
            sentence: sentence, reason: reason, requestedBy: principal.name, requestedAt: now)
        try await ledger.write { records in
            let waiting = try records.requests(
                in: .tenant(tenant), waitingOnly: true, before: nil,
                limit: Self.mostWaitingRequests)
            guard waiting.count < Self.mostWaitingRequests else {
                throw Refusal(
                    .conflict, "E_REQUESTS_FULL",
                    "\(Self.mostWaitingRequests) requests of the tenant wait already.",
                    nextStep: "Have them answered, or take some back.")
            }
            for id in draft.updates?.endpoints ?? []
            where try records.endpoint(id, in: .tenant(tenant)) == nil {
                throw Refusal.notFound("endpoint \(id)")
            }
            try records.insert(record)
            try self.appendAudit(
                "request.made", subject: record.id.text,
                sentence: "Asked: \(sentence) Why: \(reason)", actor: principal.name,
                tenant: tenant, in: records, at: now)
        }
        return record
    }

    /// What people ask for, newest first, those before `before` only.
    public func requests(
        by principal: Principal, tenant: TenantID? = nil, waitingOnly: Bool = false,
        before: RequestID? = nil, limit: Int = 100
    ) async throws -> [RequestRecord] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { records in
            try records.requests(
                in: scope, waitingOnly: waitingOnly, before: before,
                limit: min(max(limit, 1), EndpointQuery.maximumPage))
        }
    }

    /// Whose endpoints a request is about, what it asks for in the server's words, and the run with
    /// exactly the versions that these words name.
    private func asked(
        _ draft: RequestDraft, by principal: Principal
    ) async throws -> (TenantID, String, DeploymentSelection?) {
        switch (draft.updates, draft.run) {
        case (let updates?, nil):
            let tenant = try await soleTenant(draft.tenant, of: principal)
            return (tenant, try Self.sentence(of: updates), nil)
        case (nil, let run?):
            try Self.checkRun(run)
            let plan = try await planDeployment(run, by: principal)
            guard plan.endpointsWithWork > 0 else {
                throw Refusal(
                    .conflict, "E_NOTHING_TO_INSTALL",
                    "None of the endpoints has anything to install.",
                    nextStep: "Scan the endpoints, and choose from what they miss now.")
            }
            guard draft.tenant == nil || draft.tenant == plan.tenant else {
                throw Refusal.notFound("endpoint")
            }
            let (words, pinned) = Self.pinned(run, to: plan)
            return (plan.tenant, words, pinned)
        default:
            throw Self.badRequest(
                "A request asks for updates or for a run.", "Ask for one of the two.")
        }
    }

    /// Only who grants a run says what follows it and that it need not be undone: nobody's click
    /// agrees to what they do not see.
    private static func checkRun(_ run: DeploymentSelection) throws {
        guard run.aftercare == nil, run.deadlineSeconds == nil, run.acceptsNoWayBack == nil else {
            throw badRequest(
                "A run is asked for by endpoints, updates, title, policy and lane.",
                "Leave out aftercare, deadlineSeconds and acceptsNoWayBack.")
        }
    }

    /// The run with the versions that are missing now, and the sentence that names them.
    private static func pinned(
        _ run: DeploymentSelection, to plan: DeploymentPlan
    ) -> (String, DeploymentSelection) {
        let lines = plan.lines.filter { !$0.updates.isEmpty }
        var versions: [String: DeploymentSelection.ChosenUpdate] = [:]
        for update in lines.flatMap(\.updates) {
            versions["\(update.name) \(update.to)"] = .init(
                name: update.name, candidate: update.to)
        }
        let names = versions.keys.sorted()
        var pinned = run
        pinned.endpoints = lines.map(\.endpoint)
        pinned.updates = names.compactMap { versions[$0] }
        pinned.allSecurity = nil
        let places = listed(lines.map(\.endpointName), atMost: namedEndpoints)
        let way =
            run.policy.map { policy in
                let lane = run.lane.map { ", lane \($0.rawValue)" } ?? ""
                return ", through the rings of \(PlainText.line(policy, atMost: 63))\(lane)"
            } ?? ""
        return ("Install \(listed(names)) on \(places)\(way), as “\(plan.title)”.", pinned)
    }

    /// How many endpoints a sentence names; the rest is counted.
    private static let namedEndpoints = 5

    private static func sentence(of updates: RequestedUpdates) throws -> String {
        let names = [updates.package, updates.version, updates.vulnerability].compactMap(\.self)
        guard updates.package != nil || updates.vulnerability != nil,
            names.allSatisfy({ (1...longestRequestedName).contains($0.count) }),
            (updates.endpoints ?? []).count <= ApprovalRecord.maximumEndpoints,
            updates.level != .provider
        else {
            throw badRequest(
                "Updates are asked for by a package or a vulnerability, with names of 1 to "
                    + "\(longestRequestedName) characters, for at most "
                    + "\(ApprovalRecord.maximumEndpoints) endpoints of one tenant.",
                "Name the package, or the vulnerability.")
        }
        var what = updates.package ?? "what closes \(updates.vulnerability ?? "")"
        if let version = updates.version { what += " \(version)" }
        if updates.package != nil, let vulnerability = updates.vulnerability {
            what += " where it closes \(vulnerability)"
        }
        return "Approve \(PlainText.line(what, atMost: 3 * longestRequestedName)) "
            + "for \(whom(updates))."
    }

    private static func whom(_ updates: RequestedUpdates) -> String {
        let count = updates.endpoints?.count ?? 0
        if count > 0 { return "\(count) endpoint\(count == 1 ? "" : "s")" }
        let place = PlainText.line(updates.place ?? "", atMost: longestRequestedName)
        return switch updates.level {
        case .site: "the site \(place)"
        case .group: "the group \(place)"
        case .endpoint: "the endpoint \(place)"
        case .provider, .tenant, nil: "all endpoints of the tenant"
        }
    }

    private static func badRequest(_ message: String, _ nextStep: String) -> Refusal {
        Refusal(.malformed, "E_REQUEST", message, nextStep: nextStep)
    }
}
