import PackageManagers
import Synchronization

/// Answers by the arguments alone, and remembers them; what is not known is a program that is not
/// there.
final class PlayedTool: CommandRunning {
    struct Answer: Sendable {
        var status: Int32
        var output = ""
        var errorOutput = ""
    }

    private let answers: Mutex<[String: Answer]>
    private let log = Mutex<[String]>([])

    init(_ answers: [String: Answer]) { self.answers = Mutex(answers) }

    /// What was asked, in its order.
    var asked: [String] { log.withLock { $0 } }

    /// Answers otherwise from now on.
    func set(_ words: String, _ answer: Answer) { answers.withLock { $0[words] = answer } }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        let words = command.arguments.joined(separator: " ")
        log.withLock { $0.append(words) }
        guard let answer = answers.withLock({ $0[words] }) else {
            return CommandOutput(status: 127, errorOutput: Array("not there".utf8))
        }
        return CommandOutput(
            status: answer.status, output: Array(answer.output.utf8),
            errorOutput: Array(answer.errorOutput.utf8))
    }
}
