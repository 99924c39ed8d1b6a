import Calendar
import Fleet
import Synchronization

/// When the endpoint was not there, by its own record: off, asleep, or without an agent. A missed
/// window is caught up by this record, not by what the server says.
struct Absences: Hashable, Sendable, Codable {
    /// A time in which nothing was written down.
    struct Gap: Hashable, Sendable, Codable {
        /// The last sign of life before it.
        var from: Timestamp
        /// The first after it.
        var to: Timestamp
    }

    /// The last sign of life.
    var aliveAt: Timestamp
    /// Absences, oldest first.
    var gaps: [Gap] = []
    /// When a missed window began to be caught up.
    var caughtUpAt: Timestamp?

    /// How long nothing may be written before it counts as an absence, in seconds: the agent writes
    /// every five minutes, and a busy machine may be late.
    static let shortestGapSeconds: Int64 = 900
    /// How often a sign of life is written, in seconds.
    static let writeSeconds: Int64 = 300
    /// The most absences that are remembered: a machine that is off each night for a month.
    static let maximumGaps = 40
    /// For how long what was missed together is caught up together, in seconds.
    static let togetherSeconds: Int64 = 3_600

    /// An endpoint that has just begun to write.
    init(at now: Timestamp) { aliveAt = now }

    /// Takes a sign of life; `false` when there is nothing to write yet.
    mutating func note(_ now: Timestamp) -> Bool {
        let silence = now.seconds(since: aliveAt)
        guard silence >= Self.writeSeconds || silence < 0 else { return false }
        if silence >= Self.shortestGapSeconds {
            gaps.append(Gap(from: aliveAt, to: now))
            gaps.removeFirst(max(0, gaps.count - Self.maximumGaps))
            caughtUpAt = nil
        }
        aliveAt = now
        return true
    }

    /// The last opening that lies wholly in an absence and ended after `begin`; `nil` when there is
    /// none, when the endpoint has been there in an opening since, or when it has been caught up.
    func missed(
        in calendar: WindowCalendar, since begin: Timestamp, at now: Timestamp
    ) -> Occurrence? {
        if let caughtUpAt, now.seconds(since: caughtUpAt) >= Self.togetherSeconds { return nil }
        guard let last = gaps.last, let first = gaps.first else { return nil }
        let start = max(first.from, begin.adding(seconds: -MaintenanceWindow.maximumLengthSeconds))
        guard start < last.to else { return nil }
        var found: Occurrence?
        for opening in calendar.occurrences(from: start, until: now) {
            let isMissed = gaps.contains { $0.from <= opening.opens && opening.closes <= $0.to }
            if isMissed, opening.closes > begin {
                found = opening
            } else if !isMissed {
                // It was there for at least a part of this one.
                found = nil
            }
        }
        return found
    }
}

extension TrustDesk {
    /// Writes signs of life until the task is cancelled. When the agent checks in is the control
    /// plane's word: silence of its making is no absence, or a window could be called missed that
    /// the endpoint was there for.
    func live() async {
        repeat { noteAlive() } while await pause()
    }

    /// Half of what counts as an absence; `false` when the task is cancelled.
    private func pause() async -> Bool {
        do {
            try await effects.sleep(Absences.shortestGapSeconds / 2 * 1000)
            return true
        } catch {
            return false
        }
    }

    /// Writes a sign of life.
    func noteAlive() {
        diary.withLock { _ in
            let now = effects.now()
            var absences = absences() ?? Absences(at: now)
            let isNew = absences.aliveAt == now && absences.gaps.isEmpty
            if absences.note(now) || isNew { keep(absences) }
        }
    }

    func absences() -> Absences? {
        guard let bytes = try? state.read(TrustFiles.absences, limit: TrustFiles.sizeLimit) else {
            return nil
        }
        return AgentJSON.decode(Absences.self, from: bytes)
    }

    /// Remembers that a missed window is being caught up.
    func noteCatchUp() {
        diary.withLock { _ in
            guard var absences = absences(), absences.caughtUpAt == nil else { return }
            absences.caughtUpAt = effects.now()
            keep(absences)
        }
    }

    private func keep(_ absences: Absences) {
        guard let bytes = AgentJSON.encode(absences) else { return }
        try? state.replace(TrustFiles.absences, with: bytes)
    }
}
