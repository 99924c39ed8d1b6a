import Advisories
import Fleet
import Versions

/// AlmaLinux's `errata.json`: notices with their packages.
enum AlmaLinuxNotices {
    static let reading = JSONReading(.almalinux, name: { $0.text("updateinfo_id") }) { value in
        [.advisory(try advisory(value))]
    }

    /// Whether a value looks like a notice.
    static func isNotice(_ value: JSONValue) -> Bool { value["updateinfo_id"] != nil }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let id = try value.required("updateinfo_id")
        var notice = PackageNotice(id: id)
        notice.title = value.text("title") ?? value.text("summary") ?? ""
        notice.severity = value.severity("severity")
        notice.published = time(value["issued_date"])
        notice.modified = time(value["updated_date"])
        for reference in try value.array("references")
        where reference.text("type") == "cve" {
            notice.vulnerabilities += [reference.text("id") ?? reference.text("title")]
                .compactMap(\.self)
        }
        guard let list = value["pkglist"] else { throw RecordFault("no “pkglist”") }
        for entry in try list.array("packages") {
            notice.packages.append(
                RPMName(
                    name: try entry.required("name"), epoch: entry["epoch"]?.textOrNumber,
                    version: try entry.required("version"), release: try entry.required("release"),
                    architecture: entry.text("arch") ?? ""))
        }
        return try notice.advisory(hint: list.text("shortname") ?? "")
    }

    /// `{"$date": 1629790196000}`, as MongoDB exports it, in milliseconds or as text.
    private static func time(_ value: JSONValue?) -> Timestamp? {
        guard let date = value?["$date"] ?? value else { return nil }
        if let milliseconds = date.integer ?? date["$numberLong"]?.text.flatMap(Int64.init) {
            return Timestamp(milliseconds: milliseconds)
        }
        return date.text.flatMap(FeedTime.read)
    }
}

/// Rocky Linux's advisories as its Apollo service answers, in both of its forms.
enum RockyNotices {
    static let reading = JSONReading(.rocky, name: { $0.text("name") }) { value in
        [.advisory(try advisory(value))]
    }

    /// Whether a value looks like an advisory.
    static func isNotice(_ value: JSONValue) -> Bool {
        let id = value.text("name") ?? ""
        return ["RLSA-", "RLBA-", "RLEA-", "RXSA-"].contains { id.hasPrefix($0) }
            && (value["rpms"] != nil || value["packages"] != nil || value["synopsis"] != nil)
    }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        var notice = PackageNotice(id: try value.required("name"))
        notice.title = value.text("synopsis") ?? ""
        let word = value.text("severity")?.replacing("SEVERITY_", with: "")
        notice.severity = word.flatMap { Severity(vendorWord: $0) }
        notice.published =
            try FeedTime.read(value, "publishedAt") ?? FeedTime.read(value, "published_at")
        notice.modified = try FeedTime.read(value, "updated_at")
        for cve in try value.array("cves") {
            notice.vulnerabilities += [cve.text ?? cve.text("name") ?? cve.text("cve")]
                .compactMap(\.self)
        }
        for (_, list) in value.entries("rpms") {
            for text in list.texts("nvras") { notice.add(text) }
        }
        for entry in try value.array("packages") {
            if let text = entry.text("nevra") { notice.add(text) }
        }
        let product =
            value.texts("affectedProducts").first
            ?? value["affected_products"]?.first?.text("name")
        return try notice.advisory(hint: product ?? "Rocky Linux")
    }
}

/// Fedora's updates, as Bodhi answers.
enum BodhiUpdates {
    static let reading = JSONReading(.bodhi, name: { $0.text("alias") ?? $0.text("updateid") }) {
        value in [.advisory(try advisory(value))]
    }

    /// Whether a value looks like an update.
    static func isUpdate(_ value: JSONValue) -> Bool {
        value["builds"]?.isArray == true && value["release"] != nil
            && (value["alias"] != nil || value["updateid"] != nil)
    }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        guard let release = value["release"] else { throw RecordFault("no “release”") }
        let version = release["version"]?.textOrNumber ?? ""
        // EPEL is a repository for RHEL and its relatives, not a release of Fedora.
        let isFedora = release.text("id_prefix")?.hasPrefix("FEDORA-EPEL") != true
        let home = DistributionNames.rpm(
            isFedora ? "fedora" : "rhel", version, channel: isFedora ? nil : "epel")
        var names: [String] = []
        var affected: [AffectedPackage] = []
        for build in try value.array("builds") {
            let text = try build.required("nvr")
            guard let package = RPMName(text) else { throw RecordFault("“\(text)” is no build") }
            let epoch = build["epoch"]?.textOrNumber.flatMap { $0 == "0" ? nil : $0 + ":" } ?? ""
            affected.append(
                AffectedPackage(
                    scope: home.scope, order: home.order, name: package.name, counting: .source,
                    ranges: [.before(fix: epoch + package.version)]))
        }
        for bug in try value.array("bugs") {
            names += VulnerabilityName.cves(inText: bug.text("title") ?? "")
        }
        names += VulnerabilityName.cves(inText: value.text("notes") ?? "")
        let id = try value.text("alias") ?? value.required("updateid")
        return Advisory(
            id: id, source: AdvisorySource(name: "fedora-bodhi", authority: .notices),
            vulnerabilities: names.isEmpty ? [id] : names.unique,
            severity: value.severity("severity"),
            published: try FeedTime.read(value, "date_submitted"),
            modified: try FeedTime.read(value, "date_modified")
                ?? FeedTime.read(value, "date_stable"),
            title: headline(
                value.text("display_name").flatMap { $0.isEmpty ? nil : $0 }
                    ?? value.text("title") ?? ""),
            affected: affected)
    }
}

/// VMware Photon's lists of vulnerabilities: one row for each package and vulnerability. The
/// release stands in the packages' versions (`….ph4`).
enum PhotonRows {
    static let reading = JSONReading(.photonCve, name: { $0.text("cve_id") }) { value in
        [.advisory(try advisory(value))]
    }

    /// Whether a value looks like a row.
    static func isRow(_ value: JSONValue) -> Bool {
        value["cve_id"] != nil && value["pkg"] != nil && value["res_ver"] != nil
    }

    private static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let id = try VulnerabilityName.required(value, "cve_id")
        let fix = value.text("res_ver") ?? ""
        // What is not fixed has its release in the sentence on affected versions alone.
        let words = (fix + " " + (value.text("aff_ver") ?? "")).split { $0 == "." || $0 == " " }
        guard
            let tag = words.first(where: {
                $0.hasPrefix("ph") && $0.count > 2 && $0.dropFirst(2).allSatisfy(\.isNumber)
            })
        else { throw RecordFault("no release of Photon in “\(fix)”") }
        let isFixed = fix.first?.isNumber == true
        let isUnaffected = value.text("status") == "Not Affected"
        let package = AffectedPackage(
            scope: .release(
                ReleaseName(distribution: "photon", release: "\(tag.dropFirst(2)).0")),
            order: .rpm, name: try value.required("pkg"), counting: .source,
            status: isUnaffected ? .notAffected : .affected,
            ranges: isUnaffected || !isFixed ? [] : [.before(fix: fix)])
        let score = value["cve_score"]?.textOrNumber.flatMap(Double.init)
        return Advisory(
            id: id, source: AdvisorySource(name: "photon-cve", authority: .notices),
            vulnerabilities: [id], severity: score.map { Severity(baseScore: $0) },
            affected: [package])
    }
}
