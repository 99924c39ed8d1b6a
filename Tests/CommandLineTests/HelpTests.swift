import Foundation
import TestSupport
import Testing

struct HelpTests {
    /// One command as the parser's own description of the program lists it.
    private struct Described: Decodable {
        struct Command: Decodable {
            var commandName: String
            var shouldDisplay: Bool
            var discussion: String?
            var subcommands: [Command]?
        }
        var command: Command
    }

    /// Every command that people see, by the words that lead to it.
    private func commands() async throws -> [(words: [String], command: Described.Command)] {
        let answer = try await CommandLine.patchbay("--experimental-dump-help")
        let described = try JSONDecoder().decode(Described.self, from: Data(answer.output.utf8))
        func walk(_ command: Described.Command, _ words: [String]) -> [(
            [String], Described.Command
        )] {
            let below = (command.subcommands ?? [])
                .filter { $0.shouldDisplay && $0.commandName != "help" }
            return [(words, command)] + below.flatMap { walk($0, words + [$0.commandName]) }
        }
        return walk(described.command, [])
    }

    @Test func `the help of every command is what its golden file holds`() async throws {
        let found = try await commands()
        #expect(found.count > 40)
        // The groups of measuring commands are another's; their words change with what is measured.
        for (words, _) in found where !["fleet-sim", "bench"].contains(words.first) {
            let help = try await CommandLine.patchbay(words + ["--help"])
            #expect(help.status == 0)
            #expect(help.errorOutput.isEmpty)
            let name = (["patchbay"] + words).joined(separator: "-")
            expectGolden(help.output, "help/\(name).txt")
        }
    }

    @Test func `every command that does something shows an example`() async throws {
        for (words, command) in try await commands()
        where (command.subcommands ?? []).filter({ $0.commandName != "help" }).isEmpty {
            let line = words.joined(separator: " ")
            #expect(command.discussion?.contains("Example:") == true, "patchbay \(line)")
        }
    }
}
