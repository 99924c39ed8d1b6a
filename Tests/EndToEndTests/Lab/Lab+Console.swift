import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Lab {
    /// Runs the command line on the server's machine, as its administrator; it must succeed.
    @discardableResult
    func patchbay(_ arguments: String...) async throws -> ProgramResult {
        try await patchbay(arguments)
    }

    /// Runs the command line on the server's machine, as its administrator; it must succeed.
    @discardableResult
    func patchbay(_ arguments: [String]) async throws -> ProgramResult {
        try await tryPatchbay(arguments).succeeded("patchbay \(arguments.joined(separator: " "))")
    }

    /// Runs it, however it ends.
    func tryPatchbay(_ arguments: [String]) async throws -> ProgramResult {
        try await run(
            [Self.tool("lab").path, "server", server.path] + arguments + [
                "--home", home.path,
            ],
            environment: environment)
    }

    /// What a command answers as JSON.
    func answer<Value: Decodable>(
        to arguments: [String], as type: Value.Type = Value.self
    ) async throws -> Value {
        let result = try await tryPatchbay(arguments + ["--format", "json"])
            .succeeded("patchbay \(arguments.joined(separator: " "))")
        return try JSONDecoder().decode(Value.self, from: Data(result.output.utf8))
    }

    /// What the server knows of an endpoint.
    func view(of endpoint: LabEndpoint) async throws -> Answers.Endpoint {
        try await answer(to: ["endpoint", "show", endpoint.id.text])
    }

    /// The audit log has not been edited, and says so itself.
    func expectAuditIntact(_ location: SourceLocation = #_sourceLocation) async throws {
        let audit: Answers.Audit = try await answer(to: ["audit", "verify"])
        #expect(audit.intact, sourceLocation: location)
        #expect(audit.entries > 0, sourceLocation: location)
    }
}

// MARK: - Deployments

extension Lab {
    /// What approving updates would do.
    func plan(_ updates: [String], on endpoints: [LabEndpoint]) async throws -> Answers.Plan {
        try await answer(to: Self.creation(updates, endpoints) + ["--plan"])
    }

    /// Approves updates for endpoints.
    func approve(_ updates: String..., on endpoints: LabEndpoint...) async throws -> DeploymentID {
        try await approve(updates, on: endpoints)
    }

    /// Approves updates for endpoints.
    func approve(_ updates: [String], on endpoints: [LabEndpoint]) async throws -> DeploymentID {
        let deployment: Deployment = try await answer(to: Self.creation(updates, endpoints))
        return deployment.id
    }

    /// Approves an update for an endpoint, with further options.
    func approve(_ update: String, on endpoint: LabEndpoint, _ options: [String]) async throws
        -> DeploymentID
    {
        let deployment: Deployment = try await answer(
            to: Self.creation([update], [endpoint]) + options)
        return deployment.id
    }

    private static func creation(_ updates: [String], _ endpoints: [LabEndpoint]) -> [String] {
        ["deployment", "create"] + endpoints.flatMap { ["--endpoint", $0.id.text] }
            + updates.flatMap { ["--update", $0] } + ["--no-way-back"]
    }

    /// The jobs of a deployment.
    func jobs(of deployment: DeploymentID) async throws -> [Job] {
        let detail: Answers.Deployment = try await answer(
            to: ["deployment", "show", deployment.text])
        return detail.jobs.map(\.job)
    }

    /// The job of a deployment that has only one.
    func job(of deployment: DeploymentID) async throws -> Job {
        let jobs = try await jobs(of: deployment)
        try #require(jobs.count == 1)
        return jobs[0]
    }

    /// Waits until the only job of a deployment is as wanted.
    @discardableResult
    func job(
        of deployment: DeploymentID, once what: String, _ isSo: (Job) -> Bool
    ) async throws -> Job {
        var seen = ""
        return try await eventually("the job \(what)", seen: { seen }) {
            let job = try await job(of: deployment)
            seen = "It is \(job.state.rawValue): \(job.sentence)"
            if isSo(job) { return job }
            if job.state.isTerminal { throw LabFailure("The job never \(what). \(seen)") }
            return nil
        }
    }

    /// Waits until a deployment has ended: exactly one job for each endpoint, and each of them
    /// over.
    func end(of deployment: DeploymentID, on endpoints: [LabEndpoint]) async throws -> [Job] {
        var seen = ""
        let jobs = try await eventually("\(deployment) ends", seen: { seen }) {
            let detail: Answers.Deployment = try await answer(
                to: ["deployment", "show", deployment.text])
            seen = detail.jobs.map { "\($0.job.state.rawValue): \($0.job.sentence)" }
                .joined(separator: " ")
            return detail.summary.deployment.finishedAt == nil ? nil : detail.jobs.map(\.job)
        }
        #expect(Set(jobs.map(\.endpoint)) == Set(endpoints.map(\.id)))
        #expect(jobs.count == endpoints.count)
        #expect(jobs.allSatisfy { $0.state.isTerminal })
        return try endpoints.map { endpoint in
            try #require(jobs.first { $0.endpoint == endpoint.id })
        }
    }

    /// Waits for the end of a deployment to one endpoint.
    func end(of deployment: DeploymentID, on endpoint: LabEndpoint) async throws -> Job {
        try await end(of: deployment, on: [endpoint])[0]
    }

    /// Approves updates for an endpoint and waits for the end.
    func deploy(_ updates: String..., to endpoint: LabEndpoint) async throws -> Job {
        try await end(of: approve(updates, on: [endpoint]), on: endpoint)
    }

    /// A job's log.
    func log(of job: Job) async throws -> String {
        try await patchbay("job", "log", job.id.text).output
    }
}
