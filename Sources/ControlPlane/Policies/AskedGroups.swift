import Fleet
package import Policy

extension EndpointDecisions {
    /// Whether anything that decides asks for a group of one of these names: a policy, a rule of it,
    /// a ring, an accepted risk, a word of a person. When nothing does, it makes no difference who
    /// is in it.
    package func asks(forAnyOf groups: Set<PolicyName>) -> Bool {
        var conditions = book.placed.map(\.policy.applies)
        conditions += book.placed.flatMap(\.policy.ringConditions)
        conditions += book.written.map(\.applies)
        conditions += book.written.compactMap(\.exception.endpoints)
        conditions += approvals.compactMap(\.endpoints) + exceptions.compactMap(\.endpoints)
        conditions += pauses.compactMap { $0.exception.endpoints }
        return conditions.contains { $0.asks(forAnyOf: groups) }
    }
}

extension PatchPolicy {
    /// The conditions by which its rings take their members.
    fileprivate var ringConditions: [GroupExpression] {
        rings.values.joined().compactMap { ring -> GroupExpression? in
            if case .matching(let members) = ring.members { members } else { nil }
        }
    }
}

extension GroupExpression {
    /// Whether it asks for a group of one of the names. Its text is looked at: a pattern may mean
    /// any of them, and a name that stands elsewhere in it costs a look at the fleet.
    fileprivate func asks(forAnyOf groups: Set<PolicyName>) -> Bool {
        guard fields.contains(.group) else { return false }
        let text = description
        return text.contains("~") || groups.contains { text.contains($0.text) }
    }
}
