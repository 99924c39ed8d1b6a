import Advisories
import Fleet

/// Ubuntu's security notices: those of ubuntu.com (`/security/notices.json`, `release_packages`)
/// and those of the older notice database (`releases` with `sources`).
enum UbuntuNotices {
    static let reading = JSONReading(.ubuntuNotices, name: { $0.text("id") }) { value in
        [.advisory(try advisory(value))]
    }

    /// Whether a value looks like a notice.
    static func isNotice(_ value: JSONValue) -> Bool {
        if value["release_packages"]?.isObject == true { return true }
        guard let (_, release) = value["releases"]?.members.first(where: { _ in true }) else {
            return false
        }
        return release["sources"] != nil
    }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let text = try value.required("id")
        let id = text.first?.isNumber == true ? "USN-" + text : text
        var advisory = Advisory(
            id: id, source: AdvisorySource(name: "ubuntu-notices", authority: .notices))
        let names =
            value.texts("cves_ids") + value.texts("cves")
            + value.list("cves").compactMap { $0.text("id") }
        let cves = names.filter { VulnerabilityName.isCVE($0) }.unique
        advisory.vulnerabilities = cves.isEmpty ? [id] : cves
        advisory.title = headline(value.text("title") ?? value.text("summary") ?? "")
        advisory.published = try FeedTime.read(value, "published")
        if let seconds = value["timestamp"]?.number, abs(seconds) < 1e11 {
            advisory.published = Timestamp(seconds: Int64(seconds))
        }
        for (codename, list) in value.entries("release_packages") {
            for entry in list.elements where entry["is_source"]?.flag == true {
                advisory.affected.append(
                    try package(
                        entry.required("name"), entry.required("version"), codename,
                        entry.text("pocket")))
            }
        }
        for (codename, release) in value.entries("releases") {
            for (name, source) in release.entries("sources") {
                let version = try source.required("version")
                advisory.affected.append(package(name, version, codename, nil))
            }
        }
        return advisory
    }

    private static func package(
        _ name: String, _ fix: String, _ codename: String, _ pocket: String?
    ) -> AffectedPackage {
        let channel = pocket?.hasPrefix("esm") == true ? pocket : nil
        let home = DistributionNames.ubuntu(codename, channel: channel)
        return AffectedPackage(
            scope: home.scope, order: home.order, name: name, counting: home.counting,
            ranges: [.before(fix: fix)])
    }
}

/// Ubuntu's vulnerabilities: the pages of ubuntu.com (`/security/cves.json`, `packages` with
/// `statuses`), and lists of `patches` by release as they are made of the CVE tracker's files.
enum UbuntuVulnerabilities {
    static let reading = JSONReading(
        .ubuntuCve, name: { $0.text("id") ?? $0.text("name") }
    ) { value in [.advisory(try advisory(value))] }

