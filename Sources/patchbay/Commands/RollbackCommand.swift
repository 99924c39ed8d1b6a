import Administration
public import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
public import Rollbacks
import Rollout
import ServerRecords

/// `patchbay rollback`
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract:
            "Take back what was installed: a deployment, one of its rings, an endpoint, an update.",
        discussion: """
            Example:
              patchbay rollback --deployment dep_01h2xcejqtf2nbrexx3vqjhp41 --wait
              patchbay rollback --deployment dep_01h2xcejqtf2nbrexx3vqjhp41 --ring canary
              patchbay rollback --endpoint ept_01h2xcejqtf2nbrexx3vqjhp41
              patchbay rollback --update openssl=3.0.15-1 --tenant tnt_01h2xcejqtf2nbrexx3vqjhp41
              patchbay rollback --endpoint ept_01h2xcejqtf2nbrexx3vqjhp41 --way snapshot --plan

            Makes a deployment that installs exactly the versions that were there before, where they were kept or a source still offers them. \
            Without a deployment an update is taken back wherever it is the last that was installed of its package, and an endpoint takes back \
            what its last job installed. What is taken back is blocked until a person unblocks it, and deployments that still go on are halted. \
            --way snapshot returns the whole root file system to what it was before the installation: everything written since is lost, which \
            must be accepted, and the endpoint reboots. \
            The probes of the installation must pass afterwards too, unless others are given. \
            With --wait the command ends when every job has; its status is 1 unless all of them were verified.
            """)
    @Option(help: "The deployment.") var deployment: String?
    @OptionGroup var options: RollbackOptions

    func validate() throws {
        try options.check()
        if deployment == nil, options.endpoint.isEmpty, options.update.isEmpty {
            throw ValidationError("Give --deployment, --endpoint or --update.")
        }
        if deployment == nil, options.ring != nil {
            throw ValidationError("--ring needs --deployment: a ring is one of a deployment's.")
        }
    }

    func run() async throws { try await options.run(deployment) }
}

/// What is taken back, and how it is followed.
struct RollbackOptions: ParsableArguments {
    @Option(help: "Only on the endpoints of this ring of the deployment.") var ring: String?
    @Option(help: "Only on this endpoint; may be given more than once.") var endpoint: [String] = []
    @Option(help: "Only this update: NAME, or NAME=VERSION; may be given more than once.")
    var update: [String] = []
    @Option(help: "The tenant, where updates alone are named.") var tenant: String?
    @Option(help: "By which way: packages, or the snapshot that was taken before.")
    var way: RollbackWay = .packages
    @Flag(
        help: "What was written since the snapshot may be lost; without this none is returned to.")
    var acceptLoss = false
    @Flag(help: "Only show what would go back, and what cannot.") var plan = false
    @OptionGroup var aftercare: AftercareOptions
    @Flag(help: "Wait until every job has ended.") var wait = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func check() throws {
        if let wrong = endpoint.first(where: { EndpointID($0) == nil }) {
            throw ValidationError("“\(wrong)” is not the identifier of an endpoint.")
        }
        if let tenant, TenantID(tenant) == nil {
            throw ValidationError("“\(tenant)” is not the identifier of a tenant.")
        }
        _ = try aftercare.value()
    }

    /// Takes back what a deployment installed, or whatever brought it.
    func run(_ deployment: String?) async throws {
        let selection = RollbackSelection(
            tenant: tenant.flatMap { TenantID($0) }, ring: ring,
            endpoints: endpoint.isEmpty ? nil : endpoint.compactMap { EndpointID($0) },
            updates: update.isEmpty ? nil : update, aftercare: try aftercare.value(), way: way,
            acceptsLoss: acceptLoss ? true : nil)
        let path =
            deployment.map { "/api/v1/deployments/\(Path.segment($0))/rollback" }
            ?? "/api/v1/rollback"
        try await server.withClient { client in
            guard !plan else {
                let ending = deployment == nil ? "-previews" : "-preview"
                let preview: RollbackPreview = try await client.post(path + ending, selection)
                return try output.show(preview) {
                    $0.sentences.map(Table.printable).joined(separator: "\n")
                }
            }
            let path = deployment == nil ? path + "s" : path
            let made: Deployment = try await client.post(path, selection)
            guard wait else {
                try output.show(made) { "\(Table.printable($0.title)): \($0.id)" }
                return
            }
            try await DeploymentFollowing(output: output).follow(made.id, client)
        }
    }
}

extension RollbackWay: ExpressibleByArgument {}

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
                    "\(Table.printable(summary.endpointName)): \(summary.job.standing): "
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
