public import AgentCore
public import Fleet
import SystemFiles

/// What this machine can do before an installation.
public struct SystemSafeguards: Safeguarding {
    private let backupCommands: String
    private let snapshots = Snapshots()
    private let returning: (program: String, state: String)?

    /// The safeguards of this machine.
    ///
    /// - Parameters:
    ///   - backupCommands: the file that names its backup commands.
    ///   - returning: the agent's program and its state folder, by which it returns to snapshots.
    public init(
        backupCommands: String = BackupCommands.standardPath,
        returning: (program: String, state: String)? = nil
    ) {
        self.backupCommands = backupCommands
        self.returning = returning
    }

    /// Whether there is a file that names commands.
    public var namesBackupCommands: Bool { Files.exists(backupCommands) }

    /// Asks the commands that the endpoint's administrator has named.
    public func lastBackup(at now: Timestamp) async -> BackupAnswer {
        do throws(BackupFault) {
            return try await BackupCommands.read(backupCommands).lastBackup()
        } catch {
            return .unknown(error.sentence)
        }
    }

    /// Takes a snapshot of the root file system.
    public func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
        await snapshots.take(label, at: now)
    }

    /// The agent's own command, which a person could give too.
    public func returnCommand(to snapshot: String, for job: JobID) -> [String]? {
        guard let returning else { return nil }
        return [
            returning.program, "snapshot", "return", "--accept-loss", "--job", job.text, "--state",
            returning.state, "--", snapshot,
        ]
    }
}
