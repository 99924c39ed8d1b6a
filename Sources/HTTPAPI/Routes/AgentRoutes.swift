import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords

/// What agents call. Every one of these wants the header `patchbay-protocol: 1`.
enum AgentRoutes {
    /// The largest log message, in bytes: a piece of the log, each byte of which JSON may write as
    /// six (`\u0000`).
    static let logBodyLimit = 6 * AgentWire.logChunkLimit + 4096
    /// The largest message of someone who is not known yet, in bytes: facts of one endpoint, or one
    /// assertion.
    static let strangerBodyLimit = 64 * 1024

    static let all: [Route] = identity + state + jobs

    private static let identity: [Route] = [
        Route(
            .post, AgentWire.enrolPath,
            permission: .public(reason: "the enrolment token is in the body"),
            audience: .agent, summary: "Enrols a device as an endpoint of the token's tenant.",
            request: .enrolRequest, response: .enrolResponse, bodyLimit: strangerBodyLimit
        ) { call in .json(try await call.useCases.enrol(try call.decode())) },
        Route(
            .post, AgentWire.tokenPath,
            permission: .public(reason: "the signed assertion is in the body"),
            audience: .agent, summary: "Turns a signed assertion into a short-lived access token.",
            request: .accessTokenRequest, response: .accessTokenResponse,
            bodyLimit: strangerBodyLimit
        ) { call in .json(try await call.useCases.issueAccessToken(try call.decode())) },
    ]

    private static let state: [Route] = [
        Route(
            .post, AgentWire.checkInPath, permission: .agent, audience: .agent,
            summary: "Says by digests what the endpoint looks like.",
            request: .checkInRequest, response: .checkInResponse, bodyLimit: 16 * 1024
        ) { call in
            // A whole fleet sends this all the time, so its usual shape is read and written by
            // hand.
            let request = try CheckInRequest(flatJSON: call.body) ?? call.decode()
            let answer = try await call.useCases.checkIn(request, by: try call.agent())
            return .json(bytes: answer.flatJSON)
        },
        Route(
            .put, "\(AgentWire.inventoriesPath)/{digest}", permission: .agent, audience: .agent,
            summary: "Stores a whole inventory, as its canonical bytes, under their SHA-256.",
            bodyLimit: AgentWire.inventoryBodyLimit
        ) { call in
            let digest = call.parameters["digest"] ?? ""
            try await call.useCases.storeInventory(call.body, digest: digest, by: try call.agent())
            return .noContent
        },
        Route(
            .post, AgentWire.scanPath, permission: .agent, audience: .agent,
            summary: "Stores a scan: the posture whole, the packages by digest or as a delta.",
            request: .scanUpload, response: .scanUploadResponse,
            bodyLimit: AgentWire.inventoryBodyLimit
        ) { call in
            .json(try await call.useCases.storeScan(try call.decode(), by: try call.agent()))
        },
        Route(
            .post, AgentWire.workPath, permission: .agent, audience: .agent,
            summary: "Asks for a job, and waits for one.",
            request: .workRequest, response: .workResponse, bodyLimit: 4 * 1024
        ) { call in
            .json(try await call.useCases.collectWork(try call.decode(), by: try call.agent()))
        },
        Route(
            .post, AgentWire.trustPath, permission: .agent, audience: .agent,
            summary: "Says which signed documents the endpoint holds, and fetches what it lacks.",
            request: .trustRequest, response: .trustResponse, bodyLimit: 16 * 1024
        ) { call in
            .json(try await call.useCases.exchangeTrust(try call.decode(), by: try call.agent()))
        },
        Route(
            .post, AgentWire.prefetchPath, permission: .agent, audience: .agent,
            summary: "Asks which missing updates to download ahead of their installation.",
            request: .prefetchRequest, response: .prefetchResponse, bodyLimit: 4 * 1024
        ) { call in
            .json(try await call.useCases.prefetchList(try call.decode(), by: try call.agent()))
        },
    ]

    private static let jobs: [Route] = [
        Route(
            .post, "\(AgentWire.jobsPath)/{job}/progress", permission: .agent, audience: .agent,
            summary: "Reports a step of a job; also the sign of life that keeps its lease.",
            request: .jobProgress, response: .jobReportResponse, bodyLimit: 64 * 1024
        ) { call in
            let (agent, job) = (try call.agent(), try call.identifier("job", Kinds.Job.self))
            return .json(
                try await call.useCases.reportProgress(try call.decode(), job: job, by: agent))
        },
        Route(
            .post, "\(AgentWire.jobsPath)/{job}/log", permission: .agent, audience: .agent,
            summary: "Sends a piece of a job's log.",
            request: .logChunk, response: .jobReportResponse, bodyLimit: logBodyLimit
        ) { call in
            let (agent, job) = (try call.agent(), try call.identifier("job", Kinds.Job.self))
            return .json(try await call.useCases.appendLog(try call.decode(), job: job, by: agent))
        },
        Route(
            .post, "\(AgentWire.jobsPath)/{job}/result", permission: .agent, audience: .agent,
            summary: "Reports a job's end.",
            request: .jobResult, response: .jobReportResponse,
            bodyLimit: AgentWire.inventoryBodyLimit
        ) { call in
            let (agent, job) = (try call.agent(), try call.identifier("job", Kinds.Job.self))
            return .json(
                try await call.useCases.reportResult(try call.decode(), job: job, by: agent))
        },
    ]
}
