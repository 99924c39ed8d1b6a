import Fleet

/// What people have said of one update. The order in which they stand in the list plays no part.
struct PeoplesWord {
    /// A denial: that of the widest level, then the oldest.
    private(set) var denial: ApprovalByHand?
    /// The deferral that lasts longest, and until when.
    private(set) var deferral: (ApprovalByHand, Timestamp)?
    /// How many different people approve.
    private(set) var approverCount = 0
    /// Their names, sorted, as part of a sentence; `nil` when nobody does.
    private(set) var approvers: String?
    private var lastApproval: Timestamp?

    init(
        _ approvals: [ApprovalByHand], on subject: borrowing UpdateSubject, at now: Timestamp
    ) {
        guard !approvals.isEmpty else { return }
        var names: Set<String> = []
        for word in approvals where word.at <= now && word.updates.matches(subject) {
            switch word.verdict {
            case .declined, .hold:
                if denial.map({ Self.precedes(word, $0) }) ?? true { denial = word }
            case .deferred(let until):
                guard until > now else { continue }
                let isLonger = deferral.map { (until, word.person) > ($0.1, $0.0.person) } ?? true
                if isLonger { deferral = (word, until) }
            case .approved:
                names.insert(word.person)
                lastApproval = max(word.at, lastApproval ?? word.at)
            }
        }
        approverCount = names.count
        if !names.isEmpty { approvers = names.sorted().joined(separator: " and ") }
    }

    private static func precedes(_ left: ApprovalByHand, _ right: ApprovalByHand) -> Bool {
        if left.level != right.level { return left.level < right.level }
        return (left.at, left.person) < (right.at, right.person)
    }

    /// Whether somebody has approved after an instant; of no instant, nothing is known.
    func approvedAfter(_ instant: Timestamp?) -> Bool {
        guard let instant, let lastApproval else { return false }
        return lastApproval > instant
    }
}
