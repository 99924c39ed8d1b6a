import Findings
import Fleet
import Rollout
import ServerRecords

extension SignalSubject {
    private static let rolloutPrefix = "rollout:"

    /// Something was posted to a rollout. Nobody waits for it: whoever has committed it takes the
    /// rollout's next step.
    static func rollout(_ key: RolloutKey) -> String {
        "\(rolloutPrefix)\(key.tenant):\(key.deployment)"
    }

    /// The rollout that a subject is about.
    static func rollout(in subject: String) -> RolloutKey? {
        guard subject.hasPrefix(rolloutPrefix) else { return nil }
        let parts = subject.dropFirst(rolloutPrefix.count).split(separator: ":")
        guard parts.count == 2, let tenant = TenantID(String(parts[0])),
            let deployment = DeploymentID(String(parts[1]))
        else { return nil }
        return RolloutKey(tenant: tenant, deployment: deployment)
    }
}

extension UseCases {
    /// Posts what has happened to a job to its rollout, in the job's own transaction.
    ///
    /// - Returns: the subjects to wake once it has been committed.
    func post(
        _ events: [RolloutEvent], about job: Job, at now: Timestamp, in records: any Records
    ) throws -> Set<String> {
        guard !events.isEmpty else { return [] }
        let key = RolloutKey(tenant: job.tenant, deployment: job.deployment)
        for event in events { try records.post(event, to: key, at: now) }
        return [SignalSubject.rollout(key)]
    }

    /// Takes a rollout's steps until nothing is waiting to be told. What fails is not lost: the
    /// scheduler takes the step again.
    func step(_ key: RolloutKey) async {
        guard rolloutDesk.begin(key) else { return }
        repeat {
            do {
                while try await stepOnce(key, [], by: "system") {}
            } catch {
                rolloutDesk.abandon(key)
                return
            }
        } while !rolloutDesk.end(key)
    }

    /// One step of a rollout.
    ///
    /// - Returns: whether more may be waiting to be told.
    func stepOnce(
        _ key: RolloutKey, _ further: [RolloutEvent], by actor: String
    ) async throws -> Bool {
        let now = effects.now()
        return try await writeWaking { records, wakes in
            let scope = Scope.tenant(key.tenant)
            guard let record = try records.rollout(of: key.deployment, in: scope),
                let deployment = try records.deployment(key.deployment, in: scope)
            else {
                // What is told of a rollout that is not there is told to nobody.
                return try !records.takeEvents(of: key, limit: RolloutStep.mostEvents).isEmpty
            }
            var step = RolloutStep(
                of: record, deployment, by: actor, at: now, in: records, self)
            let isMore = try step.run(further)
            wakes = step.wakes
            return isMore
        }
    }

    /// How many rollouts one round of the scheduler looks at; what is left has its turn in the
    /// next.
    static let rolloutsPerRound = 100

    /// Lets time pass for rollouts, and tells them what was left over.
    ///
    /// - Returns: how many were due.
    func stepDueRollouts() async throws -> Int {
        let now = effects.now()
        let due = try await ledger.read {
            try $0.dueRollouts(at: now, limit: Self.rolloutsPerRound)
        }
        for key in due { await step(key) }
        return due.count
    }

    /// For how long an endpoint is silent before rollouts take it for unreachable, in seconds: five
    /// check-ins.
    static let silentSeconds: Int64 = 600

    /// Tells open rollouts which of their endpoints have fallen silent, and which are back.
    func watchPresence(of tenant: TenantID) async throws {
        let now = effects.now()
        let news = try await ledger.read { records -> [RolloutKey: [RolloutEvent]] in
            let open = try records.openRollouts(of: tenant)
            self.peerDesk.keep(
                Set(open.map { RolloutKey(tenant: tenant, deployment: $0.deployment) }), of: tenant)
            guard !open.isEmpty else { return [:] }
            let seen = try records.presence(of: tenant)
            var news: [RolloutKey: [RolloutEvent]] = [:]
            for record in open {
                let key = RolloutKey(tenant: tenant, deployment: record.deployment)
                self.watchPeers(of: record)
                let events = Self.presenceEvents(of: record.rollout, seen: seen, at: now)
                if !events.isEmpty { news[key] = events }
            }
            return news
        }
        for (key, events) in news {
            try await ledger.write { records in
                for event in events { try records.post(event, to: key, at: now) }
            }
            await step(key)
        }
    }

    static func presenceEvents(
        of rollout: RingRollout, seen: [EndpointID: Timestamp?], at now: Timestamp
    ) -> [RolloutEvent] {
        let oldest = now.adding(seconds: -silentSeconds)
        return rollout.endpoints.compactMap { entry in
            let id = entry.member.endpoint
            guard !entry.hasLeft else { return nil }
            guard let heard = seen[id] else { return .endpointLeft(id) }
            let isOffline = (heard ?? Timestamp(milliseconds: .min)) < oldest
            guard isOffline != entry.isOffline else { return nil }
            return isOffline
                ? .endpointOffline(id, observedAt: now) : .endpointOnline(id, observedAt: now)
        }
    }
}
