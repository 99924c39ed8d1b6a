import AdvisoryFormats
import Testing

/// Small feeds of every format, made for these tests.
struct Fixture: CustomTestStringConvertible {
    var name: String
    var format: FeedFormat
    var records: Int
    var text: String

    var testDescription: String { name }

    static let all = exploitation + distributions + vendors + others

    static func named(_ name: String) -> String { all.first { $0.name == name }?.text ?? "" }

    private static let exploitation = [
        Fixture(
            name: "KEV", format: .kev, records: 2,
            text: """
                {"title": "Catalogue", "catalogVersion": "2026.03.02",
                 "dateReleased": "2026-03-02T15:00:00.5Z", "count": 2, "vulnerabilities": [
                 {"cveID": "CVE-2026-1111", "vendorProject": "Acme", "product": "Anvil",
                  "vulnerabilityName": "Acme Anvil Drop", "dateAdded": "2026-03-01",
                  "shortDescription": "It \\"falls\\", {hard}].", "requiredAction": "Mend.",
                  "dueDate": "2026-03-22", "knownRansomwareCampaignUse": "Known", "notes": ""},
                 {"cveID": "CVE-2026-2222", "vendorProject": "Acme", "product": "Rope",
                  "vulnerabilityName": "Acme Rope Knot", "dateAdded": "2026-02-01",
                  "shortDescription": "", "requiredAction": "", "dueDate": "2026-02-22",
                  "knownRansomwareCampaignUse": "Unknown", "notes": ""}]}
                """),
        Fixture(
            name: "KEV table", format: .kev, records: 2,
            text: """
                cveID,vendorProject,product,vulnerabilityName,dateAdded,dueDate,knownRansomwareCampaignUse
                CVE-2026-1111,Acme,"Anvil, heavy","A name over
                two lines",2026-03-01,2026-03-22,Known
                CVE-2026-2222,Acme,Rope,Knot,2026-02-01,,Unknown
                """),
        Fixture(
            name: "EPSS", format: .epss, records: 2,
            text: """
                #model_version:v2026.01.01,score_date:2026-03-02T00:00:00+0000
                cve,epss,percentile
                CVE-2026-1111,0.94321,0.99901
                CVE-2026-2222,0.00042,0.05
                """),
        Fixture(
            name: "EPSS API", format: .epss, records: 1,
            text: """
                {"status": "OK", "status-code": 200, "total": 1, "data": [{"cve": "CVE-2026-1111",
                 "epss": "0.943210000", "percentile": "0.999010000", "date": "2026-03-02"}]}
                """),
        Fixture(
            name: "NVD", format: .nvd, records: 2,
            text: """
                {"resultsPerPage": 2, "startIndex": 0, "totalResults": 2, "format": "NVD_CVE",
                 "version": "2.0", "timestamp": "2026-03-02T10:00:00.000", "vulnerabilities": [
                 {"cve": {"id": "CVE-2026-1111", "published": "2026-02-28T01:02:03.100",
                  "lastModified": "2026-03-01T01:02:03.100", "vulnStatus": "Analyzed",
                  "descriptions": [{"lang": "es", "value": "Cae."}, {"lang": "en", "value": "It falls."}],
                  "metrics": {"cvssMetricV31": [
                   {"source": "x", "type": "Secondary", "cvssData": {"baseSeverity": "LOW",
                    "vectorString": "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L"}},
                   {"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"baseSeverity": "CRITICAL",
                    "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}},
                 {"cve": {"id": "CVE-2026-3333", "published": "2026-02-28T01:02:03.100",
                  "lastModified": "2026-02-28T01:02:03.100", "vulnStatus": "Rejected",
                  "descriptions": [{"lang": "en", "value": "Rejected reason: none."}], "metrics": {}}}]}
                """),
        Fixture(
            name: "NVD 1.1", format: .nvd, records: 1,
            text: """
                {"CVE_data_type": "CVE", "CVE_data_timestamp": "2020-03-02T08:00Z", "CVE_Items": [
                 {"cve": {"CVE_data_meta": {"ID": "CVE-2020-1111"}, "description": {"description_data":
                   [{"lang": "en", "value": "Old."}]}},
                  "impact": {"baseMetricV2": {"cvssV2": {"vectorString": "AV:N/AC:L/Au:N/C:P/I:P/A:P"},
                   "severity": "HIGH"}},
                  "publishedDate": "2020-01-01T10:15Z", "lastModifiedDate": "2020-01-02T10:15Z"}]}
                """),
        Fixture(
            name: "CVE", format: .cve, records: 1,
            text: """
                {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": "CVE-2026-1111",
                 "state": "PUBLISHED", "datePublished": "2026-02-28T00:00:00.000Z",
                 "dateUpdated": "2026-03-01T00:00:00.000Z"}, "containers": {"cna": {"title": "Anvil falls",
                 "descriptions": [{"lang": "en", "value": "It falls."}], "metrics": [{"cvssV4_0":
                  {"vectorString": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                   "baseSeverity": "CRITICAL"}}]},
                 "adp": [{"title": "CVE Program Container", "providerMetadata": {"shortName": "CVE"}},
                  {"title": "CISA ADP Vulnrichment", "providerMetadata": {"shortName": "CISA-ADP"},
                   "metrics": [{"other": {"type": "kev", "content": {"dateAdded": "2026-03-01"}}},
                    {"other": {"type": "ssvc", "content": {"options": [{"Exploitation": "active"},
                     {"Automatable": "yes"}, {"Technical Impact": "total"}], "version": "2.0.3"}}}]}]}}
                """),
    ]

