public import AgentCore
public import AgentProtocol
public import Fleet
public import Forensics
public import Rollout
public import Trust

/// The control plane over HTTPS.
public struct HTTPSControlPlane: ControlPlaneLink, PrefetchLink, EvidenceLink {
    private let client: AgentClient
    private let tokens: AccessTokens

    /// The control plane of an enrolled endpoint.
    ///
    /// - Parameters:
    ///   - identity: who the agent is.
    ///   - key: the device's key.
    ///   - client: the client that makes the calls; closing it is the caller's.
    ///   - effects: the clock.
    ///   - randomBytes: unpredictable bytes.
    public init(
        identity: AgentIdentity, key: DeviceKey, client: AgentClient, effects: AgentEffects,
        randomBytes: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.client = client
        tokens = AccessTokens(
            identity: identity, key: key, client: client, effects: effects, randomBytes: randomBytes
        )
    }

    /// Gets an access token, to see whether the server still knows this endpoint.
    public func proveIdentity() async throws(LinkFailure) {
        _ = try await tokens.current()
    }

    /// Checks in.
    public func checkIn(_ request: CheckInRequest) async throws(LinkFailure) -> CheckInResponse {
        try await call(AgentWire.checkInPath, request)
    }

    /// Sends a whole inventory.
    public func sendInventory(_ canonicalBytes: [UInt8], digest: String) async throws(LinkFailure) {
        _ = try await authorised { token throws(LinkFailure) in
            try await client.send(
                .put, "\(AgentWire.inventoriesPath)/\(digest)", canonicalBytes,
                type: "application/octet-stream", token: token, seconds: AgentClient.uploadSeconds)
        }
    }

    /// Sends a scan.
    public func sendScan(_ upload: ScanUpload) async throws(LinkFailure) -> ScanUploadResponse {
        try await call(AgentWire.scanPath, upload, seconds: AgentClient.uploadSeconds)
    }

    /// Asks for work and waits for it.
    public func collectWork(_ request: WorkRequest) async throws(LinkFailure) -> WorkResponse {
        try await call(
            AgentWire.workPath, request,
            seconds: min(max(request.waitSeconds, 0), AgentWire.longestPoll)
                + AgentClient.pollGraceSeconds)
    }

    /// Reports a step.
    public func report(
        _ progress: JobProgress, of job: JobID
    ) async throws(LinkFailure) -> JobReportResponse {
        try await call("\(AgentWire.jobsPath)/\(job)/progress", progress)
    }

    /// Sends a piece of a log.
    public func report(_ log: LogChunk, of job: JobID) async throws(LinkFailure)
        -> JobReportResponse
    {
        try await call("\(AgentWire.jobsPath)/\(job)/log", log)
    }

    /// Reports the end.
    public func report(_ result: JobResult, of job: JobID) async throws(LinkFailure)
        -> JobReportResponse
    {
        try await call("\(AgentWire.jobsPath)/\(job)/result", result)
    }

    /// Exchanges signed documents.
    public func exchange(_ request: TrustRequest) async throws(LinkFailure) -> TrustResponse {
        try await call(AgentWire.trustPath, request, seconds: AgentClient.uploadSeconds)
    }

    /// Asks which missing updates to download ahead.
    public func prefetchList(
        _ request: PrefetchRequest
    ) async throws(LinkFailure) -> PrefetchResponse {
        try await call(AgentWire.prefetchPath, request)
    }

    /// Sends a bundle of evidence as its bytes.
    public func send(evidence bytes: [UInt8]) async throws(LinkFailure) -> EvidenceReceipt {
        let answer = try await authorised { token throws(LinkFailure) in
            try await client.send(
                .post, AgentWire.evidencePath, bytes, type: "application/json", token: token,
                seconds: AgentClient.uploadSeconds)
        }
        guard let receipt = AgentJSON.decode(EvidenceReceipt.self, from: answer) else {
            throw .malformed("the body is no receipt for evidence")
        }
        return receipt
    }

    private func call<Answer: Decodable & Sendable>(
        _ path: String, _ message: some Encodable & Sendable,
        seconds: Int64 = AgentClient.callSeconds
    ) async throws(LinkFailure) -> Answer {
        try await authorised { token throws(LinkFailure) in
            try await client.call(.post, path, message, token: token, seconds: seconds)
        }
    }

    /// Makes a call with an access token, and once more with a new one when the server does not
    /// accept it.
    private func authorised<Answer: Sendable>(
        _ body: (String) async throws(LinkFailure) -> Answer
    ) async throws(LinkFailure) -> Answer {
        let token = try await tokens.current()
        do throws(LinkFailure) {
            return try await body(token)
        } catch .refused(401, _) {
            tokens.drop(token)
            return try await body(try await tokens.current())
        }
    }
}
