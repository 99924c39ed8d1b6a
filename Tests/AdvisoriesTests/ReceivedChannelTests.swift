import Fleet
import Testing
import Versions

@testable import Advisories

@Suite struct `What an endpoint receives of a distribution` {
    private static let xenial = OperatingSystem(
        id: "ubuntu", versionId: "16.04", name: "Ubuntu 16.04 LTS", codename: "xenial")
    private static let infra = "https://esm.ubuntu.com/infra/ubuntu xenial-infra-security main"
    private static let apps = "https://esm.ubuntu.com/apps/ubuntu xenial-apps-security main"

    private static func system(_ id: String, _ version: String) -> OperatingSystem {
        OperatingSystem(id: id, versionId: version, name: id)
    }

    @Test(arguments: Self.shown)
    func `package sources show the channels`(
        _ os: OperatingSystem, _ sources: [String], _ expected: [String]
    ) {
        #expect(ReceivedChannels.shown(by: sources, on: os) == expected)
    }

    private static let shown: [(OperatingSystem, [String], [String])] = [
        (xenial, [infra], ["esm-infra"]),
        (xenial, [infra, apps], ["esm", "esm-apps", "esm-infra"]),
        (system("ubuntu", "14.04"), [infra], ["esm", "esm-infra"]),
        (
            xenial, ["https://esm.ubuntu.com/fips-updates/ubuntu xenial-updates main"],
            ["fips", "fips-updates"]
        ),
        (xenial, ["http://archive.ubuntu.com/ubuntu xenial-security main"], []),
        (system("debian", "12"), [infra], []),
        (system("debian", "9"), ["http://deb.example.org/extended-lts stretch-lts main"], ["elts"]),
        (system("debian", "9"), ["http://deb.example.org/debian stretch main"], []),
        (
            system("rhel", "9.2"), ["rhel-9-for-x86_64-baseos-eus-rpms https://cdn.example.org/x"],
            ["eus"]
        ),
        (system("rhel", "9.2"), ["rhel-9-for-x86_64-baseos-rpms"], []),
        (system("sles", "15.3"), ["SLE-Product-SLES15-SP3-LTSS-Updates"], ["ltss"]),
        (system("arch", ""), ["core-testing https://mirror.example.org/$repo"], ["testing"]),
        (system("arch", ""), ["core", "extra"], []),
    ]

    private func state(
        _ records: [FeedRecord], _ row: SoftwareRow, on os: OperatingSystem, _ channels: [String]
    ) -> [String] {
        var builder = AdvisoryIndexBuilder()
        for record in records { builder.add(record) }
        return Matcher(builder.build()).report(
            on: EndpointSoftware(os: os, rows: [row], channels: channels)
        ).lines
    }

