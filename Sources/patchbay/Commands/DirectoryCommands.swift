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
        subcommands: [List.self, Show.self, Create.self, Update.self, Delete.self])

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

    /// `patchbay tenant show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a tenant, and how much belongs to it.",
            discussion: "Example: patchbay tenant show tnt_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "Its identifier.") var id: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let id = try Given.tenant(id)
            let detail: TenantDetail = try await server.withClient {
                try await $0.get("/api/v1/tenants/\(id)")
            }
            try output.show(detail) { detail in
                [
                    "\(detail.tenant.name)  \(detail.tenant.id)",
                    "since \(detail.tenant.createdAt.wholeSeconds)",
                    "endpoints: \(detail.endpoints), policies of its own: \(detail.policies)",
                    "sites: " + detail.sites.map(\.name).joined(separator: ", "),
                ].joined(separator: "\n")
            }
        }
    }

    /// `patchbay tenant update`
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "update", abstract: "Give a tenant another name.",
            discussion:
                "Example: patchbay tenant update tnt_01h2xcejqtf2nbrexx3vqjhp41 --name \"Example Group\""
        )
        @Argument(help: "Its identifier.") var id: String
        @Option(help: "The new name.") var name: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let id = try Given.tenant(id)
            let tenant: Tenant = try await server.withClient {
                try await $0.put("/api/v1/tenants/\(id)", ["name": name])
            }
            try output.show(tenant) { "Renamed to \($0.name): \($0.id)" }
        }
    }

    /// `patchbay tenant delete`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Delete a tenant that is empty.",
            discussion: """
                Example: patchbay tenant delete tnt_01h2xcejqtf2nbrexx3vqjhp41

                One that is not empty stays as it is, and the answer says what belongs to it.
                """)
        @Argument(help: "Its identifier.") var id: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let id = try Given.tenant(id)
            try await server.withClient { try await $0.delete("/api/v1/tenants/\(id)") }
        }
    }
}

/// `patchbay site`
struct SiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "site", abstract: "Places of a tenant.",
        subcommands: [List.self, Show.self, Create.self, Update.self, Delete.self])

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
                var table = Table(.text("ID"), .text("TENANT"), .text("NAME"), .text("ZONE"))
                for site in list.items {
                    table.add(site.id.text, site.tenant.text, site.name, site.timeZone ?? "-")
                }
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
        @Option(help: "The time zone that its windows with “zone: site” are read in.")
        var zone: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let site: Site = try await server.withClient { client in
                var body = ["name": name, "tenant": tenant]
                body["timeZone"] = zone
                return try await client.post("/api/v1/sites", body)
            }
            try output.show(site) { "Added \($0.name): \($0.id)" }
        }
    }

    /// `patchbay site show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a site, and how much belongs to it.",
            discussion: "Example: patchbay site show sit_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "Its identifier.") var id: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let id = try Given.site(id)
            let detail: SiteDetail = try await server.withClient {
                try await $0.get("/api/v1/sites/\(id)")
            }
            try output.show(detail) { detail in
                "\(detail.site.name)  \(detail.site.id)\nof \(detail.site.tenant), "
                    + "endpoints: \(detail.endpoints)\n"
                    + "time zone: \(detail.site.timeZone ?? "each endpoint's own")"
            }
        }
    }

    /// `patchbay site update`
    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "update", abstract: "Give a site another name or time zone.",
            discussion: """
                Example: patchbay site update sit_01h2xcejqtf2nbrexx3vqjhp41 --name "Hamburg"

                Windows with “zone: site” are read in the site's time zone, such as Europe/Berlin, and
                in each endpoint's own where the site has none: --zone "" takes it away.
                """)
        @Argument(help: "Its identifier.") var id: String
        @Option(help: "The new name.") var name: String?
        @Option(help: "The new time zone; empty for none.") var zone: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func validate() throws {
            if name == nil, zone == nil {
                throw ValidationError("Say what is to change: --name, --zone, or both.")
            }
        }

        func run() async throws {
            let id = try Given.site(id)
            let site: Site = try await server.withClient { client in
                var body: [String: String] = [:]
                body["name"] = name
                body["timeZone"] = zone
                return try await client.put("/api/v1/sites/\(id)", body)
            }
            try output.show(site) { site in
                zone == nil
                    ? "Renamed to \(site.name): \(site.id)"
                    : "\(site.name) has the clocks of "
                        + "\(site.timeZone ?? "each endpoint"): \(site.id)"
            }
        }
    }

    /// `patchbay site delete`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Delete a site that is empty.",
            discussion: """
                Example: patchbay site delete sit_01h2xcejqtf2nbrexx3vqjhp41

                One that is not empty stays as it is, and the answer says what belongs to it.
                """)
        @Argument(help: "Its identifier.") var id: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let id = try Given.site(id)
            try await server.withClient { try await $0.delete("/api/v1/sites/\(id)") }
        }
    }
}
