import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import HTTPAPI
import ServerRecords

/// `patchbay tenant`
struct TenantCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Client organisations.",
        subcommands: [List.self, Create.self])

    /// `patchbay tenant list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List tenants.",
            discussion: "Example: patchbay tenant list --format json")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<Tenant> = try await server.withClient {
                try await $0.get("/api/v1/tenants")
            }
            try output.show(list) { list in
                var table = Table(.text("ID"), .text("NAME"), .text("SINCE"))
                for tenant in list.items {
                    table.add(
                        tenant.id.text, tenant.name, tenant.createdAt.wholeSeconds.description)
                }
                return table.text(width: Terminal.width)
            }
        }
    }

    /// `patchbay tenant create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Add a tenant.",
            discussion: "Example: patchbay tenant create \"Example Ltd\""
        )
        @Argument(help: "Its name.") var name: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let tenant: Tenant = try await server.withClient {
                try await $0.post("/api/v1/tenants", ["name": name])
            }
            try output.show(tenant) { "Added \($0.name): \($0.id)" }
        }
    }
}

/// `patchbay site`
struct SiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Places of a tenant.", subcommands: [List.self, Create.self])

    /// `patchbay site list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List sites.", discussion: "Example: patchbay site list")
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<Site> = try await server.withClient {
                try await $0.get("/api/v1/sites", query: [("tenant", tenant)])
            }
            try output.show(list) { list in
                var table = Table(.text("ID"), .text("TENANT"), .text("NAME"))
                for site in list.items { table.add(site.id.text, site.tenant.text, site.name) }
                return table.text(width: Terminal.width)
            }
        }
    }

    /// `patchbay site create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Add a site to a tenant.",
            discussion:
                "Example: patchbay site create Berlin --tenant tnt_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "Its name.") var name: String
        @Option(help: "The tenant.") var tenant: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let site: Site = try await server.withClient {
                try await $0.post("/api/v1/sites", ["name": name, "tenant": tenant])
            }
            try output.show(site) { "Added \($0.name): \($0.id)" }
        }
    }
}
