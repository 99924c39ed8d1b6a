import AcceptedRisks
public import ControlPlane
public import Fleet
public import Policy
public import ServerRecords

/// A risk that somebody asks to accept.
public struct ExceptionDraft: Hashable, Sendable, Codable {
    /// The tenant; `nil` for the provider's.
    public var tenant: TenantID?
    /// The level; that of the tenant, or else of the provider, unless given.
    public var level: PolicyLevel?
    /// The site's identifier, the group's name or the endpoint's identifier.
    public var place: String?
    /// Its name, for records.
    public var name: String
    /// Who answers for it.
    public var owner: String
    /// Why the updates are not installed.
    public var reason: String
    /// What protects the endpoints meanwhile.
    public var compensatingControl: String
    /// Packages, by name or source package, or a pattern.
    public var package: String?
    /// Bounds of the versions that are not installed, such as `< 2.4`; any unless given.
    public var version: String?
    /// Vulnerabilities, by CVE number.
    public var vulnerabilities: [String]?
    /// Endpoints of the place, as a condition.
    public var endpoints: String?
    /// From when; from now unless given.
    public var startsAt: Timestamp?
    /// Until when: a year later at most.
    public var expiresAt: Timestamp

    /// A draft.
    public init(
        tenant: TenantID? = nil, level: PolicyLevel? = nil, place: String? = nil, name: String,
        owner: String, reason: String, compensatingControl: String, package: String? = nil,
        version: String? = nil, vulnerabilities: [String]? = nil, endpoints: String? = nil,
        startsAt: Timestamp? = nil,
        expiresAt: Timestamp
    ) {
        self.tenant = tenant
        self.level = level
        self.place = place
        self.name = name
        self.owner = owner
        self.reason = reason
        self.compensatingControl = compensatingControl
        self.package = package
        self.version = version
        self.vulnerabilities = vulnerabilities
        self.endpoints = endpoints
        self.startsAt = startsAt
        self.expiresAt = expiresAt
    }
}

extension UseCases {
    /// Asks for a risk to be accepted. It changes nothing until somebody else agrees.
    ///
    /// - Throws: `Refusal` `E_EXCEPTION_INVALID`, `E_EXCEPTION_TOO_LONG`, `E_EXPRESSION`,
    ///   `E_VULNERABILITY`, `E_VERSIONS`.
    public func requestException(
        _ draft: ExceptionDraft, by principal: Principal
    ) async throws -> ExceptionRecord {
        try principal.require(.request)
        let now = effects.now()
        let id: ExceptionID = effects.newIdentifier()
        // Whom it would be for is looked at before anything is written, which holds everybody up.
        let record = try await ledger.read { records in
            try self.exception(of: draft, id, by: principal, at: now, in: records)
        }
        return try await ledger.write { records in
            try Self.requireRoom(for: record.place.tenant, in: records)
            try records.insert(record)
            try self.appendAudit(
                "exception.requested", subject: id.text,
                sentence: "Asked to accept the risk “\(record.name)” until \(record.expiresAt).",
                actor: principal.name, tenant: record.place.tenant, in: records, at: now)
            return record
        }
    }

    /// What a draft would be stored as.
    ///
    /// - Throws: `Refusal`, as `requestException`.
    package func exception(
        of draft: ExceptionDraft, _ id: ExceptionID, by principal: Principal, at now: Timestamp,
        in records: any Records
    ) throws -> ExceptionRecord {
        guard draft.expiresAt > now else { throw Self.invalid(.wrongTime) }
        let tenant = try principal.tenant(for: draft.tenant)
        let record = ExceptionRecord(
            id: id,
            place: try self.place(
                level: draft.level, tenant: tenant, part: draft.place, in: records),
            name: PlainText.line(draft.name, atMost: Self.longestLabel),
            owner: PlainText.line(draft.owner, atMost: Self.longestLabel),
            reason: try Self.checkedNote(draft.reason),
            compensatingControl: try Self.checkedNote(draft.compensatingControl),
            package: draft.package.map { Glob($0) },
            versions: try draft.version.map(GivenVersions.bounds),
            vulnerabilities: try (draft.vulnerabilities ?? []).map(GivenVulnerability.name),
            endpoints: try draft.endpoints.map { try Self.expression($0) },
            startsAt: draft.startsAt ?? now, expiresAt: draft.expiresAt,
            requestedBy: principal.name, requestedAt: now)
        let names = try DirectoryNames(scope: .provider, records: records)
        // Tried with an approver who is nobody else's name, so that all else is found now.
        let risk: RiskException
        do throws(RiskExceptionError) {
            risk = try record.exception(approver: "somebody other than \(record.owner)", names)
        } catch {
            throw Self.invalid(error)
        }
        try checkLength(of: [risk], tenant: tenant, at: now, in: records)
        return record
    }

    /// The most risks of a tenant that wait to be accepted: what people can still answer. Of more
    /// than a thousand the newest are looked at.
    private static let mostWaitingExceptions = 500

