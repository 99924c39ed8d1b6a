import Fleet
import Versions

@testable import Advisories

// Short ways to say what a feed says and what an endpoint has.

extension AdvisorySource {
    static let tracker = AdvisorySource(name: "tracker", authority: .tracker)
    static let notices = AdvisorySource(name: "notices", authority: .notices)
    static let aggregator = AdvisorySource(name: "aggregator", authority: .aggregator)
}

extension OperatingSystem {
    static let bookworm = OperatingSystem(
        id: "debian", versionId: "12", name: "Debian GNU/Linux 12 (bookworm)",
        codename: "bookworm")
    static let trixie = OperatingSystem(
        id: "debian", versionId: "13", name: "Debian GNU/Linux 13 (trixie)", codename: "trixie")
    static let rocky = OperatingSystem(
        id: "rocky", versionId: "9.5", name: "Rocky Linux 9.5 (Blue Onyx)",
        idLike: ["rhel", "centos", "fedora"])
}

extension FeedRecord {
    /// One publisher's word on one package of a release of Debian.
    static func debian(
        _ id: String, _ package: String, fixed: String? = nil, release: String = "bookworm",
        status: AffectedPackage.Status = .affected, source: AdvisorySource = .tracker,
        vulnerabilities: [String]? = nil, severity: Severity? = nil, withdrawn: Timestamp? = nil,
        channel: String? = nil, distribution: String = "debian"
    ) -> FeedRecord {
        let name = ReleaseName(distribution: distribution, release: release, channel: channel)
        return .advisory(
            Advisory(
                id: id, source: source, vulnerabilities: vulnerabilities ?? [id],
                severity: severity, withdrawn: withdrawn,
                affected: [
                    AffectedPackage(
                        scope: .release(name), order: .deb, name: package, counting: .source,
                        status: status, ranges: fixed.map { [.before(fix: $0)] } ?? [])
                ]))
    }

    /// A word on a binary package of a release of the RHEL family.
    static func rpm(
        _ id: String, _ package: String, fixed: String, distribution: String = "rocky",
        release: String = "9", architectures: [String] = [], module: ModuleStream? = nil,
        vulnerabilities: [String]
    ) -> FeedRecord {
        .advisory(
            Advisory(
                id: id, source: .notices, vulnerabilities: vulnerabilities,
                affected: [
                    AffectedPackage(
                        scope: .release(
                            ReleaseName(distribution: distribution, release: release)),
                        order: .rpm, name: package, counting: .binary,
                        ranges: [.before(fix: fixed)], architectures: architectures,
                        module: module)
                ]))
    }

    /// A word on a package of a language ecosystem.
    static func language(
        _ id: String, _ ecosystem: String, _ order: Ecosystem, _ package: String,
        _ events: [AffectedRange.Event], versions: [String] = []
    ) -> FeedRecord {
        .advisory(
            Advisory(
                id: id, source: .aggregator, vulnerabilities: [id],
                affected: [
                    AffectedPackage(
                        scope: .ecosystem(ecosystem), order: order, name: package,
                        counting: .binary, ranges: events.isEmpty ? [] : [AffectedRange(events)],
                        versions: versions)
                ]))
    }
}

extension SoftwareRow {
    static func deb(
        _ name: String, _ version: String, source: String? = nil, sourceVersion: String? = nil,
        architecture: String = "amd64"
    ) -> SoftwareRow {
        SoftwareRow(
            order: .deb, name: name, version: version, architecture: architecture, source: source,
            sourceVersion: sourceVersion)
    }

    static func rpm(
        _ name: String, _ version: String, architecture: String = "x86_64",
        module: ModuleStream? = nil
    ) -> SoftwareRow {
        SoftwareRow(
            order: .rpm, name: name, version: version, architecture: architecture, module: module)
    }
}

/// What matching says of some rows.
func report(
    _ records: [FeedRecord], _ rows: [SoftwareRow], os: OperatingSystem = .bookworm,
    kernel: String = "", replaced: ReplacedCode = ReplacedCode(),
    context: EndpointContext = EndpointContext()
) -> MatchReport {
    var builder = AdvisoryIndexBuilder()
    for record in records { builder.add(record) }
    return Matcher(builder.build()).report(
        on: EndpointSoftware(os: os, runningKernel: kernel, rows: rows, replaced: replaced),
        context: context)
}

extension MatchReport {
    /// One line a finding: vulnerability, package, state, fix.
    var lines: [String] {
        findings.map { finding in
            let fix = finding.fixedIn.map { " \($0)" } ?? ""
            return "\(finding.vulnerability) \(finding.package) \(finding.state.rawValue)\(fix)"
        }.sorted()
    }
}
