import Advisories
import Fleet
import Versions

/// One entry of OSV's `affected`.
enum OSVAffected {
    /// The packages that an entry speaks of. None for an entry about commits only, and for one
    /// without ranges and versions: by the schema's evaluation no version is affected then.
    static func packages(_ value: JSONValue) throws -> [AffectedPackage] {
        try requireObject(value)
        guard let package = value["package"] else { return [] }
        try requireObject(package)
        let ecosystem = try package.required("ecosystem")
        let name = try package.required("name")
        let url = package.text("purl").flatMap { PackageURL($0) }
        let home = OSVEcosystem.home(ecosystem, packageURL: url)
        var affected = AffectedPackage(
            scope: home.scope, order: home.order, name: name, counting: home.counting)
        for range in try value.array("ranges") {
            guard let type = range.text("type") else { throw RecordFault("a range has no type") }
            if type == "GIT" { continue }
            if type == "SEMVER" { affected.order = .semver }
            affected.ranges.append(try self.range(range))
        }
        // Distributions list every version ever built beside the range that says the same.
        let isListed = home.distribution == nil || affected.ranges.isEmpty
        if isListed {
            affected.versions = try value.array("versions").compactMap(\.text)
        }
        guard !affected.ranges.isEmpty || !affected.versions.isEmpty else { return [] }
        affected.severity = severity(value)
        affected.module = url.flatMap(module)
        return binaries(value, of: affected) ?? asNamed(affected)
    }

    /// Rocky's records name source packages, and so do SUSE's without a list of binaries; older
    /// ones name what is installed, which the name alone does not tell. Both are asked for: what
    /// is built from a source has its version, and a package of that name is built from it.
    private static func asNamed(_ package: AffectedPackage) -> [AffectedPackage] {
        guard case .release(let release) = package.scope, package.counting == .binary,
            release.distribution == "rocky" || isSUSE(release)
        else { return [package] }
        var source = package
        source.counting = .source
        return [package, source]
    }

    private static func isSUSE(_ release: ReleaseName) -> Bool {
        release.distribution.contains("sle") || release.distribution.contains("suse")
    }

    private static func range(_ value: JSONValue) throws -> AffectedRange {
        let events = try value.array("events")
        guard !events.isEmpty else { throw RecordFault("a range has no events") }
        let range = AffectedRange(
            try events.map { event in
                for (key, value) in event.members {
                    guard let version = value.text else { continue }
                    switch key {
                    case "introduced": return .introduced(version)
                    case "fixed": return .fixed(RPMName.withoutZeroEpoch(version))
                    case "last_affected": return .lastAffected(RPMName.withoutZeroEpoch(version))
                    case "limit": return .limit(version)
                    default: continue
                    }
                }
                throw RecordFault("an event of a range says nothing known")
            })
        let begins = range.events.contains { if case .introduced = $0 { true } else { false } }
        guard begins else { throw RecordFault("a range does not say where it begins") }
        return range
    }

    /// Debian and others rate a vulnerability in each package.
    private static func severity(_ value: JSONValue) -> Severity? {
        let own = value["ecosystem_specific"]
        return own?.severity("urgency") ?? own?.severity("severity")
    }

    private static func module(_ url: PackageURL) -> ModuleStream? {
        url["rpmmod"].flatMap { ModuleStream(label: $0) }
    }

    /// SUSE names the source package and lists what is built from it, with the fixed versions:
    /// `"binaries": [{"curl": "8.0.1-1", "libcurl4": "8.0.1-1"}]`.
    private static func binaries(
        _ value: JSONValue, of source: AffectedPackage
    ) -> [AffectedPackage]? {
        guard case .release(let release) = source.scope, source.order == .rpm,
            isSUSE(release), let lists = value["ecosystem_specific"]?["binaries"]
        else { return nil }
        var packages: [AffectedPackage] = []
        for list in lists.elements {
            for (name, version) in list.members {
                guard let version = version.text else { continue }
                var package = source
                package.name = name
                package.counting = .binary
                package.ranges = [.before(fix: RPMName.withoutZeroEpoch(version))]
                packages.append(package)
            }
        }
        return packages.isEmpty ? nil : packages
    }
}
