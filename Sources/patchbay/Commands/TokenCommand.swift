import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import HTTPAPI
import ServerRecords

/// `patchbay token`
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Secrets that let endpoints enrol, or programs use the interface.",
        subcommands: [List.self, Create.self, Revoke.self])

    /// `patchbay token list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List tokens of the interface, or enrolment tokens.",
            discussion: "Example: patchbay token list --enrolment")
        @Flag(help: "Enrolment tokens.") var enrolment = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            if enrolment { try await listEnrolmentTokens() } else { try await listAPITokens() }
        }

        private func listEnrolmentTokens() async throws {
            let list: ItemList<EnrolmentTokenSummary> = try await server.withClient {
                try await $0.get("/api/v1/enrolment-tokens")
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("NOTE"), .text("TENANT"), .text("USES"), .text("EXPIRES"),
                    .text("ID"))
                for token in list.items {
                    table.add(
                        token.state.rawValue, token.note, token.tenant.text,
                        "\(token.uses) of \(token.maximumUses)",
                        token.expiresAt.wholeSeconds.description, token.id.text)
                }
                return table.text(width: Terminal.width, empty: "No enrolment tokens.")
            }
        }

        private func listAPITokens() async throws {
            let list: ItemList<APITokenSummary> = try await server.withClient {
                try await $0.get("/api/v1/tokens")
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("NOTE"), .text("ROLE"), .text("TENANT"), .text("EXPIRES"),
                    .text("ID"))
                for token in list.items {
                    table.add(
                        token.revokedAt == nil ? "made" : "revoked", token.note,
                        token.role.rawValue,
                        token.tenant?.text ?? "all", token.expiresAt.wholeSeconds.description,
                        token.id.text)
                }
                return table.text(width: Terminal.width, empty: "No tokens.")
            }
        }
    }

    /// `patchbay token create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create",
            abstract: "Make a token, and write it into a file that only its owner can read.",
            discussion: """
                Example: patchbay token create --enrolment --uses 20 --expires 86400 --out enrol.token
                Example: patchbay token create --role operator --note \"nightly report\" --out api.token

                The secret is written into the file and nowhere else; “-” stands for standard output.
                """)
        @Flag(help: "A token that lets endpoints enrol.") var enrolment = false
        @Option(help: "For a token of the interface: \(Role.listed).") var role: Role?
        @Option(help: "The tenant that endpoints enrol into, or whose things are seen.") var tenant:
            String?
        @Option(help: "The site that endpoints are put in.") var site: String?
        @Option(help: "How many endpoints may enrol with it.") var uses: Int?
        @Option(help: "Seconds that it is good.") var expires: Int64?
        @Option(help: "What it is for.") var note = ""
        @Option(
            help: ArgumentHelp(
                "An address that agents reach the server by; may be given more than once.",
                valueName: "url"))
        var address: [String] = []
        @Option(help: ArgumentHelp("The file to write.", valueName: "file")) var out: String
        @OptionGroup var server: ServerOptions

        func validate() throws {
            if enrolment == (role != nil) {
                throw ValidationError("Give --enrolment, or --role for a token of the interface.")
            }
            // An option that would change nothing is a misunderstanding, and is told.
            if !enrolment, uses != nil || site != nil {
                throw ValidationError("--uses and --site go with --enrolment only.")
            }
            if !enrolment, address.count > 1 {
                throw ValidationError("A token of the interface holds one --address.")
            }
        }

        func run() async throws {
            // The file is there before the token is: a secret that cannot be kept is not made.
            if out != "-" {
                guard !FileManager.default.fileExists(atPath: out) else {
                    throw Failure(
                        .wrongUse, "\(out) exists.", nextStep: "Name another file.", code: "E_FILE")
                }
                try PrivateFile.write([], to: URL(filePath: out))
            }
            let text: String
            do {
                text = try await server.withClient { client in
                    enrolment ? try await enrolmentToken(client) : try await apiToken(client)
                }
            } catch {
                if out != "-" { try? FileManager.default.removeItem(atPath: out) }
                throw error
            }
            if out == "-" {
                Terminal.write(text)
            } else {
                try PrivateFile.write(Array((text + "\n").utf8), to: URL(filePath: out))
                Terminal.writeError("Written to \(out).")
            }
        }

        private struct EnrolmentBody: Encodable {
            var tenant: String?
            var site: String?
            var note: String
            var lifetimeSeconds: Int64?
            var maximumUses: Int?
            var serverURLs: [String]?
        }

        private func enrolmentToken(_ client: APIClient) async throws -> String {
            let created: NewEnrolmentToken = try await client.post(
                "/api/v1/enrolment-tokens",
                EnrolmentBody(
                    tenant: tenant, site: site, note: note, lifetimeSeconds: expires,
                    maximumUses: uses, serverURLs: address.isEmpty ? nil : address))
            return created.text
        }

        private struct APIBody: Encodable {
            var note: String
            var role: Role?
            var tenant: String?
            var lifetimeSeconds: Int64?
        }

        private func apiToken(_ client: APIClient) async throws -> String {
            let created: NewAPIToken = try await client.post(
                "/api/v1/tokens",
                APIBody(note: note, role: role, tenant: tenant, lifetimeSeconds: expires))
            guard case .identity(let der) = client.access.anchor else { return created.text }
            return try JSONText.encode(
                TokenFile(
                    server: address.first ?? client.access.address, token: created.text,
                    identity: Data(der).base64EncodedString()))
        }
    }

    /// `patchbay token revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Revoke a token.",
            discussion: "Example: patchbay token revoke --enrolment tok_01h2xcejqtf2nbrexx3vqjhp41")
        @Flag(help: "It is an enrolment token.") var enrolment = false
        @Argument(help: "The token's identifier.") var token: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let list = enrolment ? "enrolment-tokens" : "tokens"
            try await server.withClient {
                try await $0.post("/api/v1/\(list)/\(Path.segment(token))/revoke")
            }
        }
    }
}
