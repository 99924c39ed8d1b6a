import ArgumentParser
import OfflineCommands

/// `patchbay feeds`
struct FeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feeds", abstract: "The files of vulnerability sources.",
        subcommands: [FeedsInspectCommand.self])
}
