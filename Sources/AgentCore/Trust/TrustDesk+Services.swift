public import AgentProtocol
import Calendar
public import Fleet
import Policy
import Rollout
import Trust

extension TrustDesk {
    /// What the signed policies say about restarting services after an order; `nil` where there are
    /// none that hold, or they say nothing: then none is restarted.
    ///
    /// A restart is part of the work that an order's approval and its window allow: without both
    /// nothing is restarted any more.
    public func services(for order: JobOrder, at now: Timestamp) async -> ServiceTerms? {
        guard asksForGrants, let ground = await windowGround(at: now),
            let rule = ground.effective.services?.value
        else { return nil }
        guard let text = grant(of: order),
            let taken = try? ground.memo.state.verify(Array(text.utf8), as: Grant.self, at: now)
        else {
            return ServiceTerms(rule: rule, obstacle: "the order's approval holds no more")
        }
        let calendar = ground.calendar(of: taken.accepted.document.body.lane)?.only(.install)
        guard calendar?.openings(at: now).isEmpty == false || isCatchingUp(at: now) else {
            return ServiceTerms(rule: rule, obstacle: "the window has closed")
        }
        return ServiceTerms(rule: rule)
    }

    /// Whether a missed window is being caught up.
    private func isCatchingUp(at now: Timestamp) -> Bool {
        guard let since = absences()?.caughtUpAt else { return false }
        return now.seconds(since: since) < Absences.togetherSeconds
    }
}
