import Administration
public import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import HTTPAPI
import Policy
import ServerRecords

extension PolicyLevel: ExpressibleByArgument {}

/// A policy on the server, by name or identifier.
struct PolicyArgument: ParsableArguments {
    @Argument(help: "The policy: its name or its identifier.") var policy: String

    /// Its identifier: the one given, or that of the only policy of the name. Where a history is
    /// asked for, the one that was deleted last will do when none is left.
    func find(
        _ client: APIClient, tenant: String? = nil, orDeleted: Bool = false
    ) async throws -> String {
        if PolicyID(policy) != nil { return policy }
        let list: ItemList<PolicySummary> = try await client.get(
            "/api/v1/policies",
            query: [("tenant", tenant), ("deleted", orDeleted ? "true" : nil)])
        let all = list.items.filter { $0.name == policy }
        let named = all.filter { $0.change != .deleted }
        if named.isEmpty, let last = all.max(by: { $0.savedAt < $1.savedAt }) {
            return last.id.text
        }
        // One's own comes before the provider's of the same name.
        let own = named.filter { !$0.isInherited }
        let found = own.isEmpty ? named : own
        guard let only = found.first, found.count == 1 else {
            throw Failure(
                found.isEmpty ? .couldNot : .wrongUse,
                found.isEmpty
                    ? "There is no policy “\(policy)”."
                    : "There are \(found.count) policies of the name “\(policy)”.",
                nextStep: found.isEmpty
                    ? "List what there is: patchbay policy list." : "Give the identifier.",
                code: "E_NOT_FOUND")
        }
        return only.id.text
    }
}

/// What a change of a policy takes besides.
struct PolicyChangeOptions: ParsableArguments {
    @Option(help: "Why, for the history and the audit log.") var note: String?
    @Flag(help: "Let it act at once, when that is what follows.") var confirm = false

    var order: PolicyOrder { PolicyOrder(note: note, confirm: confirm) }
}

/// A file with a policy's text, which may be named with or without `--file`.
struct PolicyTextFile: ParsableArguments {
    @Argument(help: ArgumentHelp("The policy's file.", valueName: "file")) var path: String?
    @Option(name: .customLong("file"), help: ArgumentHelp("The same.", valueName: "file"))
    var named: String?

    /// How often a file is named.
    var count: Int { [path, named].count { $0 != nil } }

    /// Refuses none and two.
    func requireOne() throws {
        guard count == 1 else { throw ValidationError("Name one file.") }
    }

    /// The largest file, in bytes; the server takes less.
    private static let limit = 1024 * 1024

    func read() throws -> String {
        let file = named ?? path ?? ""
        guard let bytes = try PrivateFile.read(URL(filePath: file), limit: Self.limit),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw Failure(
                .wrongUse, "There is no text in UTF-8 at \(file).",
                nextStep: "Name a policy file.", code: "E_FILE")
        }
        return text
    }

    /// The file's documents, in order: what a marker (YAML 1.2, section 9.1.2) parts, without those
    /// that hold nothing.
    func documents() throws -> [String] {
        var documents: [[Substring]] = [[]]
        for line in try read().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("---"), line.dropFirst(3).allSatisfy(\.isWhitespace) {
                documents.append([])
            } else {
                documents[documents.count - 1].append(line)
            }
        }
        let held = documents.filter { lines in
            lines.contains { !$0.allSatisfy(\.isWhitespace) && $0.first != "#" }
        }
        // A file that holds nothing is for the server to refuse, as any other text.
        return held.isEmpty ? [""] : held.map { $0.joined(separator: "\n") }
    }
}

/// `patchbay policy list`
struct PolicyListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the server's policies.",
        discussion: "Example: patchbay policy list --format json")
    @Option(help: "Only those that hold for this tenant.") var tenant: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let list: ItemList<PolicySummary> = try await server.withClient {
            try await $0.get("/api/v1/policies", query: [("tenant", tenant)])
        }
        try output.show(list) { list in
            var table = Table(
                .text("STATE"), .text("NAME"), .text("LEVEL"), .text("PLACE"), .number("VERSION"),
                .text("SAVED"), .text("BY"), .text("ID"))
            for policy in list.items {
                table.add(
                    policy.isEnabled ? "on" : "off", policy.name, policy.level.rawValue,
                    policy.isInherited
                        ? "inherited" : policy.placeName ?? policy.tenantName ?? "",
                    "\(policy.version)",
                    policy.savedAt.wholeSeconds.description, policy.savedBy, policy.id.text)
            }
            return table.text(
                width: Terminal.width,
                empty: "No policies: every update waits until a person approves it.")
        }
    }
}

