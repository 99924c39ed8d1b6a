import Advisories
import Fleet
import Testing

@testable import AdvisoryFormats

struct DistributionFormatTests {
    @Test(arguments: [
        (
            "Debian tracker",
            [
                "CVE-2026-1111 debian/12 deb source anvil ≥0,<1.2-3+deb12u1",
                "CVE-2026-1111 debian/11 deb source anvil willNotFix",
                "CVE-2026-1111 debian/13 deb source anvil notAffected",
                "CVE-2026-1111 debian/sid deb source anvil undetermined",
                "TEMP-0000000-ABCDEF debian/sid deb source anvil",
                "CVE-2026-2222 debian/12 deb source rope willNotFix",
            ]
        ),
        (
            "Debian notices",
            [
                "DSA-9001-1 debian/12 deb source anvil ≥0,<1.2-3+deb12u1",
                "DSA-9001-1 debian/11 deb source anvil notAffected",
                "DLA-4001-1 debian/11 deb source rope ≥0,<2:1.0-2",
            ]
        ),
        (
            "Ubuntu notices",
            [
                "USN-9001-1 ubuntu/22.04 deb source anvil ≥0,<1.2-3ubuntu0.1",
                "USN-9001-1 ubuntu/16.04/esm-infra deb source anvil ≥0,<1.0-1ubuntu0.1~esm1",
            ]
        ),
        ("Ubuntu notice database", ["USN-9001-1 ubuntu/22.04 deb source anvil ≥0,<1.2-3ubuntu0.1"]),
        (
            "Ubuntu CVE",
            [
                "CVE-2026-1111 ubuntu/22.04 deb source anvil ≥0,<1.2-3ubuntu0.1",
                "CVE-2026-1111 ubuntu/20.04 deb source anvil",
                "CVE-2026-1111 ubuntu/24.04 deb source anvil notAffected",
                "CVE-2026-1111 ubuntu/14.04 deb source anvil willNotFix",
            ]
        ),
        (
            "OpenVEX",
            [
                "CVE-2026-1111 ubuntu/22.04 deb source anvil ≥0,<1.2-3ubuntu0.1",
                "CVE-2026-1111 ubuntu/16.04/esm-infra deb source anvil notAffected",
            ]
        ),
        (
            "Alpine",
            [
                "CVE-2026-1111 alpine/3.19 apk source anvil ≥0,<1.2-r1",
                "CVE-2026-2222 alpine/3.19 apk source anvil ≥0,<1.2-r1",
                "CVE-2026-4444 alpine/3.19 apk source anvil notAffected",
            ]
        ),
        (
            "Arch",
            [
                "AVG-1 arch/ pacman binary anvil ≥0,<1.2-2",
                "AVG-1 arch/ pacman binary lib32-anvil ≥0,<1.2-2",
                "AVG-2 arch/ pacman binary rope",
            ]
        ),
        ("OSV", ["GHSA-aaaa-bbbb-cccc PyPI pep440 binary anvil ≥1.0,<1.2,≥2.0,≤2.3 =0.9b1"]),
        (
            "OSV lines",
            [
                "ALSA-2026:1 almalinux/9 rpm binary anvil ≥0,<1.2-3.el9",
                "DEBIAN-CVE-2026-2222 debian/12 deb source rope ≥0",
            ]
        ),
        (
            "CSAF",
            [
                "RHSA-2026:1 rhel/9 rpm binary anvil ≥0,<1:1.2-3.el9",
                "RHSA-2026:1 rhel/9 rpm binary rope willNotFix",
            ]
        ),
        ("CVRF", ["SUSE-SU-2026:1-1 sles/15.5 rpm binary anvil ≥0,<1.2-150500.1.1"]),
        ("MSRC", ["CVE-2026-1111 microsoft generic binary Anvil Server ≥0,<10.0.1.2"]),
        ("MSRC as JSON", ["CVE-2026-1111 microsoft generic binary Anvil Server ≥0,<10.0.1.2"]),
        (
            "updateinfo",
            [
                "ALSA-2026:1 almalinux/9 rpm binary anvil ≥0,<1:1.2-3.el9",
                "ALSA-2026:1 almalinux/9 rpm binary rope @rope:2 ≥0,<2-1.module_el9",
                "ALAS2023-2026-002 amzn/2023 rpm binary knot ≥0,<1-1.amzn2023",
            ]
        ),
        ("OVAL", ["CVE-2026-1111 azurelinux/3.0 rpm source anvil ≥0,<1.2-3.azl3"]),
        (
            "Red Hat CVE",
            [
                "CVE-2026-1111 rhel/9 rpm source anvil ≥0,<1:1.2-3.el9",
                "CVE-2026-1111 rhel/8 rpm source anvil @rope:2 willNotFix",
            ]
        ),
        ("AlmaLinux", ["ALSA-2026:1 almalinux/8 rpm binary anvil ≥0,<1:1.2-3.el8"]),
        ("Rocky", ["RLSA-2026:1 rocky/9 rpm binary anvil ≥0,<1:1.2-3.el9"]),
        ("Bodhi", ["FEDORA-2026-aaaaaaaaaa fedora/43 rpm source anvil ≥0,<1:1.2-3.fc43"]),
        ("Photon", ["CVE-2026-1111 photon/5.0 rpm source anvil ≥0,<1.2-3.ph5"]),
    ])
    func `packages are read with release, order and fix`(
        _ name: String, _ expected: [String]
    ) throws {
        #expect(try read(Fixture.named(name)).lines == expected)
    }

