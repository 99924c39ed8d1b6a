import Policy
import ServerRecords

extension BlockedVersion {
    /// The block, as decisions look at it.
    var standing: DecisionContext.VersionBlock {
        DecisionContext.VersionBlock(by: by, reason: reason)
    }
}

extension ApprovalByHand {
    /// Whether it forbids.
    var denies: Bool {
        switch verdict {
        case .declined, .hold: true
        case .approved, .deferred: false
        }
    }
}

extension PatchPolicy {
    /// Whether a rule or the default of it asks for verdicts.
    var asksForVerdicts: Bool {
        ([otherwise] + rules.map(\.treatment)).contains { $0.approval.verdictGate != nil }
    }

    /// Whether a rule or the default of it forbids something, or what no ring has shown yet.
    var denies: Bool {
        before?.passed != nil || otherwise.approval.denies
            || rules.contains { $0.treatment.approval.denies }
    }
}
