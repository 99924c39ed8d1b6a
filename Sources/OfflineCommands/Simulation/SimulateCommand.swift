public import ArgumentParser
import CommandBasics
public import Simulation

extension PlantedBug: ExpressibleByArgument {}

/// `patchbay simulate`
package struct SimulateCommand: AsyncParsableCommand {
    /// The most worlds of one call: at a tenth of a second each about a day.
    static let mostSeeds: UInt64 = 1_000_000

    package static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract:
            "Run server and agents in simulated worlds full of faults, and check the promises.",
        discussion: """
            Example: patchbay simulate --seeds 1000

            Each seed is one world: a server, agents, networks, clocks, crashes, reboots and people, \
            the same each time. Status 1 when a promise is broken in any of them. With --plant one \
            safeguard is switched off in the simulation's wiring, which must be found out.
            """)

    @Option(help: "How many worlds, with seeds one after another.")
    var seeds: UInt64 = 100

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "A safeguard to switch off: "
                + "\(PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "bug"))
    var plant: PlantedBug?

    @Option(help: ArgumentHelp("Print what happens in one world instead.", valueName: "seed"))
    var trace: UInt64?

    @OptionGroup var output: FormatOption

    package init() {}

    package func validate() throws {
        guard (1...Self.mostSeeds).contains(seeds), seed <= UInt64.max - Self.mostSeeds else {
            throw ValidationError("--seeds is from 1 to \(Self.mostSeeds), and --seed leaves room.")
        }
    }

    package func run() async throws {
        let simulation = try SimulationRun(plant: plant)
        if let trace {
            let lines = try await simulation.trace(trace)
            Terminal.write(lines.joined(separator: "\n"))
            if lines.contains(where: { $0.contains(" BROKEN: ") }) {
                throw ExitCode(Failure.Status.no.rawValue)
            }
            return
        }
        let report = try await simulation.run(seed..<(seed + seeds))
        try output.show(report, usually: .json) { Self.text($0) }
        if !report.violations.isEmpty { throw ExitCode(Failure.Status.no.rawValue) }
    }

    private static func text(_ report: SimulationRun.Report) -> String {
        var table = Table(.number("SEED"), .text("PROMISE"), .number("STEP"))
        for violation in report.violations {
            table.add("\(violation.seed)", violation.invariant, "\(violation.step)")
        }
        let sentence =
            "\(report.violations.count) of \(report.seeds) worlds broke a promise "
            + "(\(report.steps) events)."
        return report.violations.isEmpty
            ? sentence : table.text(width: Terminal.width) + "\n" + sentence
    }
}
