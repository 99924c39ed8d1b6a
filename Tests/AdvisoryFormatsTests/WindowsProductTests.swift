import Advisories
import Fleet
import TestSupport
import Testing

@testable import AdvisoryFormats

@Suite struct `Releases of Windows in Microsoft's records` {
    @Test(arguments: [
        ("Windows 10 Version 1809 for x64-based Systems", "windows 10.0.17763"),
        ("Windows 10 for 32-bit Systems", "windows 10.0.10240"),
        ("Windows 11 version 21H2 for ARM64-based Systems", "windows 10.0.22000"),
        ("Windows 11 Version 25H2 for x64-based Systems", "windows 10.0.26200"),
        ("Windows Server 2016  (Server Core installation)", "windows-server 10.0.14393"),
        ("Windows Server 2022", "windows-server 10.0.20348"),
        (
            "Windows Server 2022, 23H2 Edition (Server Core installation)",
            "windows-server 10.0.25398"
        ),
        (
            "Windows Server 2008 R2 for x64-based Systems Service Pack 1 (Server Core installation)",
            "windows-server 6.1.7601"
        ),
        ("Windows 7 for x64-based Systems Service Pack 1", "windows 6.1.7601"),
        ("Windows Admin Center", nil), ("Windows SDK", nil), ("Microsoft Office 2019", nil),
        ("Windows ADK for Windows 11, version 24H2", nil),
        ("Windows Server 2022 Azure Edition Core Hotpatch", nil), ("", nil),
        ("Windows App Client for Windows Desktop", nil),
    ])
    func `a product is a release by a checked table only`(name: String, release: String?) {
        let found = WindowsProduct.release(of: name)
        #expect(found.map { "\($0.distribution) \($0.release)" } == release)
    }

    @Test(arguments: [
        ("10.0.19044.6809", "10.0.19044.6809"), ("10.0.19041.6809", "10.0.19044.6809"),
        ("10.0.17763.6809", nil), ("1.000", nil), ("10.0.19044", nil), ("", nil),
    ])
    func `a build counts when it is the release's own, or serviced with it`(
        build: String, own: String?
    ) {
        let release = ReleaseName(distribution: "windows", release: "10.0.19044")
        #expect(WindowsProduct.build(build, of: release) == own)
    }

    @Test func `each release stands once, with the highest build, and what is none beside it`()
        throws
    {
        var vulnerability = MSRCVulnerability()
        vulnerability.id = "CVE-2026-1001"
        vulnerability.affected = ["1", "2", "3", "4", "5"]
        vulnerability.fixes = [
            .init(label: "5001", build: "10.0.20348.2522", products: ["1"]),
            .init(label: "5002", build: "10.0.20348.10", products: ["1"]),
            .init(label: "5003", build: "10.0.20348.2527", products: ["2"]),
            .init(label: "5004", build: "1.000", products: ["3"]),
        ]
        let names = [
            "1": "Windows Server 2022", "2": "Windows Server 2022 (Server Core installation)",
            "3": "Windows Server 2012", "4": "Microsoft Office 2019", "5": "Windows SDK",
        ]
        let advisory = try vulnerability.advisory(products: names, published: nil)
        let parts = advisory.affected.map { part in
            let end = part.ranges.map { "\($0)" }.joined()
            return "\(part.scope) \(part.name) \(part.status) \(end)"
        }
        #expect(parts.count == 4)
        #expect(advisory.affected.prefix(2).map(\.status) == [.affected, .undetermined])
        #expect(advisory.affected[0].ranges == [.before(fix: "10.0.20348.2527")])
        #expect(
            advisory.affected.suffix(2).map(\.name) == ["Microsoft Office 2019", "Windows SDK"])
    }
}