    private static func requireRoom(for tenant: TenantID?, in records: any Records) throws {
        let newest = try records.exceptions(
            in: Scope(tenant), before: nil, limit: 2 * mostWaitingExceptions)
        guard newest.count(where: { $0.state == .requested }) < mostWaitingExceptions else {
            throw Refusal(
                .conflict, "E_EXCEPTIONS_FULL",
                "\(mostWaitingExceptions) risks wait to be accepted already.",
                nextStep: "Have them answered first.")
        }
    }

    /// Agrees to a risk; somebody else than who asked and who answers for it.
    ///
    /// - Throws: `Refusal` `E_EXCEPTION_SAME_PERSON`, `E_EXCEPTION_STATE`,
    ///   `E_EXCEPTION_TOO_LONG`.
    public func approveException(
        _ id: ExceptionID, by principal: Principal
    ) async throws -> ExceptionRecord {
        try await change(id, "exception.approved", "Accepted", by: principal) {
            record, records, now in
            guard record.state == .requested else { throw Self.wrongState(record) }
            let names = try DirectoryNames(scope: .provider, records: records)
            let person = try records.person(behind: principal.name)
            guard try records.areTwoPeople(record.requestedBy, principal.name),
                !person.hasSuffix(":\(record.owner)")
            else {
                throw Refusal(
                    .conflict, "E_EXCEPTION_SAME_PERSON",
                    "Nobody accepts a risk that they ask for or answer for themselves.",
                    nextStep: "Ask somebody else with the right to approve.")
            }
            (record.state, record.approvedBy) = (.approved, principal.name)
            record.approvedAt = now
            let risk: RiskException
            do throws(RiskExceptionError) {
                risk = try record.exception(approver: principal.name, names)
            } catch {
                throw Self.invalid(error)
            }
            // The policies may have been changed since it was asked for.
            try self.checkLength(
                of: [risk], tenant: record.place.tenant, at: now, in: records)
        }
    }

    /// Turns a request down, or ends an accepted risk before its time.
    public func endException(
        _ id: ExceptionID, by principal: Principal
    ) async throws -> ExceptionRecord {
        try await change(id, "exception.ended", "Ended", by: principal) { record, _, now in
            guard record.state != .ended else { throw Self.wrongState(record) }
            (record.state, record.endedBy, record.endedAt) = (.ended, principal.name, now)
        }
    }

    /// Accepted and asked-for risks, newest first.
    public func exceptions(
        by principal: Principal, tenant: TenantID? = nil, before: ExceptionID? = nil,
        limit: Int = 100
    ) async throws -> [ExceptionRecord] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { records in
            try records.exceptions(
                in: scope, before: before, limit: min(max(limit, 1), EndpointQuery.maximumPage))
        }
    }

    /// One accepted or asked-for risk.
    public func exception(
        _ id: ExceptionID, by principal: Principal
    ) async throws -> ExceptionRecord {
        try principal.require(.view)
        return try await ledger.read { records in
            guard let record = try records.exception(id, in: principal.scope) else {
                throw Refusal.notFound("exception")
            }
            return record
        }
    }

    private func change(
        _ id: ExceptionID, _ action: String, _ verb: String, by principal: Principal,
        _ body:
            @escaping @Sendable (inout ExceptionRecord, any Records, Timestamp) throws -> Void
    ) async throws -> ExceptionRecord {
        try principal.require(.approve)
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard var record = try records.exception(id, in: principal.scope) else {
                throw Refusal.notFound("exception")
            }
            try body(&record, records, now)
            try records.update(record)
            try self.appendAudit(
                action, subject: id.text,
                sentence: "\(verb) the risk “\(record.name)”, owned by \(record.owner).",
                actor: principal.name, tenant: record.place.tenant, in: records, at: now)
            try self.decisionsChanged(
                for: record.place.tenant, by: principal.name, in: records, at: now, waking: &wakes)
            return record
        }
    }

    private static func wrongState(_ record: ExceptionRecord) -> Refusal {
        Refusal(
            .conflict, "E_EXCEPTION_STATE", "The exception is \(record.state.rawValue) already.",
            nextStep: "Ask for a new one when the risk is to be accepted again.")
    }

    private static func invalid(_ error: RiskExceptionError) -> Refusal {
        Refusal(
            .malformed, "E_EXCEPTION_INVALID", error.sentence,
            nextStep: "Correct the exception, and ask again.")
    }

    /// A condition over endpoints.
    package static func expression(_ text: String) throws -> GroupExpression {
        do throws(ExpressionError) {
            return try GroupExpression(parsing: text)
        } catch {
            throw Refusal(
                .malformed, "E_EXPRESSION",
                "The condition cannot be read at character \(error.offset + 1): \(error.message).",
                nextStep: "Correct it; docs/policy-document.md lists the fields.")
        }
    }
}
