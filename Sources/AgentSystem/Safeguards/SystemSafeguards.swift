public import AgentCore
public import Fleet
import SystemFiles

/// What this machine can do before an installation.
public struct SystemSafeguards: Safeguarding {
    private let backupCommands: String
    private let snapshots = Snapshots()

    /// The safeguards of this machine, with the file that names its backup commands.
    public init(backupCommands: String = BackupCommands.standardPath) {
        self.backupCommands = backupCommands
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
}
