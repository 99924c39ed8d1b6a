import ToolOutputs

/// Runs one tool of the endpoint, in English, without questions.
package struct ToolRunner: Sendable {
    /// A refresh over a slow line may take minutes, in seconds.
    package static let refreshSeconds: Int64 = 600
    /// The longest quotation of a tool in a sentence, in characters.
    package static let longestQuote = 400

    package let runner: any CommandRunning
    package let path: String
    package var environment: [String: String]

    /// A tool at an absolute path, with variables beyond those that every program gets.
    package init(
        runner: any CommandRunning, path: String, environment: [String: String] = [:]
    ) {
        self.runner = runner
        self.path = path
        self.environment = environment
    }

    /// Runs it; a tool that could not be run is one that failed.
    package func run(
        _ arguments: [String], seconds: Int64 = Command.defaultTimeoutSeconds
    ) async -> CommandOutput {
        let command = Command(
            path: path, arguments: arguments, environment: environment, timeoutSeconds: seconds)
        do {
            return try await runner.run(command)
        } catch {
            let name = path.split(separator: "/").last ?? "The tool"
            return CommandOutput(
                status: Self.notRun, errorOutput: Array("\(name) \(error.clause)".utf8))
        }
    }

    /// The status of a tool that could not be run, as shells have it.
    package static let notRun: Int32 = 127
}

extension CommandOutput {
    /// Both streams as lines, standard output first.
    package var lines: [String] { TextLines.strings(output) + TextLines.strings(errorOutput) }

    /// The line that tells best why it failed: the last that begins as errors do, else the last
    /// with text.
    package var reason: String {
        let told = lines.map { TextLines.trimmed($0) }.filter { !$0.isEmpty }
        let error = told.last {
            let text = $0.lowercased()
            return text.hasPrefix("error") || text.hasPrefix("failed") || text.hasPrefix(">>>")
        }
        let line = error ?? told.last ?? "it ended with status \(status)"
        return String(line.prefix(ToolRunner.longestQuote))
    }
}
