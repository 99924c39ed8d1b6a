package import ArgumentParser
import CommandBasics
import Fleet
import Policy
import PolicyDocument

/// `patchbay policy check`
package struct PolicyCheckCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
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

    package init() {}

    package func run() throws {
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
