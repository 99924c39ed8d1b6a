public import Fleet
import Verdicts

/// An effective policy made ready for many decisions: expressions compiled, names of rules put
/// together. Endpoints with the same effective policy share one, and handing it on copies nothing.
public final class CompiledPolicy: Sendable {
    /// What it was made of.
    public let effective: EffectivePolicy
    /// Whether windows of it count from an update's release.
    public let countsFromRelease: Bool
    /// Whether a ring must have verified versions before they are installed.
    let asksForPass: Bool
    /// The lanes whose rings may leave endpoints out.
    private let choosyLanes: [(lane: Lane, rings: RingAssignment)]
    private let layers: ContiguousArray<Layer>
    private let otherwise: Ruling?

    /// One policy's rules. An object, since it is looked at for every update.
    private final class Layer: Sendable {
        /// The conditions of its rules, in their order.
        let conditions: CompiledExpression<UpdateField>
        let rulings: ContiguousArray<Ruling>
        let isCertain: Bool

        init(_ rules: [PolicyRule], of name: PolicyName, isCertain: Bool) {
            conditions = CompiledExpression(inOrder: rules.lazy.map(\.when))
            rulings = ContiguousArray(
                rules.enumerated().map { number, rule in
                    Ruling(
                        rule.treatment, label: "rule \(number + 1) of \(name)",
                        versions: rule.when.versionWords)
                })
            self.isCertain = isCertain
        }
    }

    /// What a rule says, and which rule it is. One object a rule: it is handed about for every
    /// update, and never changed.
    final class Ruling: Sendable {
        let treatment: Treatment
        /// `rule 2 of servers-standard`
        let label: String
        let denies: Bool
        /// What the rule's condition says of the version; `nil` where it says nothing.
        let versions: String?

        init(_ treatment: Treatment, label: String, versions: String? = nil) {
            self.treatment = treatment
            self.label = label
            self.versions = versions
            denies = treatment.approval.denies
        }

        /// Whether it forbids this update; a verdict of block does where verdicts are asked for.
        func denies(_ subject: UpdateSubject) -> Bool {
            denies || (subject.verdict?.word == .block && treatment.approval.verdictGate != nil)
        }
    }

    /// What all rules say of one update.
    struct Verdict {
        /// The denial of the widest level that has one.
        var denial: Ruling?
        /// The first rule that matches, from the nearest policy on, or else the default; `nil` when
        /// no policy is known to apply.
        var choice: Ruling?
        /// The first rule passed over because facts are missing that it needs, and these.
        var unjudged: DecisionGrounds.Unjudged?
    }

    /// Makes a policy ready.
    public init(_ effective: EffectivePolicy) {
        self.effective = effective
        choosyLanes = Lane.allCases.compactMap { lane in
            guard let policy = effective.nearest?.name else { return nil }
            let rings = effective.rings(of: lane)
            let assignment = RingAssignment(rings, of: policy)
            return rings.isEmpty || assignment.takesEverybody ? nil : (lane, assignment)
        }
        countsFromRelease = effective.countsFromRelease
        asksForPass = effective.before?.value.passed != nil
        layers = ContiguousArray(
            effective.layers.map { layer in
                Layer(
                    layer.policy.rules, of: layer.policy.name, isCertain: layer.isCertain)
            })
        otherwise = effective.otherwise.map {
            Ruling($0.value, label: "default of \($0.policy)")
        }
    }

    /// The lanes whose rings do not take an endpoint.
    public func lanesWithoutRing(for endpoint: EndpointSubject, at now: Timestamp) -> LaneSet {
        LaneSet(
            choosyLanes.filter { $0.rings.place(of: endpoint, at: now).ring == nil }
                .map { LaneSet($0.lane) })
    }

    /// What the rules say of an update at `now`. A rule matches only when it is known to match.
    func verdict(on subject: UpdateSubject, at now: Timestamp) -> Verdict {
        var verdict = Verdict()
        for layer in layers {
            let answer = layer.conditions.firstYes(subject, at: now)
            if layer.isCertain, verdict.choice == nil, verdict.unjudged == nil,
                let place = answer.unknown
            {
                verdict.unjudged = DecisionGrounds.Unjudged(
                    rule: layer.rulings[place].label,
                    lacks: Set(layer.conditions.missing(in: place, subject, at: now))
                        .sorted { $0.rawValue < $1.rawValue })
            }
            guard let place = answer.match else { continue }
            let ruling = layer.rulings[place]
            if ruling.denies(subject) {
                verdict.denial = ruling
            } else if layer.isCertain, verdict.choice == nil {
                verdict.choice = ruling
            }
        }
        if verdict.choice == nil, let otherwise {
            verdict.choice = otherwise
            // A default that denies is a denial like any other.
            if otherwise.denies(subject), verdict.denial == nil {
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
}
