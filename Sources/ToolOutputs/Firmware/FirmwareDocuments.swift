/// A piece of hardware with firmware, as fwupd tells of it in JSON.
package struct FirmwarePart: Hashable, Sendable {
    /// What fwupd knows of a version of its firmware.
    package struct Release: Hashable, Sendable {
        package var version: String
        package var flags: Set<String>
        package var remote: String?
        package var bytes: Int64?
    }

    /// How the last update of its firmware stands (`FwupdUpdateState`).
    package enum State: Int64, Sendable {
        case unknown, pending, success, failed, needsReboot, failedForNow
    }

    package var id: String
    package var title: String
    /// The version in force; empty where fwupd does not know it.
    package var version: String
    package var flags: Set<String>
    /// What keeps it from being updated now, in fwupd's words (`require-ac-power`).
    package var problems: [String]
    package var state: State
    /// Why its last update failed.
    package var error: String?
    package var releases: [Release]

    /// Whether something has been written that comes in force with the next boot.
    package var waitsForReboot: Bool {
        state == .needsReboot || state == .pending || problems.contains("update-pending")
    }
}

/// Where fwupd gets its metadata from.
package struct FirmwareRemote: Hashable, Sendable {
    package var id: String
    package var title: String
    /// Whether it is fetched over the network, and not a folder or file of the endpoint.
    package var isDownloaded: Bool
    package var isEnabled: Bool
    /// When the endpoint's copy was written, in seconds; `nil` when there is none.
    package var writtenAt: Int64?
}

/// Why fwupd did not do something: the number is one of `FwupdError`, whatever the language.
package struct FirmwareError: Hashable, Sendable {
    /// “There is nothing to do”.
    package static let nothingToDo: Int64 = 9

    package var code: Int64
    package var message: String

    /// Whether a server could not be reached: "timed out" and "not reachable"; fwupd before 2 calls
    /// it a file that is not valid, and says more in words that are not translated.
    package static func isUnreachable(_ error: FirmwareError) -> Bool {
        [19, 21].contains(error.code) || error.message.contains("failed to download")
    }
}

/// What fwupd answers with `--json`: devices, remotes, releases, or an error.
package struct FirmwareDocuments: Sendable {
    package private(set) var devices: [FirmwarePart] = []
    package private(set) var remotes: [FirmwareRemote] = []
    package private(set) var releases: [FirmwarePart.Release] = []
    package private(set) var error: FirmwareError?
    /// What of it could not be read.
    package private(set) var unparsed: [String] = []
    /// Whether there was any answer.
    package private(set) var isAnswer = false

    package init(_ bytes: [UInt8]) {
        for document in ToolDocuments(bytes).values {
            isAnswer = true
            if let error = document["Error"] {
                self.error = FirmwareError(
                    code: error["Code"]?.integer ?? 0,
                    message: error["Message"]?.text ?? error.line)
            }
            for part in document["Devices"]?.elements ?? [] {
                if let device = Self.device(part) {
                    devices.append(device)
                } else {
                    unparsed.append(part.line)
                }
            }
            remotes += (document["Remotes"]?.elements ?? []).compactMap(Self.remote)
            releases += (document["Releases"]?.elements ?? []).compactMap(Self.release)
        }
    }

    private static func device(_ part: ToolJSON) -> FirmwarePart? {
        guard let id = part["DeviceId"]?.text else { return nil }
        return FirmwarePart(
            id: id, title: part["Name"]?.text ?? id, version: part["Version"]?.text ?? "",
            flags: Set(part["Flags"]?.texts ?? []), problems: part["Problems"]?.texts ?? [],
            state: part["UpdateState"]?.integer.flatMap { FirmwarePart.State(rawValue: $0) }
                ?? .unknown,
            error: part["UpdateError"]?.text,
            releases: (part["Releases"]?.elements ?? []).compactMap(release))
    }

    private static func release(_ part: ToolJSON) -> FirmwarePart.Release? {
        guard let version = part["Version"]?.text, !version.isEmpty else { return nil }
        return FirmwarePart.Release(
            version: version, flags: Set(part["Flags"]?.texts ?? []),
            remote: part["RemoteId"]?.text, bytes: part["Size"]?.integer)
    }

    private static func remote(_ part: ToolJSON) -> FirmwareRemote? {
        guard let id = part["Id"]?.text else { return nil }
        return FirmwareRemote(
            id: id, title: part["Title"]?.text ?? id,
            isDownloaded: part["Kind"]?.text == "download",
            isEnabled: part["Enabled"]?.bool ?? (part["Enabled"]?.text == "true"),
            writtenAt: part["Mtime"]?.integer.flatMap { $0 > 0 ? $0 : nil })
    }
}
