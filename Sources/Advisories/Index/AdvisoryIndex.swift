import Fleet
import Versions

/// Everything that feeds say, laid out so that one package's part is found at once.
///
/// It is built by `AdvisoryIndexBuilder` and does not change. Names and versions stand in it once
/// each; versions stay text, and are compared only when a package of that name is matched.
public struct AdvisoryIndex: Sendable {
    /// A place in the index that belongs to one name in one scope.
    struct Key: Hashable, Sendable {
        var scope: Int32
        var name: Int32
    }

    /// What one advisory says of one package.
    struct Entry: Sendable {
        /// The advisory, an index into `notices`.
        var notice: Int32
        /// The next entry of the same key; -1 after the last.
        var next: Int32
        /// The runs of affected versions, a slice of `spans`.
        var firstSpan: Int32
        var spanCount: Int32
        /// Limits to architectures and modules, an index into `restrictions`; -1 without.
        var restriction: Int32
        var status: AffectedPackage.Status
        var counting: AffectedPackage.Counting
        var order: Ecosystem
        var severity: Severity?
    }

    /// A run of affected versions; -1 stands for "no bound".
    struct Span: Sendable {
        enum End: UInt8, Sendable { case fixed, lastAffected, limit }
        var introduced: Int32
        var end: Int32
        var endKind: End
    }

    /// An advisory without its packages.
    struct Notice: Sendable {
        var id: String
        var source: AdvisorySource
        var severity: Severity?
        var cvss: [String]
        /// A slice of `noticeVulnerabilities`.
        var firstVulnerability: Int32
        var vulnerabilityCount: Int32
    }

    struct Restriction: Equatable, Sendable {
        var architectures: [String]
        var module: ModuleStream?
    }

    var scopes: [PackageScope: Int32] = [:]
    var releases: [String: [(release: ReleaseName, scope: Int32)]] = [:]
    var names = TextTable()
    var versions = TextTable()
    var vulnerabilities = TextTable()
    var heads: [Key: Int32] = [:]
    var entries: [Entry] = []
    var spans: [Span] = []
    var explicitVersions: [Int32: [String]] = [:]
    var restrictions: [Restriction] = []
    var notices: [Notice] = []
    var noticeVulnerabilities: [Int32] = []
    /// What is known of vulnerabilities themselves. Probabilities are known of several hundred
    /// thousand, the rest of few.
    var records: [String: VulnerabilityRecord] = [:]
    /// Vulnerabilities whose names have been taken back: they name nothing.
    var rejected: Set<Int32> = []
    var exploited: [String: KnownExploited] = [:]
    var probabilities: [String: ExploitProbability] = [:]
    /// What advisories call the vulnerabilities that they alone are about.
    var titles: [Int32: String] = [:]

    /// The release cycles that feeds told of, in their order.
    public internal(set) var cycles: [EndOfLifeCycle] = []
    /// The releases of Debian and Ubuntu that feeds told of, in their order.
    public internal(set) var distributionReleases: [DistributionRelease] = []

    /// How many of Microsoft's products that are no release of Windows feeds speak of: nothing that
    /// is installed is matched with them.
    public internal(set) var unmatchedProducts = 0

    init() {}

    /// How many pairs of advisory and package it holds.
    public var entryCount: Int { entries.count }

    /// Whether any feed speaks of packages in this scope. Where none does, that nothing was found
    /// means nothing.
    public func speaks(of scope: PackageScope) -> Bool { scopes[scope] != nil }

    /// What the catalogue of known exploited vulnerabilities says of one.
    public func knownExploited(_ vulnerability: String) -> KnownExploited? {
        exploited[vulnerability]
    }

    /// Whether there is such a catalogue at all: without it, it is not known of any vulnerability
    /// that it is not exploited.
    public var hasExploitedCatalogue: Bool { !exploited.isEmpty }

    /// What is known of a vulnerability itself.
    public func vulnerability(_ id: String) -> VulnerabilityRecord? { records[id] }

    /// One line about a vulnerability for people: of its own record, of the catalogue, else of an
    /// advisory about it alone; empty where no feed has one.
    public func title(of vulnerability: String) -> String {
        let own = [records[vulnerability]?.title, exploited[vulnerability]?.title]
        let named = own.lazy.compactMap { $0 }.first { !$0.isEmpty }
        return named ?? vulnerabilities.known(vulnerability).flatMap { titles[$0] } ?? ""
    }

    /// How probable it is that a vulnerability is exploited.
    public func exploitProbability(_ vulnerability: String) -> ExploitProbability? {
        probabilities[vulnerability]
    }

    /// The numbers of the vulnerabilities that an entry is about.
    func vulnerabilities(of entry: Entry) -> ArraySlice<Int32> {
        let notice = Int(entry.notice)
        let first = Int(notices[notice].firstVulnerability)
        return noticeVulnerabilities[first..<first + Int(notices[notice].vulnerabilityCount)]
    }

    /// The place of a name in a scope; `nil` where no feed speaks of it.
    func firstEntry(scope: Int32, name: String) -> Int32? {
        names.known(name).flatMap { heads[Key(scope: scope, name: $0)] }
    }
}
