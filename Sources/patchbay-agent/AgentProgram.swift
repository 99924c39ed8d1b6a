import AgentSystem
import AgentTransport
import ArgumentParser

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The agent's command line.
@main
struct AgentProgram: AsyncParsableCommand {
    static let version = "0.1.0"
    static let configuration = CommandConfiguration(
        commandName: "patchbay-agent",
        abstract:
            "The Patchbay agent: shows this endpoint to its control plane, and installs what was approved.",
        discussion: """
            Begin with “patchbay-agent enrol --token-file FILE”, then “patchbay-agent install-service”.

            Exit status: 0 done; 2 wrong use or unreadable input; 3 could not be done.
            """,
        version: "patchbay-agent \(version)",
        subcommands: [
            Enrol.self, RunAgent.self, ScanEndpoint.self, Doctor.self, ShowStatus.self, Defer.self,
            Acknowledge.self, RebootNow.self, Notify.self, InstallService.self,
            ApplicationCommand.self, SnapshotCommand.self,
            Supervise.self, WatchUpdate.self,
        ])

    /// Runs the command line, and gives every ending its status.
    static func main() async {
        AgentClient.useOneThread()
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            end(code.rawValue)
        } catch let failure as ProgramFailure {
            Output.error("patchbay-agent: \(failure.text)")
            end(failure.status)
        } catch {
            // Help and version asked for, or wrong use, whose status is 64 with the parser.
            let isWrongUse = exitCode(for: error) != .success
            let words = fullMessage(for: error)
            if isWrongUse { Output.error(words) } else { Output.write(words) }
            end(isWrongUse ? ProgramFailure.wrongUse : 0)
        }
    }
}

/// Ends the program; within a command the name `exit` is the parser's.
private func end(_ status: Int32) -> Never {
    exit(status)
}

/// Why a command could not do its work.
struct ProgramFailure: Error {
    /// Wrong use, or input that cannot be read.
    static let wrongUse: Int32 = 2
    /// Network, disk, permission.
    static let couldNot: Int32 = 3

    let text: String
    let status: Int32

    init(_ text: String, status: Int32 = ProgramFailure.couldNot) {
        self.text = text
        self.status = status
    }

    /// The failure in the words of any error of the modules below.
    init(_ error: any Error) {
        self = error as? ProgramFailure ?? ProgramFailure(Self.words(for: error))
    }
}

/// Writes to the terminal.
enum Output {
    static func write(_ text: String) {
        put(text, to: 1)
    }

    static func error(_ text: String) {
        put(text, to: 2)
    }

    private static func put(_ text: String, to descriptor: Int32) {
        var rest = Array("\(text)\n".utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { bytes in
                #if canImport(Glibc)
                    Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                #elseif canImport(Musl)
                    Musl.write(descriptor, bytes.baseAddress, bytes.count)
                #else
                    Darwin.write(descriptor, bytes.baseAddress, bytes.count)
                #endif
            }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
