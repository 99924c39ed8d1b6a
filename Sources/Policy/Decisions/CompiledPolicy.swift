import Fleet

/// An effective policy made ready for many decisions: expressions compiled, names of rules put
/// together. Endpoints with the same effective policy share one.
public struct CompiledPolicy: Sendable {
    /// What it was made of.
    public let effective: EffectivePolicy
    private let layers: ContiguousArray<Layer>
    private let otherwise: Ruling?

    private struct Layer: Sendable {
        let rules: ContiguousArray<Rule>
        let isCertain: Bool
    }

    private struct Rule: Sendable {
        let condition: CompiledExpression<UpdateField>
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
        layers = ContiguousArray(
            effective.layers.map { layer in
                let rules = layer.policy.rules.enumerated().map { number, rule in
                    Rule(
                        condition: CompiledExpression(rule.when),
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
    func verdict(on subject: borrowing UpdateSubject, at now: Timestamp) -> Verdict {
        var verdict = Verdict()
        for layer in layers.indices {
            let isCertain = layers[layer].isCertain
            rules: for rule in layers[layer].rules.indices {
                switch layers[layer].rules[rule].condition.evaluate(subject, at: now) {
                case .no: continue rules
                case .unknown:
                    if isCertain, verdict.choice == nil, verdict.unjudged == nil {
                        verdict.unjudged = layers[layer].rules[rule].ruling.label
                    }
                    continue rules
                case .yes: break
                }
                let ruling = layers[layer].rules[rule].ruling
                if ruling.treatment.approval.denies {
                    verdict.denial = ruling
                } else if isCertain, verdict.choice == nil {
                    verdict.choice = ruling
                }
                break rules
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
}
