import Fleet

/// Judges how far each package source can be relied on: a function of values.
struct SourceFreshness: Sendable {
    /// What is known of the endpoint's copy of a source's index.
    struct Evidence: Hashable, Sendable {
        /// The copy of the source's release file; `nil` when it was never fetched.
        var release: AptReleaseFile?
        /// When any program last tried to refresh the indexes: apt clears its folder of unfinished
        /// downloads each time.
        var lastAttempt: Timestamp?
        /// Whether a downloaded release file lies in apt's folder of unfinished downloads: what apt
        /// does not accept (a wrong signature, an expired date) it leaves there.
        var hasRejectedDownload = false
        /// How the agent's own last refresh went for this source.
        var own: RefreshReport.Outcome?
        /// When the agent's own last refresh was.
        var ownAttempt: Timestamp?
    }

    /// An index that was not confirmed for so many seconds is stale: two days, so that one missed
    /// nightly refresh is forgiven and two are not.
    static let staleAfterSeconds: Int64 = 48 * 3600

    /// Another program's refresh counts from so many seconds after the agent's own: apt's folder is
    /// touched until the end of a refresh.
    private static let refreshTailSeconds: Int64 = 900

    /// The state of a source at `now`.
    static func state(of source: AptSource, evidence: Evidence, now: Timestamp) -> SourceState {
        var state = SourceState(name: source.name, state: .ok)
        state.refreshedAt = refreshedAt(evidence)
        if let error = evidence.own?.error, !isRefreshedSince(evidence) {
            state.state = .failed
            state.error = error
        } else if evidence.hasRejectedDownload, isOver(evidence.lastAttempt, now: now) {
            state.state = .failed
            state.error = "Another program's refresh got an index that apt did not accept."
        } else if evidence.release == nil {
            state.state = .stale
            state.refreshedAt = nil
            state.error = "Its index was never fetched."
        } else if let until = evidence.release?.validUntil, until < now {
            state.state = .stale
            state.error = "Its index expired on \(until)."
        } else if let at = state.refreshedAt, now.seconds(since: at) <= staleAfterSeconds {
            state.state = .ok
        } else {
            state.state = .stale
            state.error =
                "Its index was last confirmed more than \(staleAfterSeconds / 3600) hours ago."
        }
        return state
    }

    /// A refresh that goes on at this moment has unfinished downloads too; each one touches the
    /// folder.
    private static func isOver(_ attempt: Timestamp?, now: Timestamp) -> Bool {
        guard let attempt else { return false }
        return now.seconds(since: attempt) > quietSeconds
    }

    /// apt waits at most 30 seconds for a silent server.
    private static let quietSeconds: Int64 = 60

    /// The agent's own word where there is one. Without it the last attempt of another program is
    /// taken for a success: the file's own time is the server's, and an index that has not changed
    /// is not written again, so the disk shows nothing nearer. A refresh by the agent replaces this
    /// guess by knowledge.
    private static func refreshedAt(_ evidence: Evidence) -> Timestamp? {
        guard let release = evidence.release else { return evidence.own?.succeededAt }
        var times = [release.modified]
        if let own = evidence.own?.succeededAt { times.append(own) }
        if let last = evidence.lastAttempt, evidence.own?.error == nil { times.append(last) }
        return times.max()
    }

    /// Whether a newer index has come since the agent's refresh failed, by another program's hand.
    private static func isRefreshedSince(_ evidence: Evidence) -> Bool {
        guard let release = evidence.release, let own = evidence.ownAttempt else { return false }
        return own.adding(seconds: refreshTailSeconds) < release.modified
    }
}