    @Test func `a range that does not say where it begins is rejected, not taken for all versions`()
        throws
    {
        let text = """
            {"schema_version": "1.6.0", "id": "GHSA-1", "modified": "2026-01-01T00:00:00Z",
             "affected": [{"package": {"ecosystem": "npm", "name": "anvil"},
                           "ranges": [{"type": "SEMVER", "events": [{"fixed": "2.0.0"}]}]}]}
            """
        let outcome = try read(text)
        #expect(outcome.lines.isEmpty)
        #expect(outcome.summary.rejectedCount == 1)
        #expect(outcome.summary.rejected.first?.reason == "a range does not say where it begins")
    }

    @Test(
        arguments: [
            ("ALBA-2026:1", "[]", []), ("ALEA-2026:1", "[\"RHEA-2026:1\"]", []),
            ("ALBA-2026:1", "[\"CVE-2026-1111\"]", ["CVE-2026-1111"]),
            ("SUSE-RU-2026:1-1", "[]", []), ("ALSA-2026:1", "[]", ["ALSA-2026:1"]),
        ] as [(String, String, [String])])
    func `a notice on other faults is no vulnerability, unless it names one`(
        _ id: String, _ related: String, _ expected: [String]
    ) throws {
        let text = """
            {"schema_version": "1.6.0", "id": "\(id)", "modified": "2026-01-01T00:00:00Z",
             "related": \(related),
             "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "anvil"},
                           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"},
                                       {"fixed": "1.2-3.el9"}]}]}]}
            """
        let outcome = try read(text)
        #expect(outcome.summary.records == 1)
        #expect(outcome.advisories.map(\.vulnerabilities) == [expected])
    }

    @Test func `what Arch is testing is mended for those who test`() throws {
        let text = """
            [{"name": "AVG-1", "packages": ["anvil"], "status": "Testing", "severity": "High",
              "fixed": "1.2-2", "issues": ["CVE-2026-1111"]}]
            """
        #expect(try read(text).lines == ["AVG-1 arch//testing pacman binary anvil ≥0,<1.2-2"])
    }

