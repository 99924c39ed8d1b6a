import Rollout

/// A code that installers of Windows end with, and what it means. Chocolatey hands on the code of
/// the package's own installer.
struct InstallerCode: Hashable, Sendable {
    /// The class; `nil` for a success.
    let failure: FailureClass?
    /// What happened, a clause.
    let clause: String
    /// Whether the endpoint must reboot.
    var needsReboot = false

    /// The codes of the Windows Installer and of winerror.h that say more than "failed".
    static let known: [Int32: InstallerCode] = [
        // ERROR_ACCESS_DENIED, ERROR_DISK_FULL
        5: InstallerCode(failure: .other, clause: "access was denied"),
        112: InstallerCode(failure: .diskFull, clause: "there is not enough room on the disk"),
        // ERROR_INSTALL_SERVICE_FAILURE and what follows it.
        1601: InstallerCode(
            failure: .interruptedPackageManager, clause: "the Windows Installer does not work"),
        1602: InstallerCode(failure: .other, clause: "somebody called it off at the screen"),
        1603: InstallerCode(failure: .maintainerScript, clause: "its installer failed"),
        1605: InstallerCode(failure: nil, clause: "the product is not installed any more"),
        1614: InstallerCode(failure: nil, clause: "the product is uninstalled"),
        1618: InstallerCode(failure: .lockHeld, clause: "another installation is under way"),
        1619: InstallerCode(failure: .maintainerScript, clause: "its installer cannot be opened"),
        1620: InstallerCode(failure: .maintainerScript, clause: "its installer cannot be opened"),
        1625: InstallerCode(failure: .held, clause: "a policy of this endpoint forbids it"),
        1633: InstallerCode(failure: .other, clause: "it is not made for this system"),
        1638: InstallerCode(
            failure: .maintainerScript, clause: "another version stands in its way"),
        1641: InstallerCode(
            failure: nil, clause: "its installer has begun a reboot", needsReboot: true),
        3010: InstallerCode(failure: nil, clause: "it needs a reboot", needsReboot: true),
    ]
}
