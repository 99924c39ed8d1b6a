import AgentSystem
import ArgumentParser

/// `patchbay supervise`: carries one run of this machine's own agent to its end; started by it, not
/// by people.
struct Supervise: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise",
        abstract: "Run what stands in a run's folder; started by the agent.", shouldDisplay: false)

    @Argument(help: "The run's folder.") var folder: String

    func run() throws {
        throw ExitCode(Supervisor(folder: folder).run())
    }
}
