public import Fleet

/// An effective policy made ready for many decisions: expressions compiled, names of rules put
/// together. Endpoints with the same effective policy share one.
public struct CompiledPolicy: Sendable {
    /// What it was made of.
    public let effective: EffectivePolicy
    /// Whether windows of it count from an update's release.
    public let countsFromRelease: Bool
    private let layers: ContiguousArray<Layer>
    private let otherwise: Ruling?

    private struct Layer: Sendable {
        let rules: ContiguousArray<Rule>
        let isCertain: Bool
    }

    private struct Rule: Sendable {
        let condition: CompiledExpression<UpdateField>
        let denies: Bool
        let ruling: Ruling
    }

    /// What a rule says, and which rule it is.
    struct Ruling: Sendable {
        let treatment: Treatment
        /// `rule 2 of servers-standard`
        let label: String
    }

    /// What all rules say of one update.
    struct Verdict {
        /// The denial of the widest level that has one.
        var denial: Ruling?
        /// The first rule that matches, from the nearest policy on, or else the default; `nil` when
        /// no policy is known to apply.
        var choice: Ruling?
        /// The first rule passed over because a fact is missing that it needs.
        var unjudged: String?
    }

    /// Makes a policy ready.
    public init(_ effective: EffectivePolicy) {
        self.effective = effective
        countsFromRelease = effective.countsFromRelease
        layers = ContiguousArray(
            effective.layers.map { layer in
                let rules = layer.policy.rules.enumerated().map { number, rule in
                    Rule(
                        condition: CompiledExpression(rule.when),
                        denies: rule.treatment.approval.denies,
                        ruling: Ruling(
                            treatment: rule.treatment,
                            label: "rule \(number + 1) of \(layer.policy.name)"))
                }
                return Layer(rules: ContiguousArray(rules), isCertain: layer.isCertain)
            })
        otherwise = effective.otherwise.map {
            Ruling(treatment: $0.value, label: "default of \($0.policy)")
        }
    }

    /// What the rules say of an update at `now`. A rule matches only when it is known to match.
    func verdict(on subject: UpdateSubject, at now: Timestamp) -> Verdict {
        var verdict = Verdict()
        for layer in layers.indices {
            let isCertain = layers[layer].isCertain
            // Looked at in place: a copy of a rule costs more than its evaluation.
            layers[layer].rules.withUnsafeBufferPointer { rules in
                let answer = Self.firstMatch(rules, subject, now)
                if isCertain, verdict.choice == nil, verdict.unjudged == nil,
                    let place = answer.unjudged
                {
                    verdict.unjudged = rules[place].ruling.label
                }
                guard let place = answer.match else { return }
                if rules[place].denies {
                    verdict.denial = rules[place].ruling
                } else if isCertain, verdict.choice == nil {
                    verdict.choice = rules[place].ruling
                }
            }
        }
        if verdict.choice == nil, let otherwise {
            verdict.choice = otherwise
            // A default that denies is a denial like any other.
            if otherwise.treatment.approval.denies, verdict.denial == nil {
                verdict.denial = otherwise
            }
        }
        return verdict
    }

    /// Whether a rule is known to forbid an update of which no more is known than its endpoint can
    /// tell.
    public func denies(_ update: Update, at now: Timestamp) -> Bool {
        verdict(on: UpdateSubject(update: update), at: now).denial != nil
    }

    /// The places of the first rule that matches, and of the first before it that cannot be judged.
    private static func firstMatch(
        _ rules: UnsafeBufferPointer<Rule>, _ subject: UpdateSubject, _ now: Timestamp
    ) -> (match: Int?, unjudged: Int?) {
        var unjudged: Int?
        for place in rules.indices {
            switch rules[place].condition.evaluate(subject, at: now) {
            case .no: continue
            case .yes: return (place, unjudged)
            case .unknown: unjudged = unjudged ?? place
            }
        }
        return (nil, unjudged)
    }
}
