import Fleet

/// Reads what the Windows Update Agent's searcher found (`IUpdate`, `IUpdate5` of its API), as our
/// PowerShell script prints it with `ConvertTo-Json -Depth 5`; docs/package-tools.md has the keys.
///
/// Windows PowerShell 5.1 prints one update without brackets and dates as `/Date(…)/`.
struct WindowsUpdateReader {
    private(set) var reading = ToolReading(.wuaJSON)

    init(_ bytes: [UInt8]) {
        let documents = ToolDocuments(bytes)
        reading.unparsed = documents.unread
        if documents.values.isEmpty, reading.unparsed.isEmpty { reading.unparsed = [""] }
        for record in documents.values.flatMap(Self.records) where !read(record) {
            reading.unparsed.append(record.line)
        }
    }

    /// The updates of an answer; some scripts wrap them into an object.
    private static func records(_ document: ToolJSON) -> [ToolJSON] {
        (document["Updates"] ?? document["updates"] ?? document).elements
    }

    private mutating func read(_ record: ToolJSON) -> Bool {
        guard let title = record["Title"]?.text, let name = Self.name(record) else { return false }
        let id = record["Identity"]?["UpdateID"]?.text ?? record["UpdateID"]?.text ?? ""
        let revision =
            (record["Identity"]?["RevisionNumber"] ?? record["RevisionNumber"])?.text ?? ""
        let version = [id, revision].filter { !$0.isEmpty }.joined(separator: ".")
        if record["IsInstalled"]?.bool == true {
            reading.packages.append(
                ToolPackage(name: name, version: version, displayName: title))
            return true
        }
        var update = ToolUpdate(name: name, candidate: version, displayName: title)
        let categories = (record["Categories"]?.elements ?? []).compactMap {
            $0["Name"]?.text ?? $0.text
        }
        let vulnerabilities = (record["CveIDs"]?.texts ?? []).filter(Grammar.isCVE)
        // An empty rating is none; `Severity` reads it as unrated.
        update.severity = record["MsrcSeverity"]?.text.flatMap { Severity(vendorWord: $0) }
        update.vulnerabilities = vulnerabilities.isEmpty ? nil : vulnerabilities
        update.classes = Self.classes(record, isSecurity: !vulnerabilities.isEmpty)
        update.bytes = record["MaxDownloadSize"]?.integer.flatMap { $0 > 0 ? $0 : nil }
        update.isHeld = record["IsHidden"]?.bool == true ? true : nil
        update.needsRestart = Self.needsRestart(record)
        update.details = Self.details(record, id: id, revision: revision, categories: categories)
        reading.updates.append(update)
        if !vulnerabilities.isEmpty || (update.severity ?? .unrated) != .unrated {
            var advisory = ToolAdvisory(id: name)
            advisory.title = title
            advisory.kind = "security"
            advisory.severity = update.severity
            advisory.vulnerabilities = vulnerabilities
            advisory.needsRestart = update.needsRestart
            reading.advisories.append(advisory)
        }
        return true
    }

    /// `KB` and the number of the article; of an update without one, such as a driver, the
    /// identifier, which the Agent installs it by as well.
    private static func name(_ record: ToolJSON) -> String? {
        let articles = record["KBArticleIDs"] ?? record["KB"]
        if let article = articles?.texts.first, !article.isEmpty, !article.hasPrefix("System.") {
            let number =
                article.uppercased().hasPrefix("KB") ? String(article.dropFirst(2)) : article
            let name = "KB\(number)"
            return PackageName(name, of: .windowsUpdate) == nil ? nil : name
        }
        // A list that the script did not follow deep enough is no list; the title ends in the
        // number.
        if let title = record["Title"]?.text, title.hasSuffix(")"),
            let open = title.firstRange(of: "(KB")
        {
            let name = String(title[open.lowerBound...].dropFirst().dropLast())
            if PackageName(name, of: .windowsUpdate) != nil { return name }
        }
        let id = record["Identity"]?["UpdateID"]?.text ?? record["UpdateID"]?.text
        return id.flatMap { PackageName($0, of: .windowsUpdate) == nil ? nil : $0 }
    }

    /// Categories that Windows Update sorts by, which have the same identifiers in every language
    /// ([MS-WUSP] and the list of classifications in the documentation of Windows Update).
    private static let securityCategories: Set<String> = [
        "0fa1201d-4330-4fa8-8ae9-b877473b6441",  // Security Updates
        "e0789628-ce08-4437-be74-2495b842f43b",  // Definition Updates
    ]
    private static let featureCategories: Set<String> = [
        "b54e7d24-7add-428f-8b75-90a396fa584f",  // Feature Packs
        "3689bdc8-b205-4af4-8d4a-a63924c5e9d5",  // Upgrades
        "68c5b0a3-d1a6-4553-ae49-01d3a7827828",  // Service Packs
    ]

    private static func classes(_ record: ToolJSON, isSecurity: Bool) -> [UpdateClass] {
        let ids = (record["Categories"]?.elements ?? []).compactMap {
            $0["CategoryID"]?.text?.lowercased()
        }
        if isSecurity || !securityCategories.isDisjoint(with: ids) { return [.security] }
        return featureCategories.isDisjoint(with: ids) ? [.bugfix] : [.feature]
    }

    /// `InstallationRebootBehavior`: 0 never, 1 always, 2 may.
    private static func needsRestart(_ record: ToolJSON) -> Bool? {
        guard let behaviour = record["InstallationBehavior"]?["RebootBehavior"]?.integer else {
            return nil
        }
        return behaviour == 0 ? false : (behaviour == 1 ? true : nil)
    }

    private static func details(
        _ record: ToolJSON, id: String, revision: String, categories: [String]
    ) -> [String: String] {
        var details: [String: String] = [:]
        details["updateId"] = id.isEmpty ? nil : id
        details["revision"] = revision.isEmpty ? nil : revision
        details["categories"] = categories.isEmpty ? nil : categories.joined(separator: "; ")
        details["isDownloaded"] = record["IsDownloaded"]?.bool.map { String($0) }
        details["isMandatory"] = record["IsMandatory"]?.bool.map { String($0) }
        details["isUninstallable"] = record["IsUninstallable"]?.bool.map { String($0) }
        details["eulaAccepted"] = record["EulaAccepted"]?.bool.map { String($0) }
        details["rebootRequired"] = record["RebootRequired"]?.bool.map { String($0) }
        let behaviours: [Int64: String] = [0: "never", 1: "always", 2: "may"]
        details["rebootBehavior"] = record["InstallationBehavior"]?["RebootBehavior"]?.integer
            .flatMap { behaviours[$0] }
        details["asksQuestions"] = record["InstallationBehavior"]?["CanRequestUserInput"]?.bool
            .map { String($0) }
        details["kind"] = record["Type"]?.integer == 2 ? "driver" : "software"
        details["supportUrl"] = record["SupportUrl"]?.text
        details["changed"] = record["LastDeploymentChangeTime"]?.text.flatMap(time)
        details["deadline"] = record["Deadline"]?.text.flatMap(time)
        return details
    }

    /// `/Date(1773165600000)/`, which counts milliseconds of Unix time; other texts are kept.
    private static func time(_ text: String) -> String? {
        let digits = text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        guard text.hasPrefix("/Date("), let milliseconds = Int64(digits) else { return text }
        return Grammar.instant(milliseconds / 1000)
    }
}
