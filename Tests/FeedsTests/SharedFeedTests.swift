import AdvisoryFormats
import Fleet
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// Real feeds from elsewhere, with what is known to be in them.
struct SharedFeedTests {
    struct Feed: CustomTestStringConvertible {
        var path: String
        var format: FeedFormat
        var records: Int
        var rejected: Int
        var newest: String?

        var testDescription: String { path }

        init(
            _ path: String, _ format: FeedFormat, _ records: Int, rejected: Int = 0,
            newest: String? = nil
        ) {
            self.path = path
            self.format = format
            self.records = records
            self.rejected = rejected
            self.newest = newest
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            Feed(
                "feeds/kev/known_exploited_vulnerabilities-2026.08.21.json.gz", .kev, 1674,
                newest: "2026-08-21T00:00:00Z"),
            Feed("feeds/epss/raw-emba-CVE_2014_EPSS.csv", .epss, 8427),
            Feed("feeds/epss/first-format-sample-vunnel.csv", .epss, 5),
            Feed(
                "advisories/almalinux/osv-almalinux9.tar.gz", .osv, 1783,
                newest: "2026-08-21T12:56:10Z"),
            Feed("advisories/almalinux/vuln-list-update/errata.json", .almalinux, 4),
            Feed("advisories/alpine/vuln-list-update/311-main.json", .alpineSecdb, 1),
            Feed("advisories/alpine/vuln-list-update/311-community.json", .alpineSecdb, 0),
            Feed(
                "advisories/amazon/vuln-list-update/fixtures_updateinfo_AL2023.xml.gz", .updateinfo,
                1),
            Feed("advisories/arch/vunnel/input_arch-advisories_all.json", .archTracker, 5),
            Feed(
                "advisories/azurelinux/azurelinux-3.0-oval.xml.gz", .oval, 1222,
                newest: "2024-10-01T18:58:50Z"),
            Feed("advisories/bottlerocket/vuln-list-update/updateinfo.xml.gz", .updateinfo, 2),
            Feed("advisories/chainguard/vunnel/input_osv_CGA-224q-ccj5-2p53.json", .osv, 1),
            Feed("advisories/csaf-spec/examples/csaf_rhsa-2022_0011.json", .csaf, 1),
            Feed("advisories/debian/tracker-json-sample.json", .debianTracker, 6, rejected: 1),
            Feed(
                "advisories/debian/DSA-list.txt.gz", .debianNotices, 5406,
                newest: "2023-03-29T00:00:00Z"),
            Feed("advisories/eol/vuln-list-update/eoldata.json", .endOfLife, 6),
            Feed("advisories/fedora/vunnel/input_FEDORA-2025-aaa1111111.json", .bodhi, 1),
            Feed(
                "advisories/microsoft/cvrf-2023-Dec.xml.gz", .msrc, 51,
                newest: "2023-12-21T18:16:53Z"),
            Feed(
                "advisories/microsoft/cvrf-2025-Dec.xml.gz", .msrc, 343,
                newest: "2026-01-03T01:41:03Z"),
            Feed("advisories/openeuler/vuln-list-update/cvrf-openEuler-SA-2022-1693.xml", .cvrf, 1),
            Feed("advisories/oracle/vuln-list-update/all-positive-data.xml.bz2", .oval, 14),
            Feed(
                "advisories/photon/vunnel/input_cve_data_photon4.0.json", .photonCve, 4, rejected: 3
            ),
            Feed("advisories/redhat/hydra-cve/CVE-2023-4863.json", .redhatCve, 1),
            Feed("advisories/redhat/vex/cve-2023-38545.json.gz", .csaf, 1),
            Feed("advisories/rocky/apollo/updateinfo__test__1.xml", .updateinfo, 2),
            Feed("advisories/rocky/vunnel/osv_RLSA-2023_3220.json", .osv, 1),
            Feed("advisories/suse/vuln-list-update/cvrf_cvrf-suse-su-2019-3294-1.xml", .cvrf, 16),
            Feed("advisories/ubuntu/vunnel/vex_cve_2023_CVE-2023-38545.json", .openVex, 3),
            Feed("advisories/ubuntu/vunnel/normalized-cve-data_CVE-2013-6627", .ubuntuCve, 1),
            Feed("advisories/ubuntu/usn-osv/USN-6859-1.json", .osv, 1),
            Feed("advisories/updateinfo-xml/dnf-ci-security-updateinfo.xml", .updateinfo, 13),
            Feed("advisories/wolfi/vunnel/input_secdb_security.json", .alpineSecdb, 27),
            Feed("cve/nvd/nvd-2.0-full-page.json", .nvd, 38),
            Feed("cve/nvd/nvd-2.0-emptyResp.json", .nvd, 0),
            Feed("cve/vulnrichment-cve5-kev-alma-dsa-apple.tar.gz", .cve, 1996),
            Feed("eol/distro-info/debian.csv", .distroInfo, 22),
            Feed("eol/distro-info/ubuntu.csv", .distroInfo, 45),
            Feed("eol/endoflife-products-frontmatter.json.gz", .endOfLife, 8351),
            Feed("scenarios/almalinux9/updates/updateinfo.xml.gz", .updateinfo, 75),
        ])
    func `a real feed is read whole`(_ feed: Feed) throws {
        var records = 0
        let report = try FeedLoader().load([Places.sharedData.appending(path: feed.path).path]) {
            _ in
            records += 1
        }
        #expect(report.format == feed.format)
        #expect(report.records == feed.records)
        #expect(report.rejectedCount == feed.rejected, "\(report.rejected)")
        #expect(report.isComplete)
        #expect(records >= feed.records)
        if let newest = feed.newest {
            #expect(report.newest?.wholeSeconds.description == newest)
        }
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            "advisories/alpine/vuln-list-update/311.html", "advisories/debian/dsa-needed.txt",
            "advisories/eol/vuln-list-update/sad_eoldata.json",
            "advisories/osv-schema/validation_schema.json",
            "advisories/kev/vuln-list-update/sad_known_exploited_vulnerabilities.json",
            "feeds/epss/first-format-invalid-header.csv",
            "advisories/suse/vuln-list-update/broken-cvrf_cvrf-suse-su-2018-1784-1.xml",
        ])
    func `a real file that is no feed is refused`(_ path: String) {
        #expect(throws: FeedError.self) {
            try load(Places.sharedData.appending(path: path))
        }
    }
}
