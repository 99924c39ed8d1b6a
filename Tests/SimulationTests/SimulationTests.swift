import Foundation
import Simulation
import Testing

/// Each world is twenty minutes of faults or more: a few dozen take seconds without optimisation;
/// `scripts/test simulate` runs a thousand.
@Suite(.serialized) struct SimulationTests {
    /// How many worlds a debug build runs; `PATCHBAY_SIMULATED_SEEDS` asks for more.
    static let seeds: UInt64 = {
        let text = ProcessInfo.processInfo.environment["PATCHBAY_SIMULATED_SEEDS"] ?? ""
        return UInt64(text) ?? 24
    }()

    @Test func `every promise holds in every world`() async throws {
        let report = try await SimulationRun().run(1..<(1 + Self.seeds))
        #expect(report.seeds == Int(Self.seeds))
        #expect(report.steps > 100 * report.seeds)
        #expect(report.violations.isEmpty)
    }

    @Test func `the same seed is the same world`() async throws {
        let one = try await SimulationRun().trace(4)
        let two = try await SimulationRun().trace(4)
        #expect(one == two)
        #expect(one.count > 100)
        #expect(one != (try await SimulationRun().trace(8)))
    }

    @Test(arguments: [
        (PlantedBug.window, Invariant.windowRespected), (.gate, .gateRespected),
        (.budget, .budgetRespected), (.idempotency, .nothingRunsTwice),
        (.signature, .signatureRespected), (.lease, .leaseRespected),
    ])
    func `a safeguard that is switched off is missed`(
        _ plant: PlantedBug, _ invariant: Invariant
    ) async throws {
        let report = try await SimulationRun(plant: plant).run(1..<51, stopsAtFirst: true)
        let violation = try #require(report.violations.first)
        #expect(violation.invariant == invariant.rawValue)
    }
}