    @Test func `a fix for subscribers is one where the sources show the subscription`() {
        let records: [FeedRecord] = [
            .debian(
                "CVE-2026-1", "curl", fixed: "7.47-1+esm2", release: "16.04", channel: "esm-infra",
                distribution: "ubuntu")
        ]
        let row = SoftwareRow.deb("curl", "7.47-1")
        #expect(state(records, row, on: Self.xenial, []) == ["CVE-2026-1 curl noFix"])
        #expect(
            state(records, row, on: Self.xenial, ["esm-infra"])
                == ["CVE-2026-1 curl fixAvailable 7.47-1+esm2"])
    }

    /// The distribution and its release, a channel, and what the sentence names.
    @Test(arguments: [
        ("ubuntu", "16.04", "esm-infra", ", such as Ubuntu Pro."),
        ("debian", "9", "elts", ", such as ELTS."),
        ("rhel", "9.2", "eus", ", such as extended update support."),
        ("sles", "15.5", "ltss", ", such as LTSS."), ("almalinux", "9", "extra", "."),
    ])
    func `the reason names what people know of the endpoint's own distribution`(
        distribution: String, release: String, channel: String, ending: String
    ) {
        var builder = AdvisoryIndexBuilder()
        builder.add(
            .debian(
                "CVE-2026-1", "curl", fixed: "2", release: release, channel: channel,
                distribution: distribution))
        let rows: [SoftwareRow] = [.deb("curl", "1")]
        let report = Matcher(builder.build()).report(
            on: EndpointSoftware(os: Self.system(distribution, release), rows: rows))
        #expect(
            report.findings.map(\.reason)
                == ["The fix is in a channel that this endpoint does not receive" + ending])
    }

    private static let pro: [FeedRecord] = [
        .debian("CVE-2026-1", "curl", release: "16.04", distribution: "ubuntu"),
        .debian(
            "CVE-2026-1", "curl", fixed: "7.47-1+esm2", release: "16.04", channel: "esm-infra",
            distribution: "ubuntu"),
    ]

    @Test(
        arguments: [
            ("7.47-1", [], "noFix"), ("7.47-1", ["esm-infra"], "fixAvailable 7.47-1+esm2"),
            ("7.47-1+esm1", [], "fixAvailable 7.47-1+esm2"), ("7.47-1+esm2", [], nil),
            ("7.47-1+esm2", ["esm-infra"], nil), ("7.47-1+esm3", ["esm-infra"], nil),
        ] as [(String, [String], String?)])
    func `what a received channel has mended is mended, whatever the release says`(
        _ installed: String, _ channels: [String], _ expected: String?
    ) {
        for records in [Self.pro, Self.pro.reversed()] {
            let lines = state(records, .deb("curl", installed), on: Self.xenial, channels)
            #expect(lines == (expected.map { ["CVE-2026-1 curl \($0)"] } ?? []))
        }
    }

    @Test func `that a channel has no fix yet does not undo the release's`() {
        let records: [FeedRecord] = [
            .debian(
                "CVE-2026-1", "curl", fixed: "7.47-1ubuntu2", release: "16.04",
                distribution: "ubuntu"),
            .debian(
                "CVE-2026-1", "curl", release: "16.04", channel: "esm-infra",
                distribution: "ubuntu"),
        ]
        for records in [records, records.reversed()] {
            #expect(
                state(records, .deb("curl", "7.47-1ubuntu2"), on: Self.xenial, ["esm-infra"])
                    .isEmpty)
            #expect(
                state(records, .deb("curl", "7.47-1ubuntu1"), on: Self.xenial, ["esm-infra"])
                    == ["CVE-2026-1 curl fixAvailable 7.47-1ubuntu2"])
        }
    }

    @Test(
        arguments: [
            ("3.0.7-24.el9_2.1", ["eus"], nil), ("3.0.7-24.el9_2", ["eus"], "3.0.7-24.el9_2.1"),
            ("3.0.7-24.el9_2.1", [], "3.0.7-26.el9_4"),
        ] as [(String, [String], String?)])
    func `a fix in RHEL's EUS mends the packages of that minor release`(
        _ installed: String, _ channels: [String], _ fix: String?
    ) {
        func record(_ release: String, _ channel: String?, _ fix: String) -> FeedRecord {
            let name = ReleaseName(distribution: "rhel", release: release, channel: channel)
            return .advisory(
                Advisory(
                    id: "CVE-2026-1", source: .tracker, vulnerabilities: ["CVE-2026-1"],
                    affected: [
                        AffectedPackage(
                            scope: .release(name), order: .rpm, name: "openssl",
                            counting: .binary, ranges: [.before(fix: fix)])
                    ]))
        }
        let records = [
            record("9", nil, "3.0.7-26.el9_4"), record("9.2", "eus", "3.0.7-24.el9_2.1"),
        ]
        for records in [records, records.reversed()] {
            let lines = state(
                records, .rpm("openssl", installed), on: Self.system("rhel", "9.2"), channels)
            #expect(lines == (fix.map { ["CVE-2026-1 openssl fixAvailable \($0)"] } ?? []))
        }
    }

    private static func suse(_ channel: String) -> FeedRecord {
        let name = ReleaseName(distribution: "sles", release: "15.5", channel: channel)
        return .advisory(
            Advisory(
                id: "S", source: .notices, vulnerabilities: ["CVE-2026-2"],
                affected: [
                    AffectedPackage(
                        scope: .release(name), order: .rpm, name: "curl", counting: .binary,
                        ranges: [.before(fix: "8.6-1")])
                ]))
    }

    @Test(arguments: [
        ("sles_sap", "sap", true), ("sles", "sap", false), ("sled", "desktop", true),
        ("sles", "ltss", false),
    ])
    func `an edition of SLES receives what is made for it`(
        _ id: String, _ channel: String, _ isReceived: Bool
    ) {
        let lines = state(
            [Self.suse(channel)], .rpm("curl", "8.0-1"), on: Self.system(id, "15.5"), [])
        #expect(
            lines == [isReceived ? "CVE-2026-2 curl fixAvailable 8.6-1" : "CVE-2026-2 curl noFix"])
    }

    @Test(arguments: ["rocky", "almalinux", "rhel", "centos", "ol"])
    func `EPEL's packages are mended by EPEL on every relative of RHEL`(_ id: String) {
        let epel = ReleaseName(distribution: "rhel", release: "9", channel: "epel")
        let record = FeedRecord.advisory(
            Advisory(
                id: "FEDORA-EPEL-2026-1", source: .notices, vulnerabilities: ["CVE-2026-3"],
                affected: [
                    AffectedPackage(
                        scope: .release(epel), order: .rpm, name: "htop", counting: .binary,
                        ranges: [.before(fix: "3.2-1.el9")])
                ]))
        var builder = AdvisoryIndexBuilder()
        builder.add(record)
        let index = builder.build()
        let os = Self.system(id, "9.4")
        let found = Matcher(index).report(
            on: EndpointSoftware(os: os, rows: [.rpm("htop", "3.0-1.el9")]))
        #expect(found.lines == ["CVE-2026-3 htop fixAvailable 3.2-1.el9"])
        #expect(!found.isCovered, "EPEL does not speak of the distribution's own packages")
        #expect(index.covers("Fedora Project", on: Platform(os)))
        #expect(!index.covers("Fedora Project", on: Platform(Self.system(id, "8.10"))))
        #expect(!index.covers("Docker", on: Platform(os)))
    }

    @Test(arguments: [
        ("1:18.2-1.module_el9.1.0+7", 1), ("1:18.2-1.module+el9.1.0+7+abc", 1), ("1:18.2-1.el9", 0),
        ("1:20.9-1.module_el9.2.0+1", 0),
    ])
    func `what is mended in a module says nothing of packages outside of modules`(
        _ installed: String, _ count: Int
    ) {
        for module in [nil, ModuleStream(name: "nodejs", stream: "20")] {
            let records: [FeedRecord] = [
                .rpm(
                    "RLSA-1", "nodejs", fixed: "1:20.9-1.module_el9.2.0+1", module: module,
                    vulnerabilities: ["CVE-2026-4"])
            ]
            #expect(
                report(records, [.rpm("nodejs", installed)], os: .rocky).findings.count == count)
        }
        let outside: [FeedRecord] = [
            .rpm("RLSA-2", "nodejs", fixed: "1:20.9-1.el9", vulnerabilities: ["CVE-2026-5"])
        ]
        let isOutside = !installed.contains(".module")
        #expect(
            report(outside, [.rpm("nodejs", installed)], os: .rocky).findings.count
                == (isOutside ? 1 : 0))
    }

    private static let named: [(OperatingSystem, String, String)] = [
        (system("mariner", "2.0"), "azurelinux", "2.0"),
        (
            OperatingSystem(id: "openEuler", versionId: "24.03", name: "openEuler 24.03 (LTS-SP2)"),
            "openeuler", "24.03-LTS-SP2"
        ),
        (
            OperatingSystem(id: "debian", versionId: "", name: "Debian GNU/Linux forky/sid"),
            "debian", "forky"
        ),
        (system("suse-microos", "5.2"), "sle-micro", "5.2"),
    ]

    @Test(arguments: Self.named)
    func `a release is found by the name that feeds give it`(
        _ os: OperatingSystem, _ distribution: String, _ release: String
    ) {
        #expect(
            Platform(os).releases.contains(
                ReleaseName(distribution: distribution, release: release)))
    }
}
