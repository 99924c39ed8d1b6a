import Rollout

/// A code of the Windows Update Agent (an `HRESULT`), as `0x8024402C`.
struct UpdateCode: Hashable, Sendable, Decodable, CustomStringConvertible {
    let number: UInt32

    init(_ number: UInt32) { self.number = number }

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard text.hasPrefix("0x"), let number = UInt32(text.dropFirst(2), radix: 16) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "“\(text)” is no code"))
        }
        self.number = number
    }

    var description: String {
        let digits = String(number, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// What it stands for: the class, and a clause about what happened.
    var meaning: (failure: FailureClass, clause: String)? {
        if let known = Self.known[number] { return known }
        switch number {
        // The client's talk with the service, and what lies below it (WinHTTP, WinINet).
        case 0x8024_4000...0x8024_4FFF, 0x8007_2EE0...0x8007_2F78:
            return (.network, "the update service could not be reached")
        // The servicing stack's own codes.
        case 0x800F_0800...0x800F_0FFF:
            return (.maintainerScript, "Windows' servicing stack could not install it")
        // Trust providers and certificates.
        case 0x800B_0001...0x800B_0114, 0x8009_6001...0x8009_6019:
            return (.signature, "its signature does not hold")
        default: return nil
        }
    }

    /// One sentence, with the Agent's own words where the code is not known.
    func sentence(_ words: String) -> String {
        if let meaning {
            return "Windows Update: \(meaning.clause) (\(description))."
        }
        let told = AskedProgram.quote(words)
        return told.isEmpty
            ? "Windows Update failed with \(description)."
            : "Windows Update failed with \(description): \(told)"
    }

    /// By the names of wuerror.h and winerror.h, as Microsoft's lists of them say.
    private static let known: [UInt32: (failure: FailureClass, clause: String)] = [
        // WU_E_SERVICE_STOP, WU_E_CALL_CANCELLED, ERROR_PROCESS_ABORTED
        0x8024_001E: (.interrupted, "its service was stopped"),
        0x8024_000B: (.interrupted, "the work was called off"),
        0x8007_042B: (.interrupted, "a process ended in the middle of the work"),
        // WU_E_OPERATIONINPROGRESS, WU_E_INSTALL_NOT_ALLOWED, ERROR_INSTALL_ALREADY_RUNNING
        0x8024_0009: (.lockHeld, "another operation is under way"),
        0x8024_0016: (
            .lockHeld, "another installation is under way, or a reboot is waited for"
        ),
        0x8007_0652: (.lockHeld, "the Windows Installer is at work"),
        // WU_E_NOT_APPLICABLE, WU_E_UNKNOWN_ID, WU_E_ITEMNOTFOUND, WU_E_NO_UPDATE
        0x8024_0017: (.versionNotAvailable, "the update does not apply to this endpoint"),
        0x8024_0003: (.versionNotAvailable, "the update is not known"),
        0x8024_0008: (.versionNotAvailable, "the update is not known"),
        0x8024_0024: (.versionNotAvailable, "there is no such update"),
        // WU_E_DM_URLNOTAVAILABLE
        0x8024_6001: (.versionNotAvailable, "its file can be had nowhere"),
        // WU_E_EULAS_DECLINED, WU_E_NO_INTERACTIVE_USER
        0x8024_0023: (.refused, "its licence terms have not been accepted"),
        0x8024_0020: (.refused, "it needs somebody at the screen"),
        // WU_E_WU_DISABLED, ERROR_SERVICE_DISABLED, WU_E_AU_PAUSED
        0x8024_002E: (.held, "access to it is forbidden by a policy of this endpoint"),
        0x8007_0422: (.held, "its service is disabled on this endpoint"),
        0x8024_A004: (.held, "updates are paused on this endpoint"),
        // WU_E_NO_CONNECTION, WU_E_DOWNLOAD_FAILED, WU_E_DM_NONETWORK, WU_E_DM_BITSTRANSFERERROR
        0x8024_001F: (.network, "there is no connection"),
        0x8024_0034: (.network, "the download failed"),
        0x8024_6005: (.network, "there is no connection"),
        0x8024_6009: (.network, "the download failed"),
        // WU_E_DM_INCORRECTFILEHASH, TRUST_E_BAD_DIGEST
        0x8024_6002: (.hashMismatch, "the file is not what was promised"),
        0x8009_6010: (.hashMismatch, "the file is not what was promised"),
        // ERROR_WINHTTP_SECURE_FAILURE
        0x8007_2F8F: (
            .network, "no secure connection to the update service: look at the endpoint's clock"
        ),
        // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL
        0x8007_0070: (.diskFull, "there is not enough room on the disk"),
        0x8007_0027: (.diskFull, "there is not enough room on the disk"),
        // ERROR_SHARING_VIOLATION
        0x8007_0020: (.blockedByProcess, "a file is in use by another program"),
        // ERROR_INSTALL_FAILURE
        0x8007_0643: (.maintainerScript, "its installer failed"),
        // ERROR_FAIL_REBOOT_REQUIRED
        0x8007_0BC9: (.other, "the endpoint must reboot before anything else is installed"),
        // ERROR_SXS_ASSEMBLY_MISSING, ERROR_SXS_COMPONENT_STORE_CORRUPT, CBS_E_STORE_CORRUPTION
        0x8007_3701: (
            .interruptedPackageManager,
            "Windows' component store is damaged: run DISM /Online /Cleanup-Image /RestoreHealth"
        ),
        0x8007_3712: (
            .interruptedPackageManager,
            "Windows' component store is damaged: run DISM /Online /Cleanup-Image /RestoreHealth"
        ),
        0x800F_0831: (
            .interruptedPackageManager,
            "Windows' component store is damaged: run DISM /Online /Cleanup-Image /RestoreHealth"
        ),
        // E_ACCESSDENIED
        0x8007_0005: (.other, "the agent may not do that: it needs to run as LocalSystem"),
    ]
}
