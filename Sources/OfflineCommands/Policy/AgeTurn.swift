import Calendar
import Fleet
import Policy

/// When an update comes under another rule by growing older, and what is decided then.
struct AgeTurn {
    /// When.
    let at: Timestamp
    /// What is decided then.
    let decision: Decision

    /// How far ahead is looked, in days: a year holds every age that a rule sensibly asks for.
    private static let longestDays: Int64 = 366
    /// How many turns of its rules an update is followed through: each changes what one of them
    /// says.
    private static let mostTurns = 8
    private static let daySeconds: Int64 = 86_400

    /// The first time at which an update's age alone brings it under another rule than now; `nil`
    /// where it does not, where its age is not known, or where it is installed before.
    init?(
        of update: PlanUpdate, on member: PlanEndpoint, deciding now: Decision,
        at instant: Timestamp
    ) {
        guard let policy = member.policy, update.subject.outSince != nil else { return nil }
        let rules = policy.effective.layers.flatMap { layer in
            layer.policy.rules.map { CompiledExpression($0.when) }
        }
        func answers(_ time: Timestamp) -> [Ternary] {
            rules.map { $0.evaluate(update.subject, at: time) }
        }
        var context = update.context
        context.outlook = update.outlook ?? member.outlook
        var from = instant
        for _ in 0..<Self.mostTurns {
            guard let turn = Self.turn(of: answers, after: from, from: instant) else { return nil }
            if now.action == .install, let nextAt = now.nextAt, nextAt <= turn { return nil }
            let then = Decision.decide(update.subject, under: policy, in: context, at: turn)
            if then.rule != now.rule {
                (at, decision) = (turn, then)
                return
            }
            from = turn
        }
        return nil
    }

    /// When the rules' answers next change, to the second: what changes for less than a day is
    /// passed over.
    private static func turn(
        of answers: (Timestamp) -> [Ternary], after from: Timestamp, from start: Timestamp
    ) -> Timestamp? {
        let former = answers(from)
        var before: Int64 = 0
        var other: Int64?
        let rest = longestDays - from.seconds(since: start) / daySeconds
        for day in 1...max(rest, 1) {
            if answers(from.adding(seconds: day * daySeconds)) != former {
                other = day * daySeconds
                break
            }
            before = day * daySeconds
        }
        guard var after = other else { return nil }
        while after - before > 1 {
            let middle = (before + after) / 2
            let isFormer = answers(from.adding(seconds: middle)) == former
            (before, after) = isFormer ? (middle, after) : (before, middle)
        }
        return from.adding(seconds: after)
    }

    /// What it means, as a sentence behind the decision's own.
    var sentence: String {
        "By its age it comes under \(decision.rule) \(MinuteText.utc(at)): \(decision.sentence)"
    }
}
