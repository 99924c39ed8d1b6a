public import ControlPlane
public import Fleet
import Policy
public import Rollout
public import ServerRecords
import Versions

/// Who has a bundle: what scans show, and what became of the orders.
public struct BundleReport: Hashable, Sendable, Codable {
    /// What an endpoint has of it, by its latest scan. Only the packages count that it has
    /// installed; what is newer than the bundle counts as the bundle's.
    public enum Holding: String, Hashable, Sendable, Codable, CaseIterable {
        /// All of it.
        case all
        /// Some of its packages.
        case part
        /// None of it.
        case none
        /// No fresh scan says.
        case unknown
    }

    /// What became of the endpoint's order.
    public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
        /// A fresh scan showed the versions in force.
        case verified
        /// It went wrong, and is not tried again.
        case failed
        /// It is on its way, or waits for its turn, its window or a restart.
        case underWay
        /// It was verified, and is not there any more.
        case gone
        /// There is no order, or it was called off, or there was nothing left to do.
        case notBegun
    }

    /// How many endpoints stand how; each is in one of the first four, and in one of the others.
    public struct Figures: Hashable, Sendable, Codable {
        /// How many endpoints it concerns: those with a package of it.
        public var endpoints = 0
        /// Those that have all of it.
        public var all = 0
        /// Those that have a part of it.
        public var part = 0
        /// Those that have none of it.
        public var none = 0
        /// Those of which no fresh scan says.
        public var unknown = 0
        /// Those whose order was verified.
        public var verified = 0
        /// Those whose order failed.
        public var failed = 0
        /// Those whose order is on its way.
        public var underWay = 0
        /// Those that had it, and have it no more.
        public var gone = 0
        /// Those without an order.
        public var notBegun = 0

        /// No endpoints.
        public init() {}
    }

    /// One endpoint.
    public struct Row: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var name: String
        /// What it has.
        public var holding: Holding
        /// How many of the bundle's packages that are installed there are new enough; of an old
        /// scan, by that scan.
        public var has: Int
        /// How many of the bundle's packages are installed there.
        public var of: Int
        /// What became of its order.
        public var outcome: Outcome
        /// The deployment with its order; `nil` for none.
        public var deployment: DeploymentID?

        /// An endpoint.
        public init(
            endpoint: EndpointID, name: String, holding: Holding, has: Int, of: Int,
            outcome: Outcome, deployment: DeploymentID?
        ) {
            self.endpoint = endpoint
            self.name = name
            self.holding = holding
            self.has = has
            self.of = of
            self.outcome = outcome
            self.deployment = deployment
        }

        /// What needs a look first.
        fileprivate var rank: Int {
            switch (outcome, holding) {
            case (.failed, _): 0
            case (.gone, _): 1
            case (_, .unknown): 2
            case (_, .none): 3
            case (_, .part): 4
            case (_, .all): 5
            }
        }
    }

    /// One step of its way.
    public struct Step: Hashable, Sendable, Codable {
        /// The deployment.
        public var deployment: DeploymentID
        /// Where it went.
        public var place: String
        /// How the deployment stands.
        public var state: Deployment.State
        /// How many endpoints it went to.
        public var endpoints: Int
        /// Those whose order was verified.
        public var verified: Int
        /// Those whose order failed.
        public var failed: Int
        /// Those whose order is on its way.
        public var underWay: Int

        package init(
            deployment: DeploymentID, place: String, state: Deployment.State, endpoints: Int,
            verified: Int, failed: Int, underWay: Int
        ) {
            self.deployment = deployment
            self.place = place
            self.state = state
            self.endpoints = endpoints
            self.verified = verified
            self.failed = failed
            self.underWay = underWay
        }
    }

    /// The bundle.
    public var bundle: PatchBundle
    /// When this was so.
    public var at: Timestamp
    /// The figures of all endpoints that it concerns.
    public var figures: Figures
    /// The steps of its way, oldest first.
    public var steps: [Step]
    /// The endpoints, those that need a look first; as many as were asked for.
    public var rows: [Row]

    package init(
        bundle: PatchBundle, at: Timestamp, figures: Figures, steps: [Step], rows: [Row]
    ) {
        self.bundle = bundle
        self.at = at
        self.figures = figures
        self.steps = steps
        self.rows = rows
    }

    /// The figures in one sentence.
    public var sentence: String {
        let one = figures.endpoints == 1
        return "Of \(figures.endpoints) endpoint\(one ? "" : "s"), \(figures.all) have all of it, "
            + "\(figures.part) a part, \(figures.none) none, of \(figures.unknown) it is not known; "
            + "\(figures.verified) verified, \(figures.failed) failed, \(figures.underWay) under "
            + "way, \(figures.gone) have it no more."
    }
}

