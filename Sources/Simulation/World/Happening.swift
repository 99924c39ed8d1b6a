import AgentCore
import AgentProtocol
import Fleet
import Rollout

/// What can happen in the world.
enum Happening: Sendable {
    /// A sleep of an agent ends.
    case sleepEnds(AgentLife, ticket: Int)
    /// A message reaches the server.
    case arrives(Message)
    /// An answer, or the lack of one, reaches the agent.
    case answered(call: Int, Reply)
    /// A request for work has waited for as long as it may.
    case pollEnds(call: Int)
    /// A program that an agent has started goes on by one step; after another boot it is gone.
    case runGoesOn(endpoint: Int, RunName, boot: Int)
    /// The agent of an endpoint is started.
    case lifeBegins(endpoint: Int, boot: Int)
    /// Something goes wrong somewhere.
    case fault
    /// Somebody does something.
    case person
    /// The product's scheduler of rollouts has its turn.
    case rings
    /// The server's clock ticks.
    case tick
    /// The server is started.
    case serverBegins
}

/// A message of an agent on its way.
struct Message: Sendable {
    var call: Int
    var endpoint: Int
    var request: Request
    /// Whether it is a second copy, whose answer nobody hears.
    var isCopy = false
}

/// What an agent asks the server.
enum Request: Sendable {
    case checkIn(CheckInRequest)
    case inventory([UInt8], digest: String)
    case scan(ScanUpload)
    case work(WorkRequest)
    case progress(JobProgress, JobID)
    case log(LogChunk, JobID)
    case result(JobResult, JobID)

    var name: String {
        switch self {
        case .checkIn: "check-in"
        case .inventory: "inventory"
        case .scan(let upload):
            "scan of \(upload.scannedAt) (\(upload.posture.endpoint.bootId), "
                + "\(upload.posture.reboot.signals.count) reboot signals, "
                + "\(upload.posture.restarts.count) old programs)"
        case .work: "request for work"
        case .progress(let step, let job): "\(step.phase.rawValue) of \(job)"
        case .log(_, let job): "log of \(job)"
        case .result(let result, let job):
            "result of \(job) (\(result.outcomes.map(\.state.rawValue).joined(separator: " ")))"
        }
    }
}

/// What the server answers.
enum Answer: Sendable {
    case checkIn(CheckInResponse)
    case nothing
    case scan(ScanUploadResponse)
    case work(WorkResponse)
    case report(JobReportResponse)
}

/// An answer, or why there is none.
typealias Reply = Result<Answer, LinkFailure>
