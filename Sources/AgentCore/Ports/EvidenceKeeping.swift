public import AgentProtocol
public import Forensics

/// Evidence of the endpoint: taken before it is patched, and when the control plane asks for it.
public protocol EvidenceKeeping: Sendable {
    /// Sees to the evidence before an installation: takes it where it is missing. What is at hand
    /// then is on the disk.
    func evidence(before order: JobOrder, by rule: EvidenceRule) async -> EvidenceAnswer
    /// Hears what the control plane asks for; it is answered between jobs.
    func take(_ requests: [EvidenceRequest])
    /// Answers, and sends what is kept, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - claim: keeps a capture apart from runs and reboots.
    ///   - isBusy: whether a job is under way.
    func run(_ claim: RunClaim?, isBusy: @escaping @Sendable () -> Bool) async
}

/// How it stands with the evidence before an installation.
public enum EvidenceAnswer: Hashable, Sendable {
    /// None is wanted.
    case notWanted
    /// This is there, as a note for people says.
    case atHand(EvidenceMark, note: String)
    /// It could not be taken or kept, as a sentence says: nothing may be installed.
    case missing(String)
}

/// The control plane as far as it takes evidence.
public protocol EvidenceLink: Sendable {
    /// Sends a bundle's bytes; it is stored when this returns.
    func send(evidence bytes: [UInt8]) async throws(LinkFailure) -> EvidenceReceipt
}
