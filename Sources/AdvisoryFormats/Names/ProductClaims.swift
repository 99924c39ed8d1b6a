import Advisories
import Versions

/// What NVD and CVE records say of products that winget, Homebrew or Chocolatey install, as statements on
/// packages. A product that no package is known to install is passed over: the two speak of some
/// hundred thousand.
enum ProductClaims {
    /// The advisory of such statements; `nil` when there is none.
    static func advisory(
        _ record: VulnerabilityRecord, by source: AdvisorySource, _ affected: [AffectedPackage]
    ) -> FeedRecord? {
        guard !affected.isEmpty, !record.isRejected else { return nil }
        return .advisory(
            Advisory(
                id: record.id, source: source, vulnerabilities: [record.id],
                published: record.published, modified: record.modified, title: record.title,
                affected: affected))
    }

    /// What is said of one product, in the worlds that have it.
    private static func packages(
        _ product: String, in worlds: [String], _ ranges: [AffectedRange], _ versions: [String] = []
    ) -> [AffectedPackage] {
        guard !ranges.isEmpty || !versions.isEmpty else { return [] }
        return ProductIdentity.worlds(of: product).filter(worlds.contains).map { world in
            AffectedPackage(
                scope: .ecosystem(world), order: ProductIdentity.order(in: world),
                name: product, counting: .source, ranges: ranges, versions: versions)
        }
    }
}

// MARK: NVD

extension ProductClaims {
    static let nvd = AdvisorySource(name: "nvd", authority: .aggregator)

    /// The statements of a record's `configurations` (NVD's API 2.0, "CVE API response").
    static func ofNVD(_ cve: JSONValue) throws -> [AffectedPackage] {
        var affected: [AffectedPackage] = []
        for configuration in try cve.array("configurations") where !isNegated(configuration) {
            affected += try claims(
                of: try configuration.array("nodes"),
                isJoint: configuration.text("operator") == "AND")
        }
        return affected
    }

    /// The statements of a record of the feeds 1.1, whose nodes hold others: what is joined by
    /// `AND` stands in `children`.
    static func ofOlderNVD(_ item: JSONValue) throws -> [AffectedPackage] {
        var affected: [AffectedPackage] = []
        for node in try item["configurations"]?.array("nodes") ?? [] where !isNegated(node) {
            let children = try node.array("children")
            affected += try claims(
                of: children.isEmpty ? [node] : children,
                isJoint: !children.isEmpty && node.text("operator") == "AND")
        }
        return affected
    }

    /// The statements of the nodes of a configuration.
    private static func claims(
        of nodes: [JSONValue], isJoint: Bool
    ) throws -> [AffectedPackage] {
        var affected: [AffectedPackage] = []
        for (place, node) in nodes.enumerated() where !isNegated(node) {
            var worlds = ProductIdentity.worlds
            if isJoint {
                // The others say on what the product must run.
                for (other, platform) in nodes.enumerated() where other != place {
                    let allowed = try systems(platform)
                    worlds.removeAll { !allowed.contains($0) }
                }
            }
            if worlds.isEmpty || node.text("operator") == "AND" { continue }
            for match in try matches(node) {
                affected += try claim(match, in: worlds)
            }
        }
        return affected
    }

    private static func matches(_ node: JSONValue) throws -> [JSONValue] {
        try node.array(node["cpeMatch"] == nil ? "cpe_match" : "cpeMatch")
    }

    private static func criteria(_ match: JSONValue) -> CPEName? {
        (match.text("criteria") ?? match.text("cpe23Uri")).flatMap(CPEName.init)
    }

    private static func isNegated(_ value: JSONValue) -> Bool { value["negate"]?.flag == true }

    /// The worlds of the operating systems that a node names.
    private static func systems(_ node: JSONValue) throws -> Set<String> {
        var worlds: Set<String> = []
        for match in try matches(node) {
            guard let name = criteria(match), name.part == "o" else {
                continue
            }
            if name.vendor == "microsoft", name.product.hasPrefix("windows") {
                worlds.formUnion(ProductIdentity.windowsWorlds)
            }
            if name.vendor == "apple", ["macos", "mac_os_x", "mac_os"].contains(name.product) {
                worlds.insert("homebrew")
            }
        }
        return worlds
    }

    private static func claim(_ match: JSONValue, in worlds: [String]) throws -> [AffectedPackage] {
        guard match["vulnerable"]?.flag == true,
            let name = criteria(match), name.part == "a",
            let product = product(name)
        else { return [] }
        let worlds = worlds.filter { name.runs(in: $0) }
        if !name.isAnyVersion {
            // A release candidate and the like is another version than the release.
            guard name.isAnyUpdate else { return [] }
            return packages(product, in: worlds, [], [name.version])
        }
        let isWhole = name.version == "*"
        return packages(product, in: worlds, [range(match, isWhole)].compactMap(\.self))
    }

    /// The range of a match; without ends it is every version where the name says so (`*`), and
    /// none where it says nothing of versions (`-`). A beginning that does not belong to the range
    /// cannot be said here, so that nothing is.
    private static func range(_ match: JSONValue, _ isWhole: Bool) -> AffectedRange? {
        guard match["versionStartExcluding"] == nil else { return nil }
        let start = match.text("versionStartIncluding")
        var events: [VersionEvent] = [.introduced(start ?? "0")]
        if let end = match.text("versionEndExcluding") {
            events.append(.fixed(end))
        } else if let end = match.text("versionEndIncluding") {
            events.append(.lastAffected(end))
        } else if start == nil, !isWhole {
            return nil
        }
        return AffectedRange(events)
    }

