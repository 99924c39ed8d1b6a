package import Fleet
import Policy
import Rollout
import ServerRecords
package import Versions

/// What one endpoint gets of a rollout's list when its turn comes: what it misses of it, and
/// nothing else.
enum OrderContents: Hashable {
    /// Exactly these updates.
    case order([LockedUpdate])
    /// It misses nothing of the list (any more).
    case notNeeded
    /// What it misses is held back: by its administrator, its distribution or a block.
    case heldBack
    /// What it misses has been denied, by people or policies.
    case denied
    /// Another deployment is installing it.
    case busy
    /// What it misses went wrong in another deployment, and is blocked.
    case barred

    /// The most updates of one order that a policy gives: an endpoint that is far behind works its
    /// debt off wave by wave.
    private static let debt = UpdateDebt()

    /// What an endpoint gets.
    ///
    /// - Parameters:
    ///   - lines: the rollout's list.
    ///   - missing: what the endpoint's latest scan shows missing.
    ///   - underWay: the packages that open jobs of other deployments install there.
    ///   - blocked: the versions that nobody gets.
    ///   - barred: those of them that another deployment has blocked: they are waited for.
    ///   - denied: what this endpoint must not get.
    ///   - isBounded: whether an order has a bound, as one that a policy gives has; what a person
    ///     chose has none.
    init(
        of lines: [WaveLine], missing: [Update], underWay: Set<PackageKey>,
        blocked: Set<BlockedLine>, barred: Set<BlockedLine> = [], denied: Set<WaveLine> = [],
        isBounded: Bool
    ) {
        var chosen: [(update: LockedUpdate, isSecurity: Bool)] = []
        var (held, busy, refused, waits) = (0, 0, 0, 0)
        for (update, version) in Self.chosen(of: lines, among: missing) {
            if denied.contains(WaveLine(key: update.key, version: version)) {
                refused += 1
                continue
            }
            let isOpen =
                update.installability == .installable || update.installability == .keptBack
            if underWay.contains(update.key) {
                busy += 1
            } else if isOpen, barred.contains(BlockedLine(update.key, version)) {
                waits += 1
            } else if !isOpen || blocked.contains(BlockedLine(update.key, version)) {
                held += 1
            } else {
                var locked = LockedUpdate(update)
                locked.to = version
                chosen.append((locked, update.classes.contains(.security)))
            }
        }
        if !chosen.isEmpty {
            self = .order(isBounded ? Self.batch(chosen) : chosen.map(\.update))
        } else if busy > 0 {
            self = .busy
        } else if waits > 0 {
            self = .barred
        } else {
            self = held > 0 ? .heldBack : refused > 0 ? .denied : .notNeeded
        }
    }

    /// What an endpoint misses of a list, each with the version of the list that it would get.
    static func chosen(
        of lines: [WaveLine], among missing: [Update]
    ) -> [(update: Update, version: String)] {
        let versions = Dictionary(grouping: lines, by: \.key).mapValues { $0.map(\.version) }
        return missing.compactMap { update in
            version(of: update, among: versions[update.key] ?? []).map { (update, $0) }
        }
    }

    private static func batch(_ chosen: [(update: LockedUpdate, isSecurity: Bool)])
        -> [LockedUpdate]
    {
        let owed = chosen.map {
            OwedUpdate(key: $0.update.key, severity: $0.isSecurity ? .important : .unrated)
        }
        let batch = Set(debt.nextBatch(of: owed).map(\.key))
        return chosen.map(\.update).filter { batch.contains($0.key) }
    }

    /// The version of the list that an endpoint is to install in place of what it has: its own
    /// candidate where that is on the list, else the newest between what it has and its candidate.
    /// A newer candidate was released on the way; the list is kept to, and where no source has its
    /// version any more the endpoint says so.
    private static func version(of update: Update, among versions: [String]) -> String? {
        if versions.contains(update.candidate) { return update.candidate }
        guard let ecosystem = Ecosystem(update.manager) else { return nil }
        return versions.filter { version in
            (try? ecosystem.compare(version, update.installed)) == .greater
                && (try? ecosystem.compare(version, update.candidate)) == .less
        }.max { (try? ecosystem.compare($0, $1)) == .less }
    }
}

/// A version that nobody gets.
package struct BlockedLine: Hashable, Comparable {
    package let manager: PackageManagerName
    package let package: String
    package let version: String

    package init(_ key: PackageKey, _ version: String) {
        manager = key.manager
        package = key.name
        self.version = version
    }

    init(_ blocked: BlockedVersion) {
        manager = blocked.manager
        package = blocked.package
        version = blocked.version
    }

    init(_ update: Update) { self.init(update.key, update.candidate) }

    package static func < (one: Self, other: Self) -> Bool {
        (one.manager.rawValue, one.package, one.version)
            < (other.manager.rawValue, other.package, other.version)
    }
}

extension Ecosystem {
    /// The rules by which a package manager's versions are ordered; `nil` where it has none that
    /// are known here.
    package init?(_ manager: PackageManagerName) {
        guard manager != .softwareupdate, manager != .windowsUpdate else { return nil }
        self = manager.ecosystem
    }
}
