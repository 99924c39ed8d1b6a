import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import HTTPAPI
import ServerRecords
import Store

/// `patchbay audit`
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The log of every change.",
        subcommands: [List.self, Verify.self, Export.self])

    /// `patchbay audit list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List audit entries, newest first.",
            discussion: "Example: patchbay audit list --subject dep_01h2xcejqtf2nbrexx3vqjhp41")
        @Option(help: "Only entries about this identifier.") var subject: String?
        @Option(parsing: .unconditional, help: "How many entries.") var limit = 100
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<AuditEntry> = try await server.withClient {
                try await $0.get(
                    "/api/v1/audit", query: [("subject", subject), ("limit", "\(limit)")])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("AT"), .text("WHO"), .text("ROLE"), .text("ACTION"), .text("WHAT"))
                for entry in list.items {
                    table.add(
                        entry.at.wholeSeconds.description, entry.actor, entry.role?.rawValue ?? "-",
                        entry.action, entry.sentence)
                }
                return table.text(width: Terminal.width, empty: "No entries.")
            }
        }
    }

    /// `patchbay audit verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check that nobody has edited the log; the status is 1 when somebody has.",
            discussion: """
                Example: patchbay audit verify --file patchbay-audit.jsonl --key sha256:9f86d081…

                Without --file the database of the home folder is read, beside a running server or without one.
                """)
        @Option(help: ArgumentHelp("An export to check instead.", valueName: "file")) var file:
            String?
        @Option(
            help: ArgumentHelp(
                "The fingerprint that the audit key must have, as it was written down.",
                valueName: "fingerprint"))
        var key: String?
        @OptionGroup var place: LedgerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let verdict: AuditVerdict
            if let file {
                verdict = try verifyExport(file)
            } else {
                verdict = try await place.withUseCases(access: .readOnly) {
                    try await $0.verifyAudit()
                }
            }
            try output.show(verdict) { verdict in
                let place = verdict.firstBroken.map {
                    "entry \($0.sequence) of the chain \($0.chain)"
                }
                let finding = place.map { "BROKEN at \($0)" } ?? "intact"
                return
                    "\(verdict.entries) entries: \(finding)\nAudit key: \(verdict.auditKeyFingerprint)"
            }
            if !verdict.intact { throw ExitCode(Failure.Status.no.rawValue) }
        }

        /// The largest export that is read, in bytes: about five million entries.
        private static let largestExport = 2 * 1024 * 1024 * 1024

        private func verifyExport(_ path: String) throws -> AuditVerdict {
            let url = URL(filePath: path)
            guard let bytes = try PrivateFile.read(url, limit: Self.largestExport) else {
                throw Failure(
                    .wrongUse, "There is no file \(path).", nextStep: "Name an audit export.",
                    code: "E_FILE")
            }
            let lines = String(decoding: bytes, as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: true)
            return try AuditExport.verify(lines, auditKeyFingerprint: key)
        }
    }

    /// `patchbay audit export`
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write the log into a file that proves itself.",
            discussion: "Example: patchbay audit export patchbay-audit.jsonl")
        @Argument(help: "The file to write.") var file: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let data = try await server.withClient { try await $0.bytes("/api/v1/audit/export") }
            try PrivateFile.write(Array(data), to: URL(filePath: file))
        }
    }
}
