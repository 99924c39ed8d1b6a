import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import HTTPAPI
import Notices
import ServerRecords

/// `patchbay notice`
struct NoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice", abstract: "Tell people before work begins.",
        subcommands: [List.self, Contacts.self, Add.self, Remove.self])

    /// `patchbay notice list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what contacts were told, newest first.",
            discussion: "Example: patchbay notice list --limit 20")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "At most so many.") var limit = 50
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<NoticeSummary> = try await server.withClient {
                try await $0.get(
                    "/api/v1/notices", query: [("tenant", tenant), ("limit", "\(limit)")])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("MADE"), .text("CONTACT"), .text("OPENS"), .text("STATE"),
                    .number("TRIES"), .text("RECEIPT"), .text("ID"))
                for notice in list.items {
                    table.add(
                        notice.madeAt.wholeSeconds.description, Table.printable(notice.contact),
                        notice.opensAt.wholeSeconds.description, notice.state.rawValue,
                        "\(notice.attempts)", Table.printable(notice.receipt ?? ""),
                        notice.id.text)
                }
                return table.text(width: Terminal.width, empty: "No notices.")
            }
        }
    }

    /// `patchbay notice contacts`
    struct Contacts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "contacts", abstract: "List who is told before work begins.",
            discussion: "Example: patchbay notice contacts")
        @Option(help: "Only this tenant's.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<NoticeContactSummary> = try await server.withClient {
                try await $0.get("/api/v1/notice-contacts", query: [("tenant", tenant)])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("CONTACT"), .text("TOLD BEFORE"), .text("AT"), .text("TENANT"),
                    .text("ID"))
                for contact in list.items {
                    table.add(
                        Table.printable(contact.name), "\(contact.hoursBefore) h",
                        Table.printable(contact.host), contact.tenant.text, contact.id.text)
                }
                return table.text(width: Terminal.width, empty: "Nobody is told.")
            }
        }
    }

    /// `patchbay notice add`
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Tell somebody before each opening with planned work.",
            discussion: """
                Example: patchbay notice add "Finance" --url-file finance.url --hours 48

                Notices are posted as JSON with a member “text” to the address in the file (“-” for \
                standard input): webhooks hold a secret, which has no place among arguments.
                """)
        @Argument(help: "Who is told; unique in the tenant.") var name: String
        @Option(
            help: ArgumentHelp(
                "A file with the https:// address that notices are posted to.",
                valueName: "file"))
        var urlFile: String
        @Option(help: "How many hours before an opening.") var hours = 48
        @Option(help: "The tenant; not needed where there is one only.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        /// The longest address, in bytes, and some for line ends.
        private static let limit = 2_100

        /// The one line of a file, or of standard input.
        private static func address(in file: String) throws -> String {
            if file == "-" { return readLine() ?? "" }
            guard let bytes = try PrivateFile.read(URL(filePath: file), limit: limit) else {
                throw Failure(
                    .wrongUse, "There is no file \(file).",
                    nextStep: "Name a file with the receiver's address.")
            }
            return String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func run() async throws {
            let draft = NoticeContactDraft(
                tenant: try tenant.map(Given.tenant), name: name,
                address: try Self.address(in: urlFile), hoursBefore: hours)
            let contact: NoticeContactSummary = try await server.withClient {
                try await $0.post("/api/v1/notice-contacts", draft)
            }
            try output.show(contact) {
                "\(Table.printable($0.name)) is told \($0.hoursBefore) hours before, at "
                    + "\(Table.printable($0.host)): \($0.id)"
            }
        }
    }

    /// `patchbay notice remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Tell somebody no more.",
            discussion: "Example: patchbay notice remove ctc_01h2xcejqtf2nbrexx3vqjhp41")
        @Argument(help: "The contact's identifier.") var contact: String
        @OptionGroup var server: ServerOptions

        func validate() throws {
            guard NoticeContactID(contact) != nil else {
                throw ValidationError("“\(contact)” is no identifier of a contact.")
            }
        }

        func run() async throws {
            try await server.withClient {
                try await $0.delete("/api/v1/notice-contacts/\(contact)")
            }
        }
    }
}
