public import Fleet
import Policy
import Rollout
import ServerRecords

extension UseCases {
    /// How many endpoints are decided in one transaction that reads.
    private static let endpointsPerLook = 200

    /// Looks at what the policies of a tenant approve now, and opens waves for what no open rollout
    /// carries.
    ///
    /// - Returns: the deployments that were opened.
    @discardableResult
    public func steer(_ tenant: TenantID) async throws -> [DeploymentID] {
        let now = effects.now()
        try await ledger.write { _ = try $0.noteFirstSeen(of: tenant, at: now) }
        let ground = try await ledger.read { try SteeringGround(of: tenant, in: $0, self, at: now) }
        for (deployment, reason) in ground.lost.sorted(by: { $0.key < $1.key }) {
            try await callOff(deployment, of: tenant, because: reason, at: now)
        }
        try await alertOfHalts(ground.open, at: now)
        let leftOut = LeftOutLists(ground.open)
        guard ground.hasPolicies || ground.deniesAnything || !leftOut.isEmpty else { return [] }
        let open = ground.open.filter { ground.lost[$0.deployment] == nil }
        var gathering = WaveGathering(open: open, blocked: ground.blocked, at: now)
        var returns = ReturnWatch(open)
        var review = DenialReview()
        let carried = ground.deniesAnything ? CarriedLists(open) : CarriedLists([])
        var after: EndpointQuery.Cursor?
        repeat {
            let from = after
            let (page, next) = try await ledger.read { records in
                try self.look(
                    at: tenant, after: from, carried: carried, leftOut: leftOut, at: now,
                    in: records)
            }
            for look in page {
                if let approved = look.approved { gathering.add(approved) }
                returns.add(look)
                review.add(look)
            }
            after = next
        } while after != nil
        try await act(on: review, of: tenant, at: now)
        try await tell(returns.found, of: tenant, at: now)
        let seen = Set(ground.open.map(\.deployment))
        var opened: [DeploymentID] = []
        for (key, wave) in gathering.waves.sorted(by: { $0.key < $1.key }) {
            if let id = try await openWave(wave, key, of: tenant, seen: seen.union(opened), at: now)
            {
                opened.append(id)
            }
        }
        return opened
    }

    /// Raises the alerts of rollouts that halted under a former build, which had none.
    private func alertOfHalts(_ open: [RolloutRecord], at now: Timestamp) async throws {
        for record in open where record.standing == .halted {
            guard steeringDesk.takeHaltTurn(of: record.deployment) else { continue }
            try await ledger.write { records in
                let scope = Scope.tenant(record.tenant)
                guard let current = try records.rollout(of: record.deployment, in: scope),
                    let deployment = try records.deployment(record.deployment, in: scope)
                else { return }
                var step = RolloutStep(
                    of: current, deployment, by: "system", at: now, in: records, self)
                try step.alertOfFormerHalt()
            }
        }
    }

    private func look(
        at tenant: TenantID, after: EndpointQuery.Cursor?, carried: CarriedLists,
        leftOut: LeftOutLists, at now: Timestamp, in records: any Records
    ) throws -> ([EndpointLook], EndpointQuery.Cursor?) {
        let rows = try records.endpoints(
            EndpointQuery(
                scope: .tenant(tenant), after: after, limit: Self.endpointsPerLook,
                freshSince: now))
        // One reading of all traits, approvals and policies serves both questions.
        var judge = try OrderJudge(
            of: tenant, in: records, at: now, isForMany: true, walksFleet: true, by: self)
        let looks = try rows.map { row in
            let posture = try records.posture(of: row.id, tenant: tenant)
            let jobs = try records.jobs(
                JobQuery(
                    scope: .tenant(tenant), endpoint: row.id, limit: DecidedEndpoint.jobsShown))
            let decided = try judge.decisions.decide(row, posture: posture, jobs: jobs)
            return EndpointLook(
                endpoint: row.id, scannedAt: row.scannedAt,
                missing: Set(
                    decided.decisions.map {
                        WaveLine(key: $0.update.key, version: $0.update.candidate)
                    }), approved: ApprovedEndpoint(decided),
                denials: try EndpointDenials(
                    of: row.id, posture, jobs, carried: carried, leftOut: leftOut, by: &judge))
        }
        guard rows.count == Self.endpointsPerLook, let last = rows.last else { return (looks, nil) }
        return (looks, EndpointQuery.Cursor(key: last.name, id: last.id.text))
    }

