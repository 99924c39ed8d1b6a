import Fleet
package import Policy

extension EndpointDecisions {
    /// Whether anything that decides asks for a group of one of these names: a policy, a rule of it,
    /// a ring, an accepted risk, a word of a person. When nothing does, it makes no difference who
    /// is in it.
    package func asks(forAnyOf groups: Set<PolicyName>) -> Bool {
        let said = approvals.map(\.endpoints) + exceptions.map(\.endpoints)
        let written =
            pauses.map(\.exception.endpoints) + book.written.map(\.exception.endpoints)
            + book.written.map { $0.applies }
        let conditions =
            book.placed.map(\.policy.applies) + book.placed.flatMap(\.policy.ringConditions)
            + (said + written).compactMap(\.self)
        return conditions.contains { $0.asks(forAnyOf: groups) }
    }
}

extension PatchPolicy {
    /// The conditions by which its rings take their members.
    fileprivate var ringConditions: [GroupExpression] {
        rings.values.joined().compactMap {
            if case .matching(let members) = $0.members { members } else { nil }
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
