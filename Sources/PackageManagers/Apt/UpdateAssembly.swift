import Fleet
import Versions

/// Puts together what dpkg and apt say into the list of missing updates: a function of values.
///
/// An update is listed for each package whose candidate is newer than what is installed, which is
/// what `apt list --upgradable` lists; beyond it, versions that the endpoint's own pins exclude are
/// listed as `excluded`.
struct UpdateAssembly: Sendable {
    /// What stands between a package and its candidate, as found so far.
    struct Missing: Hashable, Sendable {
        /// The package as dpkg has it.
        var entry: DpkgStatus.Entry
        /// Its name as apt prints it.
        var aptName: String
        /// The version that it could have.
        var candidate: AptPolicy.Version
        /// Versions newer than the installed one and older than the candidate.
        var between: [AptPolicy.Version]
        /// Set when a pin keeps apt from choosing the version.
        var exclusion: Exclusion?
    }

    /// Why apt would not even choose a version.
    enum Exclusion: Hashable, Sendable {
        /// A pin of the endpoint's administrator.
        case pin(priority: Int)
        /// It is for subscribers, and the endpoint has no subscription.
        case subscription
    }

    /// The endpoint's packages.
    let status: DpkgStatus
    /// The candidates.
    let policy: AptPolicy
    /// The sources.
    let releases: AptReleases

    /// A package's name as apt prints it and takes it.
    func aptName(_ entry: DpkgStatus.Entry) -> String {
        entry.architecture == "all" || entry.architecture == status.architecture
            ? entry.name : "\(entry.name):\(entry.architecture)"
    }

    /// Every installed package, with where its version can be had.
    var packages: [Package] {
        status.installed.map { entry in
            let version = policy.entries[aptName(entry)]?.version(entry.version)
            let origin = version.map { releases.origin(of: $0.sources) } ?? ""
            return entry.package(origin: origin.isEmpty ? nil : origin)
        }.sorted { $0.key < $1.key }
    }

    /// Every package that is not as new as it could be, in the order of their keys.
    var missing: [Missing] {
        status.entries.compactMap(missing).sorted { $0.entry.key < $1.entry.key }
    }

    private func missing(_ entry: DpkgStatus.Entry) -> Missing? {
        // Half removed, it has no version that apt would upgrade from.
        guard entry.unfinished != "half-installed" else { return nil }
        let name = aptName(entry)
        guard let known = policy.entries[name], let candidateText = known.candidate else {
            return nil
        }
        if isNewer(candidateText, than: entry.version) {
            guard let candidate = known.version(candidateText) else { return nil }
            let between = known.versions.filter {
                isNewer($0.text, than: entry.version) && isNewer(candidateText, than: $0.text)
            }
            return Missing(entry: entry, aptName: name, candidate: candidate, between: between)
        }
        return excluded(entry, name: name, known: known)
    }

    /// The newest version that a pin keeps out. A low priority that the source itself asks for
    /// (backports) is no exclusion: nobody on this endpoint decided it, and such versions are no
    /// updates of what is installed.
    private func excluded(
        _ entry: DpkgStatus.Entry, name: String, known: AptPolicy.Entry
    ) -> Missing? {
        let pinnedOut = known.versions.filter { version in
            guard isNewer(version.text, than: entry.version), !version.sources.isEmpty else {
                return false
            }
            let sourcePriority = version.sources.map(\.priority).max() ?? 0
            return version.priority < 0 || version.priority < sourcePriority
                || (known.pin != nil && known.pin != version.text)
        }
        guard var newest = pinnedOut.first else { return nil }
        for version in pinnedOut where isNewer(version.text, than: newest.text) { newest = version }
        let isForSubscribers = newest.sources.contains {
            releases[$0.description].origin.hasPrefix("UbuntuESM")
        }
        return Missing(
            entry: entry, aptName: name, candidate: newest,
            between: pinnedOut.filter { $0.text != newest.text },
            exclusion: isForSubscribers ? .subscription : .pin(priority: newest.priority))
    }

    private func isNewer(_ text: String, than other: String) -> Bool {
        (try? DebianVersion.order(text, other)) == .greater
    }

    /// The updates, given what apt's solver would do with them.
    func updates(_ missing: [Missing], findings: AptFindings) -> [Update] {
        missing.map { item in
            let candidate = item.candidate.sources.map { releases[$0.description] }
            let between = item.between.flatMap(\.sources).map { releases[$0.description] }
            let standing = standing(of: item, findings: findings)
            return Update(
                manager: .apt, name: item.entry.name, architecture: item.entry.architecture,
                installed: item.entry.version, candidate: item.candidate.text,
                classes: UpdateClassRules.classes(candidate: candidate, between: between),
                origin: releases.origin(of: item.candidate.sources),
                installability: standing.installability, bytes: findings.size(of: item),
                reason: standing.reason, wayBack: wayBack(of: item))
        }
    }

    /// A source that still offers the installed version is a way back; `nil` when none does.
    private func wayBack(of item: Missing) -> WayBack? {
        let installed = policy.entries[item.aptName]?.version(item.entry.version)
        return installed?.sources.isEmpty == false ? .packageDowngrade : nil
    }

    private func standing(
        of item: Missing, findings: AptFindings
    ) -> (installability: Installability, reason: String?) {
        switch item.exclusion {
        case .subscription:
            return (
                .needsSubscription,
                "It is only for subscribers, and this endpoint has no subscription."
            )
        case .pin(let priority):
            return (.excluded, "A pin on this endpoint keeps it out (priority \(priority)).")
        case nil:
            break
        }
        if item.entry.isHeld { return (.held, "The package is on hold on this endpoint.") }
        if findings.isPhased(item) {
            let share = item.candidate.phasedPercentage.map { " (\($0) % so far)" } ?? ""
            return (
                .phased,
                "It is handed out in phases\(share), and this endpoint's turn has not come."
            )
        }
        if findings.isInstallable(item.aptName) { return (.installable, nil) }
        return (.keptBack, findings.reason(for: item.aptName))
    }
}
