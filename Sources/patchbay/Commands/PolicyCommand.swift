import ArgumentParser
import OfflineCommands

/// `patchbay policy`
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check policies, see what they would do, and keep them on the server.",
        discussion: """
            check, calendar, explain, plan and render read policy files and change nothing; no \
            server is needed. The others are about the server's policies. \
            docs/policy-document.md describes every key, and Examples/policies has ten policies \
            to begin with.
            """,
        subcommands: [
            PolicyCheckCommand.self, PolicyCalendarCommand.self, PolicyExplainCommand.self,
            PolicyPlanCommand.self, PolicyRenderCommand.self, PolicyListCommand.self,
            PolicyShowCommand.self, PolicyCreateCommand.self, PolicyUpdateCommand.self,
            PolicyDeleteCommand.self, PolicyHistoryCommand.self, PolicyPreviewCommand.self,
        ])
}
