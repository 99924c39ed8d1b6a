import Fleet
import Policy
import Rollout
import ServerRecords

/// One step of a rollout: it is told what has happened, and what follows from that is carried out,
/// all in one transaction. A crash before the commit leaves everything as it was, what was to be
/// told included.
struct RolloutStep {
    /// The most posted events of one step; what is left has its turn in the next.
    static let mostEvents = 500

    let useCases: UseCases
    let records: any Records
    let now: Timestamp
    let actor: String
    var record: RolloutRecord
    var deployment: Deployment
    var wakes: Set<String> = []
    private var queue: [PostedRolloutEvent] = []
    private var blocked: [BlockedVersion]?
    /// Whether it has halted, gone on or ended in this step.
    var hasTurned = false
    /// Why orders are recalled, by endpoint.
    var recallReasons: [EndpointID: String] = [:]
    /// What people and policies forbid now; read when the first order is given.
    var judge: OrderJudge?

    /// A step of a rollout that is stored.
    init(
        of record: RolloutRecord, _ deployment: Deployment, by actor: String, at now: Timestamp,
        in records: any Records, _ useCases: UseCases
    ) {
        self.record = record
        self.deployment = deployment
        self.actor = actor
        self.now = now
        self.records = records
        self.useCases = useCases
    }

    private var key: RolloutKey {
        RolloutKey(tenant: record.tenant, deployment: record.deployment)
    }
    private var scope: Scope { .tenant(record.tenant) }

    /// Tells the rollout what was posted and what comes besides, carries out what follows, and
    /// stores where it stands then.
    ///
    /// - Returns: whether more may be waiting to be told.
    mutating func run(_ further: [RolloutEvent]) throws -> Bool {
        queue = try records.takeEvents(of: key, limit: Self.mostEvents)
        var taken = queue.count
        queue += further.map { PostedRolloutEvent(event: $0, at: now) }
        queue.append(PostedRolloutEvent(event: .tick, at: now))
        while !queue.isEmpty {
            let next = queue.removeFirst()
            for action in record.rollout.handle(next.event, at: next.at) { try carryOut(action) }
            // Taking an order back may have told something at once.
            if queue.isEmpty, taken < Self.mostEvents {
                queue = try records.takeEvents(of: key, limit: Self.mostEvents - taken)
                taken += queue.count
            }
        }
        if let wake = record.wakeAt, wake <= now { record.wakeAt = nil }
        if !record.isOpen { record.wakeAt = nil }
        try finishDeployment()
        try settleAlert()
        try records.update(record)
        try records.update(deployment)
        useCases.watchPeers(of: record)
        wakes.insert(SignalSubject.deployment(record.deployment))
        return taken >= Self.mostEvents
    }

