public import Advisories
public import ControlPlane
import Findings
public import Fleet
public import ServerRecords

extension UseCases {
    /// For how many days an answer counts at most: whoever accepts a risk looks again within a
    /// year.
    public static let longestAnswerDays: Int64 = 366
    private static let longestReason = 500

    /// How long everything on a scope's endpoints will be supported, and whether that is answered
    /// for.
    ///
    /// Only products in these states are listed; the counts of endpoints are those of all.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` for a tenant out of scope.
    public func endOfLife(
        by principal: Principal, tenant: TenantID? = nil, states: Set<EndOfLifeStatus.State>? = nil
    ) async throws -> EndOfLifeReport {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let answers = try await ledger.read { try $0.endOfLifeAnswers(in: scope) }
        let ledgerOfEnds = SupportEnds(findings.snapshot(), at: effects.now())
        return ledgerOfEnds.report(in: scope, answers: answers, states: states)
    }

    /// Says what is done about a product of a tenant's endpoints.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`, `E_NOT_FOUND` for a tenant out of scope,
    ///   `E_NO_SUCH_PRODUCT` for one
    ///   that none of its endpoints has, `E_UNTIL` for an instant that is past or too far away,
    ///   `E_REASON`.
    public func answerEndOfLife(
        _ new: NewEndOfLifeAnswer, by principal: Principal
    ) async throws -> EndOfLifeItem {
        try principal.require(.deploy)
        guard let scope = principal.scope.narrowed(to: new.tenant) else {
            throw Refusal.notFound("tenant")
        }
        let now = effects.now()
        guard new.until > now, new.until <= now.adding(seconds: Self.longestAnswerDays * 86_400)
        else {
            throw Refusal(
                .malformed, "E_UNTIL",
                "An answer counts until an instant within the next \(Self.longestAnswerDays) days.",
                nextStep: "Choose a date, and look again then.")
        }
        let reason = PlainText.line(new.reason, atMost: Self.longestReason)
        guard !reason.isEmpty else {
            throw Refusal(
                .malformed, "E_REASON", "An answer needs a reason.",
                nextStep: "Say in a sentence why.")
        }
        let ends = SupportEnds(findings.snapshot(), at: now)
        let answer = EndOfLifeAnswer(
            tenant: new.tenant, product: new.product, cycle: new.cycle,
            treatment: new.treatment, until: new.until, reason: reason, saidBy: principal.name,
            saidAt: now)
        let report = ends.report(in: scope, answers: [answer], states: nil)
        guard
            let item = report.items.first(where: {
                $0.product == new.product && $0.cycle == new.cycle
            })
        else {
            throw Refusal(
                .conflict, "E_NO_SUCH_PRODUCT",
                "None of the tenant's endpoints is known to have \(PlainText.line("\(new.product) \(new.cycle)", atMost: 100)).",
                nextStep: "Name product and cycle as the list does.")
        }
        try await ledger.write { records in
            try records.save(answer)
            try self.appendAudit(
                "endOfLife.answered", subject: "\(new.product) \(new.cycle)",
                sentence:
                    "Said that \(new.product) \(new.cycle) is answered for by \(new.treatment.rawValue) until \(new.until): \(reason)",
                actor: principal.name, tenant: new.tenant, in: records, at: now)
        }
        try await settleSupport(of: new.tenant, ends)
        return item
    }
}
