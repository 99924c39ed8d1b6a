public import Fleet

/// Whether evidence is taken of an endpoint before anything is installed on it.
public enum EvidenceRule: String, Hashable, Sendable, Codable, CaseIterable {
    /// No.
    case never
    /// Where the order says that what it mends demands it.
    case demanded
    /// Before every installation.
    case always

    /// What holds where a policy says nothing.
    public static let usual = EvidenceRule.demanded
    /// How old evidence may be before an installation that no clock demands it for, in seconds: a
    /// day, as volatile evidence is due within one.
    public static let alwaysSeconds: Int64 = 86_400
}

/// How it stands with the evidence before an installation.
public enum EvidenceStanding: Hashable, Sendable {
    /// None is wanted.
    case notWanted
    /// It is there.
    case atHand(EvidenceMark)
    /// The installation must wait until some is taken, because of this.
    case missing(EvidenceReason)
}

extension EvidenceRule {
    /// Whether an installation must wait for evidence.
    ///
    /// - Parameters:
    ///   - demand: what the order says of it.
    ///   - issuedAt: when the order was handed out: no clock that it speaks of began later.
    ///   - kept: the evidence at hand.
    ///   - now: the endpoint's time.
    /// - Returns: how it stands; of several bundles that will do the newest is named.
    public func standing(
        demand: EvidenceDemand?, issuedAt: Timestamp, kept: [EvidenceMark], at now: Timestamp
    ) -> EvidenceStanding {
        let since: Timestamp
        let reason: EvidenceReason
        switch (self, demand) {
        case (.never, _), (.demanded, nil): return .notWanted
        case (.demanded, let demand?), (.always, let demand?):
            since = min(demand.since, issuedAt)
            reason = .demanded
        case (.always, nil):
            since = now.adding(seconds: -Self.alwaysSeconds)
            reason = .beforeInstall
        }
        let oldest = max(since, now.adding(seconds: -EvidenceLimits.keptSeconds))
        // What a clock that was put back calls the future says nothing.
        let good = kept.filter { $0.takenAt >= oldest && $0.takenAt <= now }
        guard let newest = good.max(by: { $0.takenAt < $1.takenAt }) else {
            return .missing(reason)
        }
        return .atHand(newest)
    }
}
