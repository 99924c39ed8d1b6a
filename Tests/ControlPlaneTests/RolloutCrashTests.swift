import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Synchronization
import Testing

@Suite("A crash between any two steps of a rollout loses nothing and doubles nothing")
struct RolloutCrashTests {
    /// The way of three endpoints through two rings takes at least so many transactions that write.
    private static let fewestWrites = 15
    /// … and never so many.
    private static let mostWrites = 200

    @Test(arguments: [false, true])
    func `whichever transaction the server dies at, everyone is patched once`(
        afterCommit: Bool
    ) async throws {
        for number in 1...Self.mostWrites {
            let rings = try await RingHouse(policy: RingHouse.policy(soakSeconds: 60))
            let ledger = DyingLedger(
                rings.useCases.ledger, at: number, afterCommit: afterCommit)
            var world = RolloutWorld(rings, ledger)
            let id = try await rings.approve()
            for _ in 0..<20 where try await rings.detail(id).summary.deployment.state == .running {
                try await world.turn()
            }
            let detail = try await rings.detail(id)
            #expect(detail.summary.deployment.state == .finished, "write \(number)")
            #expect(
                detail.jobs.map(\.job.state) == [.verified, .verified, .verified],
                "write \(number)")
            #expect(world.installations.values.allSatisfy { $0 == 1 }, "write \(number)")
            #expect(world.installations.count == 3, "write \(number)")
            let opened = detail.timeline?.count { $0.action == "rollout.ringOpened" }
            #expect(opened == 2, "write \(number)")
            guard ledger.hasDied else {
                #expect(number > Self.fewestWrites)
                return
            }
        }
    }
}

/// Three endpoints and a server that may die and is started again.
private struct RolloutWorld {
    let rings: RingHouse
    let ledger: DyingLedger
    var useCases: UseCases
    /// How often each job was really carried out.
    var installations: [JobID: Int] = [:]

    init(_ rings: RingHouse, _ ledger: DyingLedger) {
        self.rings = rings
        self.ledger = ledger
        useCases = Self.start(rings, ledger)
    }

    private static func start(_ rings: RingHouse, _ ledger: DyingLedger) -> UseCases {
        UseCases(
            ledger: ledger, effects: rings.useCases.effects, keys: rings.useCases.keys,
            signals: Signals())
    }

    /// Everyone does what is to be done now; whoever meets a dead server tries again next time.
    mutating func turn() async throws {
        for endpoint in rings.endpoints {
            do { try await work(endpoint) } catch is DyingLedger.Died { restart() }
        }
        rings.house.clock.advance(seconds: 30)
        do {
            try await useCases.tick()
            try await useCases.steerAll()
        } catch is DyingLedger.Died { restart() }
    }

    private mutating func restart() { useCases = Self.start(rings, ledger) }

    private mutating func work(_ endpoint: TestEndpoint) async throws {
        let answer = try await useCases.collectWork(
            WorkRequest(waitSeconds: 0), by: endpoint.principal)
        guard let order = answer.order else { return }
        _ = try await useCases.reportProgress(
            JobProgress(phase: .installing, sentence: "Installs.", at: rings.house.clock.now),
            job: order.job, by: endpoint.principal)
        // The agent's journal knows what it has carried out.
        if installations[order.job] == nil { installations[order.job] = 1 }
        let outcomes = order.updates.map {
            UpdateOutcome(update: $0, state: .verified, versionAfter: $0.to, sentence: "In.")
        }
        _ = try await useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: endpoint.principal)
    }
}

/// A ledger whose process dies once: at its nth transaction that writes, before or after the
/// commit.
private final class DyingLedger: Ledger {
    struct Died: Error {}

    private let ledger: any Ledger
    private let number: Int
    private let afterCommit: Bool
    private let count = Mutex(0)

    init(_ ledger: any Ledger, at number: Int, afterCommit: Bool) {
        self.ledger = ledger
        self.number = number
        self.afterCommit = afterCommit
    }

    var hasDied: Bool { count.withLock { $0 >= number } }

    func read<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer {
        try await ledger.read(body)
    }

    func write<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer {
        let dies = count.withLock { count in
            count += 1
            return count == number
        }
        if dies, !afterCommit { throw Died() }
        let answer = try await ledger.write(body)
        if dies { throw Died() }
        return answer
    }
}
