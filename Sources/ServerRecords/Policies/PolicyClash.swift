public import Policy

/// Policies of one level that would both apply to the same endpoints, while nothing says which of
/// them comes first.
public struct PolicyClash: Hashable, Sendable, Codable {
    /// The level.
    public var level: PolicyLevel
    /// The policies, by name.
    public var policies: [String]
    /// On how many endpoints.
    public var endpoints: Int
    /// The first of them, by name.
    public var named: [String]

    /// How many endpoints are named; the rest is counted.
    static let namesListed = 5

    /// What clashes where, as a sentence.
    public var sentence: String {
        let names = policies.map { "“\($0)”" }
        let more = endpoints - named.count
        let places = named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        let all = policies.count > 2 ? "all" : "both"
        return "\(names.dropLast().joined(separator: ", ")) and \(names.last ?? "") of the level "
            + "\(level.rawValue) would \(all) apply to \(places), and neither inherits the other."
    }
}

extension [PolicyClash] {
    /// Notes the clashes that an endpoint would have and has not yet.
    package mutating func note(
        _ problems: [InheritanceProblem], besides old: [InheritanceProblem], on endpoint: String
    ) {
        for case .conflict(let level, let policies) in problems
        where !old.contains(where: { $0.holds(level, policies) }) {
            let names = policies.map(\.text).sorted()
            let place = firstIndex { $0.level == level && $0.policies == names } ?? count
            if place == count {
                append(PolicyClash(level: level, policies: names, endpoints: 0, named: []))
            }
            self[place].endpoints += 1
            if self[place].named.count < PolicyClash.namesListed {
                self[place].named.append(endpoint)
            }
        }
    }

    /// Refuses what would put endpoints under several policies of one level, unless whoever asks
    /// says that they may overlap.
    ///
    /// - Throws: `Refusal` `E_POLICY_CONFLICT`.
    package func requireNone(unless mayOverlap: Bool?) throws(Refusal) {
        guard mayOverlap != true, let clash = first else { return }
        throw Refusal(
            .conflict, "E_POLICY_CONFLICT", clash.sentence,
            nextStep: "Narrow “applies” of one of them, or say which comes first: the one that "
                + "inherits another comes before it. If they may overlap all the same, say so "
                + "(--overlap, mayOverlap): the first by name holds then.")
    }
}

extension InheritanceProblem {
    /// Whether it is a clash of these policies already, be it with others too.
    fileprivate func holds(_ level: PolicyLevel, _ policies: [PolicyName]) -> Bool {
        guard case .conflict(level, let known) = self else { return false }
        return Set(policies).isSubset(of: known)
    }
}
