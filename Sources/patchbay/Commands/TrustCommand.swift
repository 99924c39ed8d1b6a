import ArgumentParser
import OfflineCommands

/// `patchbay trust`
struct TrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Make and look at the keys that endpoints believe.",
        subcommands: [TrustInitCommand.self, TrustShowCommand.self])
}
