public import ControlPlane
public import Fleet
public import ServerRecords
public import Verdicts

/// What verdicts are narrowed to.
public struct VerdictFilter: Hashable, Sendable {
    /// Only what names this package.
    public var package: String?
    /// Only what has this text in its package, version or vulnerability, in whatever case.
    public var search: String?
    /// Only what says this.
    public var word: VerdictWord?
    /// Only what this feed says.
    public var feed: String?
    /// Only operators' own words.
    public var ownOnly: Bool

    /// What is looked for; everything unless it is narrowed.
    public init(
        package: String? = nil, search: String? = nil, word: VerdictWord? = nil,
        feed: String? = nil, ownOnly: Bool = false
    ) {
        self.package = package
        self.search = search
        self.word = word
        self.feed = feed
        self.ownOnly = ownOnly
    }

    func admits(_ said: UpdateVerdict) -> Bool {
        if let package, said.package != package { return false }
        if let word, said.verdict != word { return false }
        guard let search, !search.isEmpty else { return true }
        let wanted = search.lowercased()
        return [said.package, said.version, said.vulnerability].contains {
            $0?.lowercased().contains(wanted) ?? false
        }
    }
}

/// Some verdicts of a list.
public struct VerdictPage: Hashable, Sendable {
    /// These.
    public var items: [VerdictItem]
    /// How many there are in all.
    public var total: Int

    /// Some verdicts.
    public init(items: [VerdictItem], total: Int) {
        self.items = items
        self.total = total
    }
}

extension UseCases {
    /// What is said of updates, operators' own words first, then the newest first.
    ///
    /// - Parameters:
    ///   - tenant: Whose; `nil` for all that the asker may see.
    ///   - filter: What it is narrowed to.
    ///   - skipping: How many of the list are passed over.
    ///   - limit: The most that are returned.
    ///   - principal: Who asks.
    /// - Returns: at most `limit` of them, and how many there are.
    /// - Throws: `Refusal` when the asker may not see the tenant.
    public func verdicts(
        of tenant: TenantID?, _ filter: VerdictFilter = VerdictFilter(), skipping: Int = 0,
        limit: Int, by principal: Principal
    ) async throws -> VerdictPage {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { records in
            var own: [VerdictItem] = []
            if filter.feed == nil {
                own = try records.ownVerdicts(in: scope).filter { filter.admits($0.verdict) }.map {
                    VerdictItem($0.verdict, feed: nil, person: $0.by, tenant: $0.tenant)
                }
            }
            // Trimmed feed by feed, so that few are held at once.
            var (said, total) = ([VerdictItem](), own.count)
            let feeds = filter.ownOnly ? [] : try records.verdictFeeds(in: scope)
            for one in feeds where filter.feed == nil || filter.feed == one.name {
                let new = try records.verdicts(of: one).filter(filter.admits)
                total += new.count
                said += new.map {
                    VerdictItem($0, feed: one.name, person: nil, tenant: one.tenant)
                }
                said.sort { $0.comesBefore($1) }
                said.removeLast(max(0, said.count - skipping - limit))
            }
            return VerdictPage(
                items: Array((own + said).dropFirst(skipping).prefix(limit)), total: total)
        }
    }
}

extension VerdictItem {
    /// The newer one first; of one instant by package, version and whose it is, so that one page
    /// follows from the other.
    fileprivate func comesBefore(_ other: VerdictItem) -> Bool {
        if at != other.at { return at > other.at }
        if package != other.package { return (package ?? "") < (other.package ?? "") }
        if version != other.version { return (version ?? "") < (other.version ?? "") }
        return (feed ?? "", vulnerability ?? "") < (other.feed ?? "", other.vulnerability ?? "")
    }
}
