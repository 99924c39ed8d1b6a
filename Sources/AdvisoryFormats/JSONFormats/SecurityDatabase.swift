import Advisories
import Fleet

/// Alpine's security database, and those of Wolfi and Chainguard: for each package, which version
/// fixed what.
enum SecurityDatabase {
    /// A record is one package.
    static let reading = JSONReading(counting: .alpineSecdb) { value, _, collector in
        let home = SecurityDatabase.home(value)
        for (index, element) in try packages(value).enumerated() {
            let name = element["pkg"]?.text("name")
            try collector.attempt(name ?? "package \(index + 1)") { try package(element, home) }
        }
    }

    /// Whether a value looks like a database.
    static func isDatabase(_ value: JSONValue) -> Bool {
        guard let packages = value["packages"] else { return false }
        return packages.first?["pkg"]?["secfixes"] != nil
            || (value["apkurl"] != nil && value["reponame"] != nil)
    }

    /// A database without packages has an empty object in the place of the list.
    private static func packages(_ value: JSONValue) throws -> [JSONValue] {
        if let packages = value["packages"], packages.isObject,
            packages.members.first(where: { _ in true }) == nil
        {
            return []
        }
        return try value.array("packages")
    }

    /// The distribution is told by where its packages lie; only Alpine has releases.
    private static func home(_ value: JSONValue) -> PackageHome {
        home(address: value.text("urlprefix") ?? "", release: value.text("distroversion") ?? "")
    }

    static func home(address: String, release: String) -> PackageHome {
        let address = address.lowercased()
        for name in ["wolfi", "chainguard", "minimos"] where address.contains(name) {
            return DistributionNames.apk(name, "")
        }
        return DistributionNames.apk("alpine", release)
    }

    private static func package(_ value: JSONValue, _ home: PackageHome) throws -> [FeedRecord] {
        guard let package = value["pkg"] else { throw RecordFault("no “pkg”") }
        let name = try package.required("name")
        guard let fixes = package["secfixes"] else { throw RecordFault("no “secfixes”") }
        guard fixes.isObject else { throw RecordFault("“secfixes” is no object") }
        return try fixes.members.flatMap { version, list -> [FeedRecord] in
            guard list.isArray else { throw RecordFault("the fixes of \(version) are no list") }
            return list.elements.flatMap { entry in
                records(of: entry.text ?? "", in: name, fix: version, home)
            }
        }
    }

    /// What an entry in the list of what a version fixes says.
    static func records(
        of entry: String, in package: String, fix: String, _ home: PackageHome
    ) -> [FeedRecord] {
        names(entry).map { .advisory(advisory($0, of: package, fix: fix, home)) }
    }

    /// An entry may hold a CVE and other names of the same thing, with blanks between.
    private static func names(_ entry: String) -> [String] {
        let words = entry.split(whereSeparator: \.isWhitespace).map(String.init)
        let cves = words.filter { VulnerabilityName.isCVE($0) }
        return cves.isEmpty ? Array(words.prefix(1)) : cves
    }

    private static func advisory(
        _ id: String, of name: String, fix: String, _ home: PackageHome
    ) -> Advisory {
        // "0" says that no version of the distribution was ever affected.
        let isNever = fix == "0"
        let package = AffectedPackage(
            scope: home.scope, order: home.order, name: name, counting: home.counting,
            status: isNever ? .notAffected : .affected,
            ranges: isNever ? [] : [.before(fix: fix)])
        let distribution = home.distribution ?? "alpine"
        return Advisory(
            id: id, source: AdvisorySource(name: "\(distribution)-secdb", authority: .tracker),
            vulnerabilities: [id], affected: [package])
    }
}
