import ArgumentParser
import CommandBasics
import HTTPAPI
import ServerRecords

/// `patchbay role`
struct RoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "What each role may do.", subcommands: [List.self])

    /// `patchbay role list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the roles with their rights, and the steps with their owners.",
            discussion: "Example: patchbay role list --format json")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let told: RoleTable = try await server.withClient { try await $0.get("/api/v1/roles") }
            try output.show(told) { told in
                var roles = Table(.text("ROLE"), .text("MAY"), .text("WHAT FOR"))
                for entry in told.roles {
                    roles.add(
                        entry.role.rawValue,
                        entry.permissions.map(\.rawValue).joined(separator: " "), entry.summary)
                }
                var steps = Table(.text("STEP"), .text("OWNER"), .text("WHAT THE OWNER DOES"))
                for step in told.steps {
                    steps.add(step.step.rawValue, step.owner.rawValue, step.summary)
                }
                return roles.text(width: Terminal.width) + "\n\n"
                    + steps.text(width: Terminal.width)
            }
        }
    }
}