    /// Whether a value looks like a vulnerability.
    static func isRecord(_ value: JSONValue) -> Bool {
        if value["packages"]?.first?["statuses"] != nil { return true }
        guard let patch = value["patches"]?.first ?? value["ignored_patches"]?.first else {
            return false
        }
        return patch["distro"] != nil && patch["status"] != nil
    }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let id = try VulnerabilityName.required(value, value["id"] == nil ? "name" : "id")
        var advisory = Advisory(
            id: id, source: AdvisorySource(name: "ubuntu-tracker", authority: .tracker),
            vulnerabilities: [id], severity: value.severity("priority"))
        advisory.title = headline(value.text("description") ?? "")
        advisory.published = try FeedTime.read(value, "published")
        advisory.modified = try FeedTime.read(value, "updated_at")
        for package in try value.array("packages") {
            let name = try package.required("name")
            for state in try package.array("statuses") {
                advisory.affected += try self.package(
                    name, state.required("release_codename"), state.required("status"),
                    state.text("description") ?? "", state.text("pocket"))
            }
        }
        for key in ["patches", "ignored_patches"] {
            for patch in try value.array(key) {
                advisory.affected += try self.package(
                    patch.required("package"), patch.required("distro"),
                    patch.required("status"), patch.text("version") ?? "", nil)
            }
        }
        return advisory
    }

    /// What a status says (the words are those of the Ubuntu CVE tracker's README); none for
    /// releases that are not Ubuntu's, and for packages that a release does not have.
    private static func package(
        _ name: String, _ codename: String, _ status: String, _ detail: String, _ pocket: String?
    ) throws -> [AffectedPackage] {
        guard codename != "upstream", codename != "devel" else { return [] }
        let channel = pocket?.hasPrefix("esm") == true ? pocket : nil
        let home = DistributionNames.ubuntu(codename, channel: channel)
        var package = AffectedPackage(
            scope: home.scope, order: home.order, name: name, counting: home.counting)
        switch status {
        case "released":
            guard !detail.isEmpty else { package.status = .undetermined; break }
            package.ranges = [.before(fix: detail)]
        case "needed", "pending", "active": break
        case "deferred", "ignored": package.status = .willNotFix
        case "not-affected": package.status = .notAffected
        case "needs-triage", "in-triage": package.status = .undetermined
        case "DNE": return []
        default: throw RecordFault("the status “\(status)”")
        }
        return [package]
    }
}

/// OpenVEX documents (OpenVEX specification 0.2.0), as Ubuntu publishes them: products are package
/// URLs with their fixed version.
enum OpenVEXDocuments {
    /// A record is one statement.
    static let reading = JSONReading(counting: .openVex, name: { $0.text("@id") }) {
        value, _, collector in
        let modified = try FeedTime.read(value, "timestamp")
        for (index, statement) in try value.array("statements").enumerated() {
            let name = statement["vulnerability"]?.text("name")
            try collector.attempt("\(name ?? "statement") \(index + 1)") {
                [.advisory(try advisory(statement, modified))]
            }
        }
    }

    /// Whether a value looks like a document.
    static func isDocument(_ value: JSONValue) -> Bool {
        value.text("@context")?.contains("openvex.dev/ns") == true
    }

    private static func advisory(
        _ statement: JSONValue, _ modified: Timestamp?
    ) throws -> Advisory {
        try requireObject(statement)
        guard let vulnerability = statement["vulnerability"] else {
            throw RecordFault("no “vulnerability”")
        }
        let id = try vulnerability.text ?? vulnerability.required("name")
        let status = try statement.required("status")
        var seen: Set<AffectedPackage> = []
        var affected: [AffectedPackage] = []
        for product in try statement.array("products") {
            guard let text = product.text ?? product.text("@id"), let url = PackageURL(text),
                let package = try package(url, status)
            else { continue }
            if seen.insert(package).inserted { affected.append(package) }
        }
        return Advisory(
            id: id, source: AdvisorySource(name: "openvex", authority: .tracker),
            vulnerabilities: [id], published: try FeedTime.read(statement, "timestamp"),
            modified: modified, title: headline(vulnerability.text("description") ?? ""),
            affected: affected)
    }

    /// Of Debian's and Ubuntu's packages, those with `arch=source` are what inventories are matched
    /// by; the binaries say the same again.
    private static func package(_ url: PackageURL, _ status: String) throws -> AffectedPackage? {
        guard url.type == "deb", url["arch"] == "source", let release = url["distro"] else {
            return nil
        }
        let home =
            url.namespace == "debian"
            ? DistributionNames.debian(release) : DistributionNames.ubuntu(release)
        var package = AffectedPackage(
            scope: home.scope, order: home.order, name: url.name, counting: home.counting)
        switch status {
        case "fixed": package.ranges = url.version.map { [.before(fix: $0)] } ?? []
        case "affected": break
        case "not_affected": package.status = .notAffected
        case "under_investigation": package.status = .undetermined
        default: throw RecordFault("the status “\(status)”")
        }
        return package
    }
}
