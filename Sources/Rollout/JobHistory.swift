package import Fleet
package import Policy

/// What an endpoint's jobs say of its missing updates.
package struct JobHistory {
    /// Where the open jobs stand, by package.
    package private(set) var standing: [PackageKey: DecisionContext.JobStanding] = [:]
    private var failures: [Version: DecisionContext.FailureStanding] = [:]

    private struct Version: Hashable {
        let key: PackageKey
        let version: String
    }

    /// Jobs with their deployments, newest first: what is found first stands.
    package init(_ jobs: [(Job, Deployment?)]) {
        var causes: [Version: FailureClass?] = [:]
        var succeeded: Set<Version> = []
        for (job, deployment) in jobs {
            if let stage = Self.stage(of: job, deployment) {
                for update in job.updates where standing[update.key] == nil {
                    standing[update.key] = DecisionContext.JobStanding(
                        stage: stage, sentence: job.sentence, deployment: deployment?.title ?? "",
                        deadline: job.deadline, createdAt: job.createdAt)
                }
            }
            for outcome in job.result?.outcomes ?? [] {
                let version = Version(key: outcome.update.key, version: outcome.update.to)
                guard !succeeded.contains(version) else { continue }
                guard outcome.state == .failed || outcome.state == .failedVerification else {
                    if outcome.state == .verified { succeeded.insert(version) }
                    continue
                }
                guard var failure = failures[version] else {
                    failures[version] = DecisionContext.FailureStanding(
                        sentence: outcome.sentence, at: job.finishedAt ?? job.createdAt)
                    causes[version] = .some(outcome.failure)
                    continue
                }
                guard causes[version] == .some(outcome.failure) else {
                    succeeded.insert(version)
                    continue
                }
                failure.sameCauseCount += 1
                failures[version] = failure
            }
        }
    }

    /// How the attempts at an update's version have ended.
    package func failure(of update: Update) -> DecisionContext.FailureStanding? {
        failures[Version(key: update.key, version: update.candidate)]
    }

    private static func stage(
        of job: Job, _ deployment: Deployment?
    ) -> DecisionContext.JobStanding.Stage? {
        switch job.state {
        case .queued: deployment?.handsOutJobs == true ? .queued : .halted
        case .leased, .running: .working
        case .interrupted: .interrupted
        case .pendingRestart: .pendingRestart
        case .verified, .failedVerification, .failed, .cancelled, .expired: nil
        }
    }
}
