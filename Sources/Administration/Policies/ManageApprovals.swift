public import ControlPlane
public import Fleet
public import Policy
public import ServerRecords

/// What somebody says about updates, before it is stored.
public struct ApprovalDraft: Hashable, Sendable, Codable {
    /// What can be said.
    public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        /// Install it.
        case approve
        /// Do not install it.
        case decline
        /// Do not install it for now.
        case hold
        /// Decide again at a time.
        case `defer`
    }

    /// What is said.
    public var verdict: Verdict
    /// The tenant; `nil` for the provider's word on all of them.
    public var tenant: TenantID?
    /// The level; that of the tenant, or else of the provider, unless given.
    public var level: PolicyLevel?
    /// The site's identifier, the group's name or the endpoint's identifier.
    public var place: String?
    /// The endpoints that are meant; all of the place unless given.
    public var endpoints: [EndpointID]?
    /// The package's name or source package, or a pattern with `*` and `?`.
    public var package: String?
    /// The missing version, or bounds of it: `>= 2.0, < 2.4`.
    public var version: String?
    /// A vulnerability that the update closes.
    public var vulnerability: String?
    /// Why; a refusal and a hold need it.
    public var reason: String?
    /// Until when, for `defer`.
    public var until: Timestamp?

    /// A draft.
    public init(
        _ verdict: Verdict, tenant: TenantID? = nil, level: PolicyLevel? = nil,
        place: String? = nil, endpoints: [EndpointID]? = nil, package: String? = nil,
        version: String? = nil, vulnerability: String? = nil, reason: String? = nil,
        until: Timestamp? = nil
    ) {
        self.verdict = verdict
        self.tenant = tenant
        self.level = level
        self.place = place
        self.endpoints = endpoints
        self.package = package
        self.version = version
        self.vulnerability = vulnerability
        self.reason = reason
        self.until = until
    }
}

/// What somebody has said about updates, as lists show it.
public struct ApprovalItem: Hashable, Sendable, Codable {
    /// What is stored.
    public var record: ApprovalRecord
    /// What was said, of what and where, as one sentence.
    public var sentence: String
    /// That nothing in the fleet is meant by it now; told when it is said, `nil` in lists.
    public var warning: String?
    /// That it cannot be undone; told when it is said, `nil` in lists.
    public var noWayBack: String?
    /// What stays open because the updates are not installed; `nil` for approvals, for what was
    /// taken back, and where that is not known.
    public var leavesOpen: OpenRisks?
}

extension UseCases {
    /// Stores what somebody says about updates: from now on the decisions follow it.
    ///
    /// - Throws: `Refusal` `E_APPROVAL_UPDATES` when it names no update, `E_APPROVAL_REASON`
    ///   without a reason where one is needed, `E_APPROVAL_UNTIL`, `E_APPROVAL_ENDPOINTS`,
    ///   `E_VULNERABILITY`, `E_VERSIONS`.
    public func decide(
        _ draft: ApprovalDraft, by principal: Principal
    ) async throws -> ApprovalItem {
        try principal.require(.approve)
        let now = effects.now()
        let id: ApprovalID = effects.newIdentifier()
        return try await writeWaking { records, wakes in
            let record = try self.approval(of: draft, id, by: principal, at: now, in: records)
            let tenant = record.place.tenant
            try records.insert(record)
            let item = try Self.item(record, records)
            try self.appendAudit(
                "approval.\(draft.verdict.rawValue)", subject: id.text, sentence: item.sentence,
                actor: principal.name, tenant: tenant, in: records, at: now)
            try self.decisionsChanged(
                for: tenant, by: principal.name, in: records, at: now, waking: &wakes)
            return item
        }
    }

    /// What a draft would be stored as.
    ///
    /// - Throws: `Refusal`, as `decide`.
    package func approval(
        of draft: ApprovalDraft, _ id: ApprovalID, by principal: Principal, at now: Timestamp,
        in records: any Records
    ) throws -> ApprovalRecord {
        let reason = try Self.checkedNote(draft.reason)
        let endpoints = draft.endpoints ?? []
        let place = try self.place(
            level: draft.level, tenant: try principal.tenant(for: draft.tenant), part: draft.place,
            in: records)
        let word = ApprovalByHand(
            try Self.verdict(of: draft, reason, at: now), updates: try Self.selector(of: draft),
            level: place.level, person: try records.person(behind: principal.name), at: now)
        try Self.check(endpoints, in: place, records)
        return ApprovalRecord(
            id: id, place: place, endpoints: endpoints, word: word, note: reason)
    }

    /// Takes back what somebody has said.
    public func endApproval(
        _ id: ApprovalID, by principal: Principal
    ) async throws -> ApprovalItem {
        try principal.require(.approve)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard var record = try records.approval(id, in: principal.scope) else {
                throw Refusal.notFound("approval")
            }
            guard record.endedAt == nil else {
                throw Refusal(
                    .conflict, "E_APPROVAL_ENDED", "It has been taken back already.",
                    nextStep: "Nothing is to be done.")
            }
            (record.endedAt, record.endedBy) = (now, principal.name)
            try records.update(record)
            let item = try Self.item(record, records)
            try self.appendAudit(
                "approval.ended", subject: id.text, sentence: "Took back: \(item.sentence)",
                actor: principal.name, tenant: record.place.tenant, in: records, at: now)
            try self.decisionsChanged(
                for: record.place.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            return item
        }
    }

