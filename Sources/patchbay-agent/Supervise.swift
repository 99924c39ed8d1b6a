import AgentSystem
import ArgumentParser

/// Carries one run to its end; started by the agent, not by people.
struct Supervise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run what stands in a run's folder; started by the agent.", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "folder"))
    var folder: String

    func run() throws {
        guard folder.hasPrefix("/") else {
            throw ProgramFailure(
                "The run's folder needs an absolute path.", status: ProgramFailure.wrongUse)
        }
        throw ExitCode(Supervisor(folder: folder).run())
    }
}