    /// Editions are other packages: Firefox's long support has a name of its own here.
    private static func product(_ name: CPEName) -> String? {
        guard let known = ProductIdentity.product(vendor: name.vendor, product: name.product) else {
            return nil
        }
        switch (known, name.softwareEdition) {
        case (_, "*"), (_, "-"): return known
        case ("mozilla:firefox", "esr"): return "mozilla:firefox_esr"
        case ("adobe:acrobat_reader_dc", "continuous"), ("nodejs:node.js", "lts"): return known
        default: return nil
        }
    }
}

// MARK: CVE records

extension ProductClaims {
    /// Whoever assigned the name mostly makes the product.
    static let assigner = AdvisorySource(name: "cve", authority: .notices)
    static let addition = AdvisorySource(name: "cve-adp", authority: .aggregator)

    /// The statements of a container's `affected` (CVE record format 5.x).
    static func ofContainer(_ container: JSONValue) throws -> [AffectedPackage] {
        var affected: [AffectedPackage] = []
        for entry in try container.array("affected") {
            guard let product = product(entry) else { continue }
            let worlds = try worlds(entry)
            var (ranges, versions): ([AffectedRange], [String]) = ([], [])
            for version in try entry.array("versions")
            where version.text("status") == "affected" && version.text("versionType") != "git" {
                if let range = try range(ofVersion: version) {
                    ranges.append(range)
                } else if let only = version.text("version"), isVersion(only) {
                    versions.append(only)
                }
            }
            affected += packages(product, in: worlds, ranges, versions)
        }
        return affected
    }

    private static func product(_ entry: JSONValue) -> String? {
        guard let vendor = entry.text("vendor"), let product = entry.text("product") else {
            return nil
        }
        return ProductIdentity.product(vendor: vendor, product: product)
    }

    /// Where systems are named, only their worlds.
    private static func worlds(_ entry: JSONValue) throws -> [String] {
        let platforms = try entry.array("platforms").compactMap { $0.text?.lowercased() }
        let systems = ["windows", "mac", "linux", "android", "ios", "unix", "freebsd"]
        let named = platforms.filter { platform in systems.contains { platform.contains($0) } }
        if named.isEmpty { return ProductIdentity.worlds }
        return ProductIdentity.worlds.filter { world in
            let isWindows = ProductIdentity.windowsWorlds.contains(world)
            return named.contains { $0.contains(isWindows ? "windows" : "mac") }
        }
    }

    private static func range(ofVersion version: JSONValue) throws -> AffectedRange? {
        let from = version.text("version").flatMap { isVersion($0) ? $0 : nil } ?? "0"
        var events: [VersionEvent] = [.introduced(from)]
        if let end = version.text("lessThan") {
            // Chrome's records name the fix as the beginning too.
            if end == from { events = [.introduced("0")] }
            if end != "*" {
                guard isVersion(end) else { return nil }
                events.append(.fixed(end))
            }
        } else if let end = version.text("lessThanOrEqual") {
            if end != "*" {
                guard isVersion(end) else { return nil }
                events.append(.lastAffected(end))
            }
        } else {
            return nil
        }
        for change in try version.array("changes") where change.text("status") == "unaffected" {
            if let at = change.text("at"), isVersion(at) { events.append(.fixed(at)) }
        }
        return AffectedRange(events)
    }

    /// Some write words where a version belongs (`n/a`, `unspecified`, `prior to 5`).
    private static func isVersion(_ text: String) -> Bool {
        text.first?.isNumber == true && !text.contains(" ") && !text.contains(",")
    }
}

/// A CPE name as a formatted string (NIST IR 7695, 6.2), in lower case.
struct CPEName {
    let part: String
    let vendor: String
    let product: String
    let version: String
    let update: String
    let softwareEdition: String
    let targetSoftware: String

    /// Reads `cpe:2.3:a:mozilla:firefox:*:*:*:*:esr:*:*:*`; `nil` for anything else.
    init?(_ text: String) {
        var fields: [String] = [""]
        var isEscaped = false
        for character in text.lowercased() {
            if isEscaped {
                fields[fields.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == ":" {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
        }
        guard fields.count == 13, fields[0] == "cpe", fields[1] == "2.3" else { return nil }
        (part, vendor, product) = (fields[2], fields[3], fields[4])
        (version, update) = (fields[5], fields[6])
        (softwareEdition, targetSoftware) = (fields[9], fields[10])
    }

    var isAnyVersion: Bool { version == "*" || version == "-" }
    var isAnyUpdate: Bool { update == "*" || update == "-" }

    /// Whether it may run where a world's packages do.
    func runs(in world: String) -> Bool {
        switch targetSoftware {
        case "*", "-": true
        case "macos", "mac_os", "mac_os_x": world == "homebrew"
        default:
            targetSoftware.hasPrefix("windows") && ProductIdentity.windowsWorlds.contains(world)
        }
    }
}
