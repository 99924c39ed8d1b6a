import Calendar
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

extension RolloutStanding {
    /// The most endpoints of one ring that are listed by name.
    static let mostMembers = 50

    /// How a rollout stands; `name` gives an endpoint's name. `busy` are the endpoints that still
    /// have an open order of it after it was called off.
    init(
        _ record: RolloutRecord, busy: Set<EndpointID> = [], naming name: (EndpointID) -> String?
    ) {
        let rollout = record.rollout
        policy = record.policy.text
        policyVersion = record.policyVersion
        lane = record.lane
        isAutomatic = record.isAutomatic
        state = record.standing
        if case .halted(let halt) = rollout.state {
            reason = RolloutSentences.naming(halt.sentence + Self.causes(of: halt, rollout), name)
        } else {
            reason = record.endedBecause
        }
        waits = rollout.waits.map { RolloutSentences.naming($0.sentence, name) }
        rings = rollout.plan.rings.indices.map {
            RingStanding(rollout, ring: $0, busy: busy, naming: name)
        }
        lines = record.lines
        warnings = record.warnings
        dueAt = rollout.plan.dueAt
        wakeAt = record.wakeAt
    }
}

extension RolloutStanding {
    /// How many endpoints' causes a halted rollout's reason names.
    private static let causesNamed = 2

    /// What has failed, where the reason of a halt only counts.
    private static func causes(of halt: HaltReason, _ rollout: RingRollout) -> String {
        switch halt {
        case .gateOutOfReach, .tooManyFailures: break
        case .person, .unhealthy, .badPackage, .lockListDiffers: return ""
        }
        let given = rollout.endpoints.compactMap { entry -> String? in
            guard !entry.hasLeft, case .failed(let reason) = entry.phase else { return nil }
            return " \(entry.member.endpoint) was given up: \(reason.words)."
        }
        return given.prefix(causesNamed).joined()
    }
}

extension RolloutStanding.RingStanding {
    init(
        _ rollout: RingRollout, ring place: Int, busy: Set<EndpointID>,
        naming name: (EndpointID) -> String?
    ) {
        let ring = rollout.plan.rings[place]
        let progress = rollout.progress[place]
        let entries = rollout.endpoints.filter { $0.ring == place && !$0.hasLeft }
        let isLast = place == rollout.plan.rings.count - 1
        self.name = ring.name.text
        members = entries.count(where: \.counts)
        verified = entries.count { $0.phase == .verified }
        failed = entries.count { if case .failed = $0.phase { true } else { false } }
        // Called off, it hears no more of its orders, and nobody waits for it.
        let isCalledOff = rollout.state == .cancelled
        working = entries.count {
            isCalledOff ? busy.contains($0.member.endpoint) : $0.isOpen
        }
        waiting = isCalledOff ? 0 : entries.count(where: \.isIdle)
        offline = isCalledOff ? 0 : entries.count { $0.isIdle && $0.isOffline }
        notNeeded = entries.count { $0.phase == .skipped(.notNeeded) }
        gate = isLast ? nil : RolloutSentences.gate(ring, hasProbes: rollout.plan.hasProbes)
        soakSeconds = isLast || rollout.plan.lane == .emergency ? 0 : ring.soak.seconds
        openedAt = progress.openedAt
        soakUntil = progress.soakUntil
        passedAt = progress.passedAt
        isOverridden = progress.isOverridden
        stage =
            if isCalledOff, progress.passedAt == nil {
                .cancelled
            } else if progress.openedAt == nil {
                .waiting
            } else if progress.passedAt != nil || (isLast && rollout.state == .completed) {
                .passed
            } else {
                progress.soakUntil != nil ? .soaking : .open
            }
        endpoints = entries.sorted { ($0.rank, $0.member.endpoint) < ($1.rank, $1.member.endpoint) }
            .prefix(RolloutStanding.mostMembers).map { entry in
                let id = entry.member.endpoint
                let isLeft = isCalledOff && entry.isPending
                let isBusy = busy.contains(id)
                return RolloutStanding.Member(
                    endpoint: id, name: name(id) ?? id.text,
                    phase: isLeft ? (isBusy ? "running" : "cancelled") : entry.phaseName,
                    sentence: isLeft
                        ? (isBusy
                            ? "The rollout was called off; what is being installed is not cut off."
                            : "The rollout was called off before it was done here.")
                        : entry.sentence)
            }
    }
}

extension RosterEntry {
    /// Whether it has no order and is not done.
    fileprivate var isIdle: Bool {
        switch phase {
        case .waiting, .resting: true
        case .offered, .withdrawing, .running, .verified, .failed, .skipped: false
        }
    }

    /// What needs a look first, what is done last.
    fileprivate var rank: Int {
        switch phase {
        case .failed: 0
        case .verified: isHealthy == false ? 1 : 6
        case .running, .withdrawing: 2
        case .offered: 3
        case .resting: 4
        case .waiting: 5
        case .skipped: 7
        }
    }

