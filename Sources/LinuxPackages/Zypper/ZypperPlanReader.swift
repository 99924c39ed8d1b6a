import Fleet
import Markup
import PackageManagers
import ToolOutputs

/// Reads what `zypper --xmlout` answers to a dry run: the summary, problems, errors; and the list
/// of locks.
struct ZypperPlanReader {
    private(set) var plan = ChangePlan()
    /// Whether the answer held a summary, or said that there is nothing to do.
    private(set) var isWhole = false
    /// What the solver says stands in the way.
    private(set) var problem: String?
    /// Messages of errors.
    private(set) var errors: [String] = []
    /// Names in a list of locks.
    private(set) var locks: [String] = []
    /// Packages of sources in the answer to a search.
    private(set) var offers: [ChangePlan.Change] = []

    private var part = ""
    private var text = ""
    private var messageKind = ""
    private var isLock = false

    init(_ bytes: [UInt8]) {
        let lines = TextLines.strings(bytes)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("<?xml") }) else { return }
        let document = lines[start...].joined(separator: "\n")
        do {
            try MarkupReader.read(Array(document.utf8)) { take($0) }
        } catch {
            isWhole = false
            errors.append("\(error)")
        }
        for (place, change) in plan.changed.enumerated() {
            plan.changed[place].version = RpmUpdates.withoutZeroEpoch(change.version)
        }
        for (place, change) in plan.olderVersions.enumerated() {
            plan.olderVersions[place].version = RpmUpdates.withoutZeroEpoch(change.version)
        }
        for (place, offer) in offers.enumerated() {
            offers[place].version = RpmUpdates.withoutZeroEpoch(offer.version)
        }
    }

    private mutating func take(_ event: MarkupEvent) {
        switch event {
        case .start(let element): begin(element)
        case .text(let more): text += more
        case .end(let name): end(name)
        }
    }

    private mutating func begin(_ element: MarkupElement) {
        text = ""
        switch element.name {
        case "install-summary":
            isWhole = true
            plan.download = Int64(element["download-size"] ?? "") ?? 0
            plan.growth = Int64(element["space-usage-diff"] ?? "") ?? 0
        case "message": messageKind = element["type"] ?? ""
        case "lock": isLock = true
        case "solvable" where element["type"] == "package":
            add(element)
        case "solvable" where element["kind"] == "package":
            offer(element)
        default:
            if element.name.hasPrefix("to-") { part = element.name }
        }
    }

    private mutating func add(_ element: MarkupElement) {
        let change = ChangePlan.Change(
            name: element["name"] ?? "", architecture: element["arch"] ?? "",
            version: element["edition"] ?? "")
        switch part {
        case "to-upgrade", "to-upgrade-change-arch": plan.changed.append(change)
        case "to-install": plan.added.append(change)
        case "to-remove": plan.removed.append(change.name)
        case "to-downgrade", "to-downgrade-change-arch":
            plan.goBack(to: change)
        case "to-reinstall": break
        default: plan.downgraded.append(change.name)
        }
    }

    /// What is installed and stands in no source has this for a source.
    private static let installedOnly = "(System Packages)"

    private mutating func offer(_ element: MarkupElement) {
        guard let name = element["name"], let version = element["edition"],
            element["repository"] != Self.installedOnly
        else { return }
        offers.append(
            ChangePlan.Change(name: name, architecture: element["arch"] ?? "", version: version))
    }

    private mutating func end(_ name: String) {
        let words = TextLines.trimmed(text)
        switch name {
        case "message":
            if messageKind == "error" { errors.append(words) }
            if words == "Nothing to do." { isWhole = true }
        case "description" where words.hasPrefix("Problem"):
            let first = words.split(separator: "\n").first.map(String.init) ?? words
            problem = first.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? first
            // The way out that zypper would take is to remove a lock.
            if words.contains("remove lock") { problem = "\(problem ?? ""): a lock holds it" }
        case "name" where isLock: locks.append(words)
        case "lock": isLock = false
        default:
            if name == part { part = "" }
        }
        text = ""
    }
}

/// The packages that patches need, from `zypper info --type patch`.
enum ZypperPatches {
    /// By the patch's name. The conflicts stand behind a colon, further ones each on a line.
    static func packages(_ lines: [String]) -> [String: [ToolPackage]] {
        var packages: [String: [ToolPackage]] = [:]
        var patch: String?
        var isConflicts = false
        for line in lines {
            if let colon = line.firstRange(of: " : "), !line.hasPrefix(" ") {
                let key = TextLines.trimmed(line[..<colon.lowerBound])
                let value = TextLines.trimmed(line[colon.upperBound...])
                if key == "Name" { patch = value }
                isConflicts = key == "Conflicts"
                if isConflicts, let patch, let package = package(value) {
                    packages[patch, default: []].append(package)
                }
            } else if isConflicts, line.hasPrefix(" "), let patch,
                let package = package(TextLines.trimmed(line))
            {
                packages[patch, default: []].append(package)
            }
        }
        return packages
    }

    /// `labgood < 2.0-1`, `srcpackage:…` and patches apart; the architecture may stand behind a
    /// point.
    private static func package(_ text: String) -> ToolPackage? {
        let words = TextLines.words(text)
        guard words.count == 3, words[1] == "<", RpmName.isVersion(words[2]) else { return nil }
        if let (name, architecture) = RpmName.named(words[0]) {
            return ToolPackage(name: name, version: words[2], architecture: architecture)
        }
        guard PackageName(words[0], of: .zypper) != nil else { return nil }
        return ToolPackage(name: words[0], version: words[2])
    }
}
