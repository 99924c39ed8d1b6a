import Administration
public import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Groups
import HTTPAPI
import Policy
import ServerRecords

extension Criticality: ExpressibleByArgument {}

/// `patchbay group`
struct GroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Groups of a tenant's endpoints.",
        subcommands: [List.self, Create.self, Preview.self, Delete.self])

    /// `patchbay group list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List groups.",
            discussion: "Example: patchbay group list --format json")
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<ShownGroup> = try await server.withClient {
                try await $0.get("/api/v1/groups", query: [("tenant", tenant)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("NAME"), .text("MEMBERS"), .text("IN IT NOW"), .text("NOTE"),
                    .text("TENANT"))
                for shown in list.items {
                    let group = shown.group
                    table.add(
                        group.name.text, group.members.description, shown.standing.sentence,
                        group.note, group.tenant.text)
                }
                return table.text(width: Terminal.width, empty: "No groups.")
            }
        }
    }

    /// `patchbay group create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Add a group, or give it other members.",
            discussion: """
                Example: patchbay group create web --members "tag = web and os = debian" \
                --tenant tnt_01h2xcejqtf2nbrexx3vqjhp41

                Says who is in it now, and warns when nobody is. When policies would install something at \
                once on who joins or leaves, it is refused with the figures until --confirm is given.
                """)
        @Argument(help: "Its name.") var name: String
        @Option(help: "Who is in it, as a condition.") var members: String
        @Option(help: "The tenant; your own unless given.") var tenant: String?
        @Option(help: "What it is for.") var note: String?
        @Flag(help: "Let it act at once, when that is what follows.") var confirm = false
        @Flag(help: "Let policies of one level overlap on who joins: the first by name holds.")
        var overlap = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = GroupDraft(
                tenant: try tenant.map(Given.tenant), name: name, members: members, note: note,
                confirm: confirm, mayOverlap: overlap ? true : nil)
            let shown: ShownGroup = try await server.withClient {
                try await $0.put("/api/v1/groups", draft)
            }
            try output.show(shown) {
                "Saved \($0.group.name): \($0.group.members)\nIn it now: \($0.standing.sentence)"
            }
            GroupCommand.tell(shown.standing)
        }
    }

    /// `patchbay group preview`
    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "preview", abstract: "Say who would be in a group. Nothing is changed.",
            discussion: """
                Example: patchbay group preview web --members "tag = web and os = debian"

                With the name of a group that is there, it says who joins and who leaves.
                """)
        @Argument(help: "The group's name.") var name: String?
        @Option(help: "Who would be in it, as a condition.") var members: String
        @Option(help: "The tenant; your own unless given.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = GroupDraft(
                tenant: try tenant.map(Given.tenant), name: name ?? "", members: members)
            let preview: GroupPreview = try await server.withClient {
                try await $0.post("/api/v1/group-previews", draft)
            }
            try output.show(preview) { preview in
                [
                    "In it: \(preview.standing.sentence)",
                    Self.line("Joins", preview.joins, preview.joining),
                    Self.line("Leaves", preview.leaves, preview.leaving),
                    preview.acts,
                ].compactMap(\.self).joined(separator: "\n")
            }
            GroupCommand.tell(preview.standing)
        }

        private static func line(_ what: String, _ count: Int, _ names: [String]) -> String {
            "\(what): "
                + (count == 0 ? "nobody" : "\(count) (\(GroupStanding.listed(names, of: count)))")
        }
    }

    /// A warning goes to standard error.
    private static func tell(_ standing: GroupStanding) {
        guard let warning = standing.warning else { return }
        Terminal.writeError("warning: \(Table.printable(warning))")
    }

    /// `patchbay group delete`
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete", abstract: "Remove a group.",
            discussion: "Example: patchbay group delete web --tenant tnt_01h2xcejqtf2nbrexx3vqjhp41"
        )
        @Argument(help: "Its name.") var name: String
        @Option(help: "The tenant; your own unless given.") var tenant: String?
        @Flag(help: "Let policies act at once, when that is what follows.") var confirm = false
        @OptionGroup var server: ServerOptions

        func run() async throws {
            try await server.withClient {
                try await $0.delete(
                    "/api/v1/groups/\(Path.segment(name))",
                    query: [("tenant", tenant), ("confirm", confirm ? "true" : nil)])
            }
        }
    }
}

/// `patchbay endpoint set`
struct EndpointSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Say something of an endpoint: tags, role, criticality, site.",
        discussion: """
            Example: patchbay endpoint set ept_01h2xcejqtf2nbrexx3vqjhp41 --tag canary --role server
            Example: patchbay endpoint set ept_01h2xcejqtf2nbrexx3vqjhp41 --site Hamburg

            --site moves it to another site of its tenant: what is written for the site it leaves no
            longer holds for it, and what is written for the new one does. When policies would then
            install something at once, it is refused with the figures until --confirm is given.
            """)
    @Argument(help: "The endpoint.") var endpoint: String
    @Option(help: "A tag to add; may be repeated.") var tag: [String] = []
    @Option(help: "A tag to take away; may be repeated.") var untag: [String] = []
    @Option(help: "What it is for, such as server; empty for no role.") var role: String?
    @Option(help: "How much depends on it: low, normal, high or critical.")
    var criticality: Criticality?
    @Option(help: "Whether it can be reached from the internet: true or false.")
    var exposed: Bool?
    @Option(help: "The site that it is moved to, by identifier or name; empty for no site.")
    var site: String?
    @Flag(help: "Change it also when policies then install at once.") var confirm = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let change = TraitChange(
            addTags: tag, removeTags: untag, role: role, criticality: criticality,
            isExposed: exposed, site: site, confirm: confirm ? true : nil)
        let said: SaidOfEndpoint = try await server.withClient {
            try await $0.put("/api/v1/endpoints/\(Path.segment(endpoint))/traits", change)
        }
        try output.show(said) { said in
            let traits = said.traits
            return [
                "role: \(traits.role.isEmpty ? "none" : traits.role)",
                "tags: \(traits.tags.isEmpty ? "none" : traits.tags.joined(separator: ", "))",
                "criticality: \(traits.criticality?.rawValue ?? "not known")",
                "exposed: \(traits.isExposed.map { $0 ? "yes" : "no" } ?? "not known")",
                "site: \(said.siteName ?? "none")",
            ].joined(separator: "\n")
        }
    }
}
