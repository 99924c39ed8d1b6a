import Advisories
import Fleet
import Versions

/// OSV records (OSV schema 1.7).
enum OSVRecords {
    static let reading = JSONReading(.osv, name: { $0.text("id") }) { value in
        [.advisory(try advisory(value))]
    }

    /// Whether a value looks like a record.
    static func isRecord(_ value: JSONValue) -> Bool {
        guard value["id"]?.text != nil || value["affected"] != nil else { return false }
        if value["schema_version"] != nil, value["modified"] != nil { return true }
        if let package = value["affected"]?.first?["package"], package["ecosystem"] != nil {
            return true
        }
        return value["modified"] != nil
            && ["affected", "withdrawn", "aliases", "upstream", "related"].contains {
                value[$0] != nil
            }
    }

    static func advisory(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let id = try value.required("id")
        var advisory = Advisory(id: id, source: AdvisorySource(name: "osv", authority: .aggregator))
        advisory.published = try FeedTime.read(value, "published")
        advisory.modified = try FeedTime.read(value, "modified")
        advisory.withdrawn = try FeedTime.read(value, "withdrawn")
        advisory.title = headline(value.text("summary") ?? value.text("details") ?? "")
        var vectors = SeverityEntries(value)
        for package in try value.array("affected") {
            vectors.add(package)
            advisory.affected += try OSVAffected.packages(package)
        }
        if id.hasPrefix("ELA-") { advisory.affected = advisory.affected.map(extended) }
        advisory.affected = advisory.affected.withModule(ofTitle: value.text("summary") ?? "")
        let distribution = advisory.affected.lazy.compactMap(\.scope.distribution).first
        advisory.source = source(id, distribution)
        let names = try Names(value, id, isNotice: distribution != nil || isNotice(id))
        advisory.vulnerabilities = names.vulnerabilities
        advisory.aliases = names.aliases
        advisory.cvss = vectors.cvss
        advisory.severity = vectors.word ?? titleSeverity(advisory.title)
        return advisory
    }

    /// Notices of Debian's extended support (`ELA-`) name the release alone, and speak of what only
    /// those receive who have it.
    private static func extended(_ package: AffectedPackage) -> AffectedPackage {
        guard case .release(var release) = package.scope, release.distribution == "debian" else {
            return package
        }
        var package = package
        release.channel = "elts"
        package.scope = .release(release)
        return package
    }

    /// The distributions' own trackers have ids of their own before the CVE's.
    private static func source(_ id: String, _ distribution: String?) -> AdvisorySource {
        guard let distribution else {
            return AdvisorySource(name: "osv", authority: .aggregator)
        }
        let isTracker = ["DEBIAN-", "UBUNTU-CVE-", "ALPINE-", "CVE-"].contains { id.hasPrefix($0) }
        return AdvisorySource(
            name: "\(distribution)-osv", authority: isTracker ? .tracker : .notices)
    }

    /// Whether an id is that of a distribution's notice, whose related names are what it fixes.
    private static func isNotice(_ id: String) -> Bool {
        let prefixes = [
            "DSA-", "DLA-", "USN-", "LSN-", "RHSA-", "RHBA-", "RHEA-", "ALSA-", "ALBA-", "ALEA-",
            "RLSA-", "RXSA-", "SUSE-", "openSUSE-", "ELSA-", "OESA-", "MGASA-",
        ]
        return prefixes.contains { id.hasPrefix($0) }
    }

    /// Whether an id is that of a notice on faults or features (`ALBA-`, `ALEA-`, `SUSE-RU-`): OSV
    /// has them beside those on vulnerabilities, and some name CVE ids after all.
    static func isOnOtherFaults(_ id: String) -> Bool {
        let prefixes = [
            "RHBA-", "RHEA-", "ALBA-", "ALEA-", "RLBA-", "RLEA-", "ELBA-", "ELEA-", "SUSE-RU-",
            "SUSE-OU-", "SUSE-FU-", "openSUSE-RU-", "openSUSE-OU-", "openSUSE-FU-", "MGAA-",
        ]
        return prefixes.contains { id.hasPrefix($0) }
    }

    /// `Important: firefox security update`, as the relatives of RHEL write titles.
    private static func titleSeverity(_ title: String) -> Severity? {
        guard let colon = title.firstIndex(of: ":") else { return nil }
        return Severity(vendorWord: String(title[..<colon]))
    }

    /// What a record is about, and its other names.
    private struct Names {
        var vulnerabilities: [String] = []
        var aliases: [String] = []

        /// `aliases` and `upstream` name the same vulnerability. `related` names another one, but
        /// in notices of distributions, where it is the list of what is fixed.
        init(_ value: JSONValue, _ id: String, isNotice: Bool) throws {
            let same = try ["aliases", "upstream"].flatMap { key in
                try value.array(key).compactMap(\.text)
            }
            let related = value.texts("related")
            aliases = value.texts("aliases").filter { $0 != id && VulnerabilityName.isName($0) }
            add(([id] + same).compactMap(VulnerabilityName.cve))
            if isNotice { add(related.compactMap(VulnerabilityName.cve)) }
            // A notice on faults that are no vulnerabilities mends none, whatever it refers to.
            if vulnerabilities.isEmpty, OSVRecords.isOnOtherFaults(id) { return }
            if vulnerabilities.isEmpty, isNotice { add(related) }
            if vulnerabilities.isEmpty { vulnerabilities = [id] }
        }

        private mutating func add(_ names: [String]) {
            var known = Set(vulnerabilities)
            for name in names where known.insert(name).inserted { vulnerabilities.append(name) }
        }
    }

    /// CVSS vectors and words of severity, of the record and of its packages.
    private struct SeverityEntries {
        private(set) var cvss: [String] = []
        private(set) var word: Severity?

        init(_ value: JSONValue) {
            add(value)
            word = word ?? value["database_specific"]?.severity("severity")
        }

        mutating func add(_ value: JSONValue) {
            for entry in value.list("severity") {
                guard let score = entry.text("score") else { continue }
                if entry.text("type")?.hasPrefix("CVSS") == true {
                    if !cvss.contains(score) { cvss.append(score) }
                } else if word == nil {
                    word = Severity(vendorWord: score)
                }
            }
        }
    }
}

extension PackageScope {
    fileprivate var distribution: String? {
        if case .release(let release) = self { release.distribution } else { nil }
    }
}
