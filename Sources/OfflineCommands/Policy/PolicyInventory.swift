import AdvisoryFormats
import CommandBasics
import Fleet
import Foundation
import Policy

/// An inventory as policies look at it: the endpoint, and its missing updates.
///
/// It is read from the JSON of `patchbay scan`, and only the list of updates must be there. The
/// object `endpoint` may say more than a scan knows (`tags`, `role`, `site` …), and an update what
/// is known of it (`severity`, `cves`, `kev`, `epss`, `cvss`, `releasedAt`, `firstSeenAt`).
struct PolicyInventory {
    /// The file it was read from.
    var file: String
    var subject: EndpointSubject
    var updates: [UpdateSubject]
    /// When the scan was taken.
    var scannedAt: Timestamp?
    /// The endpoint's zone, as the scan names it.
    var timeZone: String?
    /// What was read otherwise than it is written, one clause each.
    var notes: [String] = []

    /// The largest inventory that is read, in bytes: several times one of 50,000 packages.
    private static let limit = 64 * 1024 * 1024

    /// Reads a file.
    ///
    /// - Throws: `Failure` that names the file and the field.
    static func read(file: String) throws -> PolicyInventory {
        guard let bytes = try PrivateFile.read(URL(filePath: file), limit: limit) else {
            throw Failure(
                .wrongUse, "There is no file \(file).",
                nextStep: "Name the output of “patchbay scan --format json”.", code: "E_FILE")
        }
        do {
            let document = try JSONDocument(bytes)
            guard let root = document.root, root.isObject else {
                throw InventoryProblem("the text is no object")
            }
            return try PolicyInventoryReader(root: root, file: file).inventory()
        } catch let problem as InventoryProblem {
            throw refusal(file, "no inventory: \(problem.reason)")
        } catch let error as JSONError {
            throw refusal(file, "no JSON: \(error)")
        }
    }

    private static func refusal(_ file: String, _ reason: String) -> Failure {
        Failure(
            .wrongUse, "\(file) is \(reason).",
            nextStep: "Give the output of “patchbay scan --format json”.", code: "E_INVENTORY")
    }
}

/// What is wrong with an inventory, as a clause that names the field.
struct InventoryProblem: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// Reads one inventory's parts.
struct PolicyInventoryReader {
    let root: JSONValue
    let file: String

    func inventory() throws -> PolicyInventory {
        let endpoint = root["endpoint"].flatMap { $0.isObject ? $0 : nil }
        let hostname = endpoint?.text("hostname") ?? ""
        let key = hostname.isEmpty ? URL(filePath: file).lastPathComponent : hostname
        var subject = EndpointSubject(key: key, facts: endpoint.map { facts($0, hostname) })
        if let endpoint { try take(endpoint, into: &subject) }
        let packages = sources()
        guard let list = root["updates"], list.isArray else {
            throw InventoryProblem("updates is missing, or is no list")
        }
        var updates: [UpdateSubject] = []
        var notes: [String] = []
        for (place, value) in list.elements.enumerated() {
            updates.append(try update(value, place, subject.facts?.os, packages))
            notes += note(onSeverityOf: value, place).map { [$0] } ?? []
        }
        subject.managers = managers(updates)
        return PolicyInventory(
            file: file, subject: subject, updates: updates,
            scannedAt: try time(root, "scannedAt", "scannedAt"),
            timeZone: endpoint?.text("timeZone"), notes: Self.bounded(notes))
    }

    /// How many notes of one inventory are shown; a wrong word usually stands everywhere.
    private static let shownNotes = 5

    private static func bounded(_ notes: [String]) -> [String] {
        guard notes.count > shownNotes else { return notes }
        return notes.prefix(shownNotes) + ["\(notes.count - shownNotes) more of this kind"]
    }

    /// A severity that nobody is known to use counts as unrated, which is another class: so it is
    /// told.
    private func note(onSeverityOf update: JSONValue, _ place: Int) -> String? {
        guard let written = update["severity"], !written.isNull else { return nil }
        guard let word = written.text else {
            return "updates[\(place)].severity is no text; it counts as unrated"
        }
        guard Severity(vendorWord: word) == nil else { return nil }
        let known = Severity.allCases.map(\.rawValue)
        let guess = Spelling.nearest(to: word, among: known + ["high", "medium"])
            .map { "; did you mean “\($0)”?" }
        return
            "updates[\(place)].severity is “\(word.prefix(40))”, which is no severity; it counts "
            + "as unrated\(guess ?? "")"
    }

    // MARK: The endpoint

    private func facts(_ endpoint: JSONValue, _ hostname: String) -> EndpointFacts {
        let system = endpoint["os"]
        let hardware = endpoint["hardware"]
        let virtualization = endpoint["virtualization"]
        return EndpointFacts(
            hostname: hostname,
            os: OperatingSystem(
                id: system?.text("id") ?? "", versionId: system?["versionId"]?.textOrNumber ?? "",
                name: system?.text("name") ?? "", codename: system?.text("codename"),
                idLike: system?.texts("idLike") ?? []),
            kernel: endpoint.text("kernel") ?? "", bootId: endpoint.text("bootId") ?? "",
            timeZone: endpoint.text("timeZone") ?? "Etc/UTC",
            architecture: endpoint.text("architecture") ?? "",
            hardware: Hardware(
                processorCount: Int(clamping: hardware?["processorCount"]?.integer ?? 0),
                memoryBytes: hardware?["memoryBytes"]?.integer ?? 0),
            virtualization: Virtualization(
                kind: virtualization?.text("kind") ?? "none",
                isContainer: virtualization?["isContainer"]?.flag ?? false))
    }

