import Administration
import ControlPlane
import Fleet
import Rollbacks
import Rollout
import ServerRecords

/// Deployments and jobs.
enum DeploymentRoutes {
    static let all: [Route] = reading + changing + rollingBack + jobs

    private static let reading: [Route] = [
        Route(
            .get, "/api/v1/deployments", permission: .principal(.view),
            summary: "Lists deployments, newest first.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter("before", .identifier("dep"), "Only those before this one."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .deploymentList
        ) { call in
            .json(
                ItemList(
                    items: try await call.useCases.deployments(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        before: try call.queryIdentifier("before"),
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 50))))
        },
        Route(
            .get, "/api/v1/deployments/{deployment}", permission: .principal(.view),
            summary: "One deployment with its jobs.", response: .deploymentDetail
        ) { call in
            .json(
                try await call.useCases.deployment(
                    try call.identifier("deployment"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/deployments/{deployment}/events", permission: .principal(.view),
            summary:
                "A deployment's counts and changed jobs as server-sent events, now and whenever something changes."
        ) { call in
            let (id, principal) = (
                try call.identifier("deployment", Kinds.Deployment.self), try call.principal()
            )
            // The first look is taken before the stream begins, so that a foreign deployment is a
            // 404 and not an empty stream.
            let useCases = call.useCases
            let version = useCases.signals.version(of: SignalSubject.deployment(id))
            let first = try await useCases.progress(of: id, since: nil, by: principal)
            return .events { events in
                var body = events
                try await useCases.signals.watching(SignalSubject.deployment(id)) {
                    try await DeploymentEvents(id: id, principal: principal, useCases: useCases)
                        .send(first, asOf: version, to: &body)
                }
                events = body
            }
        },
    ]

    private static let changing: [Route] = [
        Route(
            .post, "/api/v1/deployment-plans", permission: .principal(.view),
            summary:
                "What approving a selection would do, endpoint for endpoint. Nothing is changed.",
            request: .deploymentSelection, response: .deploymentPlan, bodyLimit: selectionBodyLimit
        ) { call in
            .json(
                try await call.useCases.planDeployment(try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/deployments", permission: .principal(.approve),
            summary: "Approves chosen updates for chosen endpoints: makes a deployment.",
            request: .deploymentSelection, response: .deployment, bodyLimit: selectionBodyLimit
        ) { call in
            .json(
                try await call.useCases.approve(try call.decode(), by: try call.principal()),
                status: 201)
        },
        Route(
            .post, "/api/v1/deployments/{deployment}/halt", permission: .principal(.deploy),
            summary: "Stops a deployment: nothing new is handed out; what has begun goes on.",
            query: [QueryParameter("reason", .string, "Why, for those who look at it later.")],
            response: .deployment
        ) { call in
            .json(
                try await call.useCases.halt(
                    try call.identifier("deployment"), because: call.query["reason"],
                    by: try call.principal()))
        },
        Route(
            .post, "/api/v1/deployments/{deployment}/resume", permission: .principal(.deploy),
            summary: "Lets a halted deployment go on.",
            query: [
                QueryParameter(
                    "mode", .oneOf(ResumeMode.allCases.map(\.rawValue)),
                    "What becomes of what went wrong in a ring: keep unless given.")
            ],
            response: .deployment
        ) { call in
            let mode = try call.queryValue("mode", ResumeMode.init(rawValue:))
            return .json(
                try await call.useCases.resume(
                    try call.identifier("deployment"), mode ?? .keep, by: try call.principal()))
        },
        Route(
            .post, "/api/v1/deployments/{deployment}/cancel", permission: .principal(.deploy),
            summary: "Calls a deployment off: what has not begun is cancelled.",
            response: .deployment
        ) { call in
            .json(
                try await call.useCases.cancel(
                    try call.identifier("deployment"), by: try call.principal()))
        },
    ]

    /// Taking back what a deployment installed.
    static let rollingBack: [Route] = [
        Route(
            .post, "/api/v1/deployments/{deployment}/rollback-preview",
            permission: .principal(.deploy),
            summary: "What taking back a deployment would do: what goes back, by which way, and "
                + "what cannot. Nothing is changed.",
            request: .rollbackSelection, response: .rollbackPreview, bodyLimit: selectionBodyLimit
        ) { call in
            .json(
                try await call.useCases.previewRollback(
                    of: try call.identifier("deployment"), try call.decode(),
                    by: try call.principal()))
        },
        Route(
            .post, "/api/v1/rollback-previews", permission: .principal(.deploy),
            summary: "What taking back endpoints' last installations, or named updates, would do. "
                + "Nothing is changed.",
            request: .rollbackSelection, response: .rollbackPreview, bodyLimit: selectionBodyLimit
        ) { call in
            .json(
                try await call.useCases.previewRollback(
                    try call.decode(), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/deployments/{deployment}/rollback", permission: .principal(.deploy),
            summary: "Takes back what a deployment installed: makes a deployment that installs the "
                + "versions before it, and blocks those that are taken back.",
            request: .rollbackSelection, response: .deployment, bodyLimit: selectionBodyLimit
        ) { call in
            .json(
                try await call.useCases.rollBack(
                    try call.identifier("deployment"), try call.decode(),
                    by: try call.principal()), status: 201)
        },
        Route(
            .post, "/api/v1/rollbacks", permission: .principal(.deploy),
            summary: "Takes back what was installed on endpoints, or named updates, whichever "
                + "deployments brought them: makes a deployment, as for one deployment.",
            request: .rollbackSelection, response: .deployment, bodyLimit: selectionBodyLimit
        ) { call in
            .json(
                try await call.useCases.rollBack(try call.decode(), by: try call.principal()),
                status: 201)
        },
    ]

    /// The largest selection, in bytes: 10,000 endpoints and 5,000 updates of about 60 bytes each.
    private static let selectionBodyLimit = 1024 * 1024

    private static let jobs: [Route] = [
        Route(
            .get, "/api/v1/jobs", permission: .principal(.view),
            summary: "Lists jobs, newest first.",
            query: [
                QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
                QueryParameter("endpoint", .identifier("ept"), "Only of this endpoint."),
                QueryParameter("deployment", .identifier("dep"), "Only of this deployment."),
                QueryParameter(
                    "state", .oneOf(Job.State.allCases.map(\.rawValue)), "Only in this state."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .jobList
        ) { call in
            let state = try call.queryValue("state", Job.State.init(rawValue:))
            return .json(
                ItemList(
                    items: try await call.useCases.jobs(
                        by: try call.principal(), tenant: try call.queryIdentifier("tenant"),
                        endpoint: try call.queryIdentifier("endpoint"),
                        deployment: try call.queryIdentifier("deployment"),
                        states: state.map { [$0] } ?? [],
                        limit: try call.queryNumber(
                            "limit", in: 1...EndpointQuery.maximumPage, standard: 100))))
        },
        Route(
            .get, "/api/v1/jobs/{job}", permission: .principal(.view), summary: "One job.",
            response: .jobDetail
        ) { call in
            .json(try await call.useCases.job(try call.identifier("job"), by: try call.principal()))
        },
        Route(
            .get, "/api/v1/jobs/{job}/log", permission: .principal(.view),
            summary: "A job's log from a byte on.",
            query: [
                QueryParameter("from", .integer, "Where to begin: nextOffset of the piece before.")
            ],
            response: .jobLogPage
        ) { call in
            let from = try call.queryNumber("from", in: 0...Int.max, standard: 0)
            return .json(
                try await call.useCases.jobLog(
                    try call.identifier("job"), from: Int64(from), by: try call.principal()))
        },
        Route(
            .post, "/api/v1/jobs/{job}/cancel", permission: .principal(.deploy),
            summary: "Calls one job off; what is being installed is not cut off.", response: .job
        ) { call in
            .json(
                try await call.useCases.cancelJob(
                    try call.identifier("job"), by: try call.principal()))
        },
    ]
}

/// Tells a browser how a deployment stands, whenever that changes.
struct DeploymentEvents {
    let id: DeploymentID
    let principal: Principal
    let useCases: UseCases

    /// Sends the state now, then what is new after each change, until the deployment has ended, the
    /// server does, or the stream is old. `version` is the signal's before `first` was read.
    func send(
        _ first: DeploymentProgress, asOf version: UInt64, to events: inout BodyWriter
    ) async throws {
        let subject = SignalSubject.deployment(id)
        let end = useCases.effects.now().adding(seconds: ServerLimits.eventStreamSeconds)
        var version = version
        var current = first
        var isNews = true
        while !Task.isCancelled {
            try await events.send(isNews ? event(current) : .keepAlive)
            guard current.deployment.finishedAt == nil, useCases.effects.now() < end,
                !useCases.signals.isClosed
            else { break }
            if isNews { await pause() }
            await useCases.signals.wait(
                for: subject, since: version,
                timeout: .seconds(ServerLimits.eventKeepAliveSeconds))
            let latest = useCases.signals.version(of: subject)
            isNews = latest != version
            // Without a signal there is a look all the same: one may have been missed.
            let next = try await useCases.progress(of: id, since: version, by: principal)
            isNews = isNews || next.deployment != current.deployment || next.jobs != current.jobs
            (version, current) = (latest, next)
        }
        try await events.send(ServerSentEvent(name: "end", data: "{}"))
    }

    /// Lets changes that come in quick succession become one event. The server's end ends it too.
    private func pause() async {
        await useCases.signals.wait(
            for: "", since: useCases.signals.version(of: ""),
            timeout: .seconds(ServerLimits.eventSpacingSeconds))
    }

    private func event(_ progress: DeploymentProgress) throws -> ServerSentEvent {
        ServerSentEvent(
            name: "deployment",
            data: String(decoding: try WireJSON.encode(progress), as: UTF8.self))
    }
}
