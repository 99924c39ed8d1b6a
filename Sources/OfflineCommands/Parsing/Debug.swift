public import ArgumentParser
import CommandBasics
import Foundation
import ToolOutputs

extension ToolOutput: ExpressibleByArgument {}

/// `patchbay debug`
package struct Debug: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "debug", abstract: "Look at how things are read.", subcommands: [Parse.self])

    /// `patchbay debug parse`
    struct Parse: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "parse",
            abstract: "Print what is read out of a package tool's recorded output, as JSON.",
            discussion: """
                Example: apt list --upgradable | patchbay debug parse apt-list-upgradable

                A line that cannot be read is listed under “unparsed”, and the status is 1 then.
                """)

        @Argument(
            help: "The tool: \(ToolOutput.allCases.map(\.rawValue).joined(separator: ", ")).")
        var tool: ToolOutput

        @Option(
            help: ArgumentHelp(
                "The recorded output; standard input unless given.", valueName: "file"))
        var file: String?

        func run() throws {
            let reading = tool.read(try bytes())
            Terminal.write(try JSONText.encode(reading))
            if !reading.unparsed.isEmpty { throw ExitCode(Failure.Status.no.rawValue) }
        }

        private func bytes() throws -> [UInt8] {
            guard let file else { return try standardInput() }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
                !isFolder.boolValue
            else {
                throw Failure(
                    .wrongUse,
                    isFolder.boolValue ? "\(file) is a folder." : "There is no file \(file).",
                    nextStep: "Name a recorded output.", code: "E_FILE")
            }
            return try PrivateFile.read(URL(filePath: file), limit: ToolOutput.limit) ?? []
        }

        private func standardInput() throws -> [UInt8] {
            let limit = ToolOutput.limit
            guard let data = try? FileHandle.standardInput.read(upToCount: limit + 1) ?? Data()
            else {
                throw Failure(
                    .wrongUse, "Standard input cannot be read.",
                    nextStep: "Pipe a tool's output into it, or name a file.", code: "E_FILE")
            }
            guard data.count <= limit else {
                throw Failure(
                    .wrongUse, "The input is larger than \(limit) bytes.",
                    nextStep: "Check that it is the right one.", code: "E_FILE_SIZE")
            }
            return Array(data)
        }
    }

    package init() {}
}