    /// What has been said, newest first.
    public func approvals(
        by principal: Principal, tenant: TenantID? = nil, includingEnded: Bool = false,
        before: ApprovalID? = nil, limit: Int = 100
    ) async throws -> [ApprovalItem] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { records in
            try records.approvals(
                in: scope, includingEnded: includingEnded, before: before,
                limit: min(max(limit, 1), EndpointQuery.maximumPage)
            ).map { try Self.item($0, records) }
        }
    }

    // MARK: Checks

    private static func selector(of draft: ApprovalDraft) throws -> UpdateSelector {
        let package = draft.package.map { Glob($0) }
        let texts = [draft.package, draft.version, draft.vulnerability].compactMap(\.self)
        guard texts.allSatisfy({ (1...longestLabel).contains($0.count) }),
            draft.package != nil || draft.vulnerability != nil
        else {
            throw Refusal(
                .malformed, "E_APPROVAL_UPDATES",
                "It must be said of a package or a vulnerability, by a name of 1 to "
                    + "\(longestLabel) characters.",
                nextStep: "Name the package, or the vulnerability.")
        }
        let versions = try draft.version.flatMap(GivenVersions.boundsOfSeveral)
        return UpdateSelector(
            package: package, version: versions == nil ? draft.version : nil, versions: versions,
            vulnerability: try draft.vulnerability.map(GivenVulnerability.name))
    }

    private static func verdict(
        of draft: ApprovalDraft, _ reason: String, at now: Timestamp
    ) throws -> ApprovalByHand.Verdict {
        switch draft.verdict {
        case .approve: return .approved
        case .decline, .hold:
            guard reason.contains(where: { !$0.isWhitespace }) else {
                throw Refusal(
                    .malformed, "E_APPROVAL_REASON",
                    "Whoever reads it later must know why the update is not installed.",
                    nextStep: "Give a reason.")
            }
            return draft.verdict == .hold ? .hold(reason: reason) : .declined(reason: reason)
        case .defer:
            guard let until = draft.until, until > now,
                until <= now.adding(seconds: longestDeferral)
            else {
                throw Refusal(
                    .malformed, "E_APPROVAL_UNTIL",
                    "A deferral ends at a time within a year from now.",
                    nextStep: "Give the time; for longer, decline the update or accept the risk.")
            }
            return .deferred(until: until)
        }
    }

    /// The longest deferral, in seconds: a year.
    private static let longestDeferral: Int64 = 366 * 86_400

    private static func check(
        _ endpoints: [EndpointID], in place: PolicyPlace, _ records: any Records
    ) throws {
        guard endpoints.count <= ApprovalRecord.maximumEndpoints,
            endpoints.isEmpty || place.tenant != nil
        else {
            throw Refusal(
                .malformed, "E_APPROVAL_ENDPOINTS",
                "It names at most \(ApprovalRecord.maximumEndpoints) endpoints, of one tenant.",
                nextStep: "Name the tenant, or a group instead of so many endpoints.")
        }
        guard let tenant = place.tenant else { return }
        for id in endpoints where try records.endpoint(id, in: .tenant(tenant)) == nil {
            throw Refusal.notFound("endpoint \(id)")
        }
    }

    private static func item(_ record: ApprovalRecord, _ records: any Records) throws
        -> ApprovalItem
    {
        let names = try DirectoryNames(
            scope: record.place.tenant.map(Scope.tenant) ?? .provider, records: records)
        var endpoint: String?
        if let tenant = record.place.tenant,
            let id = record.endpoints.first ?? EndpointID(record.place.part)
        {
            endpoint = try records.endpoint(id, in: .tenant(tenant))?.name
        }
        return ApprovalItem(
            record: record, sentence: record.sentence(names, endpoint: endpoint))
    }
}

extension ApprovalRecord {
    /// What was said, of what and where; `endpoint` is the name of the first endpoint.
    func sentence(_ names: DirectoryNames, endpoint: String?) -> String {
        let (verb, tail): (String, String) =
            switch word.verdict {
            case .approved: ("Approved", "")
            case .declined(let reason): ("Declined", ": \(reason)")
            case .hold(let reason): ("Holds", ": \(reason)")
            case .deferred(let until): ("Deferred", " until \(until)")
            }
        var what = word.updates.package.map(\.pattern) ?? "updates"
        if let version = word.updates.versionWords { what += " \(version)" }
        if let vulnerability = word.updates.vulnerability {
            what =
                word.updates.package == nil
                ? "what closes \(vulnerability)" : what + " where it closes \(vulnerability)"
        }
        let end = tail.hasSuffix(".") ? "" : "."
        return "\(verb) \(what) for \(whom(names, endpoint))\(tail)\(end)"
    }

    private func whom(_ names: DirectoryNames, _ endpoint: String?) -> String {
        let tenant = place.tenant.flatMap { names.tenants[$0] } ?? "the tenant"
        switch endpoints.count {
        case 0: break
        case 1: return endpoint ?? endpoints[0].text
        default: return "\(endpoints.count) endpoints of \(tenant)"
        }
        return switch place.level {
        case .provider: "all tenants"
        case .tenant: "all endpoints of \(tenant)"
        case .site:
            "the site \(SiteID(place.part).flatMap { names.sites[$0] } ?? place.part) of \(tenant)"
        case .group: "the group \(place.part) of \(tenant)"
        case .endpoint: endpoint ?? place.part
        }
    }
}