/// `patchbay policy show`
struct PolicyShowCommand: AsyncParsableCommand {
    /// Its text; of the provider's policies people of a tenant read the written form.
    private static func text(of detail: PolicyDetail) -> [String] {
        guard detail.summary.isInherited else { return [detail.yaml] }
        return detail.written.flatMap { [$0.heading] + $0.paragraphs + $0.items + [""] }
    }

    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one of the server's policies.",
        discussion: "Example: patchbay policy show servers-standard")
    @OptionGroup var policy: PolicyArgument
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let detail: PolicyDetail = try await server.withClient { client in
            try await client.get("/api/v1/policies/\(try await policy.find(client))")
        }
        try output.show(detail) { detail in
            let summary = detail.summary
            let remarks = detail.remarks.map(\.text)
            return
                ([
                    "\(summary.title)  \(summary.id)",
                    "\(summary.isEnabled ? "on" : "off"), version \(summary.version), saved "
                        + "\(summary.savedAt.wholeSeconds) by \(summary.savedBy)",
                    "applies to \(detail.endpointCount) endpoints"
                        + (detail.unknown.isEmpty
                            ? "" : "; of \(detail.unknown.count) that is not known"),
                ] + remarks + [""] + Self.text(of: detail)).joined(separator: "\n")
        }
    }
}

/// `patchbay policy create`
struct PolicyCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Save a new policy on the server.",
        discussion: """
            Example: patchbay policy create servers.yaml --tenant tnt_01h2xcejqtf2nbrexx3vqjhp41

            Without --tenant it is the provider's, and holds for every tenant. When it would \
            install something at once, it is refused with the figures until --confirm is given.
            A file of several documents is saved one after the other, up to the first refusal.
            """)
    @OptionGroup var file: PolicyTextFile
    @Option(help: "The tenant that it is for.") var tenant: String?
    @Option(help: "The level: provider, tenant, site, group or endpoint.") var level: PolicyLevel?
    @Option(help: "The site's or endpoint's identifier, or the group's name.") var place: String?
    @Flag(help: "Save it switched off.") var off = false
    @OptionGroup var options: PolicyChangeOptions
    @Flag(help: "Let it apply where another policy of its level does: the first by name holds.")
    var overlap = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func validate() throws { try file.requireOne() }

    func run() async throws {
        let drafts = try file.documents().map { text in
            var draft = PolicyDraft(
                tenant: try tenant.map(Given.tenant), level: level, place: place, yaml: text)
            (draft.note, draft.confirm) = (options.note, options.confirm)
            draft.mayOverlap = overlap ? true : nil
            draft.isEnabled = !off
            return draft
        }
        try await server.withClient { client in
            // Each is told when it is saved: a refusal takes none of the earlier ones back.
            for draft in drafts {
                let summary: PolicySummary = try await client.post("/api/v1/policies", draft)
                summary.tellWarnings()
                try output.show(summary) {
                    "Saved \($0.name), version \($0.version): \($0.id)"
                }
            }
        }
    }
}

/// `patchbay policy update`
struct PolicyUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Save the next version of a policy, or switch it.",
        discussion: """
            Example: patchbay policy update servers-standard servers.yaml --note "Later window"
            Example: patchbay policy update servers-standard --off
            """)
    @OptionGroup var policy: PolicyArgument
    @OptionGroup var file: PolicyTextFile
    @Flag(help: "Switch it on.") var on = false
    @Flag(help: "Switch it off.") var off = false
    @OptionGroup var options: PolicyChangeOptions
    @Flag(help: "Let it apply where another policy of its level does: the first by name holds.")
    var overlap = false
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard file.count + (on ? 1 : 0) + (off ? 1 : 0) == 1 else {
            throw ValidationError("Give one of a file, --on and --off.")
        }
    }

    func run() async throws {
        let summary: PolicySummary = try await server.withClient { client in
            let path = "/api/v1/policies/\(try await policy.find(client))"
            guard file.count == 1 else {
                var order = options.order
                order.mayOverlap = overlap ? true : nil
                return try await client.post(path + (on ? "/enable" : "/disable"), order)
            }
            return try await client.put(
                path,
                PolicyDraft(
                    yaml: try file.read(), note: options.note, confirm: options.confirm,
                    mayOverlap: overlap ? true : nil))
        }
        summary.tellWarnings()
        try output.show(summary) { "Saved \($0.name), version \($0.version)" }
    }
}

/// `patchbay policy delete`
struct PolicyDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete one of the server's policies; its history stays.",
        discussion: "Example: patchbay policy delete servers-standard --note \"Replaced\"")
    @OptionGroup var policy: PolicyArgument
    @OptionGroup var options: PolicyChangeOptions
    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.withClient { client in
            try await client.delete(
                "/api/v1/policies/\(try await policy.find(client))",
                query: [
                    ("confirm", options.confirm ? "true" : nil), ("note", options.note),
                ])
        }
    }
}

