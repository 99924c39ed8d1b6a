package import Fleet
package import Rollout
package import Verdicts

/// What the endpoints of a ring have shown of versions, as far as they have one stack: what they
/// verified by orders, and what went wrong on them.
package struct TwinEvidence: Sendable {
    private let pass: RingPass
    private let stack: EndpointStack?
    private let members: Int
    private let isWhole: Bool
    private var twins = 0
    private var asked = 0
    private var tallies: [WaveLine: Tally] = [:]

    /// How many of them are asked about their orders: a ring that tries things for others is small,
    /// and what is not asked is said.
    package static let mostAsked = 50
    /// How many of its orders one is asked about, the newest first: more than an endpoint gets in two
    /// years of weekly windows, and what an open update waits for is newer than that.
    package static let mostOrders = 400

    private struct Tally {
        var verified = 0
        var since: Timestamp?
        var failure: String?
    }

    private enum Word {
        case verified(at: Timestamp)
        case failed(String)
    }

    /// Nothing was shown yet by a ring with so many members. Without a stack the endpoint is itself
    /// among those that try it first; `isWhole` tells whether all of the ring has been looked at.
    package init(
        _ pass: RingPass, on stack: EndpointStack?, members: Int = 0, isWhole: Bool = true
    ) {
        self.isWhole = isWhole
        self.pass = pass
        self.stack = stack
        self.members = members
    }

    /// Nobody has looked yet.
    package init(unknown pass: RingPass, on stack: EndpointStack) {
        self.init(pass, on: stack, isWhole: false)
    }

    /// Whether anybody has looked.
    package var isKnown: Bool { stack == nil || isWhole || members > 0 }

    /// Takes a twin with what became of its orders, newest first: of each version its last word
    /// counts.
    package mutating func take(_ jobs: [Job], of name: String) {
        twins += 1
        asked += 1
        var settled: Set<WaveLine> = []
        for job in jobs {
            for outcome in job.result?.outcomes ?? [] {
                let line =
                    outcome.update.isRollback
                    ? WaveLine(key: outcome.update.key, version: outcome.update.from)
                    : WaveLine(outcome.update)
                guard !settled.contains(line), let word = Self.word(on: outcome, in: job, name)
                else { continue }
                settled.insert(line)
                take(word, on: line)
            }
        }
    }

    /// Takes a twin that is not asked about its orders.
    package mutating func takeUnasked() { twins += 1 }

    private mutating func take(_ word: Word, on line: WaveLine) {
        var tally = tallies[line] ?? Tally()
        switch word {
        case .verified(let at):
            tally.verified += 1
            tally.since = min(tally.since ?? at, at)
        case .failed(let clause): tally.failure = tally.failure ?? clause
        }
        tallies[line] = tally
    }

    /// What an outcome says of its version; `nil` where it says nothing: an order that has not
    /// ended, one that had run out or was called off before its result came (nobody knows when that
    /// was), or a failure that is not the version's fault. Each update's own outcome counts, whatever
    /// became of the others of its order.
    private static func word(on outcome: UpdateOutcome, in job: Job, _ name: String) -> Word? {
        guard [.verified, .failed, .failedVerification].contains(job.state) else { return nil }
        if outcome.update.isRollback {
            return outcome.state == .verified ? .failed("it was taken back on \(name)") : nil
        }
        switch outcome.state {
        case .verified:
            return job.result?.failure == .unhealthyAfterPatch
                ? .failed("it left \(name) unhealthy")
                : .verified(at: job.finishedAt ?? job.createdAt)
        case .failedVerification: return .failed("it did not take on \(name)")
        case .failed where GiveUpReason.failure(outcome.failure ?? .other).blamesPackage:
            return .failed("it went wrong on \(name)")
        case .failed, .pendingRestart, .skipped: return nil
        }
    }

    /// What the ring has shown of an update's version.
    package func standing(of update: Update) -> PassStanding {
        let line = WaveLine(key: update.key, version: update.candidate)
        let tally = tallies[line] ?? Tally()
        return PassStanding(
            pass, stack: stack?.words, members: members, isWhole: isWhole, twins: twins,
            asked: asked, verified: tally.verified, since: tally.since, failure: tally.failure)
    }
}
