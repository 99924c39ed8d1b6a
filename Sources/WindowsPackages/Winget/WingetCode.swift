import Rollout

/// A code that winget ends with (an `HRESULT`), by the names of its AppInstallerErrors.h.
struct WingetCode: Hashable, Sendable {
    /// The class; `nil` for a success.
    let failure: FailureClass?
    /// What happened, a clause.
    let clause: String
    /// Whether the endpoint must reboot.
    let needsReboot: Bool

    private init(_ failure: FailureClass?, _ clause: String, needsReboot: Bool = false) {
        self.failure = failure
        self.clause = clause
        self.needsReboot = needsReboot
    }

    /// What a status stands for; `nil` when it is not known.
    static func of(_ status: Int32) -> WingetCode? { known[UInt32(bitPattern: status)] }

    /// A status as winget's documentation writes it.
    static func text(_ status: Int32) -> String {
        UpdateCode(UInt32(bitPattern: status)).description
    }

    private static let known: [UInt32: WingetCode] = general.merging(installing) { one, _ in one }

    private static let general: [UInt32: WingetCode] = [
        // CTRL_SIGNAL_RECEIVED, APPTERMINATION_RECEIVED
        0x8A15_0005: WingetCode(.interrupted, "it was told to end"),
        0x8A15_006A: WingetCode(.interrupted, "it was told to end"),
        // SHELLEXEC_INSTALL_FAILED, MSSTORE_INSTALL_FAILED, MSI_INSTALL_FAILED,
        // PORTABLE_INSTALL_FAILED, EXTRACT_ARCHIVE_FAILED
        0x8A15_0006: WingetCode(.maintainerScript, "its installer failed"),
        0x8A15_001E: WingetCode(.maintainerScript, "its installer failed"),
        0x8A15_0049: WingetCode(.maintainerScript, "its installer failed"),
        0x8A15_0052: WingetCode(.maintainerScript, "its installer failed"),
        0x8A15_005C: WingetCode(.maintainerScript, "its archive could not be unpacked"),
        // DOWNLOAD_FAILED, SOURCE_DATA_MISSING, SOURCE_OPEN_FAILED, FAILED_TO_OPEN_ALL_SOURCES,
        // SERVICE_UNAVAILABLE
        0x8A15_0008: WingetCode(.network, "the download failed"),
        0x8A15_000F: WingetCode(.network, "a source's index is missing"),
        0x8A15_0045: WingetCode(.network, "a source could not be opened"),
        0x8A15_004B: WingetCode(.network, "a source could not be opened"),
        0x8A15_006D: WingetCode(.network, "a service that it needs is not there"),
        // INSTALLER_HASH_MISMATCH, DOWNLOAD_SIZE_MISMATCH
        0x8A15_0011: WingetCode(.hashMismatch, "the installer is not what its manifest promises"),
        0x8A15_002E: WingetCode(.hashMismatch, "the download is not as long as was promised"),
        // SOURCE_DATA_INTEGRITY_FAILURE, PINNED_CERTIFICATE_MISMATCH
        0x8A15_003F: WingetCode(.signature, "a source's data was tampered with"),
        0x8A15_005E: WingetCode(.signature, "a source's certificate is another one"),
        // INSTALLER_SECURITY_CHECK_FAILED, ARCHIVE_SCAN_FAILED
        0x8A15_002D: WingetCode(.other, "Windows' own check took the installer for harmful"),
        0x8A15_0060: WingetCode(.other, "Windows' own check took the archive for harmful"),
        // NO_APPLICABLE_INSTALLER, NO_APPLICATIONS_FOUND, NO_MANIFEST_FOUND,
        // UPDATE_NOT_APPLICABLE, UPGRADE_VERSION_NOT_NEWER
        0x8A15_0010: WingetCode(.versionNotAvailable, "no installer fits this endpoint"),
        0x8A15_0014: WingetCode(.versionNotAvailable, "there is no such package"),
        0x8A15_0017: WingetCode(.versionNotAvailable, "there is no such version"),
        0x8A15_002B: WingetCode(.versionNotAvailable, "no update applies"),
        0x8A15_004F: WingetCode(.versionNotAvailable, "the version is not newer"),
        // UPGRADE_VERSION_UNKNOWN
        0x8A15_0050: WingetCode(.other, "the installed version is not known"),
        // PACKAGE_ALREADY_INSTALLED
        0x8A15_0061: WingetCode(nil, "it is there already"),
        // PACKAGE_IS_PINNED, and what the group's policies forbid
        0x8A15_0068: WingetCode(.held, "a pin on this endpoint holds it (winget pin)"),
        0x8A15_001B: WingetCode(.held, "a policy of this endpoint forbids it"),
        0x8A15_001C: WingetCode(.held, "a policy of this endpoint forbids it"),
        0x8A15_003A: WingetCode(.held, "a policy of this endpoint forbids it"),
        // PACKAGE_AGREEMENTS_NOT_ACCEPTED, SOURCE_AGREEMENTS_NOT_ACCEPTED
        0x8A15_0041: WingetCode(
            .refused, "its licence terms have not been accepted; Patchbay accepts none"),
        0x8A15_0046: WingetCode(.refused, "the terms of its source have not been accepted"),
        // DEPENDENCIES_VALIDATION_FAILED, MISSING_PACKAGE, DOWNLOAD_DEPENDENCIES
        0x8A15_004C: WingetCode(.dependency, "what it needs cannot be had"),
        0x8A15_004D: WingetCode(.dependency, "what it needs cannot be had"),
        0x8A15_006B: WingetCode(.dependency, "what it needs cannot be downloaded"),
        // INSTALLER_PROHIBITS_ELEVATION, UPDATE_INSTALL_TECHNOLOGY_MISMATCH
        0x8A15_0056: WingetCode(.other, "its installer does not run as an administrator"),
        0x8A15_008E: WingetCode(
            .other, "it was installed by another kind of installer: uninstall it first"),
    ]

