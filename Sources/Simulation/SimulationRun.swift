import Fleet
import Store
import Synchronization
public import Trust

/// Runs worlds from seeds, and tells which promises did not hold.
public struct SimulationRun: Sendable {
    /// A promise that did not hold.
    public struct Violation: Hashable, Sendable, Codable {
        /// The world's seed.
        public var seed: UInt64
        /// The promise (`Invariant`).
        public var invariant: String
        /// After how many events it was seen.
        public var step: Int
    }

    /// The answer of `patchbay simulate`.
    public struct Report: Hashable, Sendable, Codable {
        /// How many worlds were run.
        public var seeds: Int
        /// The broken promises, at most one a world, by seed.
        public var violations: [Violation]
        /// How many events happened in all worlds.
        public var steps: Int
    }

    /// How many worlds run at once, as far as there are processors: a world waits for nothing.
    static let atOnce = 8

    private let keys: ServerKeys
    private let plant: PlantedBug?

    /// Worlds in which one safeguard is switched off, or none.
    ///
    /// - Throws: `TrustError` when the keys of the simulated installation cannot be made.
    public init(plant: PlantedBug? = nil) throws(TrustError) {
        let chance = Mutex(Chance(seed: 1))
        keys = try ServerKeys.make(
            at: Timeline.start, names: ["patchbay.example.org"],
            entropy: { count in chance.withLock { $0.bytes(count) } })
        self.plant = plant
    }

    /// Runs one world after another, a few at once. With `stopsAtFirst`, nothing more is begun once
    /// a promise is broken.
    public func run(_ seeds: Range<UInt64>, stopsAtFirst: Bool = false) async throws -> Report {
        var report = Report(seeds: 0, violations: [], steps: 0)
        let shelf = StoreShelf()
        try await withThrowingTaskGroup(of: (Violation?, Int).self) { group in
            var rest = seeds.makeIterator()
            for _ in 0..<Self.atOnce {
                if let seed = rest.next() { group.addTask { try await run(seed, shelf) } }
            }
            while let (violation, steps) = try await group.next() {
                report.seeds += 1
                report.steps += steps
                if let violation { report.violations.append(violation) }
                guard !stopsAtFirst || report.violations.isEmpty, let seed = rest.next() else {
                    continue
                }
                group.addTask { try await run(seed, shelf) }
            }
        }
        await shelf.close()
        report.violations.sort { $0.seed < $1.seed }
        return report
    }

    private func run(_ seed: UInt64, _ shelf: StoreShelf) async throws -> (Violation?, Int) {
        let store = try shelf.take()
        let world = try World(
            seed: seed, plant: plant, keys: keys, store: store, keepsLog: false)
        try await world.run()
        try await shelf.putBack(store)
        let violation = world.timeline.firstViolation.map {
            Violation(seed: seed, invariant: $0.invariant.rawValue, step: world.step)
        }
        return (violation, world.step)
    }

    /// What happens in one world, a line for each thing, for people to read.
    public func trace(_ seed: UInt64) async throws -> [String] {
        let store = try SQLLedger.openForOneCaller()
        let world = try World(seed: seed, plant: plant, keys: keys, store: store, keepsLog: true)
        try await world.run()
        await store.close()
        return world.timeline.log
    }
}

/// The stores of worlds, one world in each at a time: to empty one takes much less than to open
/// another.
private final class StoreShelf: Sendable {
    private let idle = Mutex<[SQLLedger]>([])

    /// A store that holds nothing.
    func take() throws -> SQLLedger {
        try idle.withLock { $0.popLast() } ?? SQLLedger.openForOneCaller()
    }

    /// Takes back the store of a world that has ended.
    func putBack(_ store: SQLLedger) async throws {
        try await store.clear()
        idle.withLock { $0.append(store) }
    }

    func close() async {
        let stores = idle.withLock { stores in
            defer { stores = [] }
            return stores
        }
        for store in stores { await store.close() }
    }
}
