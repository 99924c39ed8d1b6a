import Synchronization

@testable import PackageManagers

/// Answers commands with what a test gives, and keeps what was asked.
final class RecordedRunner: CommandRunning {
    private let asked = Mutex<[[String]]>([])
    private let answer: @Sendable ([String]) throws(CommandFailure) -> CommandOutput

    init(_ answer: @escaping @Sendable ([String]) throws(CommandFailure) -> CommandOutput) {
        self.answer = answer
    }

    /// The argument vectors so far, the program's path first.
    var commands: [[String]] { asked.withLock { $0 } }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        let arguments = [command.path] + command.arguments
        asked.withLock { $0.append(arguments) }
        return try answer(arguments)
    }
}

extension CommandOutput {
    /// A program's answer as text.
    init(_ output: String, errors: String = "", status: Int32 = 0) {
        self.init(status: status, output: Array(output.utf8), errorOutput: Array(errors.utf8))
    }
}
