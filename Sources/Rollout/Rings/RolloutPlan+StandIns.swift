public import Fleet
import Policy

extension RolloutPlan {
    /// Fills rings that have too few members for their gates from the rings behind them, so that an
    /// update which hardly any canary needs is tried by somebody before it reaches the others: the
    /// first ring has a member as long as there is any, and each but the last as many as its gate
    /// asks for, as far as there are so many. Nobody is left out and nobody goes later; soaks and
    /// budgets stay. Where there are no more, the gate asks for as many as there are.
    ///
    /// - Parameters:
    ///   - rings: the rings with their members.
    ///   - isPreferred: who is taken first, such as those that can be reached.
    /// - Returns: who stands in for whom, and which gates ask for fewer.
    public static func fill(
        _ rings: inout [RolloutRing], preferring isPreferred: (EndpointID) -> Bool
    ) -> [RolloutWarning] {
        var warnings: [RolloutWarning] = []
        for place in rings.indices.dropLast() {
            let wanted = max(rings[place].gate?.minimum ?? 0, place == 0 ? 1 : 0)
            for later in rings.indices.dropFirst(place + 1)
            where rings[place].members.count < wanted {
                let moved = rings[later].members.sorted {
                    let (one, other) = (isPreferred($0.endpoint), isPreferred($1.endpoint))
                    return one == other ? $0.endpoint < $1.endpoint : one
                }.prefix(wanted - rings[place].members.count)
                guard !moved.isEmpty else { continue }
                let ids = Set(moved.map(\.endpoint))
                rings[later].members.removeAll { ids.contains($0.endpoint) }
                rings[place].members += moved.map { member in
                    var member = member
                    // Its approval names the ring that it finds itself in.
                    member.ownRing = member.ownRing ?? rings[later].name
                    return member
                }
                warnings.append(
                    .standIns(ids.sorted(), from: rings[later].name, to: rings[place].name))
            }
        }
        for place in rings.indices {
            guard let gate = rings[place].gate else { continue }
            let count = rings[place].members.count
            if count == 0 {
                // Of nobody nothing can be asked.
                rings[place].gate = nil
            } else if gate.minimum > count {
                rings[place].gate?.minimum = count
                warnings.append(
                    .gateLowered(ring: rings[place].name, from: gate.minimum, to: count))
            }
        }
        return warnings
    }
}
