package import ArgumentParser
import CommandBasics
import Foundation

/// `patchbay bench`: the parts of `make bench` that are measured inside one process. It is not in
/// the help: it is for who works on Patchbay.
package struct BenchCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure parts of Patchbay, one JSON object a line.",
        discussion: "Example: patchbay bench versions", shouldDisplay: false,
        subcommands: [
            BenchIngest.self, BenchUpload.self, BenchAudit.self, BenchVersions.self,
            BenchDecisions.self, BenchFindings.self,
        ])

    package init() {}
}

/// One measured figure, as `make bench` prints it.
struct Measurement: Encodable {
    /// What was measured.
    let name: String
    let value: Double
    let unit: String
    /// What it is compared with, measured in the same run; `nil` when there is nothing fair to
    /// compare with.
    var baseline: Double?
    /// The value divided by the baseline.
    var ratio: Double? { baseline.map { Self.rounded(value / $0) } }

    private enum CodingKeys: String, CodingKey {
        case name, value, unit, baseline, ratio
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(Self.rounded(value), forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encode(baseline.map(Self.rounded), forKey: .baseline)
        try container.encode(ratio, forKey: .ratio)
    }

    /// Prints it.
    func show() throws {
        Terminal.write(try JSONText.line(self))
    }

    private static func rounded(_ value: Double) -> Double {
        (value * 1000).rounded() / 1000
    }
}

/// Measures how long something takes, in seconds.
func seconds(_ body: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let begun = clock.now
    try await body()
    return (clock.now - begun) / .seconds(1)
}

/// Does something for each of so many numbers, `width` of them at a time.
func inParallel(
    _ count: Int, width: Int, _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for first in 0..<min(width, count) {
            group.addTask {
                for number in stride(from: first, to: count, by: width) { try await body(number) }
            }
        }
        try await group.waitForAll()
    }
}
