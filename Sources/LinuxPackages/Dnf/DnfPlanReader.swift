import Fleet
import PackageManagers
import ToolOutputs

/// Reads the transaction that dnf 4 and dnf 5 show before they ask: sections of rows `name
/// architecture version source size`, in the C locale.
struct DnfPlanReader {
    private(set) var plan = ChangePlan()
    /// Whether the output held a plan to its end, or said that there is nothing to do.
    private(set) var isWhole = false

    private enum Section {
        case changed, added, removed, downgraded, skipped, silent
    }

    private static let sections: [String: Section] = [
        "Upgrading:": .changed, "Reinstalling:": .silent, "Installing:": .added,
        "Installing dependencies:": .added, "Installing weak dependencies:": .added,
        "Removing:": .removed, "Removing dependent packages:": .removed,
        "Removing unused dependencies:": .removed, "Downgrading:": .downgraded,
        "Skipping packages with broken dependencies:": .skipped,
        "Skipping packages with conflicts:": .skipped, "Changing reason:": .silent,
    ]

    private var section: Section?
    /// A row whose name was too long for its column goes on in the next line.
    private var open: [String] = []
    private var hasRows = false
    private var problems: [String] = []

    init(_ lines: [String]) {
        for line in lines { read(line) }
        for (name, _) in plan.skipped {
            plan.skipped[name] = problem(of: name) ?? ""
        }
    }

    private mutating func read(_ line: String) {
        let text = TextLines.trimmed(line)
        if text == "Nothing to do." || text.hasPrefix("Transaction Summary") {
            (isWhole, section) = (true, nil)
        } else if let known = Self.sections[text] {
            (section, open) = (known, [])
        } else if !line.hasPrefix(" "), text.hasSuffix(":"), !text.hasPrefix("(") {
            // Streams and profiles of modules and groups have sections of their own, which hold no
            // packages. The hint below a heading stands in brackets.
            (section, open) = (nil, [])
        } else if section != nil, line.hasPrefix(" ") {
            row(line)
        } else if line.hasPrefix(" "), text.hasPrefix("- ") || text.hasPrefix("Problem") {
            problems.append(text)
        } else if text.hasPrefix("Problem") {
            problems.append(text)
        } else {
            size(text)
        }
    }

    private mutating func row(_ line: String) {
        let words = TextLines.words(line)
        if words.first == "replacing" {
            // dnf 5 shows what an upgrade takes away: another name is lost by it.
            guard words.count > 1, let name = words.dropFirst().first else { return }
            let bare = RpmName.named(name)?.name ?? name
            if bare != lastName { plan.removed.append(bare) }
            return
        }
        if words.count < 4, open.isEmpty, words.count == 1 {
            open = words
            return
        }
        let all = open + words
        open = []
        guard all.count >= 4, RpmName.isVersion(all[2]) else { return }
        add(
            ChangePlan.Change(
                name: all[0], architecture: all[1],
                version: RpmUpdates.withoutZeroEpoch(all[2])))
    }

    private var lastName: String? {
        switch section {
        case .added: plan.added.last?.name
        case .downgraded: plan.downgraded.last
        default: plan.changed.last?.name
        }
    }

    private mutating func add(_ change: ChangePlan.Change) {
        switch section {
        case .changed: plan.changed.append(change)
        case .added: plan.added.append(change)
        case .removed: plan.removed.append(change.name)
        case .downgraded:
            plan.goBack(to: change)
        case .skipped: plan.skipped[change.name] = ""
        case .silent, nil: break
        }
    }

    /// `Total download size: 25 k` of dnf 4; `Need to download 25 KiB.` and `15 B extra will be
    /// used` of dnf 5.
    private mutating func size(_ text: String) {
        func amount(after mark: String) -> Int64? {
            guard let range = text.firstRange(of: mark) else { return nil }
            let words = TextLines.words(text[range.upperBound...])
            guard words.count >= 2 else { return nil }
            let unit = words[1].hasSuffix(".") ? String(words[1].dropLast()) : words[1]
            return Grammar.bytes(words[0] + unit, kilo: 1024)
        }
        if let bytes = amount(after: "Total download size: ") { plan.download = bytes }
        if let bytes = amount(after: "Need to download ") { plan.download = bytes }
        if let bytes = amount(after: "Installed size: ") { plan.growth = bytes }
        if let bytes = amount(after: "After this operation, ") {
            plan.growth = text.contains("freed") ? -bytes : bytes
        }
    }

    /// The clause below the problem that names a package.
    private func problem(of name: String) -> String? {
        problems.first { line in
            line.hasPrefix("- ")
                && TextLines.words(line).contains { RpmName($0)?.name == name }
        }.map { String($0.dropFirst(2)) }
    }
}
