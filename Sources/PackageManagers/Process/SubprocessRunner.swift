import Foundation
import Subprocess
import SystemPackage

/// Runs programs of this machine, each in a session of its own, so that ending it ends its children
/// too.
package struct SubprocessRunner: CommandRunning {
    /// The most that is read of each stream, in bytes: `apt-cache policy` of 6,000 packages prints
    /// 2 MiB.
    package static let outputLimit = 64 * 1_048_576

    /// How long a program may take to end itself after it was asked to.
    private static let grace = Duration.seconds(2)

    private let environment: [String: String]

    /// A runner that hands the proxy settings of this process on, and nothing else.
    package init() {
        let own = ProcessInfo.processInfo.environment
        var environment = CommandEnvironment.base
        for name in CommandEnvironment.inherited { environment[name] = own[name] }
        self.environment = environment
    }

    package func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        let seconds = command.timeoutSeconds
        let result = await withTaskGroup(of: Result<CommandOutput, CommandFailure>?.self) { group in
            group.addTask { await self.runToEnd(command) }
            group.addTask {
                // `nil` stands for "the time is up"; cancelled, it says nothing that anyone reads.
                try? await Task.sleep(for: .seconds(seconds))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        guard let result else { throw .timedOut(seconds: seconds) }
        return try result.get()
    }

    private func runToEnd(_ command: Command) async -> Result<CommandOutput, CommandFailure> {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.grace),
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: Self.grace),
        ]
        let variables = environment.merging(command.environment) { _, new in new }
        let pairs = variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        do {
            let result = try await Subprocess.run(
                .path(FilePath(command.path)), arguments: Arguments(command.arguments),
                environment: .custom(Dictionary(pairs) { _, last in last }),
                workingDirectory: "/", platformOptions: options, input: .none,
                output: .bytes(limit: Self.outputLimit), error: .bytes(limit: Self.outputLimit))
            return .success(
                CommandOutput(
                    status: Self.status(result.terminationStatus), output: result.standardOutput,
                    errorOutput: result.standardError))
        } catch let error as SubprocessError where error.code == .outputLimitExceeded {
            return .failure(.tooMuchOutput)
        } catch {
            return .failure(.notStarted(String(describing: error)))
        }
    }

    private static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }
}
