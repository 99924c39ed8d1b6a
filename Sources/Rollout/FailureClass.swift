/// Why an update or a job failed: a closed list, so that every failure has a cause, a sentence and
/// an answer to "is it tried again".
public enum FailureClass: String, Codable, Sendable, CaseIterable {
    /// Another program held the package manager's lock until the patience for it ran out.
    case lockHeld
    /// A file system has too little room: nothing was started, or what was begun was taken back.
    case diskFull
    /// A package source could not be reached.
    case network
    /// A package source's signature does not hold.
    case signature
    /// A downloaded file is not what the index promises.
    case hashMismatch
    /// No source of the endpoint offers the version any more.
    case versionNotAvailable
    /// Dependencies cannot be met, or meeting them would remove or add packages that nobody
    /// approved.
    case dependency
    /// The endpoint's administrator holds the package.
    case held
    /// A package's own installation script failed.
    case maintainerScript
    /// An earlier run was cut off, and repairing it did not succeed.
    case interruptedPackageManager
    /// Nothing was printed for so long that the package's script was taken to hang, and was ended;
    /// or the whole package manager, where no script was at work.
    case hung
    /// The run was cut off by a crash, a kill or a power cut, and the update is not in.
    case interrupted
    /// The endpoint's own record of the job was lost or damaged on its disk, and a fresh scan shows
    /// that the update is not in.
    case journalUnreadable
    /// The package manager said that it did the work, and a fresh scan shows that it did not.
    case nothingChanged
    /// The updates are in, and the endpoint's probes fail, or it was not back from its reboot in
    /// time.
    case unhealthyAfterPatch
    /// The endpoint was rebooted, and still says that it must reboot.
    case rebootNotClearing
    /// The policy asks for a backup that is young enough, and there is none, or it is not known.
    case backupTooOld
    /// The policy asks for a snapshot before the installation, and none could be taken.
    case snapshotMissing
    /// Evidence must be taken before the installation, and could not be.
    case evidenceMissing
    /// A program that the update must not be exchanged under is running.
    case blockedByProcess
    /// The order breaks the rules that the agent keeps by itself, and was refused.
    case refused
    /// The package manager failed in a way that is not in this list; the log has its words.
    case other
}

extension FailureClass {
    /// Whether the same attempt may succeed later without anybody changing anything.
    public var mayPassByItself: Bool {
        switch self {
        case .lockHeld, .network, .hung, .interrupted, .backupTooOld, .blockedByProcess,
            .evidenceMissing:
            true
        case .diskFull, .signature, .hashMismatch, .versionNotAvailable, .dependency, .held,
            .maintainerScript, .interruptedPackageManager, .journalUnreadable, .nothingChanged,
            .unhealthyAfterPatch, .rebootNotClearing, .snapshotMissing, .refused, .other:
            false
        }
    }

    /// What a technician does about it, in one sentence.
    public var nextStep: String {
        switch self {
        case .lockHeld: "Wait until the other program has ended, then approve the update again."
        case .diskFull: "Free the space that is named, then approve the update again."
        case .network:
            "Check that the endpoint reaches its package sources, then approve the update again."
        case .signature:
            "Check the source's key and its signature; do not install from it until they agree."
        case .hashMismatch:
            "Refresh the package index; if it stays, the mirror or a cache between is at fault."
        case .versionNotAvailable:
            "Scan the endpoint: a newer version has probably replaced this one."
        case .dependency:
            "Look at the log for the packages that stand in the way, and approve them together."
        case .held: "Release the hold on the endpoint if the update should go in."
        case .maintainerScript:
            "Read the package's own message in the log; the package needs mending on the endpoint."
        case .interruptedPackageManager:
            "Mend the package database on the endpoint; the log names the package."
        case .hung:
            "Look at the last line of the log for the step that hangs, then approve the update again."
        case .interrupted: "Approve the update again."
        case .journalUnreadable:
            "Check the endpoint's disk; the damaged record is kept there beside the new one. Then approve the update again."
        case .nothingChanged:
            "Read the log: the package manager reported success without installing the update."
        case .unhealthyAfterPatch:
            "Look at the probe that fails; set the package back if the update is the cause."
        case .rebootNotClearing:
            "Look at what asks for the reboot on the endpoint; rebooting again does not end it."
        case .backupTooOld:
            "Make a backup, or let the agent ask for it (/etc/patchbay-agent/backup.json)."
        case .snapshotMissing:
            "Give the endpoint a file system that takes snapshots, or let the policy prefer them only."
        case .evidenceMissing:
            "Free space for the evidence on the endpoint, or look at what is named; it is tried again."
        case .blockedByProcess:
            "End the program that is named, or wait until it has ended; it is tried again."
        case .refused: "Look at the reason; the endpoint obeys only orders that fit its rules."
        case .other: "Read the log of the run."
        }
    }
}
