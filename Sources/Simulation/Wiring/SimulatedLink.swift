import AgentCore
import AgentProtocol
import Fleet
import Rollout

/// The agent's link: messages travel over the switchboard, and orders pass the gate.
struct SimulatedLink: ControlPlaneLink {
    /// How long an order that the gate has turned away keeps the agent from asking again, in
    /// milliseconds.
    static let pauseAfterRefusal: Int64 = 300_000

    let life: AgentLife
    let switchboard: Switchboard
    let gate: OrderGate

    private func ask(_ request: Request) async throws(LinkFailure) -> Answer {
        guard life.call() else { throw .unreachable("the agent is dead") }
        return try await switchboard.send(request, from: life).get()
    }

    func checkIn(_ request: CheckInRequest) async throws(LinkFailure) -> CheckInResponse {
        guard case .checkIn(let answer) = try await ask(.checkIn(request)) else { throw Self.odd }
        return answer
    }

    func sendInventory(_ canonicalBytes: [UInt8], digest: String) async throws(LinkFailure) {
        _ = try await ask(.inventory(canonicalBytes, digest: digest))
    }

    func sendScan(_ upload: ScanUpload) async throws(LinkFailure) -> ScanUploadResponse {
        guard case .scan(let answer) = try await ask(.scan(upload)) else { throw Self.odd }
        return answer
    }

    func collectWork(_ request: WorkRequest) async throws(LinkFailure) -> WorkResponse {
        guard case .work(var answer) = try await ask(.work(request)) else { throw Self.odd }
        if let order = answer.order, let reason = gate.refuses(order, on: life.endpoint) {
            life.timeline.note(life.endpoint.name, "turns \(order.job) away: \(reason)")
            try? await life.sleep(Self.pauseAfterRefusal)
            answer.order = nil
        }
        return answer
    }

    func report(_ progress: JobProgress, of job: JobID) async throws(LinkFailure)
        -> JobReportResponse
    {
        try await report(.progress(progress, job), of: job)
    }

    func report(_ log: LogChunk, of job: JobID) async throws(LinkFailure) -> JobReportResponse {
        try await report(.log(log, job), of: job)
    }

    func report(_ result: JobResult, of job: JobID) async throws(LinkFailure) -> JobReportResponse {
        try await report(.result(result, job), of: job)
    }

    private func report(_ request: Request, of job: JobID) async throws(LinkFailure)
        -> JobReportResponse
    {
        guard case .report(let answer) = try await ask(request) else { throw Self.odd }
        if answer.cancel { life.hears(cancellationOf: job) }
        return answer
    }

    private static let odd = LinkFailure.malformed("the answer is to another question")
}
