import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Foundation
import HTTPAPI
import OfflineCommands
import ServerRecords
import Trust

/// `patchbay trust`
struct TrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "The keys that endpoints believe, and what waits for them.",
        subcommands: [
            TrustInitCommand.self, TrustShowCommand.self, Status.self, Pending.self, Submit.self,
            Confirm.self, Adopt.self, Rotate.self, Brake.self,
        ])

    /// A file's bytes.
    static func bytes(_ path: String) throws -> [UInt8] {
        guard
            let bytes = try PrivateFile.read(
                URL(filePath: path), limit: 2 * Envelope.maximumBytes)
        else {
            throw Failure(
                .wrongUse, "There is no file \(path).", nextStep: "Name a file that exists.",
                code: "E_FILE")
        }
        return bytes
    }

    /// `patchbay trust status`
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Who holds the keys, what waits, and which endpoints refuse.",
            discussion: "Example: patchbay trust status")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let status: TrustStatus = try await server.withClient {
                try await $0.get("/api/v1/trust")
            }
            try output.show(status) { $0.text }
        }
    }

    /// `patchbay trust pending`
    struct Pending: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pending",
            abstract: "List what waits for signatures, or write it to files.",
            discussion: """
                Example: patchbay trust pending --out to-sign

                Read each file on an operator's machine (patchbay trust show FILE), sign it there \
                (patchbay sign --key operator-1.key FILE), then hand it in with “patchbay trust submit”. \
                A file that is there already keeps its signatures.
                """)
        @Option(help: ArgumentHelp("A folder for the envelopes.", valueName: "folder"))
        var out: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<WaitingDocument> = try await server.withClient {
                try await $0.get("/api/v1/trust/waiting")
            }
            if let out {
                try FileManager.default.createDirectory(
                    at: URL(filePath: out), withIntermediateDirectories: true)
                for item in list.items {
                    try Self.write(
                        item.envelope, as: "\(item.type)-\(item.name)-\(item.digest.prefix(8))",
                        into: URL(filePath: out))
                }
            }
            try output.show(list) { list in
                var table = Table(
                    .text("TYPE"), .text("NAME"), .text("SIGNATURES"), .text("DIGEST"),
                    .text("FOR"))
                for item in list.items {
                    table.add(
                        item.type, item.name, "\(item.signatures) of \(item.needed)",
                        String(item.digest.prefix(16)), item.reason)
                }
                return list.items.isEmpty
                    ? "Nothing waits for signatures." : table.text(width: Terminal.width)
            }
        }

        /// Writes an envelope into a folder. Signatures that the file there has already are kept.
        static func write(_ text: String, as name: String, into folder: URL) throws {
            // The server says what it is called, and must not choose where it is written.
            let plain = name.map { letter in
                letter.isASCII && (letter.isLetter || letter.isNumber || letter == "-")
                    ? letter : "_"
            }
            let file = folder.appending(path: String(plain) + ".dsse.json")
            var envelope = try Envelope(json: Array(text.utf8))
            if let there = try PrivateFile.read(file, limit: Envelope.maximumBytes),
                let signed = try? Envelope(json: there), signed.payload == envelope.payload,
                signed.payloadType == envelope.payloadType
            {
                envelope.add(signed.signatures)
            }
            try PrivateFile.write(envelope.json + [UInt8(ascii: "\n")], to: file)
        }
    }

    /// `patchbay trust submit`
    struct Submit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "submit", abstract: "Hand in what operators have signed.",
            discussion: "Example: patchbay trust submit to-sign/*.dsse.json")
        @Argument(help: "Signed envelopes.") var files: [String]
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let texts = try files.map {
                String(decoding: try TrustCommand.bytes($0), as: UTF8.self)
            }
            let outcomes = try await server.withClient { client in
                var outcomes: [SigningOutcome] = []
                for text in texts {
                    outcomes.append(
                        try await client.post(
                            "/api/v1/trust/documents", EnvelopeText(envelope: text)))
                }
                return outcomes
            }
            try output.show(outcomes) { outcomes in
                outcomes.map { "\($0.digest.prefix(16)): \($0.sentence)" }.joined(separator: "\n")
            }
        }
    }

    /// `patchbay trust confirm`
    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm",
            abstract: "Give a managed server's second signature to what goes beyond the brake.",
            discussion: "Example: patchbay trust confirm DIGEST --token-file ben.token")
        @Argument(help: "The document's digest, whole.") var digest: String
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let outcome: SigningOutcome = try await server.withClient {
                try await $0.post("/api/v1/trust/waiting/\(digest)/confirm")
            }
            try output.show(outcome) { $0.sentence }
        }
    }
}

extension TrustStatus {
    /// For people.
    var text: String {
        guard let mode, let rootVersion, let rootFingerprint else { return "No trust root yet." }
        var lines = [
            "Trust root: version \(rootVersion), \(mode.rawValue)",
            "Fingerprint: \(rootFingerprint)",
            "Waiting for signatures: \(waiting)",
            "Endpoints that have said what they hold: \(endpointsReporting)",
        ]
        lines += refusals.map { "\($0.endpoint) refused: \($0.sentence)" }
        return lines.joined(separator: "\n")
    }
}
