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

    @Test func `where everything fits nothing is said`() {
        #expect(ConflictSentences.of([]) == [])
    }
}