    /// What a scan does not know and its owners may have added.
    private func take(_ endpoint: JSONValue, into subject: inout EndpointSubject) throws {
        if endpoint["tags"] != nil { subject.tags = Set(endpoint.texts("tags")) }
        if endpoint["groups"] != nil { subject.groups = Set(endpoint.texts("groups")) }
        for key in ["role", "site", "tenant", "criticality"] {
            guard let text = endpoint.text(key) else { continue }
            try EndpointFactOptions.set(key, text, in: &subject)
        }
        subject.isExposed = endpoint["exposed"]?.flag ?? subject.isExposed
    }

    private func managers(_ updates: [UpdateSubject]) -> Set<String> {
        Set(
            root.list("packages").compactMap { $0.text("manager") }
                + updates.map(\.update.manager.rawValue))
    }

    // MARK: Updates

    /// The source of each package, by its name.
    private func sources() -> [String: String] {
        var sources: [String: String] = [:]
        for package in root.list("packages") {
            guard let name = package.text("name"), let source = package.text("source") else {
                continue
            }
            sources[name] = source
        }
        return sources
    }

    private func update(
        _ value: JSONValue, _ place: Int, _ os: OperatingSystem?, _ sources: [String: String]
    ) throws -> UpdateSubject {
        guard let name = value.text("name"), !name.isEmpty else {
            throw InventoryProblem("updates[\(place)].name is missing")
        }
        guard let candidate = value["candidate"]?.textOrNumber, !candidate.isEmpty else {
            throw InventoryProblem("updates[\(place)].candidate is missing")
        }
        let update = Update(
            manager: try manager(value.text("manager"), place, os), name: name,
            architecture: value.text("architecture") ?? "",
            installed: value["installed"]?.textOrNumber ?? "", candidate: candidate,
            classes: try classes(value, place),
            origin: value.text("origin") ?? "",
            installability: try installability(value.text("installability"), place),
            bytes: value["bytes"]?.integer, reason: value.text("reason"),
            wayBack: try wayBack(value.text("wayBack"), place))
        let severity = value.text("severity").flatMap { Severity(vendorWord: $0) }
        let cves = value["cves"] != nil ? value.texts("cves") : nil
        return UpdateSubject(
            update: update, source: sources[name], family: value.text("family"),
            severity: severity ?? .unrated, vulnerabilities: cves, kev: value["kev"]?.flag,
            epss: value["epss"]?.number, cvss: value["cvss"]?.number,
            releasedAt: try time(value, "releasedAt", "updates[\(place)].releasedAt"),
            firstSeenAt: try time(value, "firstSeenAt", "updates[\(place)].firstSeenAt"))
    }

    /// The classes; one that is not known would make a rule miss the update, so it is told.
    private func classes(_ update: JSONValue, _ place: Int) throws -> [UpdateClass] {
        let classes = try update.texts("classes").map { word in
            guard let value = UpdateClass(rawValue: word) else {
                throw InventoryProblem("updates[\(place)].classes has “\(word.prefix(40))”")
            }
            return value
        }
        return Set(classes).sorted()
    }

    /// A time that may be missing, but not be anything else: clocks run from it.
    private func time(_ value: JSONValue, _ key: String, _ field: String) throws -> Timestamp? {
        guard let text = value.text(key) else { return nil }
        guard let time = Timestamp(text) else {
            throw InventoryProblem("\(field) is “\(text.prefix(40))”, which is no RFC 3339 time")
        }
        return time
    }

    private func wayBack(_ word: String?, _ place: Int) throws -> WayBack? {
        guard let word else { return nil }
        guard let value = WayBack(rawValue: word) else {
            throw InventoryProblem("updates[\(place)].wayBack is “\(word.prefix(40))”")
        }
        return value
    }

    private func installability(_ word: String?, _ place: Int) throws -> Installability {
        guard let word else { return .installable }
        guard let value = Installability(rawValue: word) else {
            throw InventoryProblem("updates[\(place)].installability is “\(word.prefix(40))”")
        }
        return value
    }

    /// The manager as it is named, by the names of its kin, or the usual one of the system.
    private func manager(
        _ word: String?, _ place: Int, _ os: OperatingSystem?
    ) throws -> PackageManagerName {
        guard let word = word?.lowercased() else {
            return os.map(Self.usualManager) ?? .apt
        }
        if let name = PackageManagerName.allCases.first(where: { $0.rawValue.lowercased() == word })
        {
            return name
        }
        switch word {
        case "dpkg", "deb": return .apt
        case "rpm", "yum", "tdnf", "dnf5", "microdnf": return .dnf
        case "choco": return .chocolatey
        case "homebrew": return .brew
        case "wua", "windows": return .windowsUpdate
        case "snapd": return .snap
        default: throw InventoryProblem("updates[\(place)].manager is “\(word.prefix(40))”")
        }
    }

    private static func usualManager(of os: OperatingSystem) -> PackageManagerName {
        let names = Set([os.id.lowercased()] + os.idLike.map { $0.lowercased() })
        if !names.isDisjoint(with: ["opensuse", "suse", "sles"]) { return .zypper }
        if !names.isDisjoint(with: ["fedora", "rhel", "centos", "amzn"]) { return .dnf }
        if names.contains("alpine") { return .apk }
        if names.contains("arch") { return .pacman }
        return .apt
    }
}
