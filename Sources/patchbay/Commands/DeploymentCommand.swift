import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import Rollout
import ServerRecords

/// `patchbay deployment`
struct DeploymentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployment", abstract: "Approve updates, and follow them.",
        subcommands: [
            List.self, Show.self, Create.self, Halt.self, Resume.self, Cancel.self, Rollback.self,
        ])

    /// `patchbay deployment list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List deployments, newest first.",
            discussion: "Example: patchbay deployment list --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<DeploymentSummary> = try await server.withClient {
                try await $0.get("/api/v1/deployments", query: [("tenant", tenant)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("TITLE"), .text("JOBS"), .text("APPROVED BY"),
                    .text("CREATED"), .text("ID"))
                for summary in list.items {
                    table.add(
                        summary.deployment.state.rawValue, summary.deployment.title,
                        DeploymentText.counts(summary), summary.deployment.approvedBy,
                        summary.deployment.createdAt.wholeSeconds.description,
                        summary.deployment.id.text)
                }
                return table.text(width: Terminal.width, empty: "No deployments.")
            }
        }
    }

    /// `patchbay deployment show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one deployment with its jobs.",
            discussion: "Example: patchbay deployment show dep_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The deployment.") var deployment: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let detail: DeploymentDetail = try await server.withClient {
                try await $0.get("/api/v1/deployments/\(Path.segment(deployment))")
            }
            try output.show(detail) { DeploymentText.text($0, width: Terminal.width) }
        }
    }

    /// `patchbay deployment create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Approve updates for endpoints.",
            discussion: """
                Example: patchbay deployment create --endpoint ept_01h2xcejqtf2nbrexx3vqjhp41 --update openssl --wait

                With --wait the command ends when every job has, or a ring halts; its status is 1 unless all of them were verified.
                """)
        @Option(help: "An endpoint; may be given more than once.") var endpoint: [String]
        @Option(help: "An update: NAME, or NAME=VERSION; may be given more than once.")
        var update: [String] = []
        @Flag(help: "Every missing update of the class security that can be installed.")
        var allSecurity = false
        @Option(help: "A name for people.") var title: String?
        @Option(help: "Seconds after which jobs expire; a week unless given.") var deadline: Int64?
        @Flag(help: "Approve it although a part of it cannot be undone.") var noWayBack = false
        @OptionGroup var aftercare: AftercareOptions
        @OptionGroup var rings: RingOptions
        @Flag(help: "Only show what would be done.") var plan = false
        @Flag(help: "Wait until every job has ended.") var wait = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            if update.isEmpty, !allSecurity {
                throw ValidationError("Give --update, or --all-security.")
            }
            if let wrong = endpoint.first(where: { EndpointID($0) == nil }) {
                throw ValidationError("“\(wrong)” is not the identifier of an endpoint.")
            }
            _ = try aftercare.value()
            try rings.check()
            if plan, wait { throw ValidationError("--plan and --wait exclude each other.") }
        }

        func run() async throws {
            let selection = selection
            try await server.withClient { client in
                if plan {
                    let plan: DeploymentPlan = try await client.post(
                        "/api/v1/deployment-plans", selection)
                    try output.show(plan) { DeploymentText.text($0, width: Terminal.width) }
                    if plan.endpointsWithWork == 0 { throw Self.nothingToInstall }
                    return
                }
                let deployment: Deployment = try await client.post("/api/v1/deployments", selection)
                guard wait else {
                    try output.show(deployment) { "Approved “\($0.title)”: \($0.id)" }
                    return
                }
                try await DeploymentFollowing(output: output).follow(deployment.id, client)
            }
        }

        private static let nothingToInstall = Failure(
            .no, "None of the endpoints has anything to install.",
            nextStep: "Scan the endpoints, and choose from what they miss now.",
            code: "E_NOTHING_TO_INSTALL")

        private var selection: DeploymentSelection {
            DeploymentSelection(
                endpoints: endpoint.compactMap { EndpointID($0) },
                updates: update.map { text in
                    let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
                    return .init(
                        name: halves.first ?? text, candidate: halves.count == 2 ? halves[1] : nil)
                },
                allSecurity: allSecurity ? true : nil, title: title, deadlineSeconds: deadline,
                aftercare: try? aftercare.value(), policy: rings.policy, lane: rings.chosenLane,
                acceptsNoWayBack: noWayBack ? true : nil)
        }
    }

    /// `patchbay deployment halt`
    struct Halt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "halt",
            abstract: "Stop a deployment: nothing new is handed out; what has begun goes on.",
            discussion: "Example: patchbay deployment halt dep_01h2xcejqtf2nbrexx3vqjhp41")
        @Option(help: "Why, for those who look at it later.") var reason: String?
        @OptionGroup var change: DeploymentChange
        func run() async throws { try await change.run("halt", query: [("reason", reason)]) }
    }

    /// `patchbay deployment resume`
    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let a halted deployment go on.",
            discussion: """
                Example: patchbay deployment resume dep_01h2xcejqtf2nbrexx3vqjhp41 --mode retryFailed

                In rings, --mode says what becomes of what went wrong: keep goes on as it stands, and halts again while the reason holds; \
                retryFailed gives endpoints that were given up new tries; passGate answers for the gates of the rings that are open.
                """)
        @Option(help: "keep, retryFailed or passGate.") var mode: String?
        @OptionGroup var change: DeploymentChange
        func validate() throws {
            guard let mode, ResumeMode(rawValue: mode) == nil else { return }
            throw ValidationError("“\(mode)” is none of keep, retryFailed, passGate.")
        }
        func run() async throws { try await change.run("resume", query: [("mode", mode)]) }
    }

    /// `patchbay deployment cancel`
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Call a deployment off: what has not begun is cancelled.",
            discussion: "Example: patchbay deployment cancel dep_01h2xcejqtf2nbrexx3vqjhp41")
        @OptionGroup var change: DeploymentChange
        func run() async throws { try await change.run("cancel") }
    }

    /// `patchbay deployment rollback`
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Take back what a deployment installed; patchbay rollback says more.",
            discussion: "Example: patchbay deployment rollback dep_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The deployment.") var deployment: String
        @OptionGroup var options: RollbackOptions
        func validate() throws { try options.check() }
        func run() async throws { try await options.run(deployment) }
    }
}

/// What halt, resume and cancel have in common.
struct DeploymentChange: ParsableArguments {
    @Argument(help: "The deployment.") var deployment: String
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run(_ verb: String, query: [(String, String?)] = []) async throws {
        let changed: Deployment = try await server.withClient {
            try await $0.post(
                "/api/v1/deployments/\(Path.segment(deployment))/\(verb)", query: query)
        }
        try output.show(changed) { "“\(Table.printable($0.title))” is \($0.state.rawValue)." }
    }
}
