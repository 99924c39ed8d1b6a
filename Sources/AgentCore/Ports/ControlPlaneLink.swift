public import AgentProtocol
public import Fleet
public import Rollout

/// The control plane as the agent sees it.
public protocol ControlPlaneLink: Sendable {
    /// Checks in.
    func checkIn(_ request: CheckInRequest) async throws(LinkFailure) -> CheckInResponse
    /// Sends a whole inventory as its canonical bytes (`Inventory.canonicalBytes`), under its
    /// digest.
    func sendInventory(_ canonicalBytes: [UInt8], digest: String) async throws(LinkFailure)
    /// Sends a scan.
    func sendScan(_ upload: ScanUpload) async throws(LinkFailure) -> ScanUploadResponse
    /// Asks for work, and waits for it as long as the request says.
    func collectWork(_ request: WorkRequest) async throws(LinkFailure) -> WorkResponse
    /// Reports a step of a job.
    func report(_ progress: JobProgress, of job: JobID) async throws(LinkFailure)
        -> JobReportResponse
    /// Sends a piece of a job's log.
    func report(_ log: LogChunk, of job: JobID) async throws(LinkFailure) -> JobReportResponse
    /// Reports a job's end. It is stored when this returns.
    func report(_ result: JobResult, of job: JobID) async throws(LinkFailure) -> JobReportResponse
    /// Says which signed documents the endpoint holds, and fetches what it lacks.
    func exchange(_ request: TrustRequest) async throws(LinkFailure) -> TrustResponse
}

extension ControlPlaneLink {
    /// A control plane that has no signed documents.
    public func exchange(_ request: TrustRequest) async throws(LinkFailure) -> TrustResponse {
        TrustResponse(digest: nil)
    }
}

/// A call to the control plane that did not succeed.
public enum LinkFailure: Error, Hashable, Sendable {
    /// There was no answer: no name, no route, no connection, no agreement on TLS, or silence. The
    /// words say which.
    case unreachable(String)
    /// The answer was a refusal with a reason.
    case refused(status: Int, ProblemBody)
    /// The server asks to wait so many seconds.
    case busy(retryAfterSeconds: Int64)
    /// The answer was not one that this protocol knows: too large, not readable, of another
    /// version.
    case malformed(String)
}
