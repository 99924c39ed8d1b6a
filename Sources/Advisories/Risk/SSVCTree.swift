public import Fleet

/// CISA's decision tree for deployers and coordinators of fixes (SSVC, "CISA Levels", decision
/// table 2.0.3 of the Stakeholder-Specific Vulnerability Categorization).
public enum SSVCTree {
    /// What the tree says; `mission` is how much the mission and well-being of people depend on the
    /// endpoint.
    public static func decision(_ points: SSVCPoints, mission: Criticality) -> SSVCDecision {
        let automatable = points.automatable
        let isTotal = points.technicalImpact == .total
        switch (points.exploitation, mission) {
        case (.none, .low), (.none, .medium): return .track
        case (.none, .high): return automatable ? .attend : isTotal ? .trackStar : .track
        case (.proofOfConcept, .low): return .track
        case (.proofOfConcept, .medium): return isTotal ? .trackStar : .track
        case (.proofOfConcept, .high): return automatable || isTotal ? .attend : .trackStar
        case (.active, .low): return automatable ? .attend : .track
        case (.active, .medium):
            if automatable { return isTotal ? .act : .attend }
            return isTotal ? .attend : .track
        case (.active, .high): return automatable || isTotal ? .act : .attend
        }
    }
}
