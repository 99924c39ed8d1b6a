public import ArgumentParser
import CommandBasics
import Foundation
import Versions

extension Ecosystem: ExpressibleByArgument {}

/// `patchbay version`
package struct VersionCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Compare versions by an ecosystem's own rules.",
        subcommands: [Compare.self])

    /// `patchbay version compare`
    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare",
            abstract: "Print <, = or >: how the first version stands to the second.",
            discussion: """
                Example: patchbay version compare --ecosystem deb 1.0~rc1 1.0

                With --batch, lines of two versions with a tab between are read from standard input, and \
                one sign is printed for each; ! stands for a line that cannot be read. A version that \
                begins with a hyphen goes after --, or through --batch.
                """)

        @Option(
            help: "Whose rules: \(Ecosystem.allCases.map(\.rawValue).joined(separator: ", ")).")
        var ecosystem: Ecosystem

        @Flag(help: "Read pairs from standard input.")
        var batch = false

        @Argument(help: "The two versions.")
        var versions: [String] = []

        func validate() throws {
            guard versions.count == (batch ? 0 : 2) else {
                throw ValidationError(
                    batch
                        ? "With --batch the versions come from standard input."
                        : "Give two versions, or --batch.")
            }
        }

        func run() throws {
            guard batch else {
                Terminal.write(try ecosystem.compare(versions[0], versions[1]).sign)
                return
            }
            try VersionBatch(ecosystem: ecosystem).run(
                from: .standardInput, to: .standardOutput)
        }
    }

    package init() {}
}
