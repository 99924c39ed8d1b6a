package import Fleet
package import Policy
package import ServerRecords

/// A ring that others come after, as the place of an endpoint under a policy.
package struct RingPlace: Hashable, Sendable {
    /// The policy that the endpoint goes by.
    package let policy: PolicyName
    /// The ring.
    package let ring: PolicyName
    /// The ring that waits for it.
    package let next: PolicyName
    /// How many endpoints of it must be verified before that one begins.
    package let minimum: Int
}

extension EndpointDecisions {
    /// The rings of all lanes that an endpoint is in, but for those that nothing waits for.
    package func ringPlaces(
        of endpoint: EndpointRecord, facts: EndpointFacts?
    ) throws -> Set<RingPlace> {
        let subject = try subject(endpoint, facts: facts)
        guard let effective = EffectivePolicy(of: placedPolicies, for: subject, at: now),
            let policy = effective.nearest?.name
        else { return [] }
        return Set(
            Lane.allCases.compactMap { lane in
                let rings = effective.rings(of: lane)
                let place = RingAssignment(rings, of: policy).place(of: subject, at: now).ring
                guard let place, place < rings.count - 1 else { return nil }
                return RingPlace(
                    policy: policy, ring: rings[place].name, next: rings[place + 1].name,
                    minimum: rings[place].gate?.minimum ?? 0)
            })
    }
}

/// Watches which rings a change takes the last endpoint from.
package struct RingWatch {
    private var left: Set<RingPlace> = []
    private var held: Set<RingPlace> = []

    package init() {}

    /// Whether a ring was left of which nobody has been seen that stays in it.
    package var isOpen: Bool { !left.isSubset(of: held) }

    /// Notes where an endpoint is before and after the change.
    package mutating func note(before: Set<RingPlace>, after: Set<RingPlace>) {
        left.formUnion(before.subtracting(after))
        held.formUnion(after)
    }

    /// What becomes of the rings that are left empty, one sentence each.
    package var sentences: [String] {
        left.subtracting(held).map { place in
            "Nobody is left in the ring “\(place.ring)” of “\(place.policy)”: "
                + (place.minimum > 0
                    ? "its gate wants \(place.minimum) verified there, so that rollouts stop at it."
                    : "it is passed at once, and “\(place.next)” begins without it.")
        }.sorted()
    }
}