    private static let distributions = [
        Fixture(
            name: "Debian tracker", format: .debianTracker, records: 3,
            text: """
                {"anvil": {"CVE-2026-1111": {"scope": "remote", "description": "It falls.", "releases": {
                  "bookworm": {"status": "resolved", "repositories": {"bookworm": "1.2-3"},
                   "fixed_version": "1.2-3+deb12u1", "urgency": "high**"},
                  "bullseye": {"status": "open", "repositories": {"bullseye": "1.0-1"},
                   "urgency": "not yet assigned", "nodsa": "Minor", "nodsa_reason": "ignored"},
                  "trixie": {"status": "resolved", "repositories": {}, "fixed_version": "0",
                   "urgency": "unimportant"},
                  "sid": {"status": "undetermined", "repositories": {}, "urgency": "low"}}},
                 "TEMP-0000000-ABCDEF": {"releases": {"sid": {"status": "open", "urgency": "low"}}}},
                 "rope": {"CVE-2026-2222": {"releases": {"bookworm": {"status": "open",
                  "urgency": "end-of-life"}}}}}
                """),
        Fixture(
            name: "Debian notices", format: .debianNotices, records: 2,
            text: """
                [02 Mar 2026] DSA-9001-1 anvil - security update
                \t{CVE-2026-1111 CVE-2026-2222}
                \t[bookworm] - anvil 1.2-3+deb12u1
                \tNOTE: see the bug
                \t[bullseye] - anvil <not-affected> (Vulnerable code not present)
                [01 Mar 2026] DLA-4001-1 rope - regression update
                \t[bullseye] - rope 2:1.0-2
                """),
        Fixture(
            name: "Ubuntu notices", format: .ubuntuNotices, records: 1,
            text: """
                {"limit": 1, "notices": [{"id": "USN-9001-1", "title": "Anvil vulnerability",
                 "published": "2026-03-02T06:00:00", "cves_ids": ["CVE-2026-1111"],
                 "release_packages": {"jammy": [
                  {"name": "anvil", "version": "1.2-3ubuntu0.1", "is_source": true},
                  {"name": "libanvil1", "version": "1.2-3ubuntu0.1", "is_source": false}],
                  "xenial": [{"name": "anvil", "version": "1.0-1ubuntu0.1~esm1", "is_source": true,
                   "pocket": "esm-infra"}]}}]}
                """),
        Fixture(
            name: "Ubuntu notice database", format: .ubuntuNotices, records: 1,
            text: """
                {"9001-1": {"id": "9001-1", "title": "Anvil vulnerability", "timestamp": 1772431200.5,
                 "cves": ["CVE-2026-1111"], "releases": {"jammy": {"sources": {"anvil":
                  {"version": "1.2-3ubuntu0.1"}}, "binaries": {}}}}}
                """),
        Fixture(
            name: "Ubuntu CVE", format: .ubuntuCve, records: 1,
            text: """
                {"cves": [{"id": "CVE-2026-1111", "priority": "high", "published": "2026-02-28T00:00:00",
                 "description": "It falls.", "packages": [{"name": "anvil", "statuses": [
                  {"release_codename": "jammy", "status": "released", "description": "1.2-3ubuntu0.1"},
                  {"release_codename": "focal", "status": "needed", "description": ""},
                  {"release_codename": "noble", "status": "not-affected", "description": "new"},
                  {"release_codename": "trusty", "status": "ignored", "description": "end of life"},
                  {"release_codename": "bionic", "status": "DNE", "description": ""},
                  {"release_codename": "upstream", "status": "released", "description": "1.3"}]}]}]}
                """),
        Fixture(
            name: "OpenVEX", format: .openVex, records: 2,
            text: """
                {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Acme",
                 "timestamp": "2026-03-02T00:00:00Z", "version": 1, "statements": [
                 {"vulnerability": {"name": "CVE-2026-1111"}, "status": "fixed", "products": [
                  {"@id": "pkg:deb/ubuntu/anvil@1.2-3ubuntu0.1?arch=source&distro=jammy"},
                  {"@id": "pkg:deb/ubuntu/libanvil1@1.2-3ubuntu0.1?arch=amd64&distro=jammy"}]},
                 {"vulnerability": {"name": "CVE-2026-1111"}, "status": "not_affected", "products": [
                  {"@id": "pkg:deb/ubuntu/anvil@1.0?arch=source&distro=esm-infra/xenial"}]}]}
                """),
        Fixture(
            name: "Alpine", format: .alpineSecdb, records: 2,
            text: """
                {"apkurl": "{{urlprefix}}/x", "archs": ["x86_64"], "reponame": "main",
                 "urlprefix": "https://dl-cdn.example.org/alpine", "distroversion": "v3.19",
                 "packages": [{"pkg": {"name": "anvil", "secfixes": {
                  "1.2-r1": ["CVE-2026-1111", "CVE-2026-2222 GHSA-aaaa-bbbb-cccc"], "0": ["CVE-2026-4444"]}}},
                  {"pkg": {"name": "rope", "secfixes": {}}}]}
                """),
        Fixture(
            name: "Alpine as YAML", format: .alpineSecdb, records: 2,
            text: """
                ---
                distroversion: v3.19
                reponame: main
                archs:
                  - x86_64
                urlprefix: https://dl-cdn.example.org/alpine
                apkurl: "{{urlprefix}}/{{distroversion}}"
                packages:
                  - pkg:
                      name: anvil
                      secfixes:
                        1.2-r1:
                          - CVE-2026-1111
                          - CVE-2026-2222 GHSA-aaaa-bbbb-cccc
                        "0":
                          - CVE-2026-4444
                  - pkg:
                      name: rope
                      secfixes: {}

                """),
        Fixture(
            name: "Arch", format: .archTracker, records: 2,
            text: """
                [{"name": "AVG-1", "packages": ["anvil", "lib32-anvil"], "status": "Fixed",
                  "severity": "High", "type": "denial of service", "affected": "1.2-1", "fixed": "1.2-2",
                  "ticket": null, "issues": ["CVE-2026-1111"], "advisories": ["ASA-202603-1"]},
                 {"name": "AVG-2", "packages": ["rope"], "status": "Vulnerable", "severity": "Low",
                  "type": "x", "affected": "1-1", "fixed": null, "issues": ["CVE-2026-2222"],
                  "advisories": []}]
                """),
    ]

