import Administration
public import ControlPlane
public import Fleet
public import ServerRecords

extension UseCases {
    /// The longest review, in characters: a page.
    public static let longestReview = 4_000
    /// How much of it the audit log tells, in characters.
    private static let reviewTold = 500
    /// The most runs of one page of a list.
    public static let largestEmergencyPage = 200

    /// Emergency runs, newest first.
    public func emergencies(
        by principal: Principal, tenant: TenantID? = nil, openOnly: Bool = false,
        before: EmergencyID? = nil, limit: Int = 100
    ) async throws -> [EmergencyRun] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let rows = min(max(limit, 1), Self.largestEmergencyPage)
        let states = openOnly ? EmergencyRun.State.allCases.filter(\.isOpen) : []
        return try await ledger.read {
            try $0.emergencies(in: scope, states: states, before: before, limit: rows)
        }
    }

    /// One emergency run.
    public func emergency(
        _ id: EmergencyID, by principal: Principal
    ) async throws -> EmergencyRun {
        try principal.require(.view)
        return try await ledger.read { records in
            guard let run = try records.emergency(id, in: principal.scope) else {
                throw Refusal.notFound("emergency run")
            }
            return run
        }
    }

    /// Writes the review of a run that is over, and closes it.
    ///
    /// - Throws: `Refusal` `E_EMERGENCY_STATE` while it goes on and when it is closed,
    ///   `E_EMERGENCY_REVIEW` for an empty or too long text.
    public func reviewEmergency(
        _ id: EmergencyID, _ text: String, by principal: Principal
    ) async throws -> EmergencyRun {
        try principal.require(.approve)
        let now = effects.now()
        guard text.contains(where: { !$0.isWhitespace }), text.count <= Self.longestReview else {
            throw Refusal(
                .malformed, "E_EMERGENCY_REVIEW",
                "A review says what happened, in 1 to \(Self.longestReview) characters.",
                nextStep: "Write why it could not wait, what went well and what did not.")
        }
        return try await ledger.write { records in
            guard var run = try records.emergency(id, in: principal.scope) else {
                throw Refusal.notFound("emergency run")
            }
            guard run.state == .awaitingReview else { throw Self.wrongState(run) }
            run.state = .closed
            run.review = EmergencyRun.Review(text: text, by: principal.name, at: now)
            try records.update(run)
            try self.appendAudit(
                "emergency.reviewed", subject: id.text,
                sentence: "Reviewed the emergency run for \(run.vulnerability): "
                    + PlainText.line(text, atMost: Self.reviewTold),
                actor: principal.name, tenant: run.tenant, in: records, at: now)
            for var alert in try records.openAlerts(.emergencyReview, of: run.tenant)
            where alert.subject == id.text {
                (alert.acknowledgedAt, alert.acknowledgedBy) = (now, principal.name)
                try records.update(alert)
            }
            return run
        }
    }
}
