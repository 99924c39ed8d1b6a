import Fleet

/// What people have said of one update. The order in which they stand in the list plays no part.
struct PeoplesWord {
    /// The place in the list of a denial: that of the widest level, then the oldest.
    private(set) var denial: Int?
    /// The place of the deferral that lasts longest.
    private(set) var deferral: Int?
    /// How many different people approve.
    private(set) var approverCount = 0
    /// Their names, sorted, as part of a sentence; `nil` when nobody does.
    private(set) var approvers: String?
    private var lastApproval: Timestamp?

    private init() {}

    /// What they say. A function, since what is handed to an initialiser is copied first, and most
    /// updates are ones of which nobody has said anything.
    static func of(
        _ subject: UpdateSubject, in approvals: [ApprovalByHand], at now: Timestamp
    ) -> PeoplesWord {
        var word = PeoplesWord()
        if !approvals.isEmpty { word.take(approvals, on: subject, at: now) }
        return word
    }

    private mutating func take(
        _ approvals: [ApprovalByHand], on subject: UpdateSubject, at now: Timestamp
    ) {
        var names: Set<String> = []
        for (place, word) in approvals.enumerated()
        where word.at <= now && word.updates.matches(subject) {
            switch word.verdict {
            case .declined, .hold:
                if denial.map({ Self.precedes(word, approvals[$0]) }) ?? true { denial = place }
            case .deferred(let until):
                guard until > now else { continue }
                if deferral.map({ Self.outlasts(word, approvals[$0]) }) ?? true { deferral = place }
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

    private static func outlasts(_ left: ApprovalByHand, _ right: ApprovalByHand) -> Bool {
        guard case .deferred(let one) = left.verdict, case .deferred(let other) = right.verdict
        else { return false }
        return (one, left.person) > (other, right.person)
    }

    /// Whether somebody has approved after an instant; of no instant, nothing is known.
    func approvedAfter(_ instant: Timestamp?) -> Bool {
        guard let instant, let lastApproval else { return false }
        return lastApproval > instant
    }
}
