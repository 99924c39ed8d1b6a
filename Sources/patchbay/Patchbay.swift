import ArgumentParser
import CommandBasics
import Foundation
import Measuring
import OfflineCommands

/// The command line: the control plane, and everything that a person does with it.
@main
struct Patchbay: AsyncParsableCommand {
    /// The version of this program, and of the agent in it.
    static let versionNumber = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "patchbay",
        abstract: "Patch management: the control plane, and everything that a person does with it.",
        discussion: """
            Begin with “patchbay up”: it shows what this machine misses, and changes nothing on it.

            Exit status: 0 done; 1 done, and the answer is no; 2 wrong use or unreadable input; \
            3 could not be done.
            """,
        version: "patchbay \(versionNumber)",
        subcommands: [Supervise.self, BenchCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Running", subcommands: [Up.self, Serve.self, Admin.self, Backup.self]),
            CommandGroup(
                name: "Offline",
                subcommands: [
                    ScanCommand.self, MatchCommand.self, FeedsCommand.self, VersionCommand.self,
                    SLACommand.self,
                    PolicyCommand.self, RecipeCommand.self, TrustCommand.self, SignCommand.self,
                    Debug.self,
                ]),
            CommandGroup(
                name: "Server",
                subcommands: [
                    TenantCommand.self, SiteCommand.self, EndpointCommand.self, GroupCommand.self,
                    UpdateCommand.self, PlanCommand.self, ApprovalCommand.self, RequestCommand.self,
                    ExceptionCommand.self,
                    DeploymentCommand.self, BundleCommand.self, RollbackCommand.self,
                    JobCommand.self,
                    UserCommand.self,
                    RoleCommand.self,
                    TokenCommand.self,
                    AuditCommand.self, FindingCommand.self, AlertCommand.self, NoticeCommand.self,
                    DutyCommand.self, EmergencyCommand.self, EvidenceCommand.self,
                    VerdictsCommand.self, ScriptCommand.self,
                ]),
            CommandGroup(
                name: "Measuring", subcommands: [FleetSimCommand.self, SimulateCommand.self]),
        ])

    /// Runs the command line, and gives every ending its status.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
        if let failure = Failure(error) {
            Terminal.writeError("patchbay: \(failure.text)")
            Foundation.exit(failure.status.rawValue)
        }
        // Help and version asked for, or wrong use: the parser has the words. Its own status for
        // wrong use is 64.
        let isWrongUse = exitCode(for: error) != .success
        let words = fullMessage(for: error)
        if isWrongUse { Terminal.writeError(words) } else { Terminal.write(words) }
        Foundation.exit(isWrongUse ? Failure.Status.wrongUse.rawValue : 0)
    }
}
