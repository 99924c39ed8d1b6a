import AgentSystem
import ArgumentParser

/// Watches over an update of the agent; started by the agent that is being replaced.
struct WatchUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch-update",
        abstract:
            "Put the old agent back when the new one reaches no server; started by the agent.",
        shouldDisplay: false)

    @OptionGroup var state: StateOption

    func run() async throws {
        do {
            let watcher = SelfUpdateWatcher(state: try state.folder(), effects: .system) {
                Output.error("patchbay-agent: \($0)")
            }
            if try await !watcher.run() {
                Output.write("There is no update of the agent to watch over.")
            }
        } catch {
            throw ProgramFailure(error)
        }
    }
}
