package import Fleet

/// What a job's way means to the rollout that gave the order. Late and doubled words do no harm:
/// the rollout ignores what is not about an endpoint's latest order.
package enum RolloutWords {
    /// What is told when a job has reached its end.
    ///
    /// `platform` is the endpoint's system, by which files of the same version are told apart.
    package static func ended(_ job: Job, on platform: String?) -> [RolloutEvent] {
        guard let offer = offer(of: job) else { return [] }
        switch job.state {
        case .verified: return [.jobVerified(offer, verification(job.result, platform))]
        case .failedVerification: return [.jobFailed(offer, .nothingChanged)]
        case .failed:
            let result = job.result ?? JobResult(outcomes: [])
            // Called off after a part of it: as one that ended without a result.
            if job.cancelRequested, result.wasOnlyCalledOff { return [.jobExpired(offer)] }
            return [failed(offer, result, platform)]
        case .expired: return [.jobExpired(offer)]
        case .cancelled:
            // Not begun, it was taken back; begun, it ended without a result. The rollout knows
            // which of the two it was, and ignores the other.
            return [.jobWithdrawn(offer), .jobExpired(offer)]
        case .queued, .leased, .running, .interrupted, .pendingRestart: return []
        }
    }

    /// What is told after an endpoint's report: that it has begun, or what a late report shows.
    package static func reported(before: Job, after: Job, on platform: String?) -> [RolloutEvent] {
        guard let offer = offer(of: after) else { return [] }
        if after.state == .pendingRestart || (after.state == .running && after.isAtWork) {
            let hasBegun =
                before.state == .pendingRestart || (before.state == .running && before.isAtWork)
            return hasBegun ? [] : [.jobStarted(offer)]
        }
        guard before.state == after.state, before.result == nil, let result = after.result,
            Job.endState(for: result) == .verified
        else { return [] }
        return [.jobVerified(offer, verification(result, platform))]
    }

    /// What the probes showed. Where they failed before the updates too, they say nothing of them.
    package static func verification(
        _ result: JobResult?, _ platform: String?
    ) -> RolloutVerification {
        let sawItBefore = result?.wasHealthy == false
        let files = (result?.outcomes ?? []).filter { $0.state == .verified }.compactMap {
            outcome in
            outcome.sha256.map {
                LockedPackage(
                    key: outcome.update.key, version: outcome.update.to, sha256: $0,
                    platform: platform)
            }
        }
        return RolloutVerification(
            installed: files, isHealthy: sawItBefore ? nil : result?.isHealthy)
    }

    private static func offer(of job: Job) -> RolloutOffer? {
        job.rolloutOrder.map { RolloutOffer(endpoint: job.endpoint, number: $0) }
    }

    /// A failure by its worst cause. A version that no source has any more was replaced by a newer
    /// one, which has its own turn: it fails nobody.
    private static func failed(
        _ offer: RolloutOffer, _ result: JobResult, _ platform: String?
    ) -> RolloutEvent {
        let outcomes = result.outcomes
        let bad = outcomes.filter { $0.state != .verified && $0.state != .pendingRestart }
        let causes = bad.map { outcome in
            outcome.failure ?? (outcome.state == .failedVerification ? .nothingChanged : .other)
        }
        if bad.isEmpty, let failure = result.failure {
            return failure == .unhealthyAfterPatch
                ? .jobUnhealthy(offer) : .jobFailed(offer, failure)
        }
        let harmless: Set<FailureClass> = [.versionNotAvailable, .held]
        guard let worst = causes.filter({ !harmless.contains($0) }).min(by: { rank($0) < rank($1) })
        else {
            if bad.count < outcomes.count {
                return .jobVerified(offer, verification(result, platform))
            }
            return .jobSkipped(offer, causes.contains(.held) ? .heldBack : .notNeeded)
        }
        return .jobFailed(offer, worst)
    }

    /// What points at the package comes first, what passes by itself last.
    private static func rank(_ cause: FailureClass) -> Int {
        if GiveUpReason.failure(cause).blamesPackage { return 0 }
        return cause.mayPassByItself ? 2 : 1
    }
}

extension JobResult {
    /// Whether nothing went wrong, and the rest was not tried because the order was called off.
    fileprivate var wasOnlyCalledOff: Bool {
        failure == nil
            && outcomes.allSatisfy { outcome in
                switch outcome.state {
                case .verified, .pendingRestart: true
                case .skipped: outcome.failure == nil
                case .failed, .failedVerification: false
                }
            }
    }
}

extension EndpointFacts {
    /// The system by which files of the same version are told apart, such as `debian 12`.
    package var platform: String {
        [os.id, os.versionId].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
