import Advisories
public import ControlPlane
import Findings
public import Fleet
public import ServerRecords

/// Installed packages of one source that no feed covers.
public struct UncoveredPackages: Hashable, Sendable, Codable {
    /// Where they come from: a package manager's world, such as `winget`, or the release of an
    /// operating system.
    public var source: String
    /// How many there are; on several endpoints each counts wherever it is installed.
    public var packages: Int
    /// How many endpoints have any.
    public var endpoints: Int

    /// Packages that no feed covers.
    public init(source: String, packages: Int, endpoints: Int) {
        self.source = source
        self.packages = packages
        self.endpoints = endpoints
    }
}

/// Microsoft's products in the feeds, such as Office or SQL Server, that are matched with nothing.
public struct UnmatchedProducts: Hashable, Sendable, Codable {
    /// How many there are.
    public var products: Int
    /// How many endpoints run Windows, and may have any of them.
    public var endpoints: Int

    /// Products that are matched with nothing.
    public init(products: Int, endpoints: Int) {
        self.products = products
        self.endpoints = endpoints
    }
}

/// What of the installed packages no feed covers: that nothing is found in them means nothing.
public struct CoverageReport: Hashable, Sendable, Codable {
    /// The sources, that of most packages first.
    public var items: [UncoveredPackages]
    /// Packages that no feed covers, wherever they are installed.
    public var packages: Int
    /// Endpoints that have any.
    public var endpoints: Int
    /// Endpoints in all.
    public var allEndpoints: Int
    /// Endpoints of which nobody has said whether they can be reached from the internet: deadlines
    /// that ask for it take them as not exposed. `nil` from servers of former releases.
    public var exposureUnknown: Int?
    /// What feeds say of Windows' applications and is matched with nothing; `nil` where there is no
    /// such thing or no Windows.
    public var unmatchedProducts: UnmatchedProducts?
    /// Whether the whole fleet has been read since the server began.
    public var isComplete: Bool

    /// A report.
    public init(
        items: [UncoveredPackages], packages: Int, endpoints: Int, allEndpoints: Int,
        exposureUnknown: Int? = nil, unmatchedProducts: UnmatchedProducts? = nil, isComplete: Bool
    ) {
        self.unmatchedProducts = unmatchedProducts
        self.exposureUnknown = exposureUnknown
        self.items = items
        self.packages = packages
        self.endpoints = endpoints
        self.allEndpoints = allEndpoints
        self.isComplete = isComplete
    }
}

extension UseCases {
    /// What of the packages on a scope's endpoints no feed covers.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` for a tenant out of scope.
    public func coverage(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> CoverageReport {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let state = findings.snapshot()
        let visible = state.endpoints(in: scope)
        let parts = state.uncovered(on: visible)
        let endpoints = parts.dropFirst().reduce(into: parts.first?.endpoints) {
            $0?.formUnion($1.endpoints)
        }
        let all = visible?.count ?? state.numbers.count
        let said = state.standings.classes.filter(\.standing.isExposureKnown).reduce(0) {
            $0 + (visible.map($1.endpoints.intersection) ?? $1.endpoints).count
        }
        let unmatched = state.unmatchedProducts(on: visible)
        return CoverageReport(
            items: parts.map {
                UncoveredPackages(
                    source: $0.source, packages: $0.packages, endpoints: $0.endpoints.count)
            },
            packages: parts.reduce(0) { $0 + $1.packages }, endpoints: endpoints?.count ?? 0,
            allEndpoints: all, exposureUnknown: max(0, all - said),
            unmatchedProducts: unmatched.endpoints.isEmpty
                ? nil
                : UnmatchedProducts(
                    products: unmatched.products, endpoints: unmatched.endpoints.count),
            isComplete: state.isBuilt)
    }
}
