import AgentProtocol
import Foundation
import Simulation
import Trust

/// A simulated fleet at work: first every endpoint enrols and shows itself whole, then all check
/// in.
struct FleetRun: Sendable {
    /// What to simulate.
    struct Plan: Sendable {
        var endpoints: Int
        /// How many endpoints call at the same time, each over a connection of its own.
        var connections: Int
        /// Seconds between two check-ins of an endpoint; 0 for as fast as the server answers.
        var interval: Double
        /// Seconds for which endpoints check in.
        var duration: Double
        /// How many check-ins of a thousand come with a changed package.
        var changesPerThousand: Int
    }

    /// What came of it.
    struct Outcome: Sendable {
        var tally: FleetTally
        var enrolmentSeconds: Double
        var checkInSeconds: Double
        /// Each endpoint's next check-in, when that was asked for.
        var recorded: [String]
    }

    let plan: Plan
    let fleet: SyntheticFleet
    let token: EnrolmentTokenText
    let link: FleetLink

    /// Runs it; with `recording`, each endpoint's next check-in is kept.
    func run(recording: Bool) async throws -> Outcome {
        let clock = ContinuousClock()
        let begun = clock.now
        var workers = try await inParallel(makeWorkers()) { worker in await worker.enrolAll() }
        let enrolled = clock.now
        if plan.duration > 0 {
            workers = await inParallel(workers) { worker in
                await worker.checkInAll(from: enrolled, for: .seconds(plan.duration))
            }
        }
        let ended = clock.now
        var tally = FleetTally()
        for worker in workers { tally.add(worker.tally) }
        return Outcome(
            tally: tally, enrolmentSeconds: (enrolled - begun) / .seconds(1),
            checkInSeconds: (ended - enrolled) / .seconds(1),
            recorded: recording ? try workers.flatMap { try $0.recorded() } : [])
    }

    private func makeWorkers() throws -> [FleetWorker] {
        let count = min(plan.connections, plan.endpoints)
        return (0..<count).map { worker in
            FleetWorker(
                run: self,
                // In the order of their phases, so that one pass over them meets each when it is
                // due.
                numbers: Array(stride(from: worker, to: plan.endpoints, by: count)))
        }
    }

    private func inParallel(
        _ workers: [FleetWorker], _ body: @escaping @Sendable (inout FleetWorker) async -> Void
    ) async -> [FleetWorker] {
        await withTaskGroup(of: FleetWorker.self) { group in
            for worker in workers {
                group.addTask {
                    var worker = worker
                    await body(&worker)
                    return worker
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

/// One connection's share of the fleet.
struct FleetWorker: Sendable {
    /// How many failures in a row end a worker: the server is gone.
    private static let mostFailures = 20

    private let run: FleetRun
    private let numbers: [Int]
    private var endpoints: [SimulatedEndpoint] = []
    private(set) var tally = FleetTally()
    private var failuresInRow = 0

    /// The worker of these endpoints.
    init(run: FleetRun, numbers: [Int]) {
        self.run = run
        self.numbers = numbers
    }

    /// Enrols all, and has each show itself whole.
    mutating func enrolAll() async {
        for number in numbers where failuresInRow < Self.mostFailures {
            do {
                var endpoint = try SimulatedEndpoint(number: number, fleet: run.fleet)
                try await endpoint.enrol(run.token, run.fleet, run.link)
                try await endpoint.authenticate(run.token, run.link)
                let answer = try await endpoint.checkIn(run.link)
                if answer.wantsScan {
                    tally.count(
                        try await endpoint.upload(
                            run.fleet, run.link, known: answer.knownInventoryDigest))
                }
                endpoints.append(endpoint)
                tally.enrolled += 1
                failuresInRow = 0
            } catch {
                failed(error)
            }
        }
    }

    /// Has all check in, again and again until the time is up; each at least once.
    mutating func checkInAll(from start: ContinuousClock.Instant, for duration: Duration) async {
        let clock = ContinuousClock()
        let end = start + duration
        var generator = SeededGenerator(1, UInt64(numbers.first ?? 0))
        var round = 0
        while !endpoints.isEmpty, failuresInRow < Self.mostFailures {
            for place in endpoints.indices {
                let due = start + phase(of: place, round: round)
                if due > end, round > 0 { return }
                if due > clock.now { try? await clock.sleep(until: due) }
                if round > 0, clock.now >= end { return }
                let changes =
                    Int.random(in: 0..<1000, using: &generator) < run.plan.changesPerThousand
                await checkIn(place, changes: changes)
            }
            round += 1
        }
    }

    /// Every endpoint's next check-in.
    func recorded() throws -> [String] {
        try endpoints.map { try $0.recordedCheckIn() }
    }

    /// When an endpoint is due: they are spread evenly over the interval.
    private func phase(of place: Int, round: Int) -> Duration {
        let share = Double(endpoints[place].number) / Double(run.plan.endpoints)
        return .seconds(run.plan.interval * (Double(round) + share))
    }

    private mutating func checkIn(_ place: Int, changes: Bool) async {
        do {
            if changes { endpoints[place].change(run.fleet) }
            try await endpoints[place].authenticate(run.token, run.link)
            let endpoint = endpoints[place]
            let clock = ContinuousClock()
            let begun = clock.now
            let answer = try await endpoint.checkIn(run.link)
            tally.latencies.count(clock.now - begun)
            if answer.wantsScan {
                tally.count(
                    try await endpoints[place].upload(
                        run.fleet, run.link, known: answer.knownInventoryDigest))
            }
            failuresInRow = 0
        } catch {
            failed(error)
        }
    }

    private mutating func failed(_ error: any Error) {
        tally.count(error)
        failuresInRow += 1
    }
}
