import ArgumentParser
import Fleet
import Versions

/// `patchbay bench versions`
struct BenchVersions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Compare Debian versions on one thread.",
        discussion: "Example: patchbay bench versions")

    @Option(help: "How many comparisons.")
    var count = 5_000_000

    /// So many packages of the simulated fleet lend their versions: enough that they do not all
    /// stay in the processor's nearest cache.
    private static let packages = 4_000

    func run() async throws {
        let fleet = SyntheticFleet(images: 2, packages: Self.packages, drift: 0, seed: 1)
        let left = fleet.inventory(of: 0, changes: 0).packages.map(\.version)
        let right = fleet.inventory(of: 1, changes: Self.packages).packages.map(\.version)
        var lower = 0
        let time = try await seconds {
            for number in 0..<count {
                let place = number % Self.packages
                if try DebianVersion.order(left[place], right[place]) == .less { lower += 1 }
            }
        }
        // What nobody looks at might not be computed.
        Terminal.writeError("\(lower) of \(count) were older")
        try Measurement(name: "versions.debComparisons", value: Double(count) / time, unit: "1/s")
            .show()
    }
}
