package import ArgumentParser
import CommandBasics
import Policy
import PolicyDocument

/// `patchbay policy render`
package struct PolicyRenderCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write policies in plain language, for people who do not write policies.",
        discussion: """
            Example: patchbay policy render servers.yaml --format html > servers.html

            The text is made from the same document that decides: every rule, window, freeze, ring \
            and deadline in sentences. With --format yaml the document itself is written in its \
            canonical form, without comments.
            """)

    /// What is written.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case markdown, html, yaml
    }

    @OptionGroup var files: PolicyFiles

    @Option(help: "What to write: markdown, html or yaml.")
    var format = Form.markdown

    package init() {}

    package func run() throws {
        let read = try files.readUsable(at: SystemEffects.now())
        let written = read.policies.map {
            WrittenPolicy(
                $0, accepting: read.exceptionsByPolicy[$0.name] ?? [], among: read.policies)
        }
        switch format {
        case .markdown: Terminal.write(written.map(\.markdown).joined(separator: "\n"))
        case .html: Terminal.write(WrittenPolicy.html(written))
        case .yaml:
            let documents = read.policies.map {
                PolicyWriter.yaml($0, accepting: read.exceptionsByPolicy[$0.name] ?? [])
            }
            Terminal.write(documents.joined(separator: "---\n"))
        }
    }
}
