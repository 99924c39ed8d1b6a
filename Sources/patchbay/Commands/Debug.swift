public import ArgumentParser
import Foundation
import PackageManagers

extension ToolOutput: ExpressibleByArgument {}

/// `patchbay debug`
struct Debug: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "debug", abstract: "Look at how things are read.", subcommands: [Parse.self])

    /// `patchbay debug parse`
    struct Parse: ParsableCommand {
        static let configuration = CommandConfiguration(
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
            if let file {
                guard let bytes = try PrivateFile.read(URL(filePath: file), limit: ToolOutput.limit)
                else {
                    throw Failure(
                        .wrongUse, "There is no file \(file).", nextStep: "Name a recorded output.",
                        code: "E_FILE")
                }
                return bytes
            }
            let data = try FileHandle.standardInput.read(upToCount: ToolOutput.limit + 1) ?? Data()
            guard data.count <= ToolOutput.limit else {
                throw Failure(
                    .wrongUse, "The input is larger than \(ToolOutput.limit) bytes.",
                    nextStep: "Check that it is the right one.", code: "E_FILE_SIZE")
            }
            return Array(data)
        }
    }
}