/// `patchbay policy history`
struct PolicyHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List every version of a policy, newest first.",
        discussion: "Example: patchbay policy history servers-standard")
    @OptionGroup var policy: PolicyArgument
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let list: ItemList<PolicyVersion> = try await server.withClient { client in
            try await client.get(
                "/api/v1/policies/\(try await policy.find(client, orDeleted: true))/versions")
        }
        try output.show(list) { list in
            var table = Table(
                .number("VERSION"), .text("CHANGE"), .text("AT"), .text("BY"), .text("NOTE"))
            for version in list.items.map(\.summary) {
                table.add(
                    "\(version.version)", version.change.rawValue,
                    version.savedAt.wholeSeconds.description, version.savedBy, version.note)
            }
            return table.text(width: Terminal.width)
        }
    }
}

/// `patchbay policy preview`
struct PolicyPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what saving a policy would do: who joins, who leaves, what acts at once.",
        discussion: "Example: patchbay policy preview servers.yaml --policy servers-standard")
    @OptionGroup var file: PolicyTextFile
    @Option(help: "The policy that it would change: name or identifier.") var policy: String?
    @Option(help: "The tenant that a new one is for.") var tenant: String?
    @Option(help: "The level of a new one.") var level: PolicyLevel?
    @Option(help: "The site's or endpoint's identifier, or the group's name.") var place: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: FormatOption

    func validate() throws { try file.requireOne() }

    func run() async throws {
        let text = try file.read()
        let preview: PolicyPreview = try await server.withClient { client in
            var draft = PolicyDraft(
                tenant: try tenant.map(Given.tenant), level: level, place: place, yaml: text)
            if let policy {
                var argument = PolicyArgument()
                argument.policy = policy
                draft.policy = PolicyID(try await argument.find(client))
            }
            return try await client.post("/api/v1/policy-previews", draft)
        }
        try output.show(preview) { preview in
            var lines = preview.remarks.map(\.text)
            guard preview.name != nil else { return lines.joined(separator: "\n") }
            lines += [
                "\(preview.joins.count) endpoints join, \(preview.leaves.count) leave, "
                    + "\(preview.stays) stay, \(preview.unknown.count) not known",
                "\(preview.changedDecisions) decisions change",
                preview.sentence,
            ]
            if let open = preview.leavesOpen { lines.append("left open: \(open.short)") }
            lines += preview.acts.map {
                "  \($0.name): \($0.packages.joined(separator: ", "))"
                    + ($0.waitsForRing ? " (after an earlier ring)" : "")
                    + ($0.mayReboot ? " (may reboot)" : "")
            }
            return lines.map { Table.printable($0) }.joined(separator: "\n")
        }
        if preview.name == nil { throw ExitCode(Failure.Status.wrongUse.rawValue) }
    }
}

extension PolicySummary {
    /// Says on standard error what probably does not do what was meant; in JSON it stands too.
    fileprivate func tellWarnings() {
        for warning in warnings ?? [] {
            Terminal.writeError("\(name):\(Table.printable(warning.text))")
        }
    }
}

extension PolicyRemark {
    /// As the compiler of a language would say it.
    var text: String { "\(line):\(column): \(isError ? "" : "warning: ")\(message)" }
}

/// Values that a person typed.
enum Given {
    static func tenant(_ text: String) throws -> TenantID {
        guard let id = TenantID(text) else {
            throw Failure(
                .wrongUse, "“\(text)” is no tenant's identifier.",
                nextStep: "List the tenants: patchbay tenant list.", code: "E_NOT_FOUND")
        }
        return id
    }

    static func site(_ text: String) throws -> SiteID {
        guard let id = SiteID(text) else {
            throw Failure(
                .wrongUse, "“\(text)” is no site's identifier.",
                nextStep: "List the sites: patchbay site list.", code: "E_NOT_FOUND")
        }
        return id
    }

    static func endpoint(_ text: String) throws -> EndpointID {
        guard let id = EndpointID(text) else {
            throw Failure(
                .wrongUse, "“\(text)” is no endpoint's identifier.",
                nextStep: "List the endpoints: patchbay endpoint list.", code: "E_NOT_FOUND")
        }
        return id
    }

    static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text) else {
            throw Failure(
                .wrongUse, "“\(text)” is no RFC 3339 time, such as 2026-11-21T18:00:00Z.",
                nextStep: "Give the time with its offset.", code: "E_TIME")
        }
        return time
    }
}
