import ArgumentParser
import CommandBasics
import Fleet
import Simulation
import Versions

/// `patchbay bench versions`
struct BenchVersions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Compare versions of each ecosystem on one thread.",
        discussion: "Example: patchbay bench versions")

    @Option(help: "How many comparisons of Debian versions; a fifth of it for each other order.")
    var count = 5_000_000

    /// So many packages of the simulated fleet lend their versions: enough that they do not all
    /// stay in the processor's nearest cache.
    private static let packages = 4_000

    func run() async throws {
        let fleet = SyntheticFleet(images: 2, packages: Self.packages, drift: 0, seed: 1)
        let left = fleet.inventory(of: 0, changes: 0).packages.map(\.version)
        let right = fleet.inventory(of: 1, changes: Self.packages).packages.map(\.version)
        try await measure(.deb, left, right, count: count)
        for (ecosystem, pairs) in Self.samples {
            try await measure(
                ecosystem, pairs.map(\.0), pairs.map(\.1), count: count / 5)
        }
    }

    private func measure(
        _ ecosystem: Ecosystem, _ left: [String], _ right: [String], count: Int
    ) async throws {
        var lower = 0
        let time = try await seconds {
            for number in 0..<count {
                let place = number % left.count
                if try ecosystem.compare(left[place], right[place]) == .less { lower += 1 }
            }
        }
        // What nobody looks at might not be computed.
        Terminal.writeError("\(ecosystem.rawValue): \(lower) of \(count) were older")
        try Measurement(
            name: "versions.\(ecosystem.rawValue)Comparisons", value: Double(count) / time,
            unit: "1/s"
        ).show()
    }

    /// Pairs as matching meets them: mostly near each other.
    private static let samples: [(Ecosystem, [(String, String)])] = [
        (
            .rpm,
            [
                ("1:2.4.57-8.el9_4.2", "1:2.4.57-11.el9_4.1"), ("5.14.0-427.el9", "5.14.0-503.el9"),
                ("3.0.7-27.el9", "3.0.7-28.el9_4"), ("2.9.13~rc1-1.el9", "2.9.13-6.el9_5.1"),
            ]
        ),
        (
            .apk,
            [
                ("3.1.4-r5", "3.1.7-r0"), ("1.36.1-r15", "1.36.1-r29"), ("2.0_rc2-r0", "2.0-r0"),
                ("9.3_p2-r1", "9.3_p10-r0"),
            ]
        ),
        (
            .semver,
            [
                ("4.17.20", "4.17.21"), ("1.0.0-rc.2", "1.0.0-rc.11"), ("v0.27.1", "v0.33.0"),
                ("7.5.4+build.1", "7.5.3"),
            ]
        ),
        (
            .pep440,
            [
                ("3.2.18", "3.2.25"), ("2.0.0rc1", "2.0.0"), ("1.26.17.post1", "1.26.18"),
                ("42.0.0.dev1", "42.0.4"),
            ]
        ),
        (
            .winget,
            [
                ("124.0.6367.91", "124.0.6367.118"), ("v2.45.0", "2.45.1"), ("8.6.4", "8.6.4.0"),
                ("24.08", "24.9"),
            ]
        ),
    ]
}
