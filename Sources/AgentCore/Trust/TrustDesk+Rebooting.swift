public import AgentProtocol
import Calendar
public import Fleet
import Policy
import Rollout
import Trust

extension TrustDesk: RebootRules {
    /// What the signed policies say about reboots after an order; `nil` while the endpoint asks for
    /// no grants, and then the order's own word counts. Policies that do not hold any more allow
    /// none.
    public func terms(for order: JobOrder, at now: Timestamp) async -> RebootTerms? {
        guard asksForGrants else { return nil }
        let never = RebootTerms(
            rule: .none, opening: .closed(next: nil), check: HealthCheck(probes: []))
        guard let memo = try? TrustFiles.load(from: state),
            let policies = try? policies(memo, at: now).document.body.policies,
            let facts = await facts(),
            let subject = try? subject(memo, facts: facts, at: now),
            let effective = EffectivePolicy(of: policies, for: subject, at: now)
        else { return never }
        let grant = believed(order, memo, at: now)
        let windows = effective.windows(of: grant?.lane ?? .routine)
        let zones = zones(for: policies, subject: subject, memo, at: now)
        guard
            let calendar = try? WindowCalendar(
                windows, freezes: effective.freezes.map(\.value), zones: zones,
                release: grant?.release(of: order.updates.map(\.key))
            ).only(.reboot)
        else { return never }
        let open = calendar.openings(at: now)
        let opening: RebootTerms.Opening =
            open.isEmpty
            ? .closed(next: calendar.nextOpening(after: now)?.opens)
            : .open(since: open.map(\.opens).min(), until: open.map(\.closes).max())
        return RebootTerms(
            rule: effective.reboot?.value ?? .none, opening: opening,
            check: effective.after?.value ?? HealthCheck(probes: []),
            mustBeNeeded: memo.state.root.body.mode == .sealed)
    }

    /// An order's signed approval, whose lane is the endpoint's way; `nil` where none is believed,
    /// and then it goes the everyday way. One that is for another endpoint, or for something else,
    /// opens no window.
    private func believed(_ order: JobOrder, _ memo: TrustMemo, at now: Timestamp) -> Grant? {
        guard !order.updates.isEmpty, let text = grant(of: order),
            let taken = try? memo.state.verify(Array(text.utf8), as: Grant.self, at: now)
        else { return nil }
        let body = taken.accepted.document.body
        guard body.target.endpoints?.contains(endpoint) ?? true else { return nil }
        let granted = Dictionary(
            body.updates.map { ($0.package, $0.version) }, uniquingKeysWith: { first, _ in first })
        return order.updates.allSatisfy { granted[$0.key] == $0.to } ? body : nil
    }
}
