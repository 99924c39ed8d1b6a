import Policy
import PolicyDocument
import Testing

/// What does not fit together in a plan, told once for all endpoints.
@Suite struct `What does not fit together is told once` {
    @Test func `endpoints of the same trouble share a sentence, and rings come first`() throws {
        let policy = try #require(PolicyName("base"))
        let ring = try #require(PolicyName("canary"))
        let missing = InheritanceProblem.missingParent(of: policy, named: ring)
        let gate = PlanConflict.gateCannotBeMet(
            policy: policy, ring: ring, package: "nginx", members: 1, minimum: 3)
        let conflicts =
            (1...5).flatMap {
                [
                    PlanConflict.inheritance(endpoint: "e\($0)", missing),
                    .withoutRing(endpoint: "e\($0)", policy: policy),
                ]
            } + [gate, .uncertainRing(endpoint: "e9", policy: policy)]
        let said = ConflictSentences.of(conflicts) { $0.uppercased() }
        #expect(
            said == [
                gate.sentence, "E1, E2, E3 and 2 more: base inherits canary, which does not exist.",
                "E1, E2, E3 and 2 more: no ring of base takes the endpoint, so nothing reaches it.",
                "E9: a fact is missing that decides its ring in base; it is left in the later one.",
            ])
    }

    @Test func `a gate that many packages cannot pass is one sentence with the first of them`()
        throws
    {
        let policy = try #require(PolicyName("base"))
        let ring = try #require(PolicyName("canary"))
        func gate(_ package: String, _ members: Int) -> PlanConflict {
            .gateCannotBeMet(
                policy: policy, ring: ring, package: package, members: members, minimum: 3)
        }
        let few = gate("nginx", 2)
        let conflicts = (1...40).map { gate("lib\($0 + 10)", 0) } + [few]
        #expect(
            ConflictSentences.of(conflicts) == [
                "base: nobody in the ring canary needs any of 40 packages, and its gate wants 3; "
                    + "their rollouts would halt there, and the rings after it never begin: lib11, "
                    + "lib12, lib13 and 37 more.", few.sentence,
            ])
        #expect(
            ConflictSentences.of([gate("b", 1), gate("a", 1)]) == [
                "base: the ring canary has 1 endpoint for each of 2 packages, and its gate "
                    + "wants 3; the rings after it would never begin: a, b."
            ])
    }

    @Test func `where everything fits nothing is said`() {
        #expect(ConflictSentences.of([]) == [])
    }
}
