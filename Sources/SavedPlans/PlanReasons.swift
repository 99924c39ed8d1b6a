import Fleet

/// Finds on record why something went otherwise than planned.
struct PlanReasons {
    let document: PlanDocument
    let evidence: PlanEvidence
    let now: Timestamp
    private let waiting: [PlanLine: WaitingRow]

    init(document: PlanDocument, evidence: PlanEvidence, now: Timestamp) {
        self.document = document
        self.evidence = evidence
        self.now = now
        waiting = Dictionary(
            document.waiting.map { (PlanLine(endpoint: $0.endpoint, package: $0.package), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Why an order came to be that a plan did not foresee, or not then.
    func ofOrder(_ run: PlanRun) -> [PlanReason] {
        let since = run.orderedAt.wholeSeconds
        if run.orderedAt < document.savedAt {
            return [
                PlanReason(
                    .orderedBefore,
                    "\(run.orderedBy) had ordered it at \(since), before the plan was saved.")
            ]
        }
        guard let policy = run.policy else {
            guard !run.orderedBy.isEmpty else { return [] }
            return [
                PlanReason(
                    .orderedByPerson, "\(run.orderedBy) ordered it at \(since): “\(run.title)”.")
            ]
        }
        let words = (evidence.approvals[run.line] ?? []).filter { $0.at <= run.orderedAt }
        let changes = (evidence.policyChanges[policy] ?? []).filter { $0.at <= run.orderedAt }
        return words.map { PlanReason(.approvedAfter, $0.sentence) }
            + changes.map { PlanReason(.policyChanged, $0.sentence) }
    }

    /// Why another version than the planned one.
    func ofVersion(_ run: PlanRun, insteadOf planned: PlannedRow) -> [PlanReason] {
        seen(run.line.package, run.to)
            + blocked(planned.package, planned.to, until: run.orderedAt)
    }

    /// Why a run happened that the plan does not have at all.
    func ofUnplanned(_ run: PlanRun, began: Timestamp) -> [PlanReason] {
        var reasons: [PlanReason] = []
        let joined = evidence.enrolledAt[run.line.endpoint]
        if let joined, joined > document.savedAt {
            reasons.append(
                PlanReason(
                    .endpointJoined,
                    "The endpoint enrolled at \(joined.wholeSeconds), after the plan was saved."))
        }
        reasons += seen(run.line.package, run.to) + ofOrder(run)
        if let wait = waiting[run.line] {
            reasons.append(PlanReason(.wasWaiting, "The plan had it waiting: \(wait.sentence)"))
        }
        return reasons.isEmpty ? [.unknown] : reasons
    }

    /// What stands in the way of a planned row now.
    func standing(_ planned: PlannedRow) -> [PlanReason] {
        if let retired = evidence.retiredAt[planned.endpoint] {
            return [
                PlanReason(
                    .endpointRetired, "The endpoint was retired at \(retired.wholeSeconds).")
            ]
        }
        var reasons = blocked(planned.package, planned.to, until: now)
        guard let missing = evidence.missing[planned.line] else { return reasons }
        reasons.append(PlanReason(.decision, missing.sentence))
        if missing.version != planned.to { reasons += seen(planned.package, missing.version) }
        return reasons
    }

    /// The tries of the same row that failed before a run.
    func retries(before run: PlanRun, in runs: [PlanRun]) -> [PlanReason] {
        runs.prefix { $0.job != run.job }.filter { $0.state == .failed }.map {
            PlanReason(.retried, "An earlier try failed: \($0.sentence)")
        }
    }

    /// The other versions that took a run's place later.
    func laterVersions(than run: PlanRun, in runs: [PlanRun]) -> [PlanReason] {
        runs.drop { $0.job != run.job }.dropFirst()
            .filter { $0.state == .installed && $0.to != run.to }.map { later in
                let at = later.beganAt.map { " at \($0.wholeSeconds)" } ?? ""
                return PlanReason(
                    .changedLater,
                    "\(later.to) was put in its place\(at), ordered by \(later.orderedBy).")
            }
    }

    private func seen(_ package: PackageKey, _ version: String) -> [PlanReason] {
        let first = evidence.firstSeen[PlanEvidence.Version(package, version)]
        guard let first, first > document.savedAt else { return [] }
        return [
            PlanReason(
                .seenAfter,
                "\(package.name) \(version) was first seen at \(first.wholeSeconds), after the "
                    + "plan was saved.")
        ]
    }

    private func blocked(
        _ package: PackageKey, _ version: String, until end: Timestamp
    ) -> [PlanReason] {
        let block = evidence.blocked[PlanEvidence.Version(package, version)]
        guard let block, block.at <= end else { return [] }
        return [PlanReason(.blocked, block.sentence)]
    }
}
