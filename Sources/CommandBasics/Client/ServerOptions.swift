package import ArgumentParser
import Foundation

/// The options of every command that talks to a server.
package struct ServerOptions: ParsableArguments {
    package init() {}

    @Option(
        help: ArgumentHelp(
            "The server's address; that in the token's file unless given.", valueName: "url"))
    package var server: String?

    @Option(
        help: ArgumentHelp(
            "The file of an API token. Without it the local home folder's administrator is used.",
            valueName: "file"))
    package var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "Authorities (PEM) to check the server's certificate against, instead of its own identity.",
            valueName: "file"))
    package var caFile: String?

    @OptionGroup package var homeOption: HomeOption

    package func validate() throws {
        if server != nil, tokenFile == nil {
            throw ValidationError("--server needs --token-file.")
        }
        if caFile != nil, tokenFile == nil {
            throw ValidationError("--ca-file needs --token-file.")
        }
        if homeOption.path != nil, tokenFile != nil {
            throw ValidationError("--home and --token-file exclude each other.")
        }
        if let server, !server.hasPrefix("https://") {
            throw ValidationError("The server's address must begin with https://.")
        }
    }

    /// Talks to the server, and hangs up afterwards.
    package func withClient<Answer: Sendable>(
        _ body: (APIClient) async throws -> Answer
    ) async throws -> Answer {
        let access =
            try tokenFile.map { try TokenFile.read($0).access(at: server, authorities: caFile) }
            ?? homeOption.home.localAccess()
        let client = try APIClient(access)
        do {
            let answer = try await body(client)
            await client.close()
            return answer
        } catch {
            await client.close()
            throw error
        }
    }
}
