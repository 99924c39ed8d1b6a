public import Fleet
public import Readiness

/// What the endpoint can do before an installation, so that there is a way back whatever happens:
/// tell when its last backup was made, and take a snapshot of its file system.
public protocol Safeguarding: Sendable {
    /// Whether the endpoint's administrator has named commands that tell of backups.
    var namesBackupCommands: Bool { get }
    /// When the last backup was made, by the commands that the endpoint's administrator has named.
    func lastBackup(at now: Timestamp) async -> BackupAnswer
    /// Takes a snapshot of the file system that the packages stand on, and removes the oldest of
    /// its own kind when there are too many.
    ///
    /// - Parameters:
    ///   - label: what it is for: letters, digits, `_` and `-`.
    ///   - now: the time, which its name tells.
    /// - Returns: its name, or why there is none.
    func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer
    /// What the endpoint looks like right now, as far as a rule asks for it: the rest is as if
    /// nothing stood in the way.
    func surroundings(for rule: ReadinessRule) async -> Surroundings
    /// The program that makes the endpoint's root file system return to a snapshot and reboots,
    /// with its arguments: it outlives the agent, which it stops, looks first whether the return is
    /// possible, and else changes nothing. `nil` where the endpoint has none.
    func returnCommand(to snapshot: String, for job: JobID) -> [String]?
}

extension Safeguarding {
    /// There is none.
    public func returnCommand(to snapshot: String, for job: JobID) -> [String]? { nil }
}

/// When the last backup was made.
public enum BackupAnswer: Hashable, Sendable {
    /// Then, as the command of this name says; of several commands it is the oldest.
    case made(at: Timestamp, by: String)
    /// It is not known; a sentence says why.
    case unknown(String)
}

/// What became of a snapshot.
public enum SnapshotAnswer: Hashable, Sendable {
    /// It has been taken, under this name.
    case taken(String)
    /// The endpoint cannot take one; a sentence says why.
    case notPossible(String)
    /// It should have been possible, and failed; a sentence says why.
    case failed(String)
}
