import Foundation
import TestSupport
import Testing

struct SimulateTests {
    private struct Answer: Decodable {
        struct Violation: Decodable {
            var seed: Int
            var invariant: String
            var step: Int
        }
        var seeds: Int
        var violations: [Violation]
    }

    @Test func `a few worlds keep every promise`() async throws {
        let answer = try await CommandLine.patchbay("simulate", "--seeds", "2", "--seed", "5")
        #expect(answer.status == 0, "\(answer.errorOutput)")
        let report = try JSONDecoder().decode(Answer.self, from: Data(answer.output.utf8))
        #expect(report.seeds == 2 && report.violations.isEmpty)
    }

    @Test func `a safeguard that is not known is wrong use`() async throws {
        let answer = try await CommandLine.patchbay("simulate", "--plant", "everything")
        #expect(answer.status == 2)
        #expect(answer.output.isEmpty && answer.errorOutput.contains("everything"))
    }

    @Test func `no worlds at all is wrong use`() async throws {
        #expect(try await CommandLine.patchbay("simulate", "--seeds", "0").status == 2)
    }
}
