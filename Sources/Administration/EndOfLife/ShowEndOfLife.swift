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
        try principal.require(.approve)
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
        return item
    }
}

/// The ends of support of a fleet's products: each distinct operating system and row of software is
/// looked up once.
private struct SupportEnds {
    private let state: FindingState
    private let now: Timestamp
    private var holders: [EndOfLifeStatus: EndpointSet] = [:]
    /// Endpoints of whose operating system the end of support is known.
    private var known = EndpointSet()

    init(_ state: FindingState, at now: Timestamp) {
        self.state = state
        self.now = now
        let index = state.fleet.index
        let systems = state.systems.map { EndOfLife.status(of: $0, in: index, at: now) }
        for (number, member) in state.members.enumerated() {
            guard let member, let status = systems[Int(member.system)] else { continue }
            let number = UInt32(truncatingIfNeeded: number)
            holders[status, default: EndpointSet()].insert(number)
            known.insert(number)
        }
        guard !index.cycles.isEmpty else { return }
        let numbers = state.fleet.allSoftware.filter {
            state.fleet.software($0).row.ecosystem != nil
        }
        let statuses = EndOfLife.eachApplication(
            of: numbers.map { state.fleet.software($0).row }, in: index, at: now)
        for (number, status) in zip(numbers, statuses) {
            guard let status else { continue }
            holders[status, default: EndpointSet()].formUnion(state.fleet.holders(of: number))
        }
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let product: String
        let cycle: String
    }

    func report(
        in scope: Scope, answers: [EndOfLifeAnswer], states: Set<EndOfLifeStatus.State>?
    ) -> EndOfLifeReport {
        let said = Dictionary(
            answers.map { (Key(tenant: $0.tenant, product: $0.product, cycle: $0.cycle), $0) },
            uniquingKeysWith: { first, _ in first })
        var items: [EndOfLifeItem] = []
        var (all, failing, covered) = (EndpointSet(), EndpointSet(), EndpointSet())
        for tenant in state.tenants(in: scope) {
            let own = state.tenants[tenant] ?? EndpointSet()
            all.formUnion(own)
            covered.formUnion(own.intersection(known))
            for (status, endpoints) in holders {
                let here = endpoints.intersection(own)
                guard !here.isEmpty else { continue }
                let key = Key(tenant: tenant, product: status.product, cycle: status.cycle)
                let item = item(status, of: tenant, on: here.count, answer: said[key])
                if item.compliance == .nonCompliant { failing.formUnion(here) }
                if states?.contains(status.state) ?? true { items.append(item) }
            }
        }
        let unknown = all.subtracting(covered).subtracting(failing).count
        return EndOfLifeReport(
            items: items.sorted(by: Self.comesBefore),
            compliant: all.count - failing.count - unknown, nonCompliant: failing.count,
            unknown: unknown, isComplete: state.isBuilt)
    }

    private func item(
        _ status: EndOfLifeStatus, of tenant: TenantID, on endpoints: Int,
        answer: EndOfLifeAnswer?
    ) -> EndOfLifeItem {
        let isAnswered = answer.map { $0.until > now } ?? false
        let complies = status.state != .ended || isAnswered
        return EndOfLifeItem(
            tenant: tenant, product: status.product, cycle: status.cycle, state: status.state,
            endsAt: status.endsAt, extendedUntil: status.extendedUntil, endpoints: endpoints,
            answer: answer, compliance: complies ? .compliant : .nonCompliant,
            sentence: sentence(status, answer))
    }

    private func sentence(_ status: EndOfLifeStatus, _ answer: EndOfLifeAnswer?) -> String {
        if let answer, answer.until > now {
            let words =
                switch answer.treatment {
                case .replace: "It is being replaced"
                case .isolate: "It is isolated"
                case .extendedSupport: "It has extended support"
                case .exception: "The risk is accepted"
                }
            return "\(words) until \(answer.until.wholeSeconds): \(answer.reason)"
        }
        let expired = answer == nil ? "" : " What was said about it has expired."
        switch status.state {
        case .ended:
            return
                "Support has ended: replace it, isolate it, take extended support, or accept the risk until a date.\(expired)"
        case .within90Days: return "Support ends within 90 days.\(expired)"
        case .within365Days: return "Support ends within a year.\(expired)"
        case .supported: return "It is supported.\(expired)"
        }
    }

    private static func comesBefore(_ left: EndOfLifeItem, _ right: EndOfLifeItem) -> Bool {
        func key(_ item: EndOfLifeItem) -> (Int, Int64, String, String, TenantID) {
            (
                item.state == .ended ? 0 : 1, item.endsAt?.milliseconds ?? .max, item.product,
                item.cycle, item.tenant
            )
        }
        return key(left) < key(right)
    }
}
