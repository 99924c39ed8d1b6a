import AgentCore
import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers

/// The real apt, asked about a root folder in which every kind of update stands.
@Suite(.requires(.tool("/usr/bin/apt-get", package: "apt")))
struct LabScanTests {
    private func scan(_ change: (LabRoot) throws -> Void = { _ in }) async throws -> Scan {
        try await withTemporaryFolder { folder in
            let root = try LabRoot(in: folder)
            try change(root)
            let now = try #require(Timestamp("2026-11-21T12:00:00Z"))
            return try await DebianScanner(.init(root: root.folder.path)) { now }
                .scan(refreshingSources: true)
        }
    }

    @Test func `each kind of update is told apart`() async throws {
        let scan = try await scan()
        let found = scan.updates.map { "\($0.name) \($0.candidate) \($0.installability.rawValue)" }
        #expect(
            found == [
                "labclash 2.0 keptBack", "labgood 2.0 installable", "labheld 2.0 held",
                "labnew 2.0 keptBack",
                "labphased 2.0 phased", "labpinned 2.0 excluded", "labsecure 1.2-1 installable",
                "labunmet 2.0 keptBack",
            ])
    }

    @Test(arguments: [
        ("labclash", "It cannot be installed beside labold."),
        ("labheld", "The package is on hold on this endpoint."),
        ("labnew", "It needs labextra, which is not installed."),
        (
            "labphased",
            "It is handed out in phases (0 % so far), and this endpoint's turn has not come."
        ),
        ("labpinned", "A pin on this endpoint keeps it out (priority -1)."),
        ("labunmet", "Its dependencies cannot be met: labgood (>= 9)"),
    ])
    func `what stands in an update's way is said in one sentence`(
        name: String, sentence: String
    ) async throws {
        let update = try #require(try await scan().updates.first { $0.name == name })
        #expect(update.reason?.hasPrefix(sentence) == true, "\(update.reason ?? "nil")")
    }

    @Test func `a security version between installed and candidate makes the update security`()
        async throws
    {
        let update = try #require(try await scan().updates.first { $0.name == "labsecure" })
        #expect(update.classes == [.security, .bugfix])
        #expect(update.origin == "Debian:12/stable")
    }

    @Test func `every update has the size of its download`() async throws {
        let sizes = try await scan().updates.map { "\($0.name) \($0.bytes ?? -1)" }
        #expect(
            sizes == [
                "labclash 2006", "labgood 2001", "labheld 2009", "labnew 2003", "labphased 2008",
                "labpinned 2007", "labsecure 2002", "labunmet 2005",
            ])
    }

    @Test func `the inventory holds what is properly installed, and the rest is named`()
        async throws
    {
        let scan = try await scan()
        let names = scan.packages.map(\.name)
        #expect(!names.contains("labhalf") && !names.contains("labgone"))
        #expect(names.contains("labheld") && names.contains("labforeign"))
        #expect(scan.unparsed == ["dpkg: labhalf 2.0 amd64 is half-configured, not installed"])
        let source = try #require(scan.packages.first { $0.name == "labsource" })
        #expect(source.source == "labsrc" && source.sourceVersion == "1:1.0-1")
        #expect(scan.packages.first { $0.name == "labcurrent" }?.origin == "Debian:12/stable")
        #expect(source.origin == nil)
    }

    @Test func `another root's facts are its own`() async throws {
        let scan = try await scan()
        #expect(scan.endpoint.hostname == "lab" && scan.endpoint.os.name == "Lab")
        #expect(scan.endpoint.kernel.isEmpty && scan.endpoint.bootId.isEmpty)
        #expect(scan.endpoint.architecture == "amd64")
    }

    @Test func `a source that was never fetched shows`() async throws {
        let scan = try await scan { root in
            let text = "deb [trusted=yes] http://user:secret@vendor.example.org/apt/ ./\n"
            try root.write(text, to: "etc/apt/sources.list")
        }
        let source = try #require(
            scan.sources.first { $0.name == "http://vendor.example.org/apt ./" })
        #expect(source.state == .stale && source.refreshedAt == nil)
        #expect(scan.sources.count == 4)
    }

    @Test func `a lists folder that nobody can read is no endpoint without updates`() async throws {
        await #expect(throws: ScanFailure.self) {
            try await scan { try $0.write("deb nonsense", to: "etc/apt/sources.list") }
        }
    }

    @Test func `an empty package database is an error and not an empty inventory`() async throws {
        let failure = await #expect(throws: ScanFailure.self) {
            try await scan { try $0.write("", to: "var/lib/dpkg/status") }
        }
        #expect(failure?.code == "E_SCAN_DPKG_UNREADABLE")
    }

    @Test func `another root's configuration cannot make this machine run a program`() async throws
    {
        try await withTemporaryFolder { folder in
            let mark = folder.appending(path: "ran").path
            let root = try LabRoot(in: folder.appending(path: "root"))
            let program = "/usr/bin/touch \(mark)"
            let text = """
                AptCli::Hooks::Upgrade { "\(program)"; };
                AptCli::Hooks::Install { "\(program)"; };
                APT::Update::Pre-Invoke { "\(program)"; };
                DPkg::Pre-Invoke { "\(program)"; };
                Dir::Bin::dpkg "\(program)";
                APT::Solver "evil";

                """
            try root.write(text, to: "etc/apt/apt.conf.d/99evil")
            let scan = try await DebianScanner(.init(root: root.folder.path)) {
                Timestamp(seconds: 0)
            }
            .scan(refreshingSources: true)
            #expect(scan.updates.count == 8)
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
    }
}
