import Administration
public import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import Rollout
import ServerRecords

extension Job.State: ExpressibleByArgument {}

/// `patchbay job`
struct JobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Each endpoint's part of a deployment.",
        subcommands: [List.self, Show.self, Log.self, Cancel.self])

    /// `patchbay job list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List jobs, newest first.",
            discussion: "Example: patchbay job list --state failed")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "Only of this endpoint.") var endpoint: String?
        @Option(help: "Only of this deployment.") var deployment: String?
        @Option(help: "Only in this state.") var state: Job.State?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<JobSummary> = try await server.withClient {
                try await $0.get(
                    "/api/v1/jobs",
                    query: [
                        ("tenant", tenant), ("endpoint", endpoint), ("deployment", deployment),
                        ("state", state?.rawValue), ("limit", "\(EndpointQuery.maximumPage)"),
                    ])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("ENDPOINT"), .text("DEPLOYMENT"),
                    .text("WHERE IT STANDS"), .text("ID"))
                for summary in list.items {
                    table.add(
                        summary.job.standing, summary.endpointName, summary.deploymentTitle,
                        summary.job.sentence, summary.job.id.text)
                }
                return table.text(width: Terminal.width, empty: "No jobs.")
            }
        }
    }

    /// `patchbay job show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one job: its updates and what became of each.",
            discussion: "Example: patchbay job show job_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The job.") var job: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let detail: JobDetail = try await server.withClient {
                try await $0.get("/api/v1/jobs/\(Path.segment(job))")
            }
            try output.show(detail) { text($0) }
        }

        private func text(_ detail: JobDetail) -> String {
            let job = detail.summary.job
            var table = Table(
                .text("UPDATE"), .text("FROM"), .text("TO"), .text("OUTCOME"), .text("WHY"))
            for update in job.updates {
                let outcome = job.result?.outcomes.first { $0.update == update }
                table.add(
                    update.name, update.from, update.to,
                    outcome?.pending?.rawValue ?? outcome?.state.rawValue ?? "",
                    outcome?.sentence ?? "")
            }
            let notes = (job.result?.notes ?? []).map { "\nNote: \(Table.printable($0))" }.joined()
            return """
                \(job.id) on \(Table.printable(detail.summary.endpointName)), part of \
                “\(Table.printable(detail.summary.deploymentTitle))”
                \(job.standing): \(Table.printable(job.sentence))

                \(table.text(width: Terminal.width))\(notes)
                """
        }
    }

    /// `patchbay job log`
    struct Log: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "log", abstract: "Print a job's log.",
            discussion: "Example: patchbay job log job_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The job.") var job: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient { client in
                var offset: Int64 = 0
                while true {
                    let page: JobLogPage = try await client.get(
                        "/api/v1/jobs/\(Path.segment(job))/log", query: [("from", "\(offset)")])
                    if page.text.isEmpty || page.nextOffset <= offset { return }
                    // Lines stay lines; what could move the cursor does not pass.
                    for line in page.text.split(whereSeparator: \.isNewline) {
                        Terminal.write(Table.printable(String(line)))
                    }
                    offset = page.nextOffset
                }
            }
        }
    }

    /// `patchbay job cancel`
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Call one job off; what is being installed is not cut off.",
            discussion: "Example: patchbay job cancel job_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The job.") var job: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let changed: Job = try await server.withClient {
                try await $0.post("/api/v1/jobs/\(Path.segment(job))/cancel")
            }
            try output.show(changed) { "\($0.id): \($0.state.rawValue): \($0.sentence)" }
        }
    }
}
