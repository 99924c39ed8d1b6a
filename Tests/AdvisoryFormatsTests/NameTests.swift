import Advisories
import Fleet
import Testing

@testable import AdvisoryFormats

struct NameTests {
    @Test(arguments: [
        ("Debian:12", "debian/12 deb source"), ("Ubuntu:22.04:LTS", "ubuntu/22.04 deb source"),
        ("Ubuntu:23.10", "ubuntu/23.10 deb source"),
        ("Ubuntu:Pro:16.04:LTS", "ubuntu/16.04/esm deb source"),
        ("Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu/20.04/fips-updates deb source"),
        ("Alpine:v3.19", "alpine/3.19 apk source"), ("Wolfi", "wolfi/ apk source"),
        ("Chainguard", "chainguard/ apk source"), ("AlmaLinux:9", "almalinux/9 rpm binary"),
        ("Rocky Linux:9", "rocky/9 rpm binary"),
        ("Red Hat:enterprise_linux:9::baseos", "rhel/9 rpm binary"),
        ("Red Hat:rhel_eus:9.2::appstream", "rhel/9.2/eus rpm binary"),
        ("Red Hat:openshift:4.16::el9", "rhel/9/openshift rpm binary"),
        ("SUSE:Linux Enterprise Server 15 SP5", "sles/15.5 rpm binary"),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "sles/15.5 rpm binary"),
        ("SUSE:Linux Enterprise Server 12 SP5-LTSS", "sles/12.5/ltss rpm binary"),
        ("SUSE:Linux Enterprise Server for SAP Applications 15 SP3", "sles/15.3/sap rpm binary"),
        ("openSUSE:Leap 15.5", "opensuse-leap/15.5 rpm binary"),
        ("openSUSE:Tumbleweed", "opensuse-tumbleweed/ rpm binary"),
        ("Azure Linux:3", "azurelinux/3.0 rpm source"), ("PyPI", "PyPI pep440 binary"),
        ("npm", "npm semver binary"), ("Go", "Go semver binary"), ("Maven", "Maven maven binary"),
        ("RubyGems", "RubyGems rubygems binary"), ("NuGet", "NuGet nuget binary"),
        ("crates.io", "crates.io semver binary"), ("Bitnami", "Bitnami semver binary"),
        ("Something new:1", "Something new generic binary"),
    ])
    func `OSV's ecosystems are releases or worlds`(_ name: String, _ expected: String) {
        let home = OSVEcosystem.home(name)
        let package = AffectedPackage(
            scope: home.scope, order: home.order, name: "x", counting: home.counting)
        #expect(line(package) == expected + " x")
    }

    @Test func `Ubuntu's channel is in the package's URL`() {
        let url = PackageURL("pkg:deb/ubuntu/anvil@1.0?arch=source&distro=esm-apps/xenial")
        let home = OSVEcosystem.home("Ubuntu:Pro:16.04:LTS", packageURL: url)
        #expect(
            home.scope
                == .release(
                    ReleaseName(distribution: "ubuntu", release: "16.04", channel: "esm-apps")))
    }

    @Test(arguments: [
        ("cpe:/o:redhat:enterprise_linux:9::baseos", "rhel/9"),
        ("cpe:/a:redhat:enterprise_linux:8.2::appstream", "rhel/8"),
        ("cpe:2.3:o:redhat:rhel_eus:9.0:*:appstream:*:*:*:*:*", "rhel/9.0/eus"),
        ("cpe:/o:suse:sles:15:sp5", "sles/15.5"),
        ("cpe:/o:suse:sle-module-basesystem:15:sp5", "sles/15.5"),
        ("cpe:/o:opensuse:leap:15.5", "opensuse-leap/15.5"), ("cpe:/o:opensuse:tumbleweed", nil),
        ("cpe:/a:acme:anvil:1", nil), ("nonsense", nil),
    ])
    func `CPE names of releases are known`(_ cpe: String, _ expected: String?) {
        let release = ProductNames.home(cpe: cpe).flatMap { home -> String? in
            guard case .release(let release) = home.scope else { return nil }
            return ([release.distribution, release.release] + [release.channel].compactMap(\.self))
                .joined(separator: "/")
        }
        #expect(release == expected)
    }

    @Test(arguments: [
        ("anvil-1.2-3.el9.x86_64", "anvil", "1.2-3.el9", "x86_64"),
        ("anvil-0:1.2-3.el9.src.rpm", "anvil", "1.2-3.el9", "src"),
        ("lib-anvil-2:1.2-3.el9.noarch", "lib-anvil", "2:1.2-3.el9", "noarch"),
        ("2:anvil-1.2-3", "anvil", "2:1.2-3", ""), ("anvil-1.2-3.el9", "anvil", "1.2-3.el9", ""),
    ])
    func `labels of RPM packages are read`(
        _ text: String, _ name: String, _ version: String, _ architecture: String
    ) throws {
        let label = try #require(RPMName(text))
        #expect(label.name == name)
        #expect(label.version == version)
        #expect(label.architecture == architecture)
    }

    @Test(arguments: ["", "anvil", "anvil-1", "-1-2", "--", "a--2"])
    func `other texts are no labels`(_ text: String) {
        #expect(RPMName(text) == nil)
    }

    @Test(arguments: [
        ("CVE-2026-1111", true), ("CVE-2026-1234567890", true), ("CVE-2026-111", false),
        ("cve-2026-1111", false), ("CVE-2026-1111x", false), ("CVE-202-11111", false),
        ("CVE-2026-", false), ("CVE-2026-1111-1", false), ("", false),
    ])
    func `CVE ids are told from other texts`(_ text: String, _ expected: Bool) {
        #expect(VulnerabilityName.isCVE(text) == expected)
    }

    @Test(arguments: [
        ("DEBIAN-CVE-2026-1111", "CVE-2026-1111"), ("CVE-2026-1111", "CVE-2026-1111"),
        ("XCVE-2026-1111", nil), ("GHSA-aaaa", nil), ("UBUNTU-CVE-x", nil),
    ])
    func `a distribution's name of a CVE holds it`(_ text: String, _ expected: String?) {
        #expect(VulnerabilityName.cve(in: text) == expected)
    }

    @Test(arguments: [
        ("CVE-2026-1111", true), ("ALSA-2024:2950", true), ("openSUSE-SU-2021:1234-1", true),
        ("TEMP-0000000-ABCDEF", true), ("GO-2022-0001", true), ("rust.sec_1+2~3", true),
        ("", false), ("CVE-2026-1111\u{202E}", false), ("two words", false), ("a/../b", false),
        ("a?b", false), ("..", false), ("Ä-1", false), ("a\u{0}", false),
        (String(repeating: "x", count: 128), true), (String(repeating: "x", count: 129), false),
    ])
    func `a vulnerability's name can stand in an address`(_ text: String, _ expected: Bool) {
        #expect(VulnerabilityName.isName(text) == expected)
    }

    @Test func `a headline is one line of limited length`() {
        #expect(headline("\n  Two   blanks\tand\nmore") == "Two blanks and")
        #expect(headline("a\u{1B}[2Jb \u{202E}c\u{7}") == "a [2Jb c")
        #expect(headline(String(repeating: "x", count: 500)).count == 160)
        #expect(headline("") == "")
    }
}