    @Test(arguments: [
        (
            "SUSE-SLE-Module-Basesystem-15-SP5-2026-1", "SUSE-SLE-Module-Basesystem 15-SP5",
            "sles/15.5"
        ),
        ("SUSE-SLE-Module-Basesystem-15-SP5-2026-1", "", "sles/15.5"),
        ("SUSE-SLE-SERVER-12-SP5-2026-1", "SUSE-SLE-SERVER 12-SP5", "sles/12.5"),
        (
            "SUSE-SLE-Product-SLES-15-SP3-LTSS-2026-1", "SUSE-SLE-Product-SLES 15-SP3-LTSS",
            "sles/15.3/ltss"
        ),
        (
            "SUSE-SLE-Product-SLES_SAP-15-SP5-2026-1", "SUSE-SLE-Product-SLES_SAP 15-SP5",
            "sles/15.5/sap"
        ),
        ("openSUSE-SLE-15.6-2026-1", "openSUSE-SLE 15.6", "opensuse-leap/15.6"),
        ("openSUSE-2026-1", "openSUSE Backports SLE-15-SP6 Update", "opensuse-leap/15.6"),
        ("openSUSE-2026-1", "openSUSE Leap 15.6", "opensuse-leap/15.6"),
        ("openSUSE-2026-1", "openSUSE Tumbleweed", "opensuse-tumbleweed/"),
    ])
    func `SUSE's repositories name the release in their own way`(
        _ id: String, _ release: String, _ scope: String
    ) throws {
        let text = """
            <updates><update from="maint-coord@suse.de" type="security"><id>\(id)</id>
            <title>curl</title><release>\(release)</release><references>
            <reference id="CVE-2026-1111" type="cve"/></references><pkglist><collection>
            <package name="curl" epoch="0" version="8.6" release="150500.4.1" arch="x86_64"/>
            </collection></pkglist></update></updates>
            """
        #expect(try read(text).lines == ["\(id) \(scope) rpm binary curl ≥0,<8.6-150500.4.1"])
    }

