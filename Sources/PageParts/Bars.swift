package import Administration
package import HTMLTree
import Rollout
package import ServerRecords

extension FleetCounts {
    /// The three parts of compliance, unknown included.
    package var parts: [BarPart] {
        [
            BarPart(count: compliant, fill: .ok, words: "compliant"),
            BarPart(count: nonCompliant, fill: .bad, words: "non-compliant"),
            BarPart(count: unknown, fill: .hatch, words: "unknown"),
        ]
    }
}

extension DeploymentSummary {
    /// How its jobs stand.
    package var parts: [BarPart] {
        let failures = count(.failed) + count(.failedVerification) + count(.expired)
        return [
            BarPart(count: count(.verified), fill: .ok, words: "verified"),
            BarPart(count: count(.pendingRestart), fill: .warn, words: "pending restart"),
            BarPart(count: failures, fill: .bad, words: "failed"),
            BarPart(count: count(.running) + count(.leased), fill: .run, words: "running"),
            BarPart(count: count(.interrupted), fill: .hatch, words: "interrupted"),
            BarPart(count: count(.queued) + count(.cancelled), fill: .idle, words: "not begun"),
        ]
    }
}
