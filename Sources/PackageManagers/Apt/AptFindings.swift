import Fleet
import ToolOutputs

/// What apt's solver said of the missing updates.
struct AptFindings: Hashable, Sendable {
    /// The plan of a plain upgrade; `nil` when there was nothing to plan.
    var upgrade: AptPlan?
    /// The plan that may also install and remove packages; made only when the plain one keeps
    /// something back.
    var fullUpgrade: AptPlan?
    /// What the versions need that are kept back.
    var dependencies: AptDependencies?
    /// What apt answered when asked for the versions that even the full plan keeps back, by name.
    var refusals: [String: AptRefusal] = [:]
    /// Why apt could make no plan at all, in its own words.
    var planFailure: String?
    /// Sizes of downloads that are in no plan.
    var otherBytes: [AptPlan.Archive: Int64] = [:]

    /// Whether a plain upgrade installs it.
    func isInstallable(_ name: String) -> Bool { upgrade?.upgraded.contains(name) ?? false }

    /// Whether the distribution has not reached this endpoint yet. Newer versions of apt say so;
    /// older ones (2.6) list such a package among those kept back, and neither plan installs it.
    func isPhased(_ item: UpdateAssembly.Missing) -> Bool {
        let name = item.aptName
        guard let upgrade, !upgrade.upgraded.contains(name) else { return false }
        if upgrade.phased.contains(name) { return true }
        guard let share = item.candidate.phasedPercentage, share < 100 else { return false }
        return !(fullUpgrade?.upgraded.contains(name) ?? false)
    }

    /// The download's size; the architecture of a package can change between versions (`all` to
    /// `amd64`), so it is looked up as both.
    func size(of item: UpdateAssembly.Missing) -> Int64? {
        let tables = [upgrade?.bytes, fullUpgrade?.bytes, otherBytes].compactMap { $0 }
        for table in tables {
            let archive = AptPlan.Archive(
                name: item.entry.name, version: item.candidate.text,
                architecture: item.entry.architecture)
            if let size = table[archive] { return size }
        }
        for table in tables {
            for (archive, size) in table
            where archive.name == item.entry.name && archive.version == item.candidate.text {
                return size
            }
        }
        return nil
    }

    /// apt's words without its mark of an error and without a full stop, to stand in a sentence.
    static func plain(_ complaint: String) -> String {
        let words = TextLines.trimmed(
            complaint.hasPrefix("E:") ? complaint.dropFirst(2) : complaint[...])
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }

    /// Why a plain upgrade keeps a package back, in one sentence.
    func reason(for name: String) -> String {
        if let planFailure { return "apt could not plan an upgrade: \(planFailure)." }
        if let refusal = refusals[name] { return Self.sentence(refusal, name: name) }
        guard let fullUpgrade, fullUpgrade.upgraded.contains(name) else {
            return "apt keeps it back and does not say why."
        }
        let needs = dependencies.map { $0.needs[name] ?? [] }
        let excludes = dependencies.map { $0.excludes[name] ?? [] }
        let added = Self.relevant(fullUpgrade.newlyInstalled, among: needs)
        let removed = Self.relevant(fullUpgrade.removed, among: excludes)
        switch (added.isEmpty, removed.isEmpty) {
        case (false, true):
            return "It needs \(Self.list(added)), which \(Self.be(added)) not installed."
        case (true, false): return "It cannot be installed beside \(Self.list(removed))."
        case (false, false):
            let needs = "It needs \(Self.list(added)), which \(Self.be(added)) not installed"
            return "\(needs), and cannot be installed beside \(Self.list(removed))."
        case (true, true):
            return
                "It comes only with other packages, which need packages installed or removed."
        }
    }

    /// apt's clauses: first those on the package itself, else those on others that stop it.
    private static func sentence(_ refusal: AptRefusal, name: String) -> String {
        if let clauses = refusal.unmet[name]
            ?? refusal.unmet.sorted(by: { $0.key < $1.key }).first?.value
        {
            let plain = clauses.map { clause in
                clause.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? clause
            }
            return "Its dependencies cannot be met: \(plain.joined(separator: "; "))."
        }
        return "Its dependencies cannot be met: \(plain(refusal.error ?? "apt does not say why"))."
    }

    /// The new (or removed) packages that the version itself names; all of them when its
    /// dependencies are not known.
    private static func relevant(_ changed: [String], among named: Set<String>?) -> [String] {
        guard let named else { return changed }
        return changed.filter { named.contains($0) }
    }

    private static func be(_ names: [String]) -> String { names.count == 1 ? "is" : "are" }

    /// Sentences name at most so many packages; a new desktop can pull in hundreds.
    private static let mostNames = 5

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(mostNames).joined(separator: ", ")
        let more = names.count - mostNames
        return more > 0 ? "\(shown) and \(more) more" : shown
    }
}
