import Administration
public import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
public import ServerRecords

extension Role: ExpressibleByArgument {}

/// `patchbay user`
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People who sign in.",
        subcommands: [List.self, Create.self, ChangeRole.self, Disable.self])

    /// `patchbay user list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List users.", discussion: "Example: patchbay user list")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<UserSummary> = try await server.withClient {
                try await $0.get("/api/v1/users")
            }
            try output.show(list) { list in
                var table = Table(
                    .text("NAME"), .text("ROLE"), .text("TENANT"), .text("STATE"), .text("ID"))
                for user in list.items {
                    table.add(
                        user.name, user.role.rawValue, user.tenant?.text ?? "all",
                        user.disabledAt == nil ? "active" : "disabled", user.id.text)
                }
                return table.text(width: Terminal.width)
            }
        }
    }

    /// `patchbay user create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Add a user with a one-time password, which is printed once.",
            discussion: "Example: patchbay user create anna --role operator")
        @Argument(help: "The name to sign in with.") var name: String
        @Option(help: "What the user may do: \(Role.listed).") var role: Role
        @Option(help: "The tenant whose things the user sees; all unless given.") var tenant:
            String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            var body = ["name": name, "role": role.rawValue]
            body["tenant"] = tenant
            let created: CreatedUser = try await server.withClient { [body] in
                try await $0.post("/api/v1/users", body)
            }
            try output.show(created) {
                "Added \($0.user.name): \($0.user.id)\nOne-time password: \($0.oneTimePassword ?? "")"
            }
        }
    }

    /// `patchbay user change-role`
    struct ChangeRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change-role", abstract: "Give a user another role.",
            discussion:
                "Example: patchbay user change-role usr_01h2xcejqtf2nbrexx3vqjhp41 --role viewer")
        @Argument(help: "The user.") var user: String
        @Option(help: "What the user may do: \(Role.listed).") var role: Role
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let changed: UserSummary = try await server.withClient {
                try await $0.post(
                    "/api/v1/users/\(Path.segment(user))/role", ["role": role.rawValue])
            }
            try output.show(changed) { "\($0.name) is \($0.role.rawValue)." }
        }
    }

    /// `patchbay user disable`
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Disable a user: sessions and tokens end.",
            discussion: "Example: patchbay user disable usr_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The user.") var user: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let changed: UserSummary = try await server.withClient {
                try await $0.post("/api/v1/users/\(Path.segment(user))/disable")
            }
            try output.show(changed) { "\($0.name) is disabled." }
        }
    }
}