    private mutating func carryOut(_ action: RolloutAction) throws {
        switch action {
        case .offer(let offer, _): try order(offer)
        case .withdraw(let offer): try withdraw(offer)
        case .halt(let reason):
            hasTurned = true
            _ = try? deployment.handle(.halt, at: now)
            try note("deployment.halted", sentence(reason.sentence))
        case .gatePassed(let ring):
            let isOverridden = record.rollout.progress[ring].isOverridden
            try note(
                "rollout.gatePassed",
                "Ring \(name(ring)) passed its gate\(isOverridden ? " on a person's word" : "").")
        case .openRing(let ring):
            let members = record.rollout.endpoints.count { $0.ring == ring && !$0.hasLeft }
            try note(
                "rollout.ringOpened", "Ring \(name(ring)) begins: \(Self.endpoints(members)).")
            try requestGrants(forRing: ring)
        case .wait(let until): record.wakeAt = until
        case .notify(let notice): try tell(notice)
        case .block: try block()
        case .complete:
            hasTurned = true
            try note("rollout.completed", "Every endpoint of every ring has ended.")
        }
    }

    /// Gives an endpoint its order: a job with what it misses of the list now.
    private mutating func order(_ offer: RolloutOffer) throws {
        let tenant = record.tenant
        guard let posture = try records.posture(of: offer.endpoint, tenant: tenant) else {
            return skip(offer, .notNeeded)
        }
        let open = try records.jobs(
            JobQuery(
                scope: scope, endpoint: offer.endpoint, openOnly: true,
                states: [.queued, .leased, .running, .interrupted],
                limit: UseCases.largestPosture))
        let blocked = try blockedVersions()
        let contents = OrderContents(
            of: record.lines, missing: posture.updates,
            underWay: Set(open.flatMap { $0.updates.map(\.key) }),
            blocked: Set(blocked.map { BlockedLine($0) }),
            barred: Set(blocked.filter(record.isBarred).map { BlockedLine($0) }),
            denied: try deniedLines(for: offer.endpoint, posture), isBounded: record.isAutomatic)
        switch contents {
        case .notNeeded: skip(offer, .notNeeded)
        case .heldBack: skip(offer, .heldBack)
        case .denied: try deny(offer, on: posture.endpoint)
        // It rests, and has its turn again.
        case .busy, .barred: queue.append(PostedRolloutEvent(event: .jobWithdrawn(offer), at: now))
        case .order(let open):
            let updates = record.rollout.locked(
                try dated(open, for: offer.endpoint, posture), for: offer.endpoint,
                on: posture.endpoint)
            let deadline = min(now.adding(seconds: record.orderSeconds), deployment.deadline)
            let job = Job(
                id: useCases.effects.newIdentifier(), tenant: tenant,
                deployment: record.deployment, endpoint: offer.endpoint, updates: updates,
                createdAt: now, deadline: deadline, aftercare: record.aftercare,
                rolloutOrder: offer.number)
            try records.insert(job)
            try requestGrant(for: job)
            wakes.insert(SignalSubject.work(offer.endpoint))
        }
    }

    /// All that an endpoint misses has been denied. Whoever got a part before has what is left of
    /// the list, and has tried it for the others.
    private mutating func deny(_ offer: RolloutOffer, on facts: EndpointFacts) throws {
        let jobs = try records.jobs(
            JobQuery(
                scope: scope, deployment: record.deployment, endpoint: offer.endpoint,
                limit: DecidedEndpoint.jobsShown))
        let part = jobs.first {
            $0.result?.outcomes.contains { $0.state == .verified } == true
        }
        guard let part else { return skip(offer, .denied) }
        let found = RolloutWords.verification(part.result, facts.platform)
        queue.append(PostedRolloutEvent(event: .jobVerified(offer, found), at: now))
    }

    private mutating func skip(_ offer: RolloutOffer, _ reason: SkipReason) {
        queue.append(PostedRolloutEvent(event: .jobSkipped(offer, reason), at: now))
    }

    /// Takes an order back. What its end tells the rollout is posted with it, and is told in this
    /// step.
    private mutating func withdraw(_ offer: RolloutOffer) throws {
        let open = try records.jobs(
            JobQuery(
                scope: scope, deployment: record.deployment, endpoint: offer.endpoint,
                openOnly: true))
        guard var job = open.first(where: { $0.rolloutOrder == offer.number }) else { return }
        let reason = recallReasons[offer.endpoint] ?? record.endedBecause
        let actions = try job.handle(
            reason.map { .withdrawn(because: $0) } ?? .cancelRequested, at: now)
        wakes.formUnion(
            try useCases.carryOut(actions, of: job, actor: actor, at: now, in: records))
    }

    private mutating func tell(_ notice: RolloutNotice) throws {
        switch notice {
        case .soaking(let ring, let until):
            try note(
                "rollout.soaking",
                "Ring \(ring) has reached its gate, and is watched until \(until.wholeSeconds).")
        case .soakShortened(let ring, let from, let to):
            try note(
                "rollout.soakShortened",
                "The soak of ring \(ring) is \(Self.duration(to)) in place of "
                    + "\(Self.duration(from)), so that the due date is met.")
        case .soakInterrupted(let ring):
            try note(
                "rollout.soakInterrupted",
                "What ring \(ring) had reached no longer holds; its soak begins anew when it does.")
        case .gaveUp(let endpoint, let reason):
            try note("rollout.gaveUp", sentence("\(endpoint) is given up: \(reason.words)."))
        case .resumed(_, let mode):
            hasTurned = true
            _ = try? deployment.handle(.resume, at: now)
            try note("deployment.running", mode.sentence)
        case .cancelled:
            hasTurned = true
            guard var actions = try? deployment.handle(.cancel, at: now) else { return }
            if let reason = record.endedBecause {
                try note("rollout.denied", "Called off: \(reason)")
                // What has not begun is withdrawn with the reason; what has begun goes on.
                actions.removeAll { $0 == .cancelOpenJobs }
            }
            wakes.formUnion(
                try useCases.carryOut(actions, of: deployment, actor: actor, at: now, in: records))
        }
    }

    /// Blocks what went wrong at the canary: the versions that failed there in a way that points at
    /// the package, or the whole list when its endpoints fell ill. When they failed otherwise,
    /// nothing is known against any version.
    private mutating func block() throws {
        guard case .halted(let reason) = record.rollout.state else { return }
        let failed = try records.jobs(
            JobQuery(
                scope: scope, deployment: record.deployment,
                states: [.failed, .failedVerification], limit: UseCases.largestDeployment))
        var lines = Set(
            failed.flatMap { job in
                (job.result?.outcomes ?? []).filter(\.blamesPackage).map { WaveLine($0.update) }
            })
        switch reason {
        case .unhealthy, .lockListDiffers: if lines.isEmpty { lines = Set(record.lines) }
        case .person, .gateOutOfReach, .badPackage, .tooManyFailures: break
        }
        for line in lines.sorted() {
            let words = sentence(reason.sentence)
            try records.block(
                BlockedVersion(
                    tenant: record.tenant, manager: line.key.manager, package: line.key.name,
                    version: line.version, deployment: record.deployment, reason: words,
                    by: actor, at: now))
            try note(
                "version.blocked",
                "Blocked \(line.key.name) \(line.version) for the tenant until a person unblocks "
                    + "it.")
        }
        blocked = nil
    }

    private mutating func blockedVersions() throws -> [BlockedVersion] {
        if let blocked { return blocked }
        let read = try records.blockedVersions(in: scope)
        blocked = read
        return read
    }

    /// The deployment has ended when the rollout has and no job is open.
    private mutating func finishDeployment() throws {
        guard !record.isOpen, deployment.finishedAt == nil else { return }
        let open = try records.jobs(
            JobQuery(scope: scope, deployment: record.deployment, openOnly: true, limit: 1))
        guard open.isEmpty else { return }
        _ = try deployment.handle(.jobEnded(open: 0), at: now)
        try note("deployment.\(deployment.state.rawValue)", "Every job has ended.")
        wakes.formUnion(
            try useCases.clearWay(
                for: Set(record.lines.map(\.key)), of: record.tenant, besides: record.deployment,
                in: records, at: now))
    }

    func note(_ action: String, _ sentence: String) throws {
        try useCases.appendAudit(
            action, subject: record.deployment.text, sentence: sentence, actor: actor,
            tenant: record.tenant, in: records, at: now)
    }

    private func name(_ ring: Int) -> String { record.rollout.plan.rings[ring].name.text }

    /// A sentence in which endpoints stand with their names.
    func sentence(_ text: String) -> String {
        RolloutSentences.naming(text) { id in
            (try? records.endpoint(id, in: scope))?.name
        }
    }

    static func endpoints(_ count: Int) -> String { RolloutSentences.endpoints(count) }

    static func duration(_ seconds: Int64) -> String { RolloutSentences.duration(seconds) }
}

extension UpdateOutcome {
    /// Whether it failed in a way that points at the package.
    fileprivate var blamesPackage: Bool {
        switch state {
        case .failedVerification: true
        case .failed: GiveUpReason.failure(failure ?? .other).blamesPackage
        case .verified, .pendingRestart, .skipped: false
        }
    }
}

extension RingRollout {
    /// The lines of an order, bound to the files that the first ring has installed. That ring
    /// itself is not, whenever it is tried again: its approval may be from before.
    func locked(
        _ updates: [LockedUpdate], for endpoint: EndpointID, on facts: EndpointFacts
    ) -> [LockedUpdate] {
        guard isLockListFixed, plan.lockList != nil || entry(of: endpoint)?.ring ?? 0 > 0 else {
            return updates
        }
        return updates.map { update in
            var update = update
            update.sha256 = lockedHash(
                of: update.key, version: update.to, platform: facts.platform)
            return update
        }
    }
}
