import Administration
public import ControlPlane
public import Fleet
import Policy
public import ServerRecords

/// A bundle that somebody wants to make.
public struct BundleDraft: Hashable, Sendable, Codable {
    /// Whose endpoints; may be left out where there is one tenant only.
    public var tenant: TenantID?
    /// The bundle's name. One that is there already gets its next version.
    public var name: String
    /// Which updates; the query of the version before unless given.
    public var query: BundleQuery?
    /// What whoever makes it says.
    public var note: String?
    /// How many different people must approve it, 1 or 2: as many as the rules ask for which decide
    /// about the updates, unless it is more.
    public var approvers: Int?

    /// A bundle that is wanted.
    public init(
        tenant: TenantID? = nil, name: String, query: BundleQuery? = nil, note: String? = nil,
        approvers: Int? = nil
    ) {
        self.tenant = tenant
        self.name = name
        self.query = query
        self.note = note
        self.approvers = approvers
    }
}

/// What a query means now, before anything is stored.
public struct BundlePreview: Hashable, Sendable, Codable {
    /// The name, with the version that it would get.
    public var title: String
    /// The query.
    public var query: BundleQuery
    /// The lines.
    public var lines: [BundleLine]
    /// The figures of the lines.
    public var content: PatchBundle.Content
    /// How many endpoints miss one of them.
    public var endpoints: Int
    /// The first of them, by name.
    public var named: [String]
    /// How many findings they close: each vulnerability once for each endpoint and update.
    public var findings: Int
    /// What cannot be undone on one of the endpoints.
    public var noWayBack: [String]
    /// How many different people must approve it.
    public var approvers: Int

    /// The figures in one sentence.
    public var sentence: String {
        let closes = content.vulnerabilities
        return "\(Self.counted(content.lines, "version")) of "
            + "\(Self.counted(content.packages, "package")), missing on "
            + "\(Self.counted(endpoints, "endpoint")); they close "
            + (closes == 1 ? "1 vulnerability" : "\(closes) vulnerabilities")
            + ", \(Self.counted(findings, "finding"))."
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}

extension UseCases {
    /// The most versions of bundles that a tenant keeps: a bundle a day for years.
    static let mostBundles = 2_000
    /// The most entries of one list of a query.
    static let longestQueryList = 100
    /// How many endpoints a preview names; the rest is counted.
    static let bundleNames = 10

    /// What a bundle would hold, and whom it would concern. Nothing is changed.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_NAME`, `E_BUNDLE_QUERY`, `E_BUNDLE_EMPTY`, `E_BUNDLE_LARGE`.
    public func previewBundle(
        _ draft: BundleDraft, by principal: Principal
    ) async throws -> BundlePreview {
        try principal.require(.view)
        return try await found(draft, by: principal).preview
    }

    /// Makes the next version of a bundle of what its query means now. Its content never changes
    /// after that.
    ///
    /// - Throws: `Refusal` as `previewBundle` does, and `E_BUNDLES_FULL`.
    public func makeBundle(
        _ draft: BundleDraft, by principal: Principal
    ) async throws -> PatchBundle {
        try principal.require(.request)
        let note = try Self.checkedNote(draft.note)
        let (tenant, name, preview) = try await found(draft, by: principal)
        let now = effects.now()
        let id: BundleID = effects.newIdentifier()
        return try await ledger.write { records in
            guard try records.bundleCount(of: tenant) < Self.mostBundles else {
                throw Refusal(
                    .conflict, "E_BUNDLES_FULL",
                    "The tenant has \(Self.mostBundles) versions of bundles already.",
                    nextStep: "Use those that there are.")
            }
            let bundle = PatchBundle(
                id: id, tenant: tenant, name: name,
                version: try records.latestBundleVersion(name, of: tenant) + 1,
                query: preview.query, content: preview.content, note: note,
                approvers: preview.approvers, madeBy: principal.name, madeAt: now)
            try records.insert(bundle, lines: preview.lines)
            let names = preview.lines.map { "\($0.package) \($0.version)" }
            try self.appendAudit(
                "bundle.made", subject: id.text,
                sentence: "Made the bundle \(bundle.title) of updates \(bundle.query.words): "
                    + Self.listed(names) + ".",
                actor: principal.name, tenant: tenant, in: records, at: now)
            return bundle
        }
    }

    private func found(
        _ draft: BundleDraft, by principal: Principal
    ) async throws -> (tenant: TenantID, name: PolicyName, preview: BundlePreview) {
        guard let name = PolicyName(draft.name) else {
            throw Refusal(
                .malformed, "E_BUNDLE_NAME",
                "A bundle's name has 1 to \(PolicyName.maximumLength) small letters, digits and "
                    + "hyphens.", nextStep: "Give such a name.")
        }
        if let approvers = draft.approvers, !(1...Treatment.maximumApprovers).contains(approvers) {
            throw Self.badQuery(
                "One person approves it, or \(Treatment.maximumApprovers) do.", "Ask for 1 or 2.")
        }
        let tenant = try await soleTenant(draft.tenant, of: principal)
        let given = try draft.query.map(Self.checked)
        let now = effects.now()
        let preview = try await ledger.read { records in
            let last = try records.bundles(
                in: .tenant(tenant), named: name, before: nil, limit: 1
            ).first
            guard let query = given ?? last?.query else {
                throw Self.badQuery(
                    "There is no bundle \(name) yet whose query could be taken again.",
                    "Say which updates it takes.")
            }
            let content = try self.bundleContent(of: query, tenant, in: records, at: now)
            return BundlePreview(
                query, content, titled: "\(name)@\((last?.version ?? 0) + 1)",
                approvers: max(draft.approvers ?? 1, content.asksForTwo ? 2 : 1))
        }
        return (tenant, name, preview)
    }

    private static func checked(_ query: BundleQuery) throws -> BundleQuery {
        var query = query
        let texts = [query.packages, query.origins, query.vulnerabilities].compactMap(\.self)
        guard texts.allSatisfy({ $0.count <= longestQueryList }),
            (query.classes ?? []).count <= UpdateClass.allCases.count,
            texts.joined().allSatisfy({ (1...longestLabel).contains($0.count) })
        else {
            throw badQuery(
                "A query has at most \(longestQueryList) entries of a kind, each of 1 to "
                    + "\(longestLabel) characters.", "Shorten it.")
        }
        guard !query.isEmpty else {
            throw badQuery(
                "The query asks for nothing, so that everything would fit.",
                "Name packages, origins, classes, a severity, vulnerabilities or dates.")
        }
        if let from = query.seenFrom, let before = query.seenBefore, from >= before {
            throw badQuery("The span of dates ends before it begins.", "Turn the dates round.")
        }
        func plain(_ texts: [String]?) -> [String]? {
            texts.map { $0.map { PlainText.line($0, atMost: longestLabel) } }
        }
        (query.packages, query.origins) = (plain(query.packages), plain(query.origins))
        query.vulnerabilities = try query.vulnerabilities?.map(GivenVulnerability.name)
        return query
    }

    private static func badQuery(_ message: String, _ nextStep: String) -> Refusal {
        Refusal(.malformed, "E_BUNDLE_QUERY", message, nextStep: nextStep)
    }
}

extension BundlePreview {
    fileprivate init(
        _ query: BundleQuery, _ found: BundleContent, titled title: String, approvers: Int
    ) {
        self.init(
            title: title, query: query, lines: found.lines, content: found.lines.content,
            endpoints: found.endpoints.count,
            named: found.endpoints.prefix(UseCases.bundleNames).map(\.name),
            findings: found.findings, noWayBack: found.noWayBack.sorted(), approvers: approvers)
    }
}
