import Fleet
import Rollout

/// The jobs as they were when they were last looked at, found by what the promises ask about.
struct SeenJobs {
    private var jobs: [JobID: Job] = [:]
    private var ofDeployments: [DeploymentID: [JobID]] = [:]
    /// Those that have not ended, oldest first: few, however many there were.
    private(set) var open: [Job] = []

    subscript(job: JobID) -> Job? { jobs[job] }

    /// All jobs of a deployment.
    func all(of deployment: DeploymentID) -> [Job] {
        (ofDeployments[deployment] ?? []).compactMap { jobs[$0] }
    }

    /// Takes down how a job is now.
    mutating func note(_ job: Job) {
        if jobs.updateValue(job, forKey: job.id) == nil {
            ofDeployments[job.deployment, default: []].append(job.id)
        }
        open.removeAll { $0.id == job.id }
        guard !job.state.isTerminal else { return }
        open.insert(job, at: open.firstIndex { job.id < $0.id } ?? open.endIndex)
    }
}

extension Job {
    /// Whether its endpoint has it and has not ended it.
    var isInHand: Bool {
        switch state {
        case .leased, .running, .interrupted: true
        case .queued, .pendingRestart, .verified, .failedVerification, .failed, .cancelled,
            .expired:
            false
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether some bytes stand in it one after the other.
    func holds(_ part: [UInt8]) -> Bool {
        withUnsafeBytes { whole in
            var start = 0
            while start + part.count <= whole.count {
                var length = 0
                while length < part.count, whole[start + length] == part[length] { length += 1 }
                if length == part.count { return true }
                start += 1
            }
            return false
        }
    }
}
