import AgentCore
import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers
@testable import ToolOutputs

/// The scanner on the machine that the tests run on.
@Suite(.requires(.tool("/usr/bin/apt", package: "apt")))
struct LiveScanTests {
    private func scan(_ configuration: DebianScanner.Configuration) async throws -> Scan {
        let scanner = DebianScanner(configuration) {
            Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        return try await scanner.scan(refreshingSources: false)
    }

    /// One scan for the tests that only look at its result.
    private static let shared = Task {
        try await DebianScanner { Timestamp(seconds: 0) }.scan(refreshingSources: false)
    }

    private func listed() async throws -> [ToolUpdate] {
        let result = try await run(
            ["/usr/bin/apt", "list", "--upgradable"], timeout: .seconds(120))
        let reading = ToolOutput.aptListUpgradable.read(Array(result.output.utf8))
        #expect(reading.unparsed.isEmpty)
        return reading.updates
    }

    @Test func `the updates agree with apt list --upgradable on this machine`() async throws {
        // Another program may install packages meanwhile: compare with what apt says before or
        // after.
        let before = try await listed()
        let scan = try await scan(.init())
        let after = try await listed()
        let found = scan.updates.filter { $0.installability != .excluded }.map(line).sorted()
        let expected = [before, after].map { $0.map(line).sorted() }
        #expect(expected.contains(found), "\(found.count) found, \(expected.map(\.count)) listed")
    }

    private func line(_ update: Update) -> String {
        "\(update.name) \(update.architecture) \(update.installed) \(update.candidate)"
    }

    private func line(_ update: ToolUpdate) -> String {
        "\(update.name) \(update.architecture) \(update.installed) \(update.candidate)"
    }

    @Test func `the packages agree with dpkg-query on this machine`() async throws {
        let format =
            [
                "${Package}", "${Architecture}", "${Version}", "${source:Package}",
                "${source:Version}",
                "${db:Status-Status}\n",
            ].joined(separator: "\t")
        let result = try await run(["/usr/bin/dpkg-query", "-W", "-f", format])
        let installed = result.output.split(separator: "\n").filter { $0.hasSuffix("\tinstalled") }
        let scan = try await Self.shared.value
        let found = scan.packages.map {
            [$0.name, $0.architecture, $0.version, $0.source, $0.sourceVersion, "installed"]
                .joined(separator: "\t")
        }
        #expect(Set(found) == Set(installed.map(String.init)))
        #expect(found.count > 50)
    }

    @Test func `an installable update has a size, an origin and a class`() async throws {
        for update in try await Self.shared.value.updates
        where update.installability == .installable {
            #expect(
                (update.bytes ?? 0) > 0 && !update.origin.isEmpty && !update.classes.isEmpty,
                "\(update)")
            #expect(update.reason == nil)
        }
    }

    @Test func `every update that is not installable says why`() async throws {
        for update in try await Self.shared.value.updates
        where update.installability != .installable {
            #expect(update.reason?.hasSuffix(".") == true, "\(update)")
        }
    }

    @Test func `another root is read as this machine is, and nothing in it changes`() async throws {
        try await withTemporaryFolder { folder in
            let root = folder.appending(path: "root").path
            for path in ["etc/apt", "var/lib/dpkg", "var/lib/apt/lists", "usr/share/dpkg"] {
                let target = "\(root)/\(path)"
                try FileManager.default.createDirectory(
                    atPath: (target as NSString).deletingLastPathComponent,
                    withIntermediateDirectories: true)
                let copy = try await run(["/bin/cp", "-a", "/\(path)", target])
                #expect(copy.status == 0, "\(copy.errorOutput)")
            }
            let release = try Data(contentsOf: URL(filePath: "/etc/os-release"))
            try release.write(to: URL(filePath: "\(root)/etc/os-release"))
            let before = try await listing(of: root)
            let other = try await scan(.init(root: root))
            #expect(try await listing(of: root) == before)
            let own = try await scan(.init())
            #expect(other.packages == own.packages)
            #expect(other.updates == own.updates)
            #expect(other.sources.map(\.name) == own.sources.map(\.name))
            #expect(other.endpoint.os == own.endpoint.os)
            #expect(other.restarts.isEmpty)
        }
    }

    /// Every file with its size, its times and its owner.
    private func listing(of root: String) async throws -> String {
        let format = "%p %s %T@ %C@ %u %m\n"
        return try await run(["/usr/bin/find", root, "-printf", format]).output
    }
}
