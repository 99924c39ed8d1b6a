import Fleet

/// Says what became of one planned row.
struct RowJudge {
    let planned: PlannedRow
    /// The orders for its package on its endpoint, by what happened first.
    private let runs: [PlanRun]
    private let reasons: PlanReasons

    init(planned: PlannedRow, runs: [PlanRun], reasons: PlanReasons) {
        self.planned = planned
        self.runs = runs.sorted {
            ($0.beganAt ?? $0.orderedAt, $0.job) < ($1.beganAt ?? $1.orderedAt, $1.job)
        }
        self.reasons = reasons
    }

    var row: PlanComparison.Row {
        let ins = runs.filter { $0.state == .installed }
        if let run = ins.first(where: { $0.to == planned.to }) { return installed(run) }
        // The latest word is the one that counts.
        if let run = ins.last { return otherVersion(run) }
        if let run = runs.last(where: { $0.state == .open }) {
            return made(.underWay, run, run.sentence)
        }
        if let run = runs.last(where: { $0.state == .failed }) {
            return made(.failed, run, run.sentence, reasons.retries(before: run, in: runs))
        }
        return notTried(runs.last)
    }

    private func installed(_ run: PlanRun) -> PlanComparison.Row {
        let later = reasons.laterVersions(than: run, in: runs)
        guard let began = run.beganAt else {
            return made(
                .unknown, run, "The version is in; when it began is not on record.", later)
        }
        let since = began.wholeSeconds
        guard !planned.isTime(began) else {
            return made(.asPlanned, run, "Installed as planned, begun at \(since).", later)
        }
        let why = reasons.retries(before: run, in: runs) + reasons.ofOrder(run)
        return made(
            .anotherTime, run,
            "Installed, begun at \(since) instead of \(planned.startsAt.wholeSeconds).",
            (why.isEmpty ? [.unknown] : why) + later)
    }

    private func otherVersion(_ run: PlanRun) -> PlanComparison.Row {
        let why = reasons.ofVersion(run, insteadOf: planned) + reasons.ofOrder(run)
        return made(
            .otherVersion, run, "Installed \(run.to) instead of \(planned.to).",
            why.isEmpty ? [.unknown] : why)
    }

    /// Nothing was tried: the time is not over, something stood in the way, or nobody knows.
    private func notTried(_ run: PlanRun?) -> PlanComparison.Row {
        let isOver = reasons.now >= planned.endsAt
        let ended = run.map { [PlanReason(.orderEnded, $0.sentence)] } ?? []
        let standing = reasons.standing(planned)
        let missing = reasons.evidence.missing[planned.line]
        if missing == nil, reasons.evidence.retiredAt[planned.endpoint] == nil,
            let version = reasons.evidence.installed[planned.line]
        {
            if version == planned.to {
                return made(
                    .outsidePatchbay, nil,
                    "The endpoint has \(version), and no order put it there.", ended,
                    version: version)
            }
            if version != planned.from {
                return made(
                    .outsidePatchbay, nil,
                    "The endpoint has \(version) instead of \(planned.to), and no order put it "
                        + "there.", ended, version: version)
            }
        }
        guard isOver else {
            let words =
                reasons.now < planned.startsAt
                ? "Its time has not come yet." : "Its time is not over yet."
            return made(.ahead, run, words, ended + standing)
        }
        let why = ended + standing
        guard let first = why.first else {
            return made(.unknown, run, "What became of it is not on record.", [.unknown])
        }
        return made(.notRun, run, first.sentence, why)
    }

    private func made(
        _ outcome: PlanComparison.Outcome, _ run: PlanRun?, _ sentence: String,
        _ why: [PlanReason] = [], version: String? = nil
    ) -> PlanComparison.Row {
        PlanComparison.Row(
            planned: planned, outcome: outcome, beganAt: run?.beganAt,
            version: version ?? (run?.state == .installed ? run?.to : nil), sentence: sentence,
            reasons: why, jobs: runs.map(\.job))
    }
}