/// A bundle with its lines.
public struct BundleDetail: Hashable, Sendable, Codable {
    /// The bundle.
    public var bundle: PatchBundle
    /// Its lines, by package.
    public var lines: [BundleLine]

    /// A bundle with its lines.
    public init(bundle: PatchBundle, lines: [BundleLine]) {
        self.bundle = bundle
        self.lines = lines
    }
}

extension UseCases {
    /// Versions of bundles, newest first.
    public func bundles(
        by principal: Principal, tenant: TenantID? = nil, named name: String? = nil,
        before: BundleID? = nil, limit: Int = 100
    ) async throws -> [PatchBundle] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let named = name.flatMap { PolicyName($0) }
        guard name == nil || named != nil else { return [] }
        return try await ledger.read { records in
            try records.bundles(
                in: scope, named: named, before: before,
                limit: min(max(limit, 1), EndpointQuery.maximumPage))
        }
    }

    /// One version of a bundle with its lines.
    public func bundle(_ id: BundleID, by principal: Principal) async throws -> BundleDetail {
        try principal.require(.view)
        return try await ledger.read { records in
            BundleDetail(
                bundle: try Self.bundle(id, in: principal.scope, records),
                lines: try records.bundleLines(id, in: principal.scope))
        }
    }

    /// Who has a bundle now, with at most `limit` endpoints one by one.
    public func bundleReport(
        of id: BundleID, limit: Int = BundleReport.usualRows, by principal: Principal
    ) async throws -> BundleReport {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            let bundle = try Self.bundle(id, in: principal.scope, records)
            let lines = try records.bundleLines(id, in: principal.scope)
            let orders = try BundleOrders(bundle, in: records)
            var judge = BundleJudge(lines, of: bundle.tenant, at: now)
            var figures = BundleReport.Figures()
            var rows: [BundleReport.Row] = []
            try self.eachEndpoint(of: bundle.tenant, in: records) { endpoint in
                let order = orders.latest[endpoint.id]
                guard let row = try judge.row(endpoint, order, in: records) else { return }
                figures.add(row)
                rows.append(row)
            }
            rows.sort {
                ($0.rank, $0.name, $0.endpoint) < ($1.rank, $1.name, $1.endpoint)
            }
            return BundleReport(
                bundle: bundle, at: now, figures: figures, steps: orders.steps,
                rows: Array(rows.prefix(max(limit, 0))))
        }
    }
}

extension BundleReport {
    /// How many endpoints are listed unless more are asked for.
    public static let usualRows = 200
    /// The most endpoints that are listed: all of the largest fleet that a bundle is made for.
    public static let mostRows = 20_000
}

extension BundleReport.Figures {
    fileprivate mutating func add(_ row: BundleReport.Row) {
        endpoints += 1
        switch row.holding {
        case .all: all += 1
        case .part: part += 1
        case .none: none += 1
        case .unknown: unknown += 1
        }
        switch row.outcome {
        case .verified: verified += 1
        case .failed: failed += 1
        case .underWay: underWay += 1
        case .gone: gone += 1
        case .notBegun: notBegun += 1
        }
    }
}

/// What became of the orders of a bundle's steps.
private struct BundleOrders {
    struct Order {
        let deployment: DeploymentID
        let outcome: BundleReport.Outcome
    }

    private(set) var steps: [BundleReport.Step] = []
    /// The latest order of each endpoint that had anything to do.
    private(set) var latest: [EndpointID: Order] = [:]

    init(_ bundle: PatchBundle, in records: any Records) throws {
        let scope = Scope.tenant(bundle.tenant)
        for promotion in bundle.promotions {
            let id = promotion.deployment
            guard let deployment = try records.deployment(id, in: scope) else { continue }
            var step = BundleReport.Step(
                deployment: id, place: promotion.place, state: deployment.state,
                endpoints: promotion.endpoints, verified: 0, failed: 0, underWay: 0)
            let rollout = try records.rollout(of: id, in: scope)?.rollout
            let isCalledOff = rollout?.state == .cancelled
            for entry in rollout?.endpoints ?? [] where !entry.hasLeft {
                let outcome = Self.outcome(entry, isCalledOff: isCalledOff)
                switch outcome {
                case .verified: step.verified += 1
                case .failed: step.failed += 1
                case .underWay: step.underWay += 1
                case .gone, .notBegun: continue
                }
                latest[entry.member.endpoint] = Order(deployment: id, outcome: outcome)
            }
            steps.append(step)
        }
    }