struct FeedAcceptanceTests {
    private let before = FeedState(records: 100, newest: .init("2026-03-01T00:00:00Z"))

    @Test(
        arguments: [
            (FeedState(records: 101, newest: .init("2026-03-02T00:00:00Z")), nil),
            (FeedState(records: 51, newest: .init("2026-03-01T00:00:00Z")), nil),
            (FeedState(records: 100, newest: .init("2026-02-28T12:00:00Z")), nil),
            (FeedState(records: 50, newest: .init("2026-03-01T00:00:00Z")), .shrank),
            (FeedState(records: 0), .empty),
            (FeedState(records: 100, newest: .init("2026-02-20T00:00:00Z")), .wentBack),
            (
                FeedState(records: 200, newest: .init("2026-03-02T00:00:00Z"), isComplete: false),
                .incomplete
            ),
        ] as [(FeedState, FeedAcceptance.Reason?)])
    func `a feed that lost records or went back waits for a person`(
        _ next: FeedState, _ expected: FeedAcceptance.Reason?
    ) {
        switch FeedAcceptance.judge(next, after: before) {
        case .accepted: #expect(expected == nil)
        case .refused(let reason, let sentence):
            #expect(reason == expected)
            #expect(sentence.hasSuffix("."))
        }
    }

    @Test func `the feed's own date counts before that of its records`() {
        let old = FeedState(
            records: 10, newest: .init("2026-03-05T00:00:00Z"),
            published: .init("2026-03-06T00:00:00Z"))
        let new = FeedState(
            records: 10, newest: .init("2026-03-01T00:00:00Z"),
            published: .init("2026-03-07T00:00:00Z"))
        #expect(FeedAcceptance.judge(new, after: old) == .accepted)
    }

    @Test func `the first feed is taken when it is whole`() {
        #expect(FeedAcceptance.judge(FeedState(records: 0), after: nil) == .accepted)
        #expect(
            FeedAcceptance.judge(FeedState(records: 1, isComplete: false), after: nil) != .accepted)
    }
}