    @Test func `an update of SUSE that tells no release is rejected`() {
        let text = """
            <updates><update from="maint-coord@suse.de" type="security"><id>SUSE-2026-1</id>
            <references><reference id="CVE-2026-1111" type="cve"/></references><pkglist><collection>
            <package name="curl" epoch="0" version="8.6" release="150500.4.1" arch="x86_64"/>
            </collection></pkglist></update></updates>
            """
        #expect(throws: (any Error).self) {
            let outcome = try read(text)
            if outcome.summary.rejectedCount > 0 { throw Refused() }
        }
    }

    private struct Refused: Error {}

    @Test(arguments: [
        ("Debian notices", ["CVE-2026-1111", "CVE-2026-2222"]),
        ("Ubuntu notices", ["CVE-2026-1111"]),
        ("OSV", ["CVE-2026-1111"]), ("OSV lines", ["CVE-2026-1111"]), ("Arch", ["CVE-2026-1111"]),
        ("CSAF", ["CVE-2026-1111"]), ("CVRF", ["CVE-2026-1111"]), ("updateinfo", ["CVE-2026-1111"]),
        ("OVAL", ["CVE-2026-1111"]), ("AlmaLinux", ["CVE-2026-1111"]), ("Rocky", ["CVE-2026-1111"]),
        ("Bodhi", ["CVE-2026-1111"]),
    ])
    func `the first advisory names what it fixes`(_ name: String, _ expected: [String]) throws {
        #expect(try read(Fixture.named(name)).advisories.first?.vulnerabilities == expected)
    }

    @Test(arguments: [
        ("Ubuntu CVE", Severity.important), ("OSV", .critical), ("OSV lines", .important),
        ("CSAF", .critical), ("CVRF", .important), ("MSRC", .critical), ("MSRC as JSON", .critical),
        ("updateinfo", .important), ("OVAL", .moderate), ("Red Hat CVE", .important),
        ("AlmaLinux", .moderate), ("Rocky", .important), ("Bodhi", .important),
        ("Arch", .important),
    ])
    func `the publisher's severity is kept`(_ name: String, _ expected: Severity) throws {
        #expect(try read(Fixture.named(name)).advisories.first?.severity == expected)
    }

    @Test func `the tracker's urgency is the package's severity`() throws {
        let advisory = try #require(try read(Fixture.named("Debian tracker")).advisories.first)
        #expect(advisory.affected.map(\.severity) == [.important, .unrated, .low, .low])
        #expect(advisory.source.authority == .tracker)
    }

    @Test func `Microsoft's articles are aliases of what they fix`() throws {
        #expect(try read(Fixture.named("MSRC")).advisories.first?.aliases == ["KB5001234"])
    }

    @Test func `a tracker entry of an unknown state is rejected, and its neighbours are kept`()
        throws
    {
        let outcome = try read(
            """
            {"anvil": {"CVE-2026-1": {"releases": {}}, "CVE-2026-1111": {"releases": {"sid":
              {"status": "sleeping"}}}, "CVE-2026-2222": {"releases": {"sid": {"status": "open"}}}}}
            """)
        #expect(outcome.advisories.map(\.id) == ["CVE-2026-2222"])
        #expect(
            outcome.summary.rejected.map(\.record) == ["anvil CVE-2026-1", "anvil CVE-2026-1111"])
    }

    @Test func `a notice for nobody knows which distribution is rejected`() throws {
        let outcome = try read(
            """
            <updates><update><id>X-1</id><pkglist><collection><package name="a" version="1"
            release="1"/></collection></pkglist></update></updates>
            """)
        #expect(outcome.summary.rejected.first?.reason.contains("distribution") == true)
    }

    @Test func `EPEL is a channel of RHEL, not a release of Fedora`() throws {
        let outcome = try read(
            """
            <updates><update><id>FEDORA-EPEL-2026-1</id><release>Fedora EPEL 9</release><pkglist><collection>
            <package name="a" version="1" release="1.el9"/></collection></pkglist></update></updates>
            """)
        #expect(outcome.lines == ["FEDORA-EPEL-2026-1 rhel/9/epel rpm binary a ≥0,<1-1.el9"])
    }

    @Test func `an advisory that was taken back says when`() throws {
        let outcome = try read(
            """
            {"id": "A-1", "modified": "2026-01-01T00:00:00Z", "withdrawn": "2026-02-01T00:00:00Z",
             "affected": []}
            """)
        #expect(outcome.advisories.first?.withdrawn == Timestamp("2026-02-01T00:00:00Z"))
    }

    @Test func `SUSE's documents name packages by their labels, and modules as products`() throws {
        let outcome = try read(
            """
            {"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t", "tracking": {"id": "CVE-2026-1111"}},
             "product_tree": {"branches": [{"category": "vendor", "name": "SUSE", "branches": [
              {"category": "product_name", "name": "m", "product": {"name": "SUSE Linux Enterprise Module for Basesystem 15 SP5", "product_id": "M",
               "product_identification_helper": {"cpe": "cpe:/o:suse:sle-module-basesystem:15:sp5"}}},
              {"category": "product_name", "name": "s", "product": {"name": "SUSE Linux Enterprise Server 12 SP5-LTSS", "product_id": "L"}},
              {"category": "architecture", "name": "x86_64", "branches": [{"category": "product_version", "name": "p",
               "product": {"name": "anvil-1.2-150500.3.1.x86_64", "product_id": "P"}}]},
              {"category": "product_version", "name": "anvil", "product": {"name": "anvil", "product_id": "anvil"}}]}],
             "relationships": [
              {"category": "default_component_of", "product_reference": "P", "relates_to_product_reference": "M", "full_product_name": {"name": "x", "product_id": "M:P"}},
              {"category": "default_component_of", "product_reference": "anvil", "relates_to_product_reference": "L", "full_product_name": {"name": "y", "product_id": "L:anvil"}}]},
             "vulnerabilities": [{"cve": "CVE-2026-1111", "product_status": {"recommended": ["M:P"], "known_affected": ["L:anvil"]}}]}
            """)
        #expect(
            outcome.lines == [
                "CVE-2026-1111 sles/15.5 rpm binary anvil ≥0,<1.2-150500.3.1",
                "CVE-2026-1111 sles/12.5/ltss rpm binary anvil",
            ])
    }

    @Test func `SUSE's records of OSV name the binaries beside the source`() throws {
        let outcome = try read(
            """
            {"id": "SUSE-SU-2026:1-1", "modified": "2026-03-02T00:00:00Z", "related": ["CVE-2026-1111"], "affected": [
             {"package": {"ecosystem": "SUSE:Linux Enterprise Server 15 SP5", "name": "anvil"}, "ranges": [
              {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2-1"}]}],
              "ecosystem_specific": {"binaries": [{"anvil": "1.2-1", "libanvil1": "1.2-1"}]}}]}
            """)
        #expect(
            outcome.lines == [
                "SUSE-SU-2026:1-1 sles/15.5 rpm binary anvil ≥0,<1.2-1",
                "SUSE-SU-2026:1-1 sles/15.5 rpm binary libanvil1 ≥0,<1.2-1",
            ])
        #expect(outcome.advisories.first?.vulnerabilities == ["CVE-2026-1111"])
    }

    @Test(arguments: [
        ("Rocky Linux:9", "rocky/9"), ("SUSE:Linux Enterprise Server 15 SP5", "sles/15.5"),
    ])
    func `a name that may be a source's is asked for as both`(
        _ ecosystem: String, _ release: String
    ) throws {
        let outcome = try read(
            """
            {"id": "X-2026:1", "modified": "2026-03-02T00:00:00Z", "related": ["CVE-2026-1111"], "affected": [
             {"package": {"ecosystem": "\(ecosystem)", "name": "anvil"}, "ranges": [
              {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1:1.2-1"}]}]}]}
            """)
        #expect(
            outcome.lines == [
                "X-2026:1 \(release) rpm binary anvil ≥0,<1:1.2-1",
                "X-2026:1 \(release) rpm source anvil ≥0,<1:1.2-1",
            ])
    }

    @Test func `packages of a module are read from CSAF's chain of relationships`() throws {
        let outcome = try read(
            """
            {"document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "t", "tracking": {"id": "CVE-2026-1111"}},
             "product_tree": {"full_product_names": [
              {"name": "Red Hat Enterprise Linux AppStream (v. 8)", "product_id": "A", "product_identification_helper": {"cpe": "cpe:/a:redhat:enterprise_linux:8::appstream"}},
              {"name": "rope:2:80:c", "product_id": "M", "product_identification_helper": {"purl": "pkg:rpmmod/redhat/rope@2:80:c"}},
              {"name": "anvil-0:1-2.el8.x86_64", "product_id": "P", "product_identification_helper": {"purl": "pkg:rpm/redhat/anvil@1-2.el8?arch=x86_64"}}],
             "relationships": [
              {"category": "default_component_of", "product_reference": "M", "relates_to_product_reference": "A", "full_product_name": {"name": "x", "product_id": "A:M"}},
              {"category": "default_component_of", "product_reference": "P", "relates_to_product_reference": "A:M", "full_product_name": {"name": "y", "product_id": "A:M:P"}}]},
             "vulnerabilities": [{"cve": "CVE-2026-1111", "product_status": {"fixed": ["A:M:P"]}}]}
            """)
        #expect(outcome.lines == ["CVE-2026-1111 rhel/8 rpm binary anvil @rope:2 ≥0,<1-2.el8"])
        #expect(outcome.advisories.first?.source.authority == .tracker)
    }

    /// How the stream of a module stands behind a package's name, with and without a purl.
    @Test(arguments: [
        "1-2.module+el8.9.0+7+a.x86_64 (rope:2)", "1-2.module+el8.9.0+7+a.x86_64::rope:2",
    ])
    func `a stream behind a package's name is no part of its version`(_ tail: String) throws {
        for purl in ["pkg:rpm/redhat/anvil@1-2.module%2Bel8.9.0%2B7%2Ba?arch=x86_64", ""] {
            let helper =
                purl.isEmpty ? "" : ", \"product_identification_helper\": {\"purl\": \"\(purl)\"}"
            let outcome = try read(
                """
                {"document": {"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "t", "tracking": {"id": "RHSA-2026:1"}},
                 "product_tree": {"full_product_names": [
                  {"name": "Red Hat Enterprise Linux AppStream (v. 8)", "product_id": "A", "product_identification_helper": {"cpe": "cpe:/a:redhat:enterprise_linux:8::appstream"}},
                  {"name": "anvil-1:\(tail)", "product_id": "P"\(helper)}],
                 "relationships": [
                  {"category": "default_component_of", "product_reference": "P", "relates_to_product_reference": "A", "full_product_name": {"name": "y", "product_id": "A:P"}}]},
                 "vulnerabilities": [{"cve": "CVE-2026-1111", "product_status": {"fixed": ["A:P"]}}]}
                """)
            #expect(
                outcome.lines == [
                    "RHSA-2026:1 rhel/8 rpm binary anvil @rope:2 ≥0,<1:1-2.module+el8.9.0+7+a"
                ])
        }
    }

    /// The title of a notice, the fixed release, and the stream that is read.
    @Test(arguments: [
        ("Important: rope:2 security update", "1.module_el9", "@rope:2 "),
        ("rope:rhel8 bug fix and enhancement update", "1.module+el8.1.0+2", "@rope:rhel8 "),
        ("Moderate: rope:2 and rope-devel:2 security update", "1.module_el9", ""),
        ("Moderate: rope security update", "1.module_el9", ""),
        ("Important: rope:2.4/mod_rope security update", "1.module_el9", "@rope:2.4 "),
        ("Important: rope:2.4,3 security update", "1.module_el9", ""),
        ("Moderate: rope:2.1.7 security update", "1.el9", ""),
    ])
    func `a title names the stream of a module's packages`(
        title: String, release: String, stream: String
    ) throws {
        let record = try read(
            """
            {"id": "ALSA-2026:1", "schema_version": "1.4.0", "modified": "2026-01-02T00:00:00Z",
             "summary": "\(title)", "related": ["CVE-2026-1111"], "affected": [{
                "package": {"ecosystem": "AlmaLinux:9", "name": "knot"},
                "ranges": [{"type": "ECOSYSTEM",
                    "events": [{"introduced": "0"}, {"fixed": "2-\(release)"}]}]}]}
            """)
        #expect(
            record.lines
                == ["ALSA-2026:1 almalinux/9 rpm binary knot \(stream)≥0,<2-\(release)"])
        let update = try read(
            """
            <updates><update type="security"><id>ALSA-2026:1</id><title>\(title)</title>
            <release>AlmaLinux 9</release><pkglist><collection><package name="knot" version="2"
            release="\(release)" epoch="0" arch="x86_64"/></collection></pkglist></update></updates>
            """)
        #expect(update.lines == record.lines)
    }

    @Test func `a notice of Debian's extended support speaks of what only some receive`() throws {
        let found = try read(
            """
            {"id": "ELA-9001-1", "schema_version": "1.4.0", "modified": "2026-01-02T00:00:00Z",
             "related": ["CVE-2026-1111"], "affected": [{
                "package": {"ecosystem": "Debian:9", "name": "anvil"},
                "ranges": [{"type": "ECOSYSTEM",
                    "events": [{"introduced": "0"}, {"fixed": "1.2-3+deb9u9"}]}]}]}
            """)
        #expect(found.lines == ["ELA-9001-1 debian/9/elts deb source anvil ≥0,<1.2-3+deb9u9"])
        #expect(found.advisories.map(\.vulnerabilities) == [["CVE-2026-1111"]])
    }
}
