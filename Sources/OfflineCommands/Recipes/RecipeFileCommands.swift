package import ArgumentParser
import CommandBasics
import Foundation
import PolicyDocument
package import Recipes

/// `patchbay recipe check`
package struct RecipeCheckCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with files of recipes, all of it at once.",
        discussion: """
            Example: patchbay recipe check labtool.yaml

            Says nothing when nothing is wrong. Otherwise one line for each fault goes to \
            standard error, file:line:column: message, and the status is 2.
            """)

    @OptionGroup var files: RecipeFiles

    package init() {}

    package func run() throws { _ = try files.read() }
}

/// `patchbay recipe render`
package struct RecipeRenderCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Write a recipe as endpoints read it.",
        discussion: """
            Example: patchbay recipe render labtool.yaml > labtool.json

            Put the result into /etc/patchbay-agent/recipes.d of an endpoint.
            """)

    @OptionGroup var files: RecipeFiles

    package init() {}

    package func run() throws {
        let recipes = try files.read()
        guard recipes.count == 1 else {
            throw ValidationError("Give a file with one recipe.")
        }
        Terminal.write(try JSONText.encode(recipes[0]))
    }
}

/// The files of recipes that a command is given.
package struct RecipeFiles: ParsableArguments {
    @Argument(help: ArgumentHelp("Files of recipes.", valueName: "file"))
    var files: [String] = []

    package init() {}

    /// The largest file that is looked at, in bytes; the reader itself refuses less.
    private static let limit = 16 * 1024 * 1024

    /// Reads the files: what is wrong goes to standard error, and errors end the command.
    package func read() throws -> [Recipe] {
        guard !files.isEmpty else { throw ValidationError("Give at least one file.") }
        var recipes: [Recipe] = []
        var isUsable = true
        for name in files {
            let file = RecipeFile.read(try bytes(of: name), named: name)
            for diagnostic in file.diagnostics { Terminal.writeError(diagnostic.description) }
            isUsable = isUsable && file.isUsable
            recipes += file.recipes
        }
        guard isUsable else { throw ExitCode(Failure.Status.wrongUse.rawValue) }
        return recipes
    }

    private func bytes(of file: String) throws -> [UInt8] {
        guard let bytes = try PrivateFile.read(URL(filePath: file), limit: Self.limit) else {
            throw Failure(
                .wrongUse, "There is no file \(file).", nextStep: "Name a file of recipes.",
                code: "E_FILE")
        }
        return bytes
    }
}
