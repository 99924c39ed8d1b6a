import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import HTTPAPI
import Trust

/// `patchbay script`
struct ScriptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "script", abstract: "Signed scripts that endpoints may run as health probes.",
        subcommands: [List.self, Create.self])

    /// `patchbay script list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the scripts, signed or waiting for signatures.",
            discussion: "Example: patchbay script list")
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let list: ItemList<ScriptSummary> = try await server.withClient {
                try await $0.get("/api/v1/scripts")
            }
            try output.show(list) { list in
                guard !list.items.isEmpty else { return "No scripts yet." }
                var table = Table(
                    .text("NAME"), .text("VERSION"), .text("FOR"), .text("STATE"),
                    .text("INTERPRETER"), .text("SHA-256"))
                for item in list.items {
                    table.add(
                        item.name, "\(item.version)", item.scope, item.state, item.interpreter,
                        String(item.sha256.prefix(16)))
                }
                return table.text(width: Terminal.width)
            }
        }
    }

    /// `patchbay script create`
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Save a script, or the next version of one.",
            discussion: """
                Example: patchbay script create smoke-test --file smoke.sh --timeout 20

                A policy calls it by its name (after: {probes: [{script: smoke-test}]}); it passes \
                when it ends with status 0. A managed server signs it at once. In sealed mode it \
                waits for operators (patchbay trust pending).
                """)
        @Argument(help: "The script's name.") var name: String
        @Option(help: ArgumentHelp("The script.", valueName: "file")) var file: String
        @Option(help: ArgumentHelp("The program that reads it.", valueName: "path"))
        var interpreter = "/bin/sh"
        @Option(help: ArgumentHelp("After how many seconds it is ended.", valueName: "seconds"))
        var timeout = 30
        @Option(help: "Only for this tenant's endpoints.") var tenant: String?
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: FormatOption

        func run() async throws {
            let wish = ScriptWish(
                name: name, tenant: try tenant.map(Given.tenant), interpreter: interpreter,
                text: try text(),
                timeoutSeconds: timeout)
            let script: ScriptSummary = try await server.withClient {
                try await $0.post("/api/v1/scripts", wish)
            }
            try output.show(script) { "\($0.name), version \($0.version): \($0.state)." }
        }

        private func text() throws -> String {
            let bytes = try TrustCommand.bytes(file)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure(
                    .wrongUse, "\(file) is not UTF-8 text.",
                    nextStep: "Give a script as plain text.", code: "E_FILE")
            }
            return text
        }
    }
}

extension ScriptSummary {
    /// How it stands, for people.
    fileprivate var state: String { isSigned ? "signed" : "waits for signatures" }
}
