import Fleet
import PackageManagers
import ToolOutputs

/// Puts together what rpm and its front end say into the list of missing updates: a function of
/// values.
struct RpmUpdates: Sendable {
    /// A version that a source offers.
    struct Offer: Hashable, Sendable {
        var name: String
        var architecture: String
        var version: String
        var source: String
        var bytes: Int64?
    }

    let manager: PackageManagerName
    let packages: [Package]
    /// All offers, those that a lock or an exclusion keeps out among them.
    let offers: [Offer]
    /// The names that a lock holds, with the lock's words.
    let locks: [String: String]
    /// The offers that an exclusion of the endpoint's configuration keeps out, by name.
    let excluded: Set<String>
    /// What a plain upgrade would do.
    let plan: ChangePlan
    /// Advisories about offered packages.
    let advisories: [ToolAdvisory]

    /// The updates, one a package: the newest offer.
    var updates: [Update] {
        var newest: [PackageKey: Offer] = [:]
        for offer in offers {
            let key = PackageKey(
                manager: manager, name: offer.name, architecture: offer.architecture)
            if let known = newest[key], !RpmDatabase.isNewer(offer.version, than: known.version) {
                continue
            }
            newest[key] = offer
        }
        return packages.compactMap { package in
            guard let offer = newest[package.key],
                RpmDatabase.isNewer(offer.version, than: package.version)
            else { return nil }
            return update(package, offer)
        }
    }

    private func update(_ package: Package, _ offer: Offer) -> Update {
        let (installability, reason) = standing(offer)
        return Update(
            manager: manager, name: package.name, architecture: package.architecture,
            installed: package.version, candidate: offer.version,
            classes: classes(package, offer), origin: offer.source,
            installability: installability, bytes: offer.bytes, reason: reason)
    }

    private func standing(_ offer: Offer) -> (Installability, String?) {
        if let lock = locks[offer.name] { return (.held, lock) }
        if excluded.contains(offer.name) {
            return (.excluded, "The endpoint's own configuration excludes it.")
        }
        let isPlanned = (plan.changed + plan.added).contains {
            $0.name == offer.name && $0.version == offer.version
        }
        if isPlanned { return (.installable, nil) }
        let why = plan.skipped[offer.name].flatMap { $0.isEmpty ? nil : $0 }
        return (
            .keptBack,
            why.map { "Its dependencies cannot be met: \($0)." }
                ?? "\(manager.rawValue) leaves it out of an upgrade and does not say why."
        )
    }

    /// The classes of all advisories between what is installed and what is offered: a fix stays a
    /// fix when a later version holds it. Without an advisory nothing is known but that it is new.
    private func classes(_ package: Package, _ offer: Offer) -> [UpdateClass] {
        var classes: Set<UpdateClass> = []
        for advisory in advisories {
            let isAbout = advisory.packages.contains { told in
                told.name == package.name
                    && (told.architecture == nil || told.architecture == package.architecture)
                    && RpmDatabase.isNewer(told.version, than: package.version)
                    && !RpmDatabase.isNewer(told.version, than: offer.version)
            }
            if isAbout { classes.insert(Self.updateClass(advisory.kind)) }
        }
        return classes.isEmpty ? [.feature] : classes.sorted()
    }

    /// Fedora's and SUSE's words for what an advisory is for.
    private static func updateClass(_ kind: String?) -> UpdateClass {
        switch kind {
        case "security": .security
        case "bugfix", "recommended": .bugfix
        default: .feature
        }
    }

    /// A version without rpm's epoch 0, which rpm itself does not print.
    static func withoutZeroEpoch(_ version: String) -> String {
        version.hasPrefix("0:") ? String(version.dropFirst(2)) : version
    }
}