    private static let vendors = [
        Fixture(
            name: "OSV", format: .osv, records: 1,
            text: """
                {"schema_version": "1.7.0", "id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-03-02T00:00:00Z",
                 "published": "2026-03-01T00:00:00Z", "aliases": ["CVE-2026-1111"], "related": ["CVE-2020-1"],
                 "summary": "Anvil falls", "severity": [{"type": "CVSS_V3",
                  "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
                 "affected": [{"package": {"ecosystem": "PyPI", "name": "anvil"}, "ranges": [
                  {"type": "GIT", "repo": "https://example.org/anvil", "events": [{"introduced": "0"}]},
                  {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2"},
                   {"introduced": "2.0"}, {"last_affected": "2.3"}]}], "versions": ["0.9b1"]}],
                 "database_specific": {"severity": "CRITICAL"}}
                """),
        Fixture(
            name: "OSV lines", format: .osv, records: 2,
            text: """
                {"id": "ALSA-2026:1", "modified": "2026-03-02T00:00:00Z", "related": ["CVE-2026-1111"], "summary": "Important: anvil security update", "affected": [{"package": {"ecosystem": "AlmaLinux:9", "name": "anvil"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0:1.2-3.el9"}]}]}]}
                {"id": "DEBIAN-CVE-2026-2222", "modified": "2026-03-02T00:00:00Z", "upstream": ["CVE-2026-2222"], "affected": [{"package": {"ecosystem": "Debian:12", "name": "rope"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}], "versions": ["1.0-1"], "ecosystem_specific": {"urgency": "unimportant"}}]}
                """),
        Fixture(
            name: "CSAF", format: .csaf, records: 1,
            text: """
                {"document": {"category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Anvil update",
                  "publisher": {"category": "vendor", "name": "Acme Product Security", "namespace": "https://example.org"},
                  "aggregate_severity": {"text": "Important"}, "tracking": {"id": "RHSA-2026:1", "status": "final",
                   "version": "1", "initial_release_date": "2026-03-01T00:00:00Z",
                   "current_release_date": "2026-03-02T00:00:00Z"}},
                 "product_tree": {"branches": [{"category": "vendor", "name": "Red Hat", "branches": [
                  {"category": "product_name", "name": "RHEL 9", "product": {"name": "Red Hat Enterprise Linux BaseOS (v. 9)",
                   "product_id": "BaseOS-9", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9::baseos"}}},
                  {"category": "product_version", "name": "anvil-1:1.2-3.el9.x86_64", "product": {
                   "name": "anvil-1:1.2-3.el9.x86_64", "product_id": "anvil-1:1.2-3.el9.x86_64",
                   "product_identification_helper": {"purl": "pkg:rpm/redhat/anvil@1.2-3.el9?arch=x86_64&epoch=1"}}},
                  {"category": "product_version", "name": "anvil-1:1.2-3.el9.src", "product": {
                   "name": "anvil-1:1.2-3.el9.src", "product_id": "anvil-src",
                   "product_identification_helper": {"purl": "pkg:rpm/redhat/anvil@1.2-3.el9?arch=src&epoch=1"}}},
                  {"category": "product_version", "name": "rope", "product": {"name": "rope", "product_id": "rope",
                   "product_identification_helper": {"purl": "pkg:rpm/redhat/rope"}}}]}],
                  "relationships": [
                  {"category": "default_component_of", "product_reference": "anvil-1:1.2-3.el9.x86_64",
                   "relates_to_product_reference": "BaseOS-9", "full_product_name": {"name": "a", "product_id": "BaseOS-9:anvil"}},
                  {"category": "default_component_of", "product_reference": "anvil-src",
                   "relates_to_product_reference": "BaseOS-9", "full_product_name": {"name": "b", "product_id": "BaseOS-9:anvil-src"}},
                  {"category": "default_component_of", "product_reference": "rope",
                   "relates_to_product_reference": "BaseOS-9", "full_product_name": {"name": "c", "product_id": "BaseOS-9:rope"}}]},
                 "vulnerabilities": [{"cve": "CVE-2026-1111", "product_status": {
                   "fixed": ["BaseOS-9:anvil", "BaseOS-9:anvil-src"], "known_affected": ["BaseOS-9:rope"]},
                  "remediations": [{"category": "no_fix_planned", "details": "No.", "product_ids": ["BaseOS-9:rope"]}],
                  "scores": [{"cvss_v3": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, "products": []}],
                  "threats": [{"category": "impact", "details": "Critical"}]}]}
                """),
        Fixture(
            name: "CVRF", format: .cvrf, records: 1,
            text: """
                <?xml version="1.0" encoding="UTF-8"?>
                <cvrfdoc xmlns="http://www.icasi.org/CVRF/schema/cvrf/1.1"><DocumentTitle>Anvil &amp; more</DocumentTitle>
                <DocumentTracking><Identification><ID>SUSE-SU-2026:1-1</ID></Identification>
                <InitialReleaseDate>2026-03-01T00:00:00Z</InitialReleaseDate>
                <CurrentReleaseDate>2026-03-02T00:00:00Z</CurrentReleaseDate></DocumentTracking>
                <ProductTree xmlns="http://www.icasi.org/CVRF/schema/prod/1.1">
                <Branch Type="Product Name" Name="S"><FullProductName ProductID="SUSE Linux Enterprise Server 15 SP5">SUSE Linux Enterprise Server 15 SP5</FullProductName></Branch>
                <Branch Type="Product Version" Name="a"><FullProductName ProductID="anvil-1.2-150500.1.1">anvil-1.2-150500.1.1</FullProductName></Branch>
                <Relationship ProductReference="anvil-1.2-150500.1.1" RelationType="Default Component Of" RelatesToProductReference="SUSE Linux Enterprise Server 15 SP5">
                <FullProductName ProductID="SUSE Linux Enterprise Server 15 SP5:anvil-1.2-150500.1.1">x</FullProductName></Relationship></ProductTree>
                <Vulnerability xmlns="http://www.icasi.org/CVRF/schema/vuln/1.1" Ordinal="1"><CVE>CVE-2026-1111</CVE>
                <ProductStatuses><Status Type="Fixed"><ProductID>SUSE Linux Enterprise Server 15 SP5:anvil-1.2-150500.1.1</ProductID></Status></ProductStatuses>
                <Threats><Threat Type="Impact"><Description>important</Description></Threat></Threats></Vulnerability></cvrfdoc>
                """),
        Fixture(
            name: "MSRC", format: .msrc, records: 1,
            text: """
                <cvrf:cvrfdoc xmlns:vuln="v" xmlns:prod="p" xmlns:cvrf="c">
                <cvrf:DocumentPublisher Type="Vendor"><cvrf:ContactDetails>secure@microsoft.com</cvrf:ContactDetails></cvrf:DocumentPublisher>
                <cvrf:DocumentTracking><cvrf:InitialReleaseDate>2026-03-10T08:00:00</cvrf:InitialReleaseDate></cvrf:DocumentTracking>
                <prod:ProductTree><prod:FullProductName ProductID="1">Anvil Server</prod:FullProductName></prod:ProductTree>
                <vuln:Vulnerability Ordinal="1"><vuln:Title>Anvil falls</vuln:Title><vuln:CVE>CVE-2026-1111</vuln:CVE>
                <vuln:ProductStatuses><vuln:Status Type="Known Affected"><vuln:ProductID>1</vuln:ProductID></vuln:Status></vuln:ProductStatuses>
                <vuln:Threats><vuln:Threat Type="Severity"><vuln:Description>Critical</vuln:Description></vuln:Threat></vuln:Threats>
                <vuln:Remediations><vuln:Remediation Type="Vendor Fix"><vuln:Description>5001234</vuln:Description>
                <vuln:ProductID>1</vuln:ProductID><vuln:FixedBuild>10.0.1.2</vuln:FixedBuild></vuln:Remediation></vuln:Remediations>
                </vuln:Vulnerability></cvrf:cvrfdoc>
                """),
        Fixture(
            name: "MSRC as JSON", format: .msrc, records: 1,
            text: """
                {"DocumentTitle": {"Value": "March"}, "DocumentTracking": {"InitialReleaseDate": "2026-03-10T08:00:00"},
                 "ProductTree": {"FullProductName": [{"ProductID": "1", "Value": "Anvil Server"}]},
                 "Vulnerability": [{"CVE": "CVE-2026-1111", "Title": {"Value": "Anvil falls"},
                  "ProductStatuses": [{"Type": 3, "ProductID": ["1"]}],
                  "Threats": [{"Type": 3, "Description": {"Value": "Critical"}, "ProductID": ["1"]}],
                  "Remediations": [{"Type": 2, "Description": {"Value": "5001234"}, "ProductID": ["1"],
                   "FixedBuild": "10.0.1.2"}]}]}
                """),
        Fixture(
            name: "updateinfo", format: .updateinfo, records: 2,
            text: """
                <?xml version="1.0" encoding="UTF-8"?>
                <updates><update from="x@example.org" status="final" type="security" version="1">
                <id>ALSA-2026:1</id><title>anvil update</title><issued date="2026-03-01 00:00:00"/>
                <updated date="2026-03-02"/><severity>Important</severity>
                <references><reference href="x" id="CVE-2026-1111" type="cve" title="CVE-2026-1111"/></references>
                <pkglist><collection short="almalinux-9-appstream"><name>almalinux-9-appstream</name>
                <package name="anvil" version="1.2" release="3.el9" epoch="1" arch="x86_64"/>
                <package name="anvil" version="1.2" release="3.el9" epoch="1" arch="i686"/>
                <package name="anvil" version="1.2" release="3.el9" epoch="1" arch="src"/></collection>
                <collection><module name="rope" stream="2" version="8" context="c" arch="x86_64"/>
                <package name="rope" version="2" release="1.module_el9" epoch="0" arch="noarch"/></collection></pkglist>
                </update><update type="bugfix"><id>ALAS2023-2026-002</id><pkglist><collection>
                <package name="knot" version="1" release="1.amzn2023" arch="noarch"/></collection></pkglist></update></updates>
                """),
        Fixture(
            name: "OVAL", format: .oval, records: 1,
            text: """
                <oval_definitions xmlns:linux-def="l" xmlns:oval="o"><generator><oval:product_name>Generator</oval:product_name>
                <oval:timestamp>2026-03-02T00:00:00Z</oval:timestamp></generator><definitions>
                <definition class="vulnerability" id="d:1"><metadata><title>CVE-2026-1111 in anvil</title>
                <affected family="unix"><platform>Azure Linux</platform></affected>
                <reference ref_id="CVE-2026-1111" source="CVE"/><advisory_date>2026-03-01T00:00:00Z</advisory_date>
                <severity>Medium</severity></metadata><criteria><criterion comment="c" test_ref="t:1"/></criteria></definition>
                </definitions><tests><linux-def:rpminfo_test id="t:1"><linux-def:object object_ref="o:1"/>
                <linux-def:state state_ref="s:1"/></linux-def:rpminfo_test></tests>
                <objects><linux-def:rpminfo_object id="o:1"><linux-def:name>anvil</linux-def:name></linux-def:rpminfo_object></objects>
                <states><linux-def:rpminfo_state id="s:1"><linux-def:evr operation="less than">0:1.2-3.azl3</linux-def:evr>
                </linux-def:rpminfo_state></states></oval_definitions>
                """),
        Fixture(
            name: "Red Hat CVE", format: .redhatCve, records: 1,
            text: """
                {"threat_severity": "Important", "public_date": "2026-03-01T00:00:00Z", "bugzilla": {"description": "anvil: falls"},
                 "cvss3": {"cvss3_scoring_vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, "name": "CVE-2026-1111",
                 "affected_release": [{"product_name": "Red Hat Enterprise Linux 9", "advisory": "RHSA-2026:1",
                  "cpe": "cpe:/o:redhat:enterprise_linux:9", "package": "anvil-1:1.2-3.el9"}],
                 "package_state": [{"product_name": "Red Hat Enterprise Linux 8", "fix_state": "Will not fix",
                  "package_name": "rope:2/anvil", "cpe": "cpe:/o:redhat:enterprise_linux:8"}]}
                """),
    ]

