import Advisories
import Fleet

/// The Debian security tracker's data: source package, vulnerability, release.
enum DebianTracker {
    /// A record is one vulnerability in one source package.
    static let reading = JSONReading(groupsOf: .debianTracker) { source, id, entry in
        [.advisory(try advisory(source, id, entry))]
    }

    /// Whether a member of the feed looks like a source package.
    static func isPackage(_ value: JSONValue) -> Bool {
        guard let (id, entry) = value.members.first(where: { _ in true }) else { return false }
        let isName = ["CVE-", "TEMP-", "DSA-", "DLA-"].contains { id.hasPrefix($0) }
        return isName && entry["releases"]?.isObject == true
    }

    private static func advisory(
        _ source: String, _ id: String, _ entry: JSONValue
    ) throws -> Advisory {
        guard VulnerabilityName.isCVE(id) || id.hasPrefix("TEMP-") else {
            throw RecordFault("“\(id)” is no name of a vulnerability")
        }
        guard let releases = entry["releases"], releases.isObject else {
            throw RecordFault("no releases")
        }
        var advisory = Advisory(
            id: id, source: AdvisorySource(name: "debian-tracker", authority: .tracker),
            vulnerabilities: [id], title: headline(entry.text("description") ?? ""))
        for (codename, state) in releases.members {
            let home = DistributionNames.debian(codename)
            var package = AffectedPackage(
                scope: home.scope, order: home.order, name: source, counting: home.counting)
            try apply(state, codename, to: &package)
            advisory.affected.append(package)
        }
        return advisory
    }

    /// The state of one release: `resolved` with a version, where `0` says that no version was ever
    /// affected; `open`; `undetermined`.
    private static func apply(
        _ state: JSONValue, _ codename: String, to package: inout AffectedPackage
    ) throws {
        let fix = state.text("fixed_version")
        // A star says that the urgency was taken from NVD, two that a person confirmed it.
        let urgency = state.text("urgency").map { $0.prefix { $0 != "*" } }
        package.severity = urgency.flatMap { Severity(vendorWord: String($0)) }
        switch try state.required("status") {
        case "resolved":
            if let fix, fix != "0" {
                package.ranges = [.before(fix: fix)]
            } else {
                package.status = fix == nil ? .undetermined : .notAffected
            }
        case "open":
            // "ignored" is the word for what no update will be made for; "postponed" is not.
            let isDeclined = state.text("nodsa_reason") == "ignored" || urgency == "end-of-life"
            package.status = isDeclined ? .willNotFix : .affected
        case "undetermined": package.status = .undetermined
        case let other: throw RecordFault("the status “\(other)” in \(codename)")
        }
    }
}
