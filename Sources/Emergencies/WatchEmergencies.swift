package import ControlPlane
import Fleet
import Rollout
import ServerRecords

extension UseCases {
    /// The most open runs that one round looks at; what is left has its turn when some are closed.
    private static let runsPerRound = 500
    private static let emergencyWatcher = "system"

    /// Lets time pass for emergency runs: one that is over opens its review, one that nobody agreed
    /// to in time lapses, and where what was in the way has ended the rollout goes on at once.
    package func watchEmergencies() async throws {
        let now = effects.now()
        let open = try await ledger.read {
            try $0.emergencies(
                in: .provider, states: [.awaitingSecondPerson, .running], before: nil,
                limit: Self.runsPerRound)
        }
        var fault: (any Error)?
        for run in open {
            do {
                try await watch(run, at: now)
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // One that cannot be looked at keeps no other waiting; it is told at the end.
                fault = error
            }
        }
        if let fault { throw fault }
    }

    private func watch(_ run: EmergencyRun, at now: Timestamp) async throws {
        let isDue = try await ledger.read { records in
            try self.step(run, at: now, in: records) != nil
        }
        guard isDue else { return }
        try await writeWaking { records, wakes in
            guard let run = try records.emergency(run.id, in: .tenant(run.tenant)),
                let step = try self.step(run, at: now, in: records)
            else { return }
            try self.take(step, of: run, at: now, in: records, &wakes)
        }
    }

    private enum EmergencyStep {
        case lapse
        case end(EmergencyRun.Outcome)
        case clearWay(Set<PackageKey>)
    }

    /// What is to be done about a run; `nil` for nothing.
    private func step(
        _ run: EmergencyRun, at now: Timestamp, in records: any Records
    ) throws -> EmergencyStep? {
        switch run.state {
        case .awaitingSecondPerson:
            return now >= run.startedAt.adding(seconds: Self.secondPersonSeconds) ? .lapse : nil
        case .running: break
        case .awaitingReview, .closed, .lapsed: return nil
        }
        let scope = Scope.tenant(run.tenant)
        let deployments = try run.deployments.compactMap { try records.deployment($0, in: scope) }
        // A restart that is outstanding can take weeks; nobody waits for it with the review.
        let outcome = try outcome(of: run, in: records)
        let isOver = deployments.allSatisfy { $0.finishedAt != nil || $0.deadline <= now }
        if isOver || outcome.notReached == 0 { return .end(outcome) }
        var free: Set<PackageKey> = []
        for id in run.deployments {
            guard let record = try records.rollout(of: id, in: scope), record.isOpen else {
                continue
            }
            let keys = Set(record.lines.map(\.key))
            for entry in record.rollout.endpoints where entry.restsUntried {
                let inTheWay = try ordersInTheWay(
                    of: keys, on: entry.member.endpoint, tenant: run.tenant, in: records)
                if inTheWay.isEmpty { free.formUnion(keys) }
            }
        }
        return free.isEmpty ? nil : .clearWay(free)
    }

    private func take(
        _ step: EmergencyStep, of run: EmergencyRun, at now: Timestamp, in records: any Records,
        _ wakes: inout Set<String>
    ) throws {
        var run = run
        switch step {
        case .clearWay(let keys):
            wakes.formUnion(try clearWay(for: keys, of: run.tenant, in: records, at: now))
        case .lapse:
            run.state = .lapsed
            run.endedAt = now
            try records.update(run)
            try appendAudit(
                "emergency.lapsed", subject: run.id.text,
                sentence: "No second person agreed to the emergency run for "
                    + "\(run.vulnerability) within a day; nothing was installed by it.",
                actor: Self.emergencyWatcher, tenant: run.tenant, in: records, at: now)
        case .end(let outcome):
            (run.state, run.endedAt, run.outcome) = (.awaitingReview, now, outcome)
            try records.update(run)
            let sentence =
                "The emergency run for \(run.vulnerability), which \(run.startedBy) started, is "
                + "over: \(outcome.sentence) It waits for its review."
            try appendAudit(
                "emergency.reviewOpened", subject: run.id.text, sentence: sentence,
                actor: Self.emergencyWatcher, tenant: run.tenant, in: records, at: now)
            let alert = Alert(
                id: effects.newIdentifier(), tenant: run.tenant, kind: .emergencyReview,
                subject: run.id.text, sentence: sentence, endpoints: run.extent.endpoints,
                raisedAt: now)
            guard try records.insert(alert) else { return }
            try appendAudit(
                "alert.raised", subject: alert.id.text, sentence: sentence,
                actor: Self.emergencyWatcher, tenant: run.tenant, in: records, at: now)
        }
    }

    /// What has come of a run, by its rollouts and the last job of each endpoint.
    private func outcome(
        of run: EmergencyRun, in records: any Records
    ) throws -> EmergencyRun.Outcome {
        var outcome = EmergencyRun.Outcome()
        let scope = Scope.tenant(run.tenant)
        for id in run.deployments {
            guard let record = try records.rollout(of: id, in: scope) else { continue }
            let restarting = Set(
                try records.jobs(
                    JobQuery(
                        scope: scope, deployment: id, states: [.pendingRestart],
                        limit: Self.largestDeployment)
                ).map(\.endpoint))
            for entry in record.rollout.endpoints where !entry.hasLeft {
                switch entry.phase {
                case .verified: outcome.verified += 1
                case .failed: outcome.failed += 1
                case .skipped(.notNeeded): outcome.notNeeded += 1
                case .waiting, .offered, .withdrawing, .running, .resting, .skipped:
                    if restarting.contains(entry.member.endpoint) {
                        outcome.pendingRestart += 1
                    } else {
                        outcome.notReached += 1
                    }
                }
            }
            if case .halted(let reason) = record.rollout.state {
                outcome.stops.append(stop(reason.sentence, scope, records))
            } else if record.rollout.state == .cancelled {
                outcome.stops.append(
                    stop(record.endedBecause ?? "A person called it off.", scope, records))
            }
        }
        return outcome
    }

    private func stop(_ words: String, _ scope: Scope, _ records: any Records) -> String {
        let sentence = RolloutSentences.naming(words) { id in
            (try? records.endpoint(id, in: scope))?.name
        }
        return sentence.last.map { ".!?".contains($0) } == true ? sentence : sentence + "."
    }
}
