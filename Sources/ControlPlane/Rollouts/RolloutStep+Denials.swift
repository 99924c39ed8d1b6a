import Fleet
import Policy
package import Rollout
import ServerRecords

// What people and policies have denied since the rollout was opened.

extension RolloutStep {
    /// The most lines of which a rollout's page says that they were left out.
    private static let mostLeftOut = 20

    /// What an endpoint must not get of the list any more. What is left out for the first time is
    /// told.
    mutating func deniedLines(
        for endpoint: EndpointID, _ posture: Posture
    ) throws -> Set<WaveLine> {
        var judge = try judge ?? makeJudge()
        defer { self.judge = judge }
        if try judge.lostPolicy(of: deployment) != nil { return Set(record.lines) }
        let denied = try judge.denied(of: record.lines, on: endpoint, posture)
        for (line, decision) in denied.sorted(by: { $0.key < $1.key }) {
            try noteLeftOut(
                line, "\(line.key.name) \(line.version) was left out. \(decision.sentence)")
        }
        return Set(denied.keys)
    }

    /// The lines of an order with what windows count from.
    mutating func dated(
        _ lines: [LockedUpdate], for endpoint: EndpointID, _ posture: Posture
    ) throws -> [LockedUpdate] {
        var judge = try judge ?? makeJudge()
        defer { self.judge = judge }
        return try judge.decisions.dated(lines, for: endpoint, posture)
    }

    private func makeJudge() throws -> OrderJudge {
        try OrderJudge(
            of: record.tenant, in: records, at: now,
            isForMany: record.rollout.endpoints.count > 1, by: useCases)
    }

    private mutating func noteLeftOut(_ line: WaveLine, _ words: String) throws {
        guard !record.warnings.contains(words), record.warnings.count < Self.mostLeftOut else {
            return
        }
        record.warnings.append(words)
        record.leftOut = (record.leftOut ?? []) + [LeftOut(line: line, warning: words)]
        try note("rollout.denied", words)
    }

    /// Says that nothing keeps a line out any more: it is told as it was told that it was left out.
    /// `done` is how many endpoints miss it that had their turn meanwhile.
    mutating func noteRejoined(_ line: WaveLine, missedByDone done: Int) throws {
        guard let own = record.leftOut?.filter({ $0.line == line }), !own.isEmpty else { return }
        let old = Set(own.map(\.warning))
        let name = "\(line.key.name) \(line.version)"
        var words =
            "\(name) was left out until \(now.wholeSeconds); what kept it out has ended, and it goes "
            + "with the rest again."
        if done > 0 {
            words += " \(Self.endpoints(done)) had \(done == 1 ? "its" : "their") turn without it."
        }
        record.leftOut?.removeAll { $0.line == line }
        if let place = record.warnings.firstIndex(where: old.contains) {
            record.warnings[place] = words
        }
        record.warnings.removeAll(where: old.contains)
        try note("rollout.rejoined", words)
    }
}

/// An order that holds what has been denied since it was given, and at which its endpoint is not
/// at work.
struct OrderRecall: Sendable {
    var job: JobID
    var deployment: DeploymentID
    var endpoint: EndpointID
    /// Which order of its rollout it is; `nil` where its deployment has none.
    var order: Int?
    /// What must not be installed.
    var denied: Set<WaveLine>
    /// Who or what denied it, and why.
    var sentence: String

    /// What is to be recalled of an order; `nil` when nothing is, or its endpoint is at work on it.
    init?(_ job: Job, _ denied: [WaveLine: String]) {
        guard !denied.isEmpty, job.canBeRecalled else { return nil }
        self.job = job.id
        deployment = job.deployment
        endpoint = job.endpoint
        order = job.rolloutOrder
        self.denied = Set(denied.keys)
        sentence = Self.sentence(of: denied, in: job)
    }

    /// How many reasons a sentence names.
    private static let reasonsNamed = 3

