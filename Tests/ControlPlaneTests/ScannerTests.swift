import Intelligence
@testable import Findings
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import ServerRecords
import TestSupport
import Testing
import Versions

@Suite struct `What scanners report` {
    private static let report = """
        Host,CVE,Severity,Package,Output
        web-1.acme.example,CVE-2026-1001,High,openssl,=1+1
        WEB-1,CVE-2026-1002,Low,bash,old
        web-1,CVE-2026-1009,Low,nginx,a banner
        db-1,CVE-2026-1001,High,openssl,x
        192.0.2.9,CVE-2026-1001,High,openssl,x
        web-1,,Low,ping,x
        new-1,CVE-2026-1001,High,openssl,x
        """

    private func house() async throws -> House {
        try await House.tracking([
            .debian("CVE-2026-1001", "openssl", fixed: "3.0.2"),
            .debian("CVE-2026-1002", "bash", fixed: nil),
        ])
    }

    private func verdicts(
        _ house: House, by principal: Principal? = nil
    ) async throws -> [String: ScannerFindingItem] {
        let page = try await house.useCases.scannerFindings(
            ScannerFindingFilter(), by: principal ?? house.administrator)
        return Dictionary(
            page.items.map { ("\($0.vulnerability) \($0.endpointName)", $0) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func `records come to their endpoints, and the rest is listed with its reason`()
        async throws
    {
        let house = try await house()
        let web = try await house.enrol("web-1")
        _ = try await house.enrol("new-1")
        try await web.report(["openssl": "3.0.1", "bash": "5.2"])
        try await house.useCases.buildFindings()
        house.clock.advance(seconds: 60)
        let done = try await house.useCases.importScannerReport(
            ScannerReport(content: Array(Self.report.utf8), scanner: "nessus"),
            by: house.administrator)
        #expect(done.format == "csv")
        #expect((done.records, done.findings, done.endpoints) == (6, 4, 2))
        #expect((done.rejected, done.unmapped) == (1, 2))
        #expect(
            done.problems.map(\.reason) == [
                "No endpoint has this name.",
                "No endpoint has told this address.",
                "it names no CVE.",
            ])
        let first = try await verdicts(house)
        #expect(first.count == 4)
        let open = try #require(first["CVE-2026-1001 web-1"])
        #expect(open.verdict == .found && open.state == .fixAvailable)
        #expect(open.packages.map(\.fixedIn) == ["3.0.2"])
        #expect(open.sentence.contains("openssl to 3.0.2"))
        #expect(first["CVE-2026-1002 web-1"]?.state == .noFix)
        #expect(first["CVE-2026-1009 web-1"]?.verdict == .notFound)
        #expect(first["CVE-2026-1001 new-1"]?.verdict == .unknown)
        house.clock.advance(seconds: 60)
        try await web.report(["openssl": "3.0.2", "bash": "5.2"])
        try await house.useCases.buildFindings()
        let second = try await verdicts(house)
        #expect(second["CVE-2026-1001 web-1"]?.verdict == .mendedSince)
        // The same report again is the same findings.
        _ = try await house.useCases.importScannerReport(
            ScannerReport(content: Array(Self.report.utf8), scanner: "nessus"),
            by: house.administrator)
        #expect(try await verdicts(house).count == 4)
        #expect(try await house.useCases.scannerImports(by: house.administrator).count == 2)
    }

    /// Windows is a package of its own, whose version is the build.
    @Test(arguments: [
        ("10.0.20348.2522", "Microsoft Windows Server 2022 Standard", ["CVE-2026-5001"]),
        ("10.0.20348.2527", "Microsoft Windows Server 2022 Standard", []),
        ("10.0.20348.2522", "Microsoft Windows 11 Pro", []), ("11", "Windows 11", []),
    ])
    func `a Windows has what its build has not mended`(
        build: String, name: String, found: [String]
    ) async throws {
        let shelf = TestShelf()
        shelf.publish(
            "msrc",
            .init(
                format: .msrc,
                records: [
                    .advisory(
                        Advisory(
                            id: "CVE-2026-5001",
                            source: AdvisorySource(name: "msrc", authority: .tracker),
                            vulnerabilities: ["CVE-2026-5001"],
                            affected: [
                                AffectedPackage(
                                    scope: .release(
                                        ReleaseName(
                                            distribution: "windows-server", release: "10.0.20348")),
                                    order: .generic, name: "windows", counting: .binary,
                                    ranges: [.before(fix: "10.0.20348.2527")])
                            ]))
                ]))
        let house = try await House(shelf: shelf)
        _ = try await house.useCases.addFeed(
            NewFeed(name: "msrc", source: "https://feeds.example.org/msrc"),
            by: house.administrator)
        try await house.useCases.refreshDueFeeds()
        let endpoint = try await house.enrol("win-1")
        try await endpoint.report(
            [:], os: OperatingSystem(id: "windows", versionId: build, name: name))
        try await house.useCases.buildFindings()
        let page = try await house.useCases.findings(FindingFilter(), by: house.administrator)
        #expect(page.items.map(\.vulnerability) == found)
        #expect(page.items.allSatisfy { $0.packages.map(\.fixedIn) == ["10.0.20348.2527"] })
    }

    @Test func `a machine is told by its full name, its address or its serial number`()
        async throws
    {
        let house = try await house()
        let known: [(name: String, identity: MachineIdentity)] = [
            (
                "web-1",
                .init(fullName: "web-1.acme.example", addresses: ["192.0.2.1", "172.17.0.1"])
            ),
            (
                "web-1",
                .init(fullName: "web-1.bolt.example", addresses: ["192.0.2.2", "172.17.0.1"])
            ),
            ("db-1", .init(addresses: ["192.0.2.3", "2001:db8::3"], serialNumber: "SN 42")),
            ("db-2", .init(addresses: ["192.0.2.4", "127.0.0.1"], serialNumber: "None")),
        ]
        var ids: [EndpointID] = []
        for each in known {
            let endpoint = try await house.enrol(each.name)
            try await endpoint.report(["openssl": "3.0.1"], identity: each.identity)
            ids.append(endpoint.principal.endpoint)
        }
        let rows: [(row: String, place: Int?, reason: String)] = [
            ("WEB-1.acme.example.,,", 0, ""), ("web-1.bolt.example,,", 1, ""),
            ("web-1.else.example,,", nil, "No endpoint has this name."),
            ("web-1,,", nil, "2 endpoints have this name."), ("web-1,192.0.2.2,", 1, ""),
            ("ip-192-0-2-1.cloud.example,192.0.2.1,", 0, ""), (",192.0.2.3,", 2, ""),
            (",2001:DB8:0::3,", 2, ""), (",\"172.17.0.1, 192.0.2.1\",", 0, ""),
            (",172.17.0.1,", nil, "2 endpoints have this address."),
            (",\"192.0.2.1, 192.0.2.2\",", nil, "2 endpoints have this address."),
            (",127.0.0.1,", nil, "It names only an address that tells no machine."),
            (",172.17.0.1,sn 42", 2, ""), (",,SN 42", 2, ""),
            (",,None", nil, "It names no machine; give the endpoint's name with the import."),
            (",,SN 43", nil, "No endpoint has told this serial number."),
            ("db-2,192.0.2.3,SN 42", 3, ""),
        ]
        for each in rows {
            let report = "Host,IP,Serial Number,CVE\n\(each.row),CVE-2026-1001\n"
            let scanner = each.row.replacing(",", with: "_")
            let done = try await house.useCases.importScannerReport(
                ScannerReport(content: Array(report.utf8), scanner: scanner),
                by: house.administrator)
            #expect(done.problems.map(\.reason).joined() == each.reason, "\(each.row)")
            let found = try await house.useCases.scannerFindings(
                ScannerFindingFilter(), by: house.administrator
            ).items.filter { $0.scanner == scanner }
            #expect(found.map(\.endpoint) == each.place.map { [ids[$0]] } ?? [], "\(each.row)")
        }
    }

    @Test func `a tenant's people import for their endpoints, and see theirs`() async throws {
        let house = try await house()
        _ = try await house.enrol("web-1")
        let other = try await house.useCases.createTenant(name: "Bolt", by: house.administrator)
        _ = try await house.enrol("db-1", tenant: other)
        let theirs = Principal(
            name: "user:b", scope: .tenant(other.id), permissions: [.view, .manageEndpoints])
        let done = try await house.useCases.importScannerReport(
            ScannerReport(content: Array(Self.report.utf8)), by: theirs)
        #expect(done.findings == 1)
        #expect(Set(try await verdicts(house, by: theirs).keys) == ["CVE-2026-1001 db-1"])
        let ours = Principal(name: "user:a", scope: .tenant(house.tenant.id), permissions: [.view])
        #expect(try await verdicts(house, by: ours).isEmpty)
        await #expect(throws: Refusal.self) {
            try await house.useCases.importScannerReport(
                ScannerReport(content: Array(Self.report.utf8)), by: ours)
        }
        await #expect(throws: Refusal.self) {
            try await house.useCases.importScannerReport(
                ScannerReport(content: Array("nothing".utf8)), by: theirs)
        }
    }
}
