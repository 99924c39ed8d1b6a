import Fleet
import TestSupport
import Testing
import Versions

@testable import Advisories

struct DistributionMatchTests {
    @Test func `a source package's vulnerability is found in each of its installed packages`() {
        let rows: [SoftwareRow] = [
            .deb("libssl3", "3.0.15-1", source: "openssl"), .deb("openssl", "3.0.15-1"),
            .deb("libssl-doc", "3.0.17-1", source: "openssl"),
        ]
        #expect(
            report([.debian("CVE-2025-1", "openssl", fixed: "3.0.17-1")], rows).lines == [
                "CVE-2025-1 libssl3 fixAvailable 3.0.17-1",
                "CVE-2025-1 openssl fixAvailable 3.0.17-1",
            ])
    }

    @Test func `the source's version is compared, not the binary's`() {
        // A rebuild of the binary alone, and a binary with a version of its own.
        let records: [FeedRecord] = [.debian("CVE-2025-1", "gcc-12", fixed: "12.2.0-14+deb12u1")]
        let rows: [SoftwareRow] = [
            .deb("cpp", "4:12.2.0-3", source: "gcc-12", sourceVersion: "12.2.0-14+deb12u1"),
            .deb("libgcc-s1", "12.2.0-14+b2", source: "gcc-12", sourceVersion: "12.2.0-14"),
        ]
        #expect(
            report(records, rows).lines == [
                "CVE-2025-1 libgcc-s1 fixAvailable 12.2.0-14+deb12u1"
            ])
    }

    @Test(arguments: [
        ("2.36-9+deb12u10", true), ("2.36-9+deb12u11", false), ("2.36-9+deb12u2", true),
        ("2.36-10", false), ("2.36-9", true), ("1:2.0-1", false), ("2.36-9+deb12u11~bpo11+1", true),
    ])
    func `a backported fix is told by the distribution's version order`(
        _ installed: String, _ isAffected: Bool
    ) {
        let found = report(
            [.debian("CVE-2025-1", "glibc", fixed: "2.36-9+deb12u11")],
            [.deb("libc6", installed, source: "glibc")])
        #expect(found.findings.isEmpty == !isAffected)
    }

    @Test func `the epoch of an RPM source is that of what is built from it`() {
        let rows = [
            SoftwareRow(
                order: .rpm, name: "perl-interpreter", version: "4:5.26.3-420.el8", source: "perl",
                sourceVersion: "5.26.3-420.el8"),
            SoftwareRow(
                order: .rpm, name: "perl-Errno", version: "1.28-420.el8", source: "perl",
                sourceVersion: "5.26.3-420.el8"),
            SoftwareRow(
                order: .rpm, name: "bash", version: "4.4.20-5.el8", source: "bash",
                sourceVersion: "4.4.20-5.el8"),
        ]
        let software = EndpointSoftware(
            os: OperatingSystem(id: "rocky", versionId: "8.10", name: "Rocky Linux"), rows: rows)
        #expect(
            software.rows.map(\.sourceVersion) == [
                "4:5.26.3-420.el8", "4:5.26.3-420.el8", "4.4.20-5.el8",
            ])
    }

    @Test func `bookworm is not trixie`() {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "curl", fixed: "7.88.1-10+deb12u9", release: "bookworm"),
            .debian("CVE-2025-1", "curl", fixed: "8.14.1-2", release: "trixie"),
            .debian("CVE-2025-2", "curl", fixed: "8.14.1-3", release: "13"),
        ]
        let installed: [SoftwareRow] = [.deb("curl", "7.88.1-10+deb12u9")]
        #expect(report(records, installed, os: .bookworm).lines.isEmpty)
        #expect(
            report(records, [.deb("curl", "8.14.1-1")], os: .trixie).lines == [
                "CVE-2025-1 curl fixAvailable 8.14.1-2", "CVE-2025-2 curl fixAvailable 8.14.1-3",
            ])
    }

    @Test(arguments: [
        OperatingSystem(id: "debian", versionId: "12", name: ""),
        OperatingSystem(id: "debian", versionId: "12.11", name: ""),
        OperatingSystem(id: "debian", versionId: "", name: "", codename: "bookworm"),
        OperatingSystem(id: "debian", versionId: "", name: "Debian GNU/Linux 12 (bookworm)"),
    ])
    func `a release is known by number, codename or name`(_ os: OperatingSystem) {
        for release in ["12", "bookworm"] {
            let found = report(
                [.debian("CVE-2025-1", "curl", fixed: "8", release: release)],
                [.deb("curl", "7")], os: os)
            #expect(found.lines == ["CVE-2025-1 curl fixAvailable 8"])
        }
    }

    @Test func `where number and codename contradict each other, the number counts`() {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "curl", fixed: "8", release: "12"),
            .debian("CVE-2025-2", "curl", fixed: "8", release: "trixie"),
        ]
        let os = OperatingSystem(
            id: "debian", versionId: "12", name: "Debian GNU/Linux 13 (trixie)",
            codename: "trixie")
        #expect(
            report(records, [.deb("curl", "7")], os: os).lines == [
                "CVE-2025-1 curl fixAvailable 8"
            ])
    }

    @Test func `a release that only distro-info knows is known by both its names`() {
        let release = DistributionRelease(distribution: "ubuntu", version: "28.04", series: "zeal")
        let records: [FeedRecord] = [
            .distributionRelease(release),
            .debian("CVE-2028-1", "curl", fixed: "8", release: "zeal", distribution: "ubuntu"),
        ]
        let os = OperatingSystem(id: "ubuntu", versionId: "28.04", name: "Ubuntu 28.04 LTS")
        #expect(report(records, [.deb("curl", "7")], os: os).findings.count == 1)
    }

    @Test(arguments: [
        ("linuxmint", "22", ["ubuntu", "debian"]), ("raspbian", "12", ["debian"]),
        ("almalinux", "9.5", ["rhel"]), ("ol", "9", ["fedora"]), ("kali", "12", ["debian"]),
    ])
    func `what derives from a distribution is not matched by its data, and says so`(
        _ id: String, _ version: String, _ like: [String]
    ) {
        let os = OperatingSystem(id: id, versionId: version, name: id, idLike: like)
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "curl", fixed: "9"),
            .debian("CVE-2025-1", "curl", fixed: "9", release: "22", distribution: "ubuntu"),
            .rpm("RLSA-1", "curl", fixed: "9-1", vulnerabilities: ["CVE-2025-1"]),
            .rpm("RHSA-1", "curl", fixed: "9-1", distribution: "rhel", vulnerabilities: ["CVE-1"]),
        ]
        let found = report(records, [.deb("curl", "7")], os: os)
        #expect(found.lines.isEmpty)
        #expect(!found.isCovered)
    }

    @Test func `a release that a feed speaks of is covered even without findings`() {
        #expect(report([.debian("CVE-2025-1", "bash", fixed: "9")], []).isCovered)
        #expect(!report([.debian("CVE-2025-1", "bash", release: "trixie")], []).isCovered)
    }

    @Test func `no fix, will not fix and not judged yet are told apart`() {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "bash"), .debian("CVE-2025-2", "bash", status: .willNotFix),
            .debian("CVE-2025-3", "bash", status: .undetermined),
            .debian("CVE-2025-4", "bash", status: .notAffected),
            .debian("CVE-2025-5", "bash", fixed: "0"),
        ]
        let found = report(records, [.deb("bash", "5.2")])
        #expect(found.lines == ["CVE-2025-1 bash noFix", "CVE-2025-2 bash noFix"])
        #expect(found.undetermined == 1)
        #expect(Set(found.findings.map(\.reason)).count == 2)
    }

    @Test func `the distribution's own word beats a generic one`() {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "bash", status: .notAffected),
            .debian(
                "X-1", "bash", fixed: "9", source: .aggregator, vulnerabilities: ["CVE-2025-1"]),
            .debian("CVE-2025-2", "bash", fixed: "5.1"),
            .debian(
                "X-2", "bash", fixed: "9", source: .aggregator, vulnerabilities: ["CVE-2025-2"]),
            .debian(
                "X-3", "bash", fixed: "9", source: .aggregator, vulnerabilities: ["CVE-2025-3"]),
            .debian("CVE-2025-4", "bash", status: .undetermined),
            .debian(
                "X-4", "bash", fixed: "9", source: .aggregator, vulnerabilities: ["CVE-2025-4"]),
        ]
        #expect(
            report(records, [.deb("bash", "5.2")]).lines == [
                "CVE-2025-3 bash fixAvailable 9", "CVE-2025-4 bash fixAvailable 9",
            ])
    }

    @Test func `several words on one vulnerability are one finding, named by the notice`() throws {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "bash"),
            .debian(
                "DSA-7-1", "bash", fixed: "5.3", source: .notices, vulnerabilities: ["CVE-2025-1"]),
            .debian(
                "DSA-7-2", "bash", fixed: "5.4", source: .notices, vulnerabilities: ["CVE-2025-1"]),
        ]
        let found = report(records, [.deb("bash", "5.2")])
        #expect(found.lines == ["CVE-2025-1 bash fixAvailable 5.3"])
        #expect(found.findings.first?.advisory == "DSA-7-1")
    }

    @Test func `a withdrawn advisory and one without vulnerabilities find nothing`() {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "bash", withdrawn: Timestamp(seconds: 1)),
            .debian("ALBA-1", "bash", fixed: "9", vulnerabilities: []),
        ]
        #expect(report(records, [.deb("bash", "5.2")]).lines.isEmpty)
    }

    @Test func `a vulnerability whose name was taken back is none`() {
        let rejected = VulnerabilityRecord(id: "CVE-2025-1", isRejected: true)
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "bash", fixed: "9"), .vulnerability(rejected),
            .debian("CVE-2025-2", "bash", fixed: "9"),
        ]
        #expect(
            report(records, [.deb("bash", "5.2")]).lines == ["CVE-2025-2 bash fixAvailable 9"])
    }

    @Test func `a version that cannot be read is named, not passed over`() {
        let found = report(
            [.debian("CVE-2025-1", "bash", fixed: "9"), .debian("CVE-2025-2", "dash", fixed: "9")],
            [.deb("bash", ":"), .deb("dash", "1")])
        #expect(found.unreadable == ["bash"])
        #expect(found.lines == ["CVE-2025-2 dash fixAvailable 9"])
    }

    @Test func `a fix for subscribers is no fix for others`() {
        let os = OperatingSystem(id: "ubuntu", versionId: "18.04", name: "Ubuntu 18.04 LTS")
        let records: [FeedRecord] = [
            .debian(
                "CVE-2025-1", "vim", fixed: "2:8.0.1-1ubuntu1+esm2", release: "18.04",
                channel: "esm-infra", distribution: "ubuntu"),
            .debian(
                "CVE-2025-2", "vim", fixed: "2:8.0.1-1ubuntu0.9", release: "18.04",
                distribution: "ubuntu"),
        ]
        #expect(
            report(records, [.deb("vim", "2:8.0.1-1ubuntu0.1")], os: os).lines == [
                "CVE-2025-1 vim noFix", "CVE-2025-2 vim fixAvailable 2:8.0.1-1ubuntu0.9",
            ])
        #expect(
            report(records, [.deb("vim", "2:8.0.1-1ubuntu1+esm1")], os: os).lines == [
                "CVE-2025-1 vim fixAvailable 2:8.0.1-1ubuntu1+esm2"
            ])
    }

    @Test func `RPM packages count by their own names, with epochs`() {
        let records: [FeedRecord] = [
            .rpm(
                "RLSA-1", "openssl-libs", fixed: "1:3.5.5-4.el9_8", vulnerabilities: ["CVE-2025-1"])
        ]
        let rows: [SoftwareRow] = [
            .rpm("openssl-libs", "1:3.5.5-3.el9_8"), .rpm("openssl", "1:3.5.5-3.el9_8"),
        ]
        #expect(
            report(records, rows, os: .rocky).lines == [
                "CVE-2025-1 openssl-libs fixAvailable 1:3.5.5-4.el9_8"
            ])
        #expect(
            report(records, [.rpm("openssl-libs", "0:9-1.el9")], os: .rocky).findings.count == 1)
    }

    @Test func `architectures and module streams restrict, where they are known`() {
        let stream18 = ModuleStream(name: "nodejs", stream: "18")
        let stream20 = ModuleStream(name: "nodejs", stream: "20")
        let records: [FeedRecord] = [
            .rpm(
                "RLSA-1", "nodejs", fixed: "1:20.9-1", architectures: ["x86_64"], module: stream20,
                vulnerabilities: ["CVE-2025-1"])
        ]
        func count(_ row: SoftwareRow) -> Int {
            report(records, [row], os: .rocky).findings.count
        }
        #expect(count(.rpm("nodejs", "1:18.2-1", module: stream18)) == 0)
        #expect(count(.rpm("nodejs", "1:20.2-1", module: stream20)) == 1)
        #expect(count(.rpm("nodejs", "1:20.2-1")) == 1)
        #expect(count(.rpm("nodejs", "1:20.2-1", architecture: "aarch64")) == 0)
        #expect(count(.rpm("nodejs", "1:20.2-1", architecture: "")) == 1)
    }

    @Test(arguments: Seeds.all)
    func `the order of records changes nothing`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sources: [AdvisorySource] = [.tracker, .notices, .aggregator]
        let statuses: [AffectedPackage.Status] = [
            .affected, .affected, .notAffected, .willNotFix, .undetermined,
        ]
        for _ in 0..<50 {
            var records: [FeedRecord] = (0..<12).map { number in
                .debian(
                    "A-\(number)", "bash",
                    fixed: Bool.random(using: &random)
                        ? "5.\(Int.random(in: 0...4, using: &random))" : nil,
                    status: statuses.randomElement(using: &random) ?? .affected,
                    source: sources.randomElement(using: &random) ?? .tracker,
                    vulnerabilities: ["CVE-\(Int.random(in: 1...3, using: &random))"],
                    channel: Int.random(in: 0...3, using: &random) == 0 ? "esm" : nil)
            }
            records += (0..<6).map { _ in Self.anyRecord(using: &random) }
            let software = EndpointSoftware(
                os: .bookworm, rows: [.deb("bash", "5.2")],
                channels: Bool.random(using: &random) ? ["esm"] : [])
            func answer() -> MatchReport {
                var builder = AdvisoryIndexBuilder()
                for record in records { builder.add(record) }
                return Matcher(builder.build()).report(on: software)
            }
            let expected = answer()
            records.shuffle(using: &random)
            #expect(answer() == expected, "seed \(seed)")
        }
    }

    /// What a feed may say of a vulnerability itself.
    private static func anyRecord(using random: inout SeededGenerator) -> FeedRecord {
        let name = "CVE-\(Int.random(in: 1...3, using: &random))"
        let time = Timestamp(seconds: Int64.random(in: 1...2, using: &random))
        switch Int.random(in: 0...3, using: &random) {
        case 0:
            return .exploitProbability(
                ExploitProbability(
                    vulnerability: name, probability: Double.random(in: 0...1, using: &random),
                    percentile: 0.5, scored: Bool.random(using: &random) ? time : nil))
        case 1:
            return .knownExploited(
                KnownExploited(
                    vulnerability: name, title: "T\(time)", added: time,
                    isUsedByRansomware: Bool.random(using: &random)))
        default:
            var record = VulnerabilityRecord(id: name, modified: time)
            record.publisher = Bool.random(using: &random) ? .assigner : .nvd
            record.isRejected = Int.random(in: 0...5, using: &random) == 0
            record.severity = [.critical, .low, nil].randomElement(using: &random) ?? nil
            let access = ["N", "L", "P"].randomElement(using: &random) ?? "N"
            if Bool.random(using: &random) {
                record.cvss = ["CVSS:3.1/AV:\(access)/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"]
            }
            if Bool.random(using: &random) {
                record.ssvc = SSVCPoints(
                    exploitation: .none, automatable: Bool.random(using: &random),
                    technicalImpact: .partial)
            }
            return .vulnerability(record)
        }
    }

    @Test func `an index for some names answers for them as the whole index does`() {
        let records: [FeedRecord] = [
            .debian("CVE-2025-1", "bash", fixed: "9"), .debian("CVE-2025-2", "dash", fixed: "9"),
        ]
        var builder = AdvisoryIndexBuilder(onlyFor: ["bash"])
        for record in records { builder.add(record) }
        let index = builder.build()
        #expect(index.entryCount == 1)
        let software = EndpointSoftware(os: .bookworm, rows: [.deb("bash", "5.2")])
        let found = Matcher(index).report(on: software)
        #expect(found == report(records, software.rows))
    }
}
