import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import Rollbacks
import Rollout
import ServerRecords

/// `patchbay rollback`
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Take back what a deployment installed.",
        discussion: """
            Example: patchbay rollback --deployment dep_01h2xcejqtf2nbrexx3vqjhp41 --wait

            Makes a deployment that installs exactly the versions that were there before, where they were kept or a source still offers them. \
            What is taken back is blocked until a person unblocks it, and the deployment is halted if it still goes on. \
            With --wait the command ends when every job has; its status is 1 unless all of them were verified.
            """)
    @Option(help: "The deployment.") var deployment: String
    @Option(help: "Only on this endpoint; may be given more than once.") var endpoint: [String] = []
    @Option(help: "Only this package; may be given more than once.") var update: [String] = []
    @Flag(help: "Wait until every job has ended.") var wait = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func validate() throws {
        if let wrong = endpoint.first(where: { EndpointID($0) == nil }) {
            throw ValidationError("“\(wrong)” is not the identifier of an endpoint.")
        }
    }

    func run() async throws {
        let selection = RollbackSelection(
            endpoints: endpoint.isEmpty ? nil : endpoint.compactMap { EndpointID($0) },
            updates: update.isEmpty ? nil : update)
        try await server.withClient { client in
            let made: Deployment = try await client.post(
                "/api/v1/deployments/\(Path.segment(deployment))/rollback", selection)
            guard wait else {
                try output.show(made) { "\(Table.printable($0.title)): \($0.id)" }
                return
            }
            try await DeploymentFollowing(output: output).follow(made.id, client)
        }
    }
}

/// Shows what a deployment's jobs do until they have ended.
struct DeploymentFollowing {
    let output: FormatOption

    /// Milliseconds between two looks: short enough to feel live, and far below what a server
    /// notices.
    private static let pauseMilliseconds: Int64 = 700

    func follow(_ id: DeploymentID, _ client: APIClient) async throws {
        var shown: [JobID: String] = [:]
        while true {
            let detail: DeploymentDetail = try await client.get("/api/v1/deployments/\(id)")
            for summary in detail.jobs where shown[summary.job.id] != summary.job.sentence {
                shown[summary.job.id] = summary.job.sentence
                Terminal.writeError(
                    "\(Table.printable(summary.endpointName)): \(summary.job.state.rawValue): "
                        + Table.printable(summary.job.sentence))
            }
            if detail.summary.deployment.finishedAt != nil {
                try output.show(detail) { DeploymentText.text($0, width: Terminal.width) }
                let isGood = detail.jobs.allSatisfy { $0.job.state == .verified }
                if !isGood { throw ExitCode(Failure.Status.no.rawValue) }
                return
            }
            // A rollout that has halted goes on only when a person says how.
            if detail.rollout?.state == .halted {
                try output.show(detail) { DeploymentText.text($0, width: Terminal.width) }
                throw ExitCode(Failure.Status.no.rawValue)
            }
            try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
    }
}