    private static func outcome(
        _ entry: RosterEntry, isCalledOff: Bool
    ) -> BundleReport.Outcome {
        switch entry.phase {
        case .verified: .verified
        case .failed: .failed
        case .running: .underWay
        case .waiting, .offered, .withdrawing, .resting: isCalledOff ? .notBegun : .underWay
        case .skipped(.notNeeded), .skipped(.denied): .notBegun
        case .skipped(.heldBack): .failed
        }
    }
}

/// Tells what endpoints have of a bundle.
private struct BundleJudge {
    private typealias Installed = [BundlePackage: Set<String>]

    private let versions: [BundlePackage: [String]]
    private let tenant: TenantID
    private let freshSince: Timestamp
    /// The bundle's packages in inventories that were read: endpoints with the same software share
    /// one.
    private var inventories: [String: Installed] = [:]

    init(_ lines: [BundleLine], of tenant: TenantID, at now: Timestamp) {
        versions = Dictionary(grouping: lines) { BundlePackage($0) }.mapValues {
            $0.map(\.version)
        }
        self.tenant = tenant
        freshSince = ComplianceRule.freshSince(at: now)
    }

    /// An endpoint's row; `nil` when the bundle does not concern it.
    mutating func row(
        _ endpoint: EndpointRecord, _ order: BundleOrders.Order?, in records: any Records
    ) throws -> BundleReport.Row? {
        let installed = try installed(endpoint, in: records)
        let missing = try records.posture(of: endpoint.id, tenant: tenant)?.updates ?? []
        let byPackage = Dictionary(grouping: missing) {
            BundlePackage(manager: $0.manager, name: $0.name)
        }
        var (has, of) = (0, 0)
        for (package, wanted) in versions {
            let open = byPackage[package] ?? []
            let isThere =
                package.manager.addsUpdates
                ? order != nil || open.contains { wanted.contains($0.candidate) }
                : installed[package] != nil
            guard isThere else { continue }
            of += 1
            let lacks = Self.lacks(package, wanted, open, installed[package] ?? [])
            has += lacks ? 0 : 1
        }
        guard of > 0 || order != nil else { return nil }
        let isFresh = endpoint.scannedAt.map { $0 >= freshSince } ?? false
        let holding: BundleReport.Holding =
            if !isFresh || of == 0 { .unknown } else if has == of { .all } else {
                has == 0 ? .none : .part
            }
        var outcome = order?.outcome ?? .notBegun
        if outcome == .verified, holding == .none { outcome = .gone }
        return BundleReport.Row(
            endpoint: endpoint.id, name: endpoint.name, holding: holding, has: has, of: of,
            outcome: outcome, deployment: order?.deployment)
    }

    /// The bundle's packages that are on an endpoint, with their versions.
    private mutating func installed(
        _ endpoint: EndpointRecord, in records: any Records
    ) throws -> Installed {
        guard let digest = endpoint.inventoryDigest else { return [:] }
        if let known = inventories[digest] { return known }
        var installed: Installed = [:]
        for package in try records.inventory(digest, of: tenant)?.packages ?? [] {
            let key = BundlePackage(manager: package.manager, name: package.name)
            if versions[key] != nil { installed[key, default: []].insert(package.version) }
        }
        inventories[digest] = installed
        return installed
    }

    /// Whether an endpoint lacks a package in the version that the bundle has for it: a bundle can
    /// have several, for several releases of a system, of which its own lies between what is
    /// installed and what its sources offer.
    private static func lacks(
        _ package: BundlePackage, _ wanted: [String], _ missing: [Update], _ installed: Set<String>
    ) -> Bool {
        for update in missing {
            if wanted.contains(update.candidate) { return true }
            if !package.manager.addsUpdates,
                wanted.contains(where: {
                    isOlder(update.installed, $0, package.manager)
                        && !isOlder(update.candidate, $0, package.manager)
                })
            {
                return true
            }
        }
        guard !package.manager.addsUpdates else { return false }
        return installed.contains { own in
            wanted.allSatisfy { isOlder(own, $0, package.manager) }
        }
    }

    private static func isOlder(
        _ one: String, _ other: String, _ manager: PackageManagerName
    ) -> Bool {
        guard let order = try? Ecosystem(manager)?.compare(one, other) else { return false }
        return order == .less
    }
}
