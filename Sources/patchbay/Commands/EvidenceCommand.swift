import ArgumentParser
import CommandBasics
import Fleet
import Forensics
import Foundation
import HTTPAPI
import ServerRecords
import Triage

/// `patchbay evidence`
struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Evidence that is taken before patching, and the triages that it is for.",
        discussion: """
            Example: patchbay evidence list --open

            Where a regime demands forensics (BOD 26-04), endpoints take evidence of themselves before they install anything; people note the scope and give the verdict. \
            docs/evidence.md says more.
            """,
        subcommands: [
            List.self, Show.self, Export.self, Ask.self, Scope.self, Verdict.self,
        ])

    /// `patchbay evidence list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List triages with what is due by when, newest first.",
            discussion: "Example: patchbay evidence list --open")
        @Option(help: "Only this tenant's.") var tenant: String?
        @Option(help: "Only this endpoint's.") var endpoint: String?
        @Flag(help: "Only those that go on.") var open = false
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<TriageItem> = try await server.withClient {
                try await $0.get(
                    "/api/v1/triages",
                    query: [
                        ("tenant", tenant), ("endpoint", endpoint), ("open", open ? "true" : nil),
                    ])
            }
            try output.show(list) { list in
                var table = Table(
                    .text("STATE"), .text("ENDPOINT"), .text("SCOPE"), .text("EVIDENCE"),
                    .text("VERDICT"), .text("VULNERABILITIES"), .text("ID"))
                for item in list.items {
                    let steps = item.steps.map(\.words)
                    table.add(
                        item.state.rawValue, item.endpointName, steps[0], steps[1], steps[2],
                        item.demands.map(\.vulnerability).joined(separator: " "), item.id.text)
                }
                return table.text(width: Terminal.width, empty: "No triages.")
            }
        }
    }

    /// `patchbay evidence show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a triage, or what a bundle of evidence holds.",
            discussion: """
                Example: patchbay evidence show tri_01h2xcejqtf2nbrexx3vqjhp41
                Example: patchbay evidence show evd_01h2xcejqtf2nbrexx3vqjhp41 --section processes
                """)
        @Argument(help: "The triage or the bundle.") var id: String
        @Option(help: "Only this section of a bundle.") var section: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            if TriageID(id) != nil {
                let triage: TriageDetail = try await server.withClient {
                    try await $0.get("/api/v1/triages/\(id)")
                }
                return try output.show(triage) { $0.lines.joined(separator: "\n") }
            }
            guard EvidenceID(id) != nil else {
                throw EvidenceText.wrong("“\(id)” is no identifier of a triage or of evidence.")
            }
            var bundle: EvidenceDetail = try await server.withClient {
                try await $0.get("/api/v1/evidence/\(id)")
            }
            if let section {
                let names = bundle.sections.map(\.name.rawValue)
                guard names.contains(section) else {
                    throw EvidenceText.wrong(
                        "It has no section “\(section)”, only \(names.joined(separator: ", ")).")
                }
                bundle.sections.removeAll { $0.name.rawValue != section }
            }
            try output.show(bundle) { $0.lines.joined(separator: "\n") }
        }
    }

    /// `patchbay evidence export`
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write a bundle's document into a file, byte by byte as it came.",
            discussion:
                "Example: patchbay evidence export evd_01h2xcejqtf2nbrexx3vqjhp41 web-1.json")
        @Argument(help: "The bundle.") var id: String
        @Argument(help: "The file to write.") var file: String
        @OptionGroup var server: ServerOptions

        func run() async throws {
            guard EvidenceID(id) != nil else {
                throw EvidenceText.wrong("“\(id)” is no identifier of evidence.")
            }
            let data = try await server.withClient {
                try await $0.bytes("/api/v1/evidence/\(id)/document")
            }
            try PrivateFile.write(Array(data), to: URL(filePath: file))
        }
    }

    /// `patchbay evidence ask`
    struct Ask: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ask", abstract: "Ask an endpoint for evidence at its next check-in.",
            discussion: """
                Example: patchbay evidence ask ept_01h2xcejqtf2nbrexx3vqjhp41 --reason "It talks to an unknown host"
                """)
        @Argument(help: "The endpoint.") var endpoint: String
        @Option(help: "Why; stands in the audit log.") var reason: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let id = try Given.endpoint(endpoint)
            try await EvidenceText.post(
                "endpoints/\(id)/evidence", ["reason": reason], server, output)
        }
    }

    /// `patchbay evidence scope`
    struct Scope: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "scope", abstract: "Note what a triage is about.",
            discussion: """
                Example: patchbay evidence scope tri_01h2xcejqtf2nbrexx3vqjhp41 --text "web-1 to web-3; no account of theirs is used elsewhere"
                """)
        @Argument(help: "The triage.") var triage: String
        @Option(help: "Which endpoints, accounts and data are concerned.") var text: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let id = try EvidenceText.triage(triage)
            try await EvidenceText.post("triages/\(id)/scope", ["text": text], server, output)
        }
    }

    /// `patchbay evidence verdict`
    struct Verdict: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verdict", abstract: "Say whether an endpoint was broken into.",
            discussion: """
                Example: patchbay evidence verdict tri_01h2xcejqtf2nbrexx3vqjhp41 noTraces
                Example: patchbay evidence verdict tri_01h2xcejqtf2nbrexx3vqjhp41 traces --note "A shell runs from /dev/shm"

                After “traces” nothing is installed on the endpoint until another verdict clears it: isolate it, and image it before it is patched.
                """)
        @Argument(help: "The triage.") var triage: String
        @Argument(help: "noTraces, traces or undetermined.") var verdict: String
        @Option(help: "Why; must be given unless nothing was found.") var note: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let id = try EvidenceText.triage(triage)
            guard TriageRecord.Verdict(rawValue: verdict) != nil else {
                throw EvidenceText.wrong("“\(verdict)” is no verdict.")
            }
            try await EvidenceText.post(
                "triages/\(id)/verdict", ["verdict": verdict, "note": note ?? ""], server, output)
        }
    }
}

/// What the commands share.
private enum EvidenceText {
    static func triage(_ text: String) throws -> TriageID {
        guard let id = TriageID(text) else {
            throw wrong("“\(text)” is no identifier of a triage.")
        }
        return id
    }

    static func wrong(_ message: String) -> Failure {
        Failure(
            .wrongUse, message,
            nextStep:
                "See “patchbay evidence list”; a verdict is noTraces, traces or undetermined.",
            code: "E_NOT_FOUND")
    }

    static func post(
        _ path: String, _ body: [String: String], _ server: ServerOptions, _ output: FormatOption
    ) async throws {
        let item: TriageItem = try await server.withClient {
            try await $0.post("/api/v1/\(path)", body)
        }
        try output.show(item) { "\($0.id)  \($0.sentence)" }
    }
}
