@testable import AgentCore
import Fleet
import Policy
import Readiness
import Synchronization
import Testing

/// What each scan tells of the endpoint's backup.
struct BackupMemoryTests {
    /// Counts how often its commands are asked.
    private final class Counting: Safeguarding {
        let namesBackupCommands: Bool
        private let answer: BackupAnswer
        private let asked = Mutex(0)

        init(_ answer: BackupAnswer, isNamed: Bool = true) {
            self.answer = answer
            namesBackupCommands = isNamed
        }

        var times: Int { asked.withLock { $0 } }

        func lastBackup(at now: Timestamp) async -> BackupAnswer {
            asked.withLock { $0 += 1 }
            return answer
        }

        func takeSnapshot(_ label: String, at now: Timestamp) async -> SnapshotAnswer {
            .notPossible("")
        }

        func surroundings(for rule: ReadinessRule) async -> Surroundings { Surroundings() }
    }

    private let world = World()

    private func memory(_ safeguards: Counting, wanted: TimeSpan?) -> BackupMemory {
        BackupMemory(safeguards, effects: world.effects) { _ in wanted }
    }

    static let ages: [(Int64, TimeSpan?, Bool?)] = [
        (2, .hours(12), false), (13, .hours(12), true), (13, nil, nil),
    ]

    @Test(arguments: ages)
    func `it is too old when the policy asks for a younger one`(
        hours: Int64, wanted: TimeSpan?, isTooOld: Bool?
    ) async {
        let last = world.now.adding(seconds: -3_600 * hours)
        let memory = memory(Counting(.made(at: last, by: "restic")), wanted: wanted)
        #expect(
            await memory.facts(asks: true)
                == BackupFacts(lastAt: last, toldBy: "restic", isTooOld: isTooOld))
    }

    @Test func `what is not known is too old where a policy asks`() async {
        let safeguards = Counting(.unknown("restic could not be run."))
        #expect(
            await memory(safeguards, wanted: .hours(12)).facts(asks: true)
                == BackupFacts(problem: "restic could not be run.", isTooOld: true))
        #expect(
            await memory(safeguards, wanted: nil).facts(asks: true)
                == BackupFacts(problem: "restic could not be run."))
    }

    @Test func `without commands and without a policy that asks nothing is told`() async {
        let silent = Counting(.unknown("No command is named."), isNamed: false)
        #expect(await memory(silent, wanted: nil).facts(asks: true) == nil)
        #expect(silent.times == 0)
        let wanted = await memory(silent, wanted: .hours(12)).facts(asks: true)
        #expect(wanted == BackupFacts(problem: "No command is named.", isTooOld: true))
    }

    @Test func `commands are asked once an hour, and never by a look within a job`() async throws {
        let safeguards = Counting(.made(at: world.now, by: "restic"))
        let memory = memory(safeguards, wanted: .hours(12))
        #expect(await memory.facts(asks: false) == nil)
        for _ in 0..<3 { #expect(await memory.facts(asks: true)?.isTooOld == false) }
        #expect(safeguards.times == 1)
        try await world.effects.sleep(13 * 3_600_000)
        #expect(await memory.facts(asks: false)?.isTooOld == true)
        #expect(safeguards.times == 1)
        _ = await memory.facts(asks: true)
        #expect(safeguards.times == 2)
    }
}
