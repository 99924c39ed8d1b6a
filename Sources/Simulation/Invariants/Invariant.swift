/// A promise that the simulation checks after each step.
public enum Invariant: String, Sendable, CaseIterable {
    /// Each job ends in exactly one result, which stays.
    case oneTerminalState
    /// A run is begun once, and a job installs nothing again that it has put in.
    case nothingRunsTwice
    /// What is called verified is installed and in force.
    case verifiedIsTrue
    /// A result that an agent has on its disk arrives; no job gets another verdict than its own.
    case nothingLost
    /// Nothing begins that is known to be called off.
    case cancelIsObeyed
    /// An endpoint has one job in hand, and its silence shows in time.
    case leaseRespected
    /// Nobody sees or changes what belongs to another tenant.
    case tenantIsolation
    /// What was not looked at lately is not called compliant.
    case unknownNotCompliant
    /// The audit log is as it was written.
    case auditChainIntact
    /// Nothing begins outside its window.
    case windowRespected
    /// A ring begins only after the gate of the one before.
    case gateRespected
    /// No more endpoints are in work at once than the budget says.
    case budgetRespected
    /// Nothing begins that no operator has signed.
    case signatureRespected
    /// No order holds what was denied for its endpoint before it was made.
    case denialRespected
}

/// A safeguard that can be switched off in the simulation's wiring, to see that it is missed.
public enum PlantedBug: String, Sendable, CaseIterable {
    /// What the endpoint's judgement of a grant says of windows is not heeded.
    case window
    /// The policy that the server has lets the next ring begin at once.
    case gate
    /// The policy that the server has knows no budget.
    case budget
    /// The supervisor of runs forgets its runs when the agent is started anew.
    case idempotency
    /// An order without a grant that is believed is taken all the same.
    case signature
    /// Nobody looks at leases while no deadline passes.
    case lease
}
