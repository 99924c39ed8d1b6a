public import AgentCore
public import Fleet
public import Readiness
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

    /// Looks at power, sessions, connection, load and disks, as far as the rule asks for them.
    public func surroundings(for rule: ReadinessRule) async -> Surroundings {
        var found = Surroundings()
        if rule.power != nil { found.power = PowerFacts().power }
        if rule.people != nil { found.people = await LoginSessions.people() }
        if rule.network != nil { found.isMetered = await SystemBus.isMetered() }
        if rule.load != nil { found.load = ProcessorLoad.read() }
        if rule.freeDisk != nil { found.disks = Self.disks() }
        return found
    }

    /// The file systems that packages are unpacked to and kept on, each once. Those of `/boot` are
    /// small by design, and packages say themselves what they need there.
    private static func disks() -> [Disk] {
        var seen: Set<UInt64> = []
        return ["/", "/usr", "/var"].compactMap { folder in
            guard let status = Files.status(folder), seen.insert(status.device).inserted,
                let space = Files.space(at: folder)
            else { return nil }
            return Disk(mountPoint: folder, freeBytes: space.free, totalBytes: space.total)
        }
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