    /// Who or what denied it, and what becomes of the rest; which packages are meant where it is
    /// not all of the order, or not for one reason.
    private static func sentence(of denied: [WaveLine: String], in job: Job) -> String {
        let rest = job.updates.count { !denied.keys.contains(WaveLine($0)) }
        let reasons = Dictionary(grouping: denied.keys.sorted()) { denied[$0] ?? "" }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        if rest == 0, let only = reasons.first, reasons.count == 1 { return only.key }
        var words = reasons.prefix(reasonsNamed).map { reason, lines in
            let names = Set(lines.map { "\($0.key.name) \($0.version)" }).sorted()
            return "\(UseCases.listed(names, atMost: 5)): \(reason.withStop)"
        }
        if reasons.count > reasonsNamed {
            words.append("\(reasons.count - reasonsNamed) more reasons.")
        }
        if rest > 0 {
            words.append(
                "The other \(rest == 1 ? "update" : "\(rest) updates") of it "
                    + "\(rest == 1 ? "comes" : "come") with the next order.")
        }
        return words.joined(separator: " ")
    }

    /// What its rollout can take back itself: an order that its endpoint has not begun. `nil` when
    /// it has begun (it waits for a window before its second tool, or after an interruption), or is
    /// being taken back, or the rollout leads it no more.
    fileprivate func offer(of rollout: RingRollout) -> RolloutOffer? {
        guard let order, let entry = rollout.entry(of: endpoint), entry.phase == .offered,
            entry.orders == order
        else { return nil }
        return RolloutOffer(endpoint: endpoint, number: order)
    }
}

extension Job {
    /// Whether its endpoint is at work on nothing of it now.
    package var canBeRecalled: Bool {
        switch state {
        case .queued: true
        case .leased, .running, .interrupted: !isAtWork
        case .pendingRestart, .verified, .failedVerification, .failed, .cancelled, .expired: false
        }
    }
}

extension UseCases {
    /// Takes back orders that hold what has been denied. Their endpoints get at once what is left
    /// of them.
    func recall(
        _ recalls: [OrderRecall], of tenant: TenantID, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws {
        for (deployment, orders) in Dictionary(grouping: recalls, by: \.deployment)
            .sorted(by: { $0.key < $1.key })
        {
            let scope = Scope.tenant(tenant)
            if let record = try records.rollout(of: deployment, in: scope),
                let whole = try records.deployment(deployment, in: scope)
            {
                let offers = orders.compactMap { $0.offer(of: record.rollout) }
                var step = RolloutStep(
                    of: record, whole, by: "system", at: now, in: records, self)
                step.recallReasons = Dictionary(
                    orders.map { ($0.endpoint, $0.sentence) },
                    uniquingKeysWith: { first, _ in first })
                if !offers.isEmpty { _ = try step.run([.ordersRecalled(offers)]) }
                wakes.formUnion(step.wakes)
            }
            for order in orders {
                try recall(order, of: tenant, in: records, at: now, waking: &wakes)
            }
        }
    }

    /// Takes back an order that no rollout leads, and gives its endpoint one with what is left; or
    /// the rest of one that its rollout counts as begun, which gives the next by itself.
    private func recall(
        _ recall: OrderRecall, of tenant: TenantID, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws {
        guard var job = try records.job(recall.job, in: .tenant(tenant)), job.canBeRecalled,
            !job.cancelRequested
        else { return }
        let rest =
            recall.order != nil
            ? []
            : job.updates.filter {
                $0.isRollback || !recall.denied.contains(WaveLine($0))
            }
        if !rest.isEmpty {
            try records.insert(
                Job(
                    id: effects.newIdentifier(), tenant: tenant, deployment: job.deployment,
                    endpoint: job.endpoint, updates: rest, createdAt: now, deadline: job.deadline,
                    aftercare: job.aftercare))
        }
        let actions = try job.handle(.withdrawn(because: recall.sentence), at: now)
        wakes.formUnion(try carryOut(actions, of: job, actor: "system", at: now, in: records))
        guard !rest.isEmpty else { return }
        try requestGrants(of: job.deployment, tenant: tenant, in: records, at: now, &wakes)
        wakes.insert(SignalSubject.work(job.endpoint))
    }
}
