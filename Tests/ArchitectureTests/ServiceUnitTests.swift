import Foundation
import TestSupport
import Testing

/// The agent's systemd unit stands in two places: in its package, and in the program that sets
/// itself up without one.
@Suite struct `The agent's unit` {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: Places.packageRoot.appending(path: path), encoding: .utf8)
    }

    private func packaged() throws -> [String] {
        try text("packaging/systemd/patchbay-agent.service")
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func `is the same in the package and in the program`() throws {
        let source = try text("Sources/patchbay-agent/InstallService.swift")
        let literal = source.components(separatedBy: "\"\"\"")
        let body = try #require(literal.first { $0.contains("[Service]") })
        let own = body.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("        ") ? String($0.dropFirst(8)) : String($0) }
            .map { $0.replacingOccurrences(of: "\\(program)", with: "/usr/bin/patchbay-agent") }
        let lines = own.drop(while: \.isEmpty).reversed().drop { $0.allSatisfy(\.isWhitespace) }
        let packaged = try packaged().reversed().drop(while: \.isEmpty)
        #expect(Array(lines) == Array(packaged))
    }

    @Test func `shows the agent the kernels, and lets it load no module`() throws {
        let lines = try packaged()
        // It would hide /usr/lib/modules, where pacman's and dnf's kernels are looked for.
        #expect(!lines.contains { $0.hasPrefix("ProtectKernelModules=") })
        #expect(lines.contains { $0.hasPrefix("CapabilityBoundingSet=~CAP_SYS_MODULE ") })
        #expect(lines.contains { $0.hasPrefix("SystemCallFilter=~@module ") })
    }

    @Test func `is felt little, and takes no more memory than a small machine has`() throws {
        let lines = try packaged()
        #expect(lines.contains("Nice=10"))
        #expect(lines.contains("IOSchedulingPriority=7"))
        #expect(lines.contains { $0.hasPrefix("MemoryMax=") })
    }
}
