import ArgumentParser
import Fleet
import Policy
import PolicyDocument

/// `patchbay policy`
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check policies, and see what they would do.",
        discussion: """
            These commands read policy files and change nothing; no server is needed. \
            docs/policy-document.md describes every key, and Examples/policies has ten policies \
            to begin with.
            """,
        subcommands: [
            Check.self, PolicyCalendarCommand.self, PolicyExplainCommand.self,
            PolicyPlanCommand.self, PolicyRenderCommand.self,
        ])

    /// `patchbay policy check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Say what is wrong with policy files, all of it at once.",
            discussion: """
                Example: patchbay policy check servers.yaml

                Says nothing when nothing is wrong. Otherwise one line for each fault goes to \
                standard error, file:line:column: message, and the status is 2. Warnings alone \
                leave the status at 0.
                """)

        @OptionGroup var files: PolicyFiles
        @OptionGroup var clock: ClockOption
        @OptionGroup var output: FormatOption

        func run() throws {
            let read = try files.read(at: clock.instant)
            if output.format == .json {
                Terminal.write(try JSONText.encode(Answer(read)))
            } else {
                for diagnostic in read.diagnostics { Terminal.writeError(diagnostic.description) }
            }
            if !read.isUsable { throw ExitCode(Failure.Status.wrongUse.rawValue) }
        }

        /// What `--format json` shows.
        private struct Answer: Encodable {
            let usable: Bool
            let policies: [String]
            let diagnostics: [Diagnostic]

            init(_ read: PolicyFiles.Reading) {
                usable = read.isUsable
                policies = read.policies.map(\.name.text)
                diagnostics = read.diagnostics
            }
        }
    }
}

/// The option `--at`.
struct ClockOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The instant of the question (RFC 3339); now unless given.", valueName: "time"))
    var at: String?

    /// The instant that is asked about.
    var instant: Timestamp { at.flatMap { Timestamp($0) } ?? SystemEffects.now() }

    func validate() throws {
        if let at, Timestamp(at) == nil {
            throw ValidationError("--at is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
    }
}
