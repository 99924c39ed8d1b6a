import Fleet

/// Reads `fwupdmgr get-updates --json`: each piece of hardware with its newer releases, the
/// newest first.
struct FirmwareReader {
    private(set) var reading = ToolReading(.fwupdJSON)

    /// fwupd's code for “there is nothing to do” (`FWUPD_ERROR_NOTHING_TO_DO`).
    private static let nothingToDo: Int64 = 9

    init(_ bytes: [UInt8]) {
        let documents = ToolDocuments(bytes)
        reading.unparsed = documents.others.filter { !Self.known.contains($0.trimmed) }.map(\.raw)
        if documents.values.isEmpty, reading.unparsed.isEmpty { reading.unparsed = [""] }
        for document in documents.values {
            if let error = document["Error"] {
                if error["Code"]?.integer != Self.nothingToDo {
                    reading.unparsed.append(error["Message"]?.text ?? error.line)
                }
            } else if let all = document["Devices"] {
                for part in all.elements where !read(part) { reading.unparsed.append(part.line) }
            } else {
                reading.unparsed.append(document.line)
            }
        }
    }

    private static let known = KnownLines(
        beginnings: ["WARNING: ", "See http", "Updating lvfs", "Downloading"],
        parts: ["FuEngine", "Fu[", "[***"])

    private mutating func read(_ part: ToolJSON) -> Bool {
        guard let id = part["DeviceId"]?.text, PackageName(id, of: .fwupd) != nil else {
            return false
        }
        let title = part["Name"]?.text
        let installed = part["Version"]?.text ?? ""
        let releases = part["Releases"]?.elements ?? []
        let isNewer = { Self.isNewer($0, than: installed) }
        guard let release = releases.first(where: isNewer) else {
            reading.packages.append(ToolPackage(name: id, version: installed, displayName: title))
            return true
        }
        guard let candidate = release["Version"]?.text, !candidate.isEmpty else { return false }
        var update = ToolUpdate(
            name: id, installed: installed, candidate: candidate,
            origin: release["RemoteId"]?.text, displayName: title)
        update.bytes = release["Size"]?.integer
        update.severity = release["Urgency"]?.text.flatMap { Severity(vendorWord: $0) }
        // Approval or policy keeps fwupd from a release that it lists all the same.
        let isBlocked = release["Flags"]?.texts.contains { $0.hasPrefix("blocked-") } ?? false
        if isBlocked { update.isHeld = true }
        let flags = part["Flags"]?.texts ?? []
        update.needsRestart = flags.contains("needs-reboot") || flags.contains("needs-shutdown")
        // Each release mends what those below it mended too.
        var issues: [String] = []
        for issue in releases.filter(isNewer).flatMap({ $0["Issues"]?.texts ?? [] })
        where Grammar.isCVE(issue) && !issues.contains(issue) {
            issues.append(issue)
        }
        if !issues.isEmpty {
            update.vulnerabilities = issues
            update.classes = [.security]
        }
        var details: [String: String] = [:]
        details["vendor"] = (part["Vendor"] ?? release["Vendor"])?.text
        details["summary"] = release["Summary"]?.text
        details["filename"] = release["Filename"]?.text
        update.details = details
        reading.updates.append(update)
        return true
    }

    /// A release without flags comes from a fwupd that lists none but newer ones.
    private static func isNewer(_ release: ToolJSON, than installed: String) -> Bool {
        let flags = release["Flags"]?.texts ?? []
        if release["Version"]?.text == installed { return false }
        return flags.contains("is-upgrade")
            || !flags.contains { $0 == "is-downgrade" || $0.hasPrefix("blocked-") }
    }
}
