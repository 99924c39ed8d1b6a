import ArgumentParser
import OfflineCommands

/// `patchbay policy`
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check policies, and see what they would do.",
        discussion: """
            These commands read policy files and change nothing; no server is needed. \
            docs/policy-document.md describes every key, and Examples/policies has ten policies \
            to begin with.
            """,
        subcommands: [
            PolicyCheckCommand.self, PolicyCalendarCommand.self, PolicyExplainCommand.self,
            PolicyPlanCommand.self, PolicyRenderCommand.self,
        ])
}
