import Fleet
import Policy
import Synchronization

/// Keeps what the endpoint's backup commands have last said, so that each scan can tell it: a
/// repository may be far away, and scans are many.
final class BackupMemory: Sendable {
    /// For how long an answer is told without asking again, in seconds: an hour, in which no backup
    /// that was young enough becomes much too old.
    static let askSeconds: Int64 = 3_600

    private let safeguards: any Safeguarding
    private let wanted: @Sendable (Timestamp) async -> TimeSpan?
    private let effects: AgentEffects
    private let last = Mutex<(at: Timestamp, answer: BackupAnswer)?>(nil)

    /// A memory; `wanted` tells the oldest backup that the signed policy lets pass.
    init(
        _ safeguards: any Safeguarding, effects: AgentEffects,
        wanted: @escaping @Sendable (Timestamp) async -> TimeSpan?
    ) {
        self.safeguards = safeguards
        self.effects = effects
        self.wanted = wanted
    }

    /// How it stands with the endpoint's backup.
    ///
    /// - Parameter asks: whether the commands may be asked; a look within a job only repeats what
    ///   they have said.
    /// - Returns: `nil` where neither a command nor a policy speaks of one, or nobody has been asked
    ///   yet.
    func facts(asks: Bool) async -> BackupFacts? {
        let now = effects.now()
        let span = await wanted(now)
        guard let answer = await answer(at: now, asks: asks, isWanted: span != nil) else {
            return nil
        }
        switch answer {
        case .made(let instant, let name):
            let age = now.seconds(since: instant)
            return BackupFacts(
                lastAt: instant, toldBy: name, isTooOld: span.map { age > $0.seconds })
        case .unknown(let why):
            return BackupFacts(problem: why, isTooOld: span == nil ? nil : true)
        }
    }

    private func answer(at now: Timestamp, asks: Bool, isWanted: Bool) async -> BackupAnswer? {
        let known = last.withLock { $0 }
        let isFresh = known.map { (0..<Self.askSeconds).contains(now.seconds(since: $0.at)) }
        guard asks, isFresh != true, isWanted || safeguards.namesBackupCommands else {
            return known?.answer
        }
        let answer = await safeguards.lastBackup(at: now)
        last.withLock { $0 = (now, answer) }
        return answer
    }
}
