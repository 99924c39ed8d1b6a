import Fleet
import Policy
import Rollout
import ServerRecords

/// What the open rollouts of one tenant say of the updates that they carry: whose turn has not come
/// yet, what stands because its rollout is halted, and where one is given up or rests.
struct RolloutTurns {
    /// What a rollout says of an endpoint.
    struct Turn {
        /// Where its rings stand; `nil` when it is the endpoint's turn.
        var ring: DecisionContext.RingStanding?
        /// Why it has no order although its ring is open.
        var hold: DecisionContext.TurnHold?
        /// That it is halted.
        var halt: DecisionContext.HaltedRollout?
        /// What became of the endpoint's tries.
        var tries: Tries?
        /// The rollout, as plans look at it.
        var carried: CarriedUpdate?
    }

    /// What became of an endpoint's tries in a rollout.
    enum Tries {
        /// It is tried again by itself.
        case again(at: Timestamp)
        /// It is not, and what a person does.
        case givenUp(GiveUpReason, words: String)
    }

    private struct Entry {
        let turn: Turn
        let rollout: Int
    }

    private var entries: [EndpointID: [Entry]] = [:]
    private var lines: [Set<WaveLine>] = []

    /// No rollout carries anything.
    init() {}

    /// What rollouts say, an earlier one before a later one with the same line.
    ///
    /// - Parameters:
    ///   - rollouts: those that are open.
    ///   - endpoint: the only endpoint that will be asked about; `nil` for all.
    ///   - title: the name of a rollout's deployment.
    ///   - name: an endpoint's name.
    init(
        _ rollouts: [RolloutRecord], on endpoint: EndpointID? = nil,
        titled title: (DeploymentID) throws -> String,
        naming name: @escaping (EndpointID) -> String?
    ) rethrows {
        for record in rollouts {
            let teller = RolloutTeller(
                record, title: try title(record.deployment), naming: name)
            let known =
                endpoint.map { id in record.rollout.entry(of: id).map { [$0] } ?? [] }
                ?? record.rollout.endpoints
            for entry in known {
                guard let turn = teller.turn(of: entry) else { continue }
                entries[entry.member.endpoint, default: []].append(
                    Entry(turn: turn, rollout: lines.count))
            }
            lines.append(Set(record.lines))
        }
    }

    /// What is said of an update on an endpoint; `nil` when no open rollout carries it there.
    func turn(of update: Update, on endpoint: EndpointID) -> Turn? {
        let line = WaveLine(key: update.key, version: update.candidate)
        return entries[endpoint]?.first { lines[$0.rollout].contains(line) }?.turn
    }
}

/// What one rollout says of its endpoints.
private struct RolloutTeller {
    private let rollout: RingRollout
    private let title: String
    private let halt: DecisionContext.HaltedRollout?
    private let naming: (EndpointID) -> String?
    private let turns: [DecisionContext.RingStanding?]
    private let shape: PlannedRollout

    init(
        _ record: RolloutRecord, title: String, naming name: @escaping (EndpointID) -> String?
    ) {
        naming = name
        rollout = record.rollout
        self.title = title
        if case .halted(let reason) = record.rollout.state {
            halt = DecisionContext.HaltedRollout(
                title: title, reason: RolloutSentences.naming(reason.sentence, name))
        } else {
            halt = nil
        }
        let frontier = record.rollout.progress.lastIndex { $0.openedAt != nil } ?? -1
        turns = record.rollout.plan.rings.indices.map {
            Self.standing(record.rollout, $0, frontier)
        }
        shape = PlannedRollout(record)
    }

    func turn(of entry: RosterEntry) -> RolloutTurns.Turn? {
        guard entry.isCarriedTo else { return nil }
        var turn = RolloutTurns.Turn()
        turn.carried = CarriedUpdate(rollout: shape, ring: entry.ring)
        switch entry.phase {
        case .waiting:
            turn.ring = turns[entry.ring]
            if turn.ring == nil { turn.hold = hold(of: entry) }
        case .resting(let until): if !entry.failures.isEmpty { turn.tries = .again(at: until) }
        case .failed(let reason):
            // What failed there is told before what holds up the others.
            turn.tries = .givenUp(reason, words: wayOut)
            return turn
        case .offered, .withdrawing, .running, .verified, .skipped: break
        }
        turn.halt = halt
        return turn
    }

