public import Fleet

/// When each version was first seen at each source, and how old the fixes in it are.
///
/// “After N days” counts the age of the *fix*: a newer version that replaces one that still waited
/// inherits its age, so that a package released every few days does not starve for ever.
public struct FirstSeenLedger: Hashable, Sendable, Codable {
    /// A package of one source.
    public struct Line: Hashable, Comparable, Sendable, Codable {
        /// The source, by its name.
        public var source: String
        /// The package.
        public var package: PackageKey

        /// A package of one source.
        public init(source: String, package: PackageKey) {
            self.source = source
            self.package = package
        }

        /// By source, then package.
        public static func < (lhs: Line, rhs: Line) -> Bool {
            (lhs.source, lhs.package) < (rhs.source, rhs.package)
        }
    }

    private struct Sighting: Hashable, Sendable, Codable {
        var version: String
        var firstSeen: Timestamp
        var fixes: [String: Timestamp]
    }

    /// Each line's versions, oldest sighting first.
    private var sightings: [Line: [Sighting]] = [:]

    /// The most versions that are kept of one line: the older ones have been replaced so often that
    /// no endpoint waits for them. What their fixes' age was lives on in later versions.
    public static let mostVersions = 64

    /// A ledger without sightings.
    public init() {}

    /// Writes down that a source offers a version, with the fixes in it (vulnerabilities, or the
    /// update's family). Seen again, it keeps its first time; an earlier word that comes late moves
    /// the time back, never forward.
    public mutating func note(
        _ line: Line, version: String, fixes: Set<String>, at now: Timestamp
    ) {
        var known = sightings[line] ?? []
        if let place = known.firstIndex(where: { $0.version == version }) {
            known[place].firstSeen = min(known[place].firstSeen, now)
            for fix in fixes {
                known[place].fixes[fix] = min(known[place].fixes[fix] ?? now, now)
            }
        } else {
            let dated = fixes.map { fix in
                (fix, known.compactMap { $0.fixes[fix] }.min().map { min($0, now) } ?? now)
            }
            known.append(
                Sighting(
                    version: version, firstSeen: now,
                    fixes: Dictionary(dated, uniquingKeysWith: min)))
        }
        known.sort { ($0.firstSeen, $0.version) < ($1.firstSeen, $1.version) }
        sightings[line] = Array(known.suffix(Self.mostVersions))
    }

    /// When a source first offered a version; `nil` when it never did.
    public func firstSeen(_ line: Line, version: String) -> Timestamp? {
        sightings[line]?.first { $0.version == version }?.firstSeen
    }

    /// Since when the oldest fix in a version has been on offer from its source, in this version or
    /// in one that it replaces; the version's own first time when it is not known to fix anything.
    public func fixSeen(_ line: Line, version: String) -> Timestamp? {
        guard let known = sightings[line], let own = known.first(where: { $0.version == version })
        else { return nil }
        let inherited = own.fixes.keys.flatMap { fix in known.compactMap { $0.fixes[fix] } }
        return min(own.firstSeen, inherited.min() ?? own.firstSeen)
    }
}
