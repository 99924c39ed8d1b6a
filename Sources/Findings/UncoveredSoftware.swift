package import Advisories
package import Fleet

/// Installed packages that no feed covers, of one source.
package struct UncoveredSoftware: Sendable {
    /// The world that they come from, such as `winget`, or the release of the operating system.
    package let source: String
    /// How many packages on how many endpoints: each counts wherever it is installed.
    package var packages = 0
    /// The endpoints that have any.
    package var endpoints = EndpointSet()
}

extension FindingState {
    /// The packages of some endpoints, `nil` for all, that no feed covers, by their sources.
    package func uncovered(on visible: EndpointSet?) -> [UncoveredSoftware] {
        var found: [String: UncoveredSoftware] = [:]
        var covered: [Platform: Bool] = [:]
        for number in fleet.allSoftware {
            guard let source = uncoveredSource(of: number, &covered) else { continue }
            let holders = fleet.holders(of: number)
            let endpoints = visible.map { holders.intersection($0) } ?? holders
            if endpoints.isEmpty { continue }
            found[source, default: UncoveredSoftware(source: source)].packages += endpoints.count
            found[source]?.endpoints.formUnion(endpoints)
        }
        for number in visible?.numbers ?? numbers.values {
            for part in uncoveredForeign(of: number, &covered) {
                found[part.source, default: UncoveredSoftware(source: part.source)].packages +=
                    part.packages
                found[part.source]?.endpoints.insert(number)
            }
        }
        return found.values.sorted { ($1.packages, $0.source) < ($0.packages, $1.source) }
    }

    /// How many of an endpoint's packages no feed covers, by their sources.
    package func uncovered(of endpoint: UInt32) -> [(source: String, packages: Int)] {
        var found: [String: Int] = [:]
        var covered: [Platform: Bool] = [:]
        for number in fleet.rows(of: endpoint) {
            if let source = uncoveredSource(of: number, &covered) {
                found[source, default: 0] += 1
            }
        }
        for part in uncoveredForeign(of: endpoint, &covered) {
            found[part.source, default: 0] += part.packages
        }
        return found.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    /// How many of Microsoft's products in the feeds are matched with nothing, and the endpoints, of
    /// some or `nil` for all, that run Windows and may have any of them.
    package func unmatchedProducts(
        on visible: EndpointSet?
    ) -> (products: Int, endpoints: EndpointSet) {
        let products = fleet.index.unmatchedProducts
        guard products > 0 else { return (0, EndpointSet()) }
        var found = EndpointSet()
        for number in fleet.allSoftware
        where fleet.packageName(of: number) == OperatingSystemRow.windowsName {
            let row = fleet.software(number).row
            guard OperatingSystemRow.stands(for: row) else { continue }
            found.formUnion(fleet.holders(of: number))
        }
        return (products, visible.map { found.intersection($0) } ?? found)
    }

    /// How many of Microsoft's products in the feeds are matched with nothing on an endpoint with
    /// this system: none where it is not Windows.
    package func unmatchedProducts(on os: OperatingSystem) -> Int {
        OperatingSystemRow.row(of: os) == nil ? 0 : fleet.index.unmatchedProducts
    }

    /// What of the operating system's own package manager is not the distribution's. Where no feed
    /// speaks of the release, all of its packages are counted by the release already.
    private func uncoveredForeign(
        of endpoint: UInt32, _ covered: inout [Platform: Bool]
    ) -> [ForeignPackages] {
        let foreign = foreignPackages(of: endpoint)
        guard !foreign.isEmpty, let system = numbers.system(of: endpoint) else { return [] }
        let platform = Platform(systems[Int(system)], known: fleet.index.distributionReleases)
        let isSystemCovered = covered[platform] ?? fleet.index.speaks(of: platform)
        covered[platform] = isSystemCovered
        return isSystemCovered
            ? foreign.filter { !fleet.index.covers($0.source, on: platform) } : []
    }

    /// Where a package comes from of which no feed speaks; `nil` for one that is covered.
    private func uncoveredSource(
        of number: FleetIndex.SoftwareNumber, _ covered: inout [Platform: Bool]
    ) -> String? {
        let software = fleet.software(number)
        let isSystemCovered =
            covered[software.platform] ?? fleet.index.speaks(of: software.platform)
        covered[software.platform] = isSystemCovered
        if fleet.index.covers(software.row, isSystemCovered: isSystemCovered) { return nil }
        return software.row.ecosystem ?? software.platform.label
    }
}