    private func hold(of entry: RosterEntry) -> DecisionContext.TurnHold? {
        guard let hold = rollout.hold(of: entry.member.endpoint) else { return nil }
        guard case .cluster(let cluster, let other) = hold else { return hold }
        return .cluster(cluster, other: EndpointID(other).flatMap(naming) ?? other)
    }

    /// What a person does about an endpoint that the rollout does not try again.
    private var wayOut: String {
        halt == nil
            ? "The rollout “\(title)” does not try it again there: halt it and resume it with new "
                + "tries, or deploy the update there by hand."
            : "The rollout “\(title)” is halted: resume it with new tries, or call it off."
    }

    private static func standing(
        _ rollout: RingRollout, _ ring: Int, _ frontier: Int
    ) -> DecisionContext.RingStanding? {
        guard ring > max(frontier, 0) else { return nil }
        // Each ring between soaks too, unless nobody is in it.
        let between = (frontier + 1..<ring).filter { place in
            rollout.endpoints.contains { $0.ring == place && !$0.hasLeft }
        }
        let soaks = between.reduce(0) { $0 + rollout.plan.leastSoakSeconds(of: $1) }
        let until = frontier < 0 ? nil : rollout.progress[frontier].soakUntil
        return DecisionContext.RingStanding(
            ring: rollout.plan.rings[ring].name, waitsFor: rollout.plan.rings[ring - 1].name,
            notBefore: until?.adding(seconds: soaks), isUnderWay: true)
    }
}

extension RolloutTurns.Turn {
    /// How the attempts have ended, as far as the endpoint's orders and the rollout show it
    /// together.
    func failure(
        after known: DecisionContext.FailureStanding?
    ) -> DecisionContext.FailureStanding? {
        switch tries {
        case nil: return known
        case .again(let at):
            var failure =
                known
                ?? DecisionContext.FailureStanding(
                    sentence: "its order ran out before it was done.")
            failure.retryAt = at
            return failure
        case .givenUp(let reason, let words):
            var failure =
                known ?? DecisionContext.FailureStanding(sentence: "\(reason.words).")
            // An approval given since does not bring it back while the rollout is open.
            failure.at = nil
            failure.retryAt = nil
            failure.wayOut = words
            return failure
        }
    }
}

extension PlannedRollout {
    /// A rollout as plans look at it.
    init(_ record: RolloutRecord) {
        let rollout = record.rollout
        let isSoakFree = rollout.plan.lane == .emergency
        self.init(
            key: record.deployment.text, lane: record.lane,
            rings: rollout.plan.rings.enumerated().map { place, ring in
                let progress = rollout.progress[place]
                return Ring(
                    name: ring.name, isOpen: progress.openedAt != nil,
                    isPassed: progress.passedAt != nil, soakUntil: progress.soakUntil,
                    soakSeconds: isSoakFree ? 0 : ring.soak.seconds,
                    verified: rollout.endpoints.count {
                        $0.ring == place && !$0.hasLeft && $0.phase == .verified
                    })
            },
            dueAt: rollout.plan.shortestSoak == nil ? nil : rollout.plan.dueAt)
    }
}

extension RolloutTurns {
    /// What rollouts of one tenant say, with the names that stand in the store.
    init(
        _ rollouts: [RolloutRecord], on endpoint: EndpointID? = nil, in records: any Records
    ) throws {
        guard let tenant = rollouts.first?.tenant else {
            self.init()
            return
        }
        let scope = Scope.tenant(tenant)
        try self.init(
            rollouts, on: endpoint,
            titled: { try records.deployment($0, in: scope)?.title ?? $0.text },
            naming: { (try? records.endpoint($0, in: scope))?.name })
    }
}
