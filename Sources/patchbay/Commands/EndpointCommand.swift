import Administration
public import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import HTTPAPI
import Policy
import Rollout
import ServerRecords

extension Compliance: ExpressibleByArgument {}

/// `patchbay endpoint`
struct EndpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint", abstract: "Machines with an agent.",
        subcommands: [
            List.self, Show.self, Packages.self, Scan.self, Reboot.self, Retire.self,
            EndpointSetCommand.self,
        ])

    /// `patchbay endpoint list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List endpoints, all pages.",
            discussion: "Example: patchbay endpoint list --compliance nonCompliant --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "Part of the name.") var search: String?
        @Option(help: "Only of this compliance.") var compliance: Compliance?
        @Option(help: "Only those that miss this update: name@version.") var missing: String?
        @Flag(help: "Only those that need a reboot.") var reboot = false
        @Flag(help: "Only those with a stale or failing package source.") var sources = false
        @Flag(help: "Also those that are retired.") var retired = false
        @Option(help: "The order: name, missingSecurity or lastSeen.") var order: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: ListFormatOption

        func run() async throws {
            if output.format == .csv {
                return try await server.writeExport(of: "endpoints", query: filters)
            }
            let list = try await server.withClient { client in try await all(client) }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("NAME"), .text("OS"), .number("SECURITY"),
                    .number("MISSING"), .text("REBOOT"), .text("SCANNED"), .text("ID"))
                for item in list.items {
                    table.add(
                        item.verdict.compliance.rawValue, item.name, item.osName,
                        "\(item.standing.missingSecurity)", "\(item.standing.missingTotal)",
                        item.standing.rebootRequired ? "needed" : "",
                        item.scannedAt?.wholeSeconds.description ?? "never", item.id.text)
                }
                return table.text(width: Terminal.width, empty: "No endpoints.")
            }
        }

        private var filters: [(String, String?)] {
            [
                ("tenant", tenant), ("search", search), ("compliance", compliance?.rawValue),
                ("missing", missing), ("reboot", reboot ? "true" : nil),
                ("sources", sources ? "true" : nil), ("retired", retired ? "true" : nil),
                ("order", order),
            ]
        }

        private func all(_ client: APIClient) async throws -> ItemList<EndpointListItem> {
            var items: [EndpointListItem] = []
            var after: String?
            repeat {
                let page: EndpointPageBody = try await client.get(
                    "/api/v1/endpoints",
                    query: filters + [
                        ("after", after), ("limit", "\(EndpointQuery.maximumPage)"),
                    ])
                items += page.items
                after = page.next
            } while after != nil
            return ItemList(items: items)
        }
    }

    /// `patchbay endpoint show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract:
                "Show one endpoint: facts, missing updates each with its reason, sources, jobs.",
            discussion: "Example: patchbay endpoint show ept_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The endpoint.") var endpoint: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let (detail, found): (EndpointDetail, FindingPage) = try await server.withClient {
                (
                    try await $0.get("/api/v1/endpoints/\(Path.segment(endpoint))"),
                    try await $0.get(
                        "/api/v1/findings",
                        query: [
                            ("endpoint", endpoint), ("limit", "\(FindingFilter.maximumPage)"),
                        ])
                )
            }
            try output.show(detail) {
                EndpointText(detail: $0, found: found.items, width: Terminal.width).text
            }
        }
    }

    /// `patchbay endpoint packages`
    struct Packages: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "packages",
            abstract: "List what was installed on an endpoint at an instant.",
            discussion:
                "Example: patchbay endpoint packages ept_01h2xcejqtf2nbrexx3vqjhp41 --at 2026-11-21T18:00:00Z"
        )
        @Argument(help: "The endpoint.") var endpoint: String
        @Option(help: "The instant (RFC 3339); now unless given.") var at: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let found: InstalledPackages = try await server.withClient {
                try await $0.get(
                    "/api/v1/endpoints/\(Path.segment(endpoint))/packages", query: [("at", at)])
            }
            try output.show(found) { found in
                var table = Table(.text("PACKAGE"), .text("VERSION"), .text("ARCHITECTURE"))
                for package in found.packages {
                    table.add(package.name, package.version, package.architecture)
                }
                return table.text(width: Terminal.width)
            }
        }
    }

    /// `patchbay endpoint scan`
    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "scan", abstract: "Ask an endpoint to scan now.",
            discussion: "Example: patchbay endpoint scan ept_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The endpoint.") var endpoint: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient {
                try await $0.post("/api/v1/endpoints/\(Path.segment(endpoint))/scan")
            }
        }
    }

    /// `patchbay endpoint reboot`
    struct Reboot: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reboot",
            abstract: "Ask an endpoint to reboot, by the rules that hold there.",
            discussion: """
                Example: patchbay endpoint reboot ept_01h2xcejqtf2nbrexx3vqjhp41 --warning 5m

                People at the endpoint are warned first and may put it off as often as the rule says; programs that must not be cut \
                off are waited for. The answer is a job: patchbay job show tells how it goes.
                """)
        @Argument(help: "The endpoint.") var endpoint: String
        @OptionGroup var aftercare: AftercareOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let request = RebootRequest(aftercare: try aftercare.value(usually: .ifNeeded))
            let job: Job = try await server.withClient {
                try await $0.post("/api/v1/endpoints/\(Path.segment(endpoint))/reboot", request)
            }
            try output.show(job) { "Asked it to reboot: \($0.id)" }
        }
    }

    /// `patchbay endpoint retire`
    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retire",
            abstract: "Retire an endpoint: its agent is refused from now on, its history stays.",
            discussion: "Example: patchbay endpoint retire ept_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The endpoint.") var endpoint: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient {
                try await $0.post("/api/v1/endpoints/\(Path.segment(endpoint))/retire")
            }
        }
    }
}

/// A piece of an address that a person typed.
enum Path {
    /// The text as one segment: whatever is no letter, digit, `-` or `_` can be no identifier, and
    /// must not reach another route.
    static func segment(_ text: String) -> String {
        let clean = text.unicodeScalars.filter {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_"
                    || $0 == "-")
        }
        return clean.count == text.unicodeScalars.count && !text.isEmpty
            ? text : "none"
    }
}