    /// Where it stands, in one word.
    fileprivate var phaseName: String {
        switch phase {
        case .waiting: isOffline ? "silent" : "waiting"
        case .offered: "offered"
        case .withdrawing: "withdrawing"
        case .running: "running"
        case .resting: "resting"
        case .verified: isHealthy == false ? "unhealthy" : "verified"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    /// Where it stands, in one sentence.
    fileprivate var sentence: String {
        switch phase {
        case .waiting:
            isOffline ? "It is silent; its turn comes when it is back." : "It waits for its turn."
        case .offered: "It has its order, and has not begun."
        case .withdrawing: "Its order is being taken back."
        case .running: "It works on its order."
        case .resting(let until): "It rests, and is tried again at \(until.wholeSeconds)."
        case .verified:
            isHealthy == false
                ? "A fresh scan shows the updates in force, and its probes fail."
                : "A fresh scan shows the updates in force."
        case .failed(let reason): "It is not tried again: \(reason.words)."
        case .skipped(.notNeeded): "It misses nothing of the list (any more)."
        case .skipped(.heldBack): "What it misses is held back on the endpoint or blocked."
        case .skipped(.denied): "All that it misses of the list has been denied."
        }
    }
}

extension UseCases {
    /// The most lines of a rollout's timeline that are shown: the newest.
    static let timelineShown = 100

    /// How a deployment's rollout stands; `nil` when it does not move through rings.
    func standing(
        of deployment: Deployment, records: any Records
    ) throws -> RolloutStanding? {
        let scope = Scope.tenant(deployment.tenant)
        guard let record = try records.rollout(of: deployment.id, in: scope) else { return nil }
        var busy: Set<EndpointID> = []
        if record.rollout.state == .cancelled {
            let open = try records.jobs(
                JobQuery(
                    scope: scope, deployment: deployment.id, openOnly: true,
                    limit: Self.largestDeployment))
            busy = Set(open.map(\.endpoint))
        }
        var standing = RolloutStanding(record, busy: busy) {
            (try? records.endpoint($0, in: scope))?.name
        }
        let holding = try policyShelf.policies(of: record.tenant, in: records)
        if !holding.contains(where: { $0.name == record.policy }) {
            standing.policyNote = try records.lostPolicy(record.policy, of: record.tenant)
        }
        if record.isOpen {
            standing.waits += try others(holdingUp: record, in: records)
            try foresee(&standing, record, records)
        }
        return standing
    }

    /// How many endpoints of one ring are asked for their windows: most of a ring have the same,
    /// and a page is to come at once.
    private static let endpointsForeseen = 10

    /// Adds when rings begin and end at the earliest, by the windows of their first endpoints.
    private func foresee(
        _ standing: inout RolloutStanding, _ record: RolloutRecord, _ records: any Records
    ) throws {
        let now = effects.now()
        let rollout = record.rollout
        var decisions = try EndpointDecisions(of: record.tenant, in: records, at: now, by: self)
        var openings: [EndpointID: [Occurrence]] = [:]
        for place in rollout.plan.rings.indices where rollout.progress[place].passedAt == nil {
            let open = rollout.endpoints.filter { $0.ring == place && !$0.hasLeft && $0.isPending }
            for entry in open.prefix(Self.endpointsForeseen) {
                let id = entry.member.endpoint
                let own = try decisions.openings(
                    of: id, lane: record.lane, installing: record.lines)
                guard let own else { continue }
                openings[id] = own
                let next = own.map(\.opens).min()
                standing.rings[place].windowOpensAt = [standing.rings[place].windowOpensAt, next]
                    .compactMap { $0 }.min()
            }
        }
        let lines = record.lines.map { WorkHistory.Line(WorkKey($0.key)) }
        let work = try records.workHistory(
            of: lines.map(\.key), on: nil, tenant: record.tenant
        ).estimate(lines, reboots: record.aftercare.map { $0.reboot != .never } ?? false)
        let forecast = RolloutForecast(
            of: rollout, openings: openings,
            workSeconds: work.seconds + work.rebootReserveSeconds, from: now)
        for (place, bar) in forecast.bars.enumerated() {
            if standing.rings[place].openedAt == nil {
                standing.rings[place].expectedAt = bar.opensAt
            }
            if standing.rings[place].stage != .passed {
                standing.rings[place].expectedEnd = bar.doneAt
            }
        }
    }

    /// What has happened to a deployment as a whole, oldest first.
    static func timeline(
        of deployment: Deployment, records: any Records
    ) throws -> [AuditEntry] {
        try records.latestAuditEntries(
            in: .tenant(deployment.tenant), subject: deployment.id.text, before: nil,
            limit: timelineShown
        ).reversed()
    }
}
