import PackageManagers
import ToolOutputs

/// A program of a package tool that is asked something, and ended when it takes too long.
struct AskedProgram: Sendable {
    /// What asks a source over the network may take minutes, in seconds.
    static let networkSeconds: Int64 = 600
    /// The longest quotation of a tool in a sentence, in characters.
    static let longestQuote = 400

    let runner: any CommandRunning
    let path: String

    /// Runs it to its end.
    func ask(
        _ arguments: [String], seconds: Int64 = Command.defaultTimeoutSeconds
    ) async -> ProgramWord {
        do {
            let command = Command(path: path, arguments: arguments, timeoutSeconds: seconds)
            let output = try await runner.run(command)
            return ProgramWord(
                status: output.status, output: ToolText.decoded(output.output),
                errorOutput: ToolText.decoded(output.errorOutput))
        } catch {
            return ProgramWord(failure: "\(Self.name(path)) \(error.clause).")
        }
    }

    /// A program's name without folders and `.exe`.
    static func name(_ path: String) -> String {
        let file = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? path
        return file.lowercased().hasSuffix(".exe") ? String(file.dropLast(4)) : file
    }

    static func quote(_ words: some StringProtocol) -> String {
        let text = TextLines.trimmed(words)
        return text.count > longestQuote ? "\(text.prefix(longestQuote))…" : text
    }
}

/// What a program answered.
struct ProgramWord: Sendable {
    /// Its exit status; `nil` when it could not be run to its end.
    var status: Int32?
    /// Standard output as UTF-8.
    var output: [UInt8] = []
    /// Standard error as UTF-8.
    var errorOutput: [UInt8] = []
    /// Why it could not be run to its end, a sentence.
    var failure: String?

    init(status: Int32, output: [UInt8], errorOutput: [UInt8]) {
        self.status = status
        self.output = output
        self.errorOutput = errorOutput
    }

    init(failure: String) { self.failure = failure }

    /// Both streams as lines, standard output first.
    var lines: [String] { TextLines.strings(output) + TextLines.strings(errorOutput) }

    /// Why it failed: what kept it from ending, or the last line with text.
    var reason: String {
        if let failure { return failure }
        let last = lines.map { TextLines.trimmed($0) }.last { !$0.isEmpty }
        return last.map { AskedProgram.quote($0) }
            ?? "It ended with status \(status.map { String($0) } ?? "unknown")."
    }
}
