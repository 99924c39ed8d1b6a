package import Fleet

/// Says of a package source whether its index can be relied on: a function of values.
package struct SourceJudgement: Sendable {
    /// An index that was not confirmed for so many seconds is stale: two days, as for apt.
    package static let staleAfterSeconds: Int64 = 48 * 3600
    /// A tool writes its index some time after the refresh began, in seconds.
    private static let refreshTailSeconds: Int64 = 900

    /// The source's key in the report.
    package let key: String
    /// The source as it is shown.
    package let name: String
    /// When the endpoint's copy of the index was written; `nil` when there is none.
    package let indexTime: Timestamp?

    /// What is known of a source.
    package init(key: String, name: String, indexTime: Timestamp?) {
        self.key = key
        self.name = name
        self.indexTime = indexTime
    }

    /// The state of the source at `now`, given the agent's own last refresh.
    package func state(report: RefreshReport?, now: Timestamp) -> SourceState {
        var state = SourceState(name: name, state: .ok)
        let own = report?.outcomes[key]
        state.refreshedAt = [own?.succeededAt, indexTime].compactMap { $0 }.max()
        if let error = own?.error, !isRefreshedSince(report) {
            state.state = .failed
            state.error = error
        } else if indexTime == nil {
            state.state = .stale
            state.refreshedAt = nil
            state.error = "Its index was never fetched."
        } else if let at = state.refreshedAt, now.seconds(since: at) > Self.staleAfterSeconds {
            state.state = .stale
            state.error =
                "Its index was last confirmed more than \(Self.staleAfterSeconds / 3600) hours ago."
        }
        return state
    }

    /// Whether a newer index has come since the agent's refresh failed, by another program's hand.
    private func isRefreshedSince(_ report: RefreshReport?) -> Bool {
        guard let indexTime, let report else { return false }
        return report.attemptedAt.adding(seconds: Self.refreshTailSeconds) < indexTime
    }
}

extension RefreshReport {
    /// A report with the outcome of each source; a failed one keeps the time of its last success.
    package static func of(
        _ errors: [(key: String, error: String?)], at now: Timestamp, after last: RefreshReport?
    ) -> RefreshReport {
        var outcomes: [String: Outcome] = [:]
        for (key, error) in errors {
            outcomes[key] = Outcome(
                succeededAt: error == nil ? now : last?.outcomes[key]?.succeededAt, error: error)
        }
        return RefreshReport(attemptedAt: now, outcomes: outcomes)
    }
}
