import Advisories
import AdvisoryFormats
import Feeds
import Fleet
import Foundation
import TestSupport
import Testing

@testable import LinuxPackages

/// From what rpm says to what is found, with the modules in between.
@Suite struct `Modules, from rpm's answer to a finding` {
    /// What `rpm -qa` says, as the agent asks for it.
    private func rows(_ lines: [String]) throws -> [SoftwareRow] {
        let found = RpmDatabase(Array(lines.joined(separator: "\n").utf8), manager: .dnf)
        // What is installed goes over the wire, and is read back, as the canonical text.
        let text = try InventoryText(Inventory(found.packages).canonicalBytes)
        return text.inventory.packages.map { SoftwareRow($0) }
    }

    private func report(_ records: [FeedRecord], _ rows: [SoftwareRow]) -> MatchReport {
        var builder = AdvisoryIndexBuilder()
        for record in records { builder.add(record) }
        let os = OperatingSystem(id: "almalinux", versionId: "9.5", name: "AlmaLinux 9.5")
        return Matcher(builder.build()).report(
            on: EndpointSoftware(os: os, rows: rows), context: EndpointContext())
    }

    private func read(_ text: String) throws -> [FeedRecord] {
        var records: [FeedRecord] = []
        _ = try FeedReader.read(ByteStream(Array(text.utf8)), name: "updateinfo.xml") {
            records.append($0)
        }
        return records
    }

    private static let notices = ["1.22", "1.24", "1.26"].map { stream in
        """
        <update from="x@example.org" status="final" type="security" version="1">
        <id>ALSA-2026:\(stream.dropFirst(2))</id>
        <title>Important: nginx:\(stream) security update</title><release>AlmaLinux 9</release>
        <references><reference href="x" id="CVE-2026-00\(stream.dropFirst(2))" type="cve"/></references>
        <pkglist><collection><name>AlmaLinux 9</name><package name="nginx" version="\(stream).9"
        release="9.module_el9.8.0+260+95b8e5ed" epoch="1" arch="x86_64"/></collection></pkglist>
        </update>
        """
    }

    /// The label that rpm tells, and the vulnerabilities that are found.
    @Test(arguments: [
        ("nginx:1.24:9050020241004144538:8cf767d6", ["CVE-2026-0024"]),
        ("nginx:1.26:9080020260604144538:8cf767d6", ["CVE-2026-0026"]),
        ("(none)", ["CVE-2026-0024", "CVE-2026-0026"]),
    ])
    func `a fix in another stream is none`(label: String, vulnerabilities: [String]) throws {
        let records = try read("<updates>\(Self.notices.joined())</updates>")
        let version = "1:1.24.0-4.module_el9.5.0+122+220a1c6b.alma.1"
        let rows = try rows([
            "nginx\t\(version)\tx86_64\tnginx-1.24.0-4.src.rpm\tAlmaLinux\t\(label)",
            "bash\t5.1-9.el9\tx86_64\tbash-5.1-9.el9.src.rpm\tAlmaLinux\t(none)",
        ])
        let found = report(records, rows)
        #expect(found.findings.map(\.vulnerability).sorted() == vulnerabilities)
        #expect(found.findings.allSatisfy { $0.state == .fixAvailable })
    }

    @Test(.requires(.sharedData))
    func `recorded labels and AlmaLinux's own records find what is fixed in that stream`() throws {
        let recorded = try String(
            contentsOf: Places.sharedData.appending(
                path: "tool-outputs/rpm/rpm-qa-alma9-modules-vuls.txt"), encoding: .utf8)
        // Recorded with blanks, the epoch apart and without the vendor.
        let lines = recorded.split(separator: "\n").map { line in
            let parts = line.split(separator: " ").map(String.init)
            let epoch = parts[1] == "0" ? "" : "\(parts[1]):"
            return [
                parts[0], "\(epoch)\(parts[2])-\(parts[3])", parts[4], parts[5], "AlmaLinux",
                parts[6],
            ].joined(separator: "\t")
        }
        let rows = try rows(lines)
        #expect(rows.compactMap(\.module) == [ModuleStream(name: "nginx", stream: "1.24")])
        let archive = Places.sharedData.appending(
            path: "advisories/almalinux/osv-almalinux9.tar.gz")
        var records: [FeedRecord] = []
        _ = try FeedLoader().load([archive.path]) { record in
            guard case .advisory(let advisory) = record,
                advisory.affected.contains(where: { $0.name == "nginx" })
            else { return }
            records.append(record)
        }
        let streams = Set(records.flatMap { $0.streams(of: "nginx") })
        #expect(streams.isSuperset(of: ["1.22", "1.24", "1.26"]))
        let found = report(records, rows)
        #expect(!found.findings.isEmpty)
        #expect(found.findings.allSatisfy { $0.fixedIn?.hasPrefix("1:1.24.0-") == true })
        // With the last fix of its stream nothing is left, which only the label can tell: the fixes
        // of 1.26 are newer than all of 1.24.
        var patched = rows
        for place in patched.indices where patched[place].name == "nginx" {
            patched[place].version = "1:1.24.0-7.module_el9.8.0+278+b57266e8.3.alma.1"
        }
        #expect(report(records, patched).findings.isEmpty)
        for place in patched.indices { patched[place].module = nil }
        #expect(!report(records, patched).findings.isEmpty)
    }
}

extension FeedRecord {
    /// The streams of a module that an advisory speaks of.
    fileprivate func streams(of module: String) -> [String] {
        guard case .advisory(let advisory) = self else { return [] }
        return advisory.affected.compactMap(\.module).filter { $0.name == module }.map(\.stream)
    }
}