    private static let others = [
        Fixture(
            name: "AlmaLinux", format: .almalinux, records: 1,
            text: """
                [{"updateinfo_id": "ALSA-2026:1", "severity": "Moderate", "title": "anvil",
                  "issued_date": {"$date": 1772323200000}, "references": [{"id": "CVE-2026-1111", "type": "cve"}],
                  "pkglist": {"shortname": "almalinux-8-for-x86_64-appstream-rpms", "packages": [
                   {"name": "anvil", "version": "1.2", "release": "3.el8", "epoch": "1", "arch": "x86_64"}]}}]
                """),
        Fixture(
            name: "Rocky", format: .rocky, records: 1,
            text: """
                {"advisories": [{"name": "RLSA-2026:1", "synopsis": "Important: anvil", "severity": "SEVERITY_IMPORTANT",
                  "publishedAt": "2026-03-01T00:00:00Z", "affectedProducts": ["Rocky Linux 9"], "cves": [{"name": "CVE-2026-1111"}],
                  "rpms": {"Rocky Linux 9": {"nvras": ["anvil-1:1.2-3.el9.x86_64.rpm", "anvil-1:1.2-3.el9.src.rpm"]}}}]}
                """),
        Fixture(
            name: "Bodhi", format: .bodhi, records: 1,
            text: """
                {"updates": [{"alias": "FEDORA-2026-aaaaaaaaaa", "title": "anvil-1.2-3.fc43", "notes": "Fixes CVE-2026-1111.",
                  "severity": "high", "type": "security", "date_submitted": "2026-03-01 10:00:00",
                  "release": {"name": "F43", "version": "43", "id_prefix": "FEDORA"}, "bugs": [],
                  "builds": [{"nvr": "anvil-1.2-3.fc43", "epoch": 1}]}]}
                """),
        Fixture(
            name: "Photon", format: .photonCve, records: 1,
            text: """
                [{"cve_id": "CVE-2026-1111", "pkg": "anvil", "cve_score": 9.8,
                  "aff_ver": "all versions before 1.2-3.ph5 are vulnerable", "res_ver": "1.2-3.ph5", "status": "Fixed"}]
                """),
        Fixture(
            name: "endoflife.date", format: .endOfLife, records: 2,
            text: """
                {"schema_version": "1.0.0", "result": {"name": "anvil", "category": "app",
                 "identifiers": [{"type": "purl", "id": "pkg:deb/debian/anvil"}], "releases": [
                 {"name": "2", "codename": "Heavy", "releaseDate": "2025-01-01", "isEol": false, "eolFrom": "2028-01-01",
                  "isEoas": false, "eoasFrom": "2027-01-01", "latest": {"name": "2.1", "date": "2026-01-01"}},
                 {"name": "1", "releaseDate": "2020-01-01", "isEol": true}]}}
                """),
        Fixture(
            name: "endoflife.date, older", format: .endOfLife, records: 3,
            text: """
                [{"cycle": "3", "eol": false, "latest": "3.0"},
                 {"cycle": "2", "eol": "2028-01-01", "support": "2027-01-01", "latest": "2.1", "lts": true},
                 {"cycle": 1, "eol": true, "support": false, "extendedSupport": "2026-01-01"}]
                """),
        Fixture(
            name: "endoflife.date, front matter", format: .endOfLife, records: 1,
            text: """
                {"anvil": {"category": "app", "identifiers": [{"purl": "pkg:deb/debian/anvil"}],
                 "releases": [{"releaseCycle": "2", "eol": "2028-01-01", "latest": "2.1"}]}}
                """),
        Fixture(
            name: "distro-info", format: .distroInfo, records: 2,
            text: """
                version,codename,series,created,release,eol,eol-lts,eol-elts
                12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10,2028-06-30,2033-06-30
                ,Sid,sid,1993-08-16
                """),
    ]
}
