import Foundation
import TestSupport
import Testing

/// The agent and the tools that it asks, on a machine with one processor and little memory.
@Suite(.requires(.root, .networkNamespaces, .testBed, .binaries))
struct SmallMachineTests {
    /// More than Fedora has (70,000).
    private static let packages = 80_000

    /// The part of a scan that is looked at.
    private struct Answer: Decodable {
        struct Source: Decodable {
            var name: String
            var state: String
        }
        struct Update: Decodable { var name: String }
        var sources: [Source]
        var updates: [Update]
    }

    /// In MiB, from the agent's unit: the rest of 512 is the system's.
    private static func limitOfUnit() throws -> String {
        let unit = try String(
            contentsOf: Places.packageRoot.appending(
                path: "packaging/systemd/patchbay-agent.service"),
            encoding: .utf8)
        return String(try #require(unit.firstMatch(of: /\nMemoryMax=([0-9]+)M\n/)).1)
    }

    @Test(.toolLab(.small))
    func `A scan with dnf's indexes of a whole distribution fits one processor and 512 MB`()
        async throws
    {
        let lab = try Lab.current
        let made = try await lab.tryBed(["flavour", "dnf4"])
        guard made.status == 0 else { try Test.cancel("dnf4 cannot be had: \(made.errorOutput)") }
        let limit = try Self.limitOfUnit()
        #expect(try #require(Int(limit)) <= 450)
        let number = "18"
        try await lab.bed("light", number, "--flavour", "dnf4")
        try await lab.bed("agent", number, "--binary", lab.agent.path)
        let large = lab.repository.appending(path: "public/large").path
        try await run(
            [Lab.tool("repo/tools/make-large").path, large, "\(Self.packages)"],
            timeout: .seconds(120)
        ).succeeded("make-large")
        let source = lab.folder.appending(path: "large.repo")
        try Data("[large]\nname=Large\nbaseurl=http://10.77.0.1:8080/large\ngpgcheck=0\n".utf8)
            .write(to: source)
        try await lab.bed("push", number, source.path, "/etc/yum.repos.d/large.repo")

        let result = try await run(
            [
                Lab.tool("small-machine").path, "--memory", limit, Lab.tool("lab").path, "run",
                number, "/usr/bin/patchbay-agent", "scan", "--refresh", "--format", "json",
            ], environment: lab.environment, timeout: .seconds(300))
        if result.status == 3, result.errorOutput.contains("small-machine:") {
            print("skipped: \(result.errorOutput)")
            try Test.cancel("\(result.errorOutput)")
        }
        #expect(result.status == 0, "\(result.errorOutput)")
        let scan = try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
        let state = scan.sources.first { $0.name.hasPrefix("large") }?.state
        #expect(state == "ok", "\(scan.sources)")
        #expect(scan.updates.contains { $0.name == "labgood" })
        let used = try #require(result.errorOutput.firstMatch(of: /small-machine: ([0-9]+) MiB/))
        print("a scan with dnf took \(used.1) MiB of \(limit)")
    }
}