    private static let installing: [UInt32: WingetCode] = [
        // PACKAGE_IN_USE, FILE_IN_USE, PACKAGE_IN_USE_BY_APPLICATION
        0x8A15_0101: WingetCode(.blockedByProcess, "the application is running"),
        0x8A15_0103: WingetCode(.blockedByProcess, "a file of it is in use"),
        0x8A15_0111: WingetCode(.blockedByProcess, "another application uses it"),
        // INSTALL_IN_PROGRESS
        0x8A15_0102: WingetCode(.lockHeld, "another installation is under way"),
        // MISSING_DEPENDENCY, INSTALL_DEPENDENCIES
        0x8A15_0104: WingetCode(.dependency, "it needs something that is not there"),
        0x8A15_0110: WingetCode(.dependency, "what it needs could not be installed"),
        // DISK_FULL, INSUFFICIENT_MEMORY
        0x8A15_0105: WingetCode(.diskFull, "there is not enough room on the disk"),
        0x8A15_0106: WingetCode(.other, "there is not enough memory"),
        // NO_NETWORK, CONTACT_SUPPORT
        0x8A15_0107: WingetCode(.network, "its installer needs the network"),
        0x8A15_0108: WingetCode(.maintainerScript, "its installer failed"),
        // REBOOT_REQUIRED_TO_FINISH, REBOOT_REQUIRED_TO_INSTALL, REBOOT_INITIATED
        0x8A15_0109: WingetCode(nil, "it needs a reboot", needsReboot: true),
        0x8A15_010A: WingetCode(.other, "the endpoint must reboot before it can be installed"),
        0x8A15_010B: WingetCode(nil, "its installer has begun a reboot", needsReboot: true),
        // CANCELLED_BY_USER, ALREADY_INSTALLED, DOWNGRADE, BLOCKED_BY_POLICY
        0x8A15_010C: WingetCode(.other, "somebody called it off at the screen"),
        0x8A15_010D: WingetCode(.other, "another version of it stands in its way"),
        0x8A15_010E: WingetCode(.other, "a newer version is installed"),
        0x8A15_010F: WingetCode(.held, "a policy of this endpoint forbids it"),
        // INVALID_PARAMETER, SYSTEM_NOT_SUPPORTED
        0x8A15_0112: WingetCode(.other, "its installer does not know a parameter"),
        0x8A15_0113: WingetCode(.other, "it is not made for this system"),
    ]
}