    /// Opens a wave unless one of its lane was opened a short while ago, or another process has
    /// opened something meanwhile: then the next look decides anew.
    private func openWave(
        _ wave: WaveGathering.Wave, _ key: WaveGathering.Key, of tenant: TenantID,
        seen: Set<DeploymentID>, at now: Timestamp
    ) async throws -> DeploymentID? {
        let id: DeploymentID = effects.newIdentifier()
        return try await writeWaking { records, wakes in
            let latest = try records.latestWave(
                policy: key.policy.text, lane: key.lane.rawValue, of: tenant)
            // What opens on different days, counted from releases, moves apart from the beginning.
            let isOfThisLook = key.opensOn != nil && latest == now
            if key.lane != .emergency, let latest, !isOfThisLook,
                now < latest.adding(seconds: WaveGathering.spacingSeconds)
            {
                return nil
            }
            guard
                try records.openRollouts(of: tenant).allSatisfy({ seen.contains($0.deployment) })
            else { return nil }
            let version = try self.policyShelf.policies(of: tenant, in: records)
                .first { $0.name == key.policy }?.version
            let count = Set(wave.lines.map(\.key.name)).count
            let opening = RolloutOpening(
                tenant: tenant,
                title: "\(key.policy), \(key.lane.rawValue): "
                    + (count == 1 ? wave.lines.first?.key.name ?? "" : "\(count) packages"),
                approvedBy: Deployment.approver(key.policy), policy: key.policy,
                policyVersion: version ?? 0, lane: key.lane, rings: key.rings,
                members: wave.members.map { (id: $0.key, subject: $0.value) },
                lines: Array(wave.lines), aftercare: wave.first.aftercare,
                hasProbes: wave.first.hasProbes, dueAt: wave.dueAt, nextDueAt: wave.nextDueAt,
                overdue: wave.overdue.sorted(),
                mayShorten: wave.first.hasClocks, turns: wave.turns, isAutomatic: true)
            return try self.open(opening, as: id, at: now, in: records, waking: &wakes).id
        }
    }

    private func tell(
        _ news: [DeploymentID: [RolloutEvent]], of tenant: TenantID, at now: Timestamp
    ) async throws {
        for (deployment, events) in news {
            let key = RolloutKey(tenant: tenant, deployment: deployment)
            try await ledger.write { records in
                for event in events { try records.post(event, to: key, at: now) }
            }
            await step(key)
        }
    }
}

/// What one look at an endpoint shows that matters to rollouts.
struct EndpointLook: Sendable {
    var endpoint: EndpointID
    var scannedAt: Timestamp?
    var missing: Set<WaveLine>
    var approved: ApprovedEndpoint?
    var denials: EndpointDenials
}

/// What a look at a tenant begins with.
private struct SteeringGround: Sendable {
    let open: [RolloutRecord]
    let blocked: Set<BlockedLine>
    let hasPolicies: Bool
    /// Whether a person or a policy denies anything.
    let deniesAnything: Bool
    /// The waves for which no policy stands any more, and what became of it.
    let lost: [DeploymentID: String]

    init(
        of tenant: TenantID, in records: any Records, _ useCases: UseCases, at now: Timestamp
    ) throws {
        let judge = try OrderJudge(
            of: tenant, in: records, at: now, isForMany: false, by: useCases)
        open = try records.openRollouts(of: tenant)
        blocked = Set(try records.blockedVersions(in: .tenant(tenant)).map { BlockedLine($0) })
        hasPolicies = judge.hasPolicies
        deniesAnything = !judge.isSilent
        var lost: [DeploymentID: String] = [:]
        for record in open {
            lost[record.deployment] = try judge.lostPolicy(of: record)
        }
        self.lost = lost
    }
}

/// Finds updates that went missing again after they were verified.
private struct ReturnWatch {
    private struct Verified {
        let deployment: DeploymentID
        let at: Timestamp
        let lines: Set<WaveLine>
    }

    private var verified: [EndpointID: [Verified]] = [:]
    private(set) var found: [DeploymentID: [RolloutEvent]] = [:]

    init(_ open: [RolloutRecord]) {
        for record in open
        where !record.isAutomatic || record.lines.count <= UpdateDebt.usualMostUpdates {
            // A longer list reaches an endpoint in parts: what is still missing was not its turn.
            for entry in record.rollout.endpoints where entry.phase == .verified && !entry.hasLeft {
                guard let at = entry.verifiedAt else { continue }
                verified[entry.member.endpoint, default: []].append(
                    Verified(
                        deployment: record.deployment, at: at, lines: Set(record.lines)))
            }
        }
    }

    mutating func add(_ look: EndpointLook) {
        guard let scannedAt = look.scannedAt else { return }
        for one in verified[look.endpoint] ?? []
        where scannedAt > one.at && !one.lines.isDisjoint(with: look.missing) {
            found[one.deployment, default: []].append(
                .updateMissingAgain(look.endpoint, observedAt: scannedAt))
        }
    }
}
