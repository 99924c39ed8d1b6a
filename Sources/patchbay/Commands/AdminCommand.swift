import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import HTTPAPI
import ServerRecords

/// `patchbay admin`
struct Admin: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "What only somebody on the server's own machine may do.",
        subcommands: [Create.self, ResetPassword.self])

    /// `patchbay admin create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make an administrator with a one-time password, which is printed once.",
            discussion: "Example: patchbay admin create anna")
        @Argument(help: "The name to sign in with.") var name: String
        @OptionGroup var place: LedgerOptions

        func run() async throws {
            let made = try await Admin.act(
                place,
                server: {
                    try await $0.post("/api/v1/users", ["name": name, "role": "administrator"])
                },
                alone: { try await $0.createAdministrator(name: name) })
            Admin.show(made)
        }
    }

    /// `patchbay admin reset-password`
    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-password",
            abstract: "Give a user a new one-time password, which is printed once.",
            discussion: "Example: patchbay admin reset-password anna")
        @Argument(help: "The user's name.") var name: String
        @OptionGroup var place: LedgerOptions

        func run() async throws {
            let made = try await Admin.act(
                place, server: { try await $0.post("/api/v1/password-resets", ["name": name]) },
                alone: { try await $0.resetPassword(name: name, by: .localAdministrator) })
            Admin.show(made)
        }
    }

    /// Asks the server of the home folder while one runs, for it alone writes to the database; else
    /// does it here.
    private static func act(
        _ place: LedgerOptions, server: (APIClient) async throws -> CreatedUser,
        alone: (UseCases) async throws -> NewUser
    ) async throws -> CreatedUser {
        let home = place.homeOption.home
        try home.requireExisting()
        guard let lock = try? HomeLock(home) else {
            let client = try APIClient(home.localAccess())
            do {
                let made = try await server(client)
                await client.close()
                return made
            } catch {
                await client.close()
                throw error
            }
        }
        defer { lock.release() }
        let made = try await place.withUseCases(alone)
        return CreatedUser(user: made.user, oneTimePassword: made.oneTimePassword)
    }

    private static func show(_ made: CreatedUser) {
        Terminal.write("User: \(made.user.name)\nOne-time password: \(made.oneTimePassword ?? "")")
    }
}
