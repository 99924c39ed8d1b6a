import Calendar
import Fleet
import Policy
import Rollout
import Trust

/// What the signed policies of an endpoint say of downloading ahead, at one instant.
struct PrefetchPermission: Sendable {
    /// The lanes of which a window is open that allows downloads, and when the last of those
    /// closes.
    var closes: [Lane: Timestamp] = [:]
    /// Those lanes.
    var lanes: Set<Lane> { Set(closes.keys) }
    /// When the next such window opens; `nil` when none does.
    var next: Timestamp?
    /// The endpoint's policy, by which updates are judged.
    fileprivate var policy: CompiledPolicy?
    fileprivate var holds: [Accepted<Hold>] = []

    /// Whether the endpoint's own policies let it download an update in a lane's windows: neither a
    /// signed hold nor a rule is against it.
    func allows(_ update: Update, lane: Lane, at now: Timestamp) -> Bool {
        guard closes[lane] != nil, let policy else { return false }
        let isHeld = holds.map(\.document).contains {
            $0.heading.issuedAt <= now && now < $0.heading.expiresAt
                && $0.body.covers(update.key, version: update.candidate)
        }
        return !isHeld && !policy.denies(update, at: now)
    }
}

extension TrustDesk {
    /// What the signed policies say of downloading ahead now. Without policies that hold, nothing
    /// is downloaded.
    func prefetchPermission(at now: Timestamp) async -> PrefetchPermission {
        var permission = PrefetchPermission()
        guard let ground = await windowGround(at: now) else { return permission }
        for lane in Lane.allCases {
            guard let calendar = ground.calendar(of: lane)?.only(.prefetch) else { continue }
            permission.closes[lane] = calendar.openings(at: now)
                .filter { spread(after: $0) <= now }.map(\.closes).max()
            let next = calendar.nextOpening(after: now)?.opens
            permission.next = [permission.next, next].compactMap(\.self).min()
        }
        permission.policy = CompiledPolicy(ground.effective)
        permission.holds = holds(ground.memo, at: now)
        return permission
    }

    /// The most by which the endpoints of a fleet are spread over the beginning of a window, in
    /// seconds, and the part of a short window that this may be.
    private static let longestSpread: Int64 = 600
    private static let shareOfWindow: Int64 = 10

    /// When this endpoint begins in an opening: they all open at once, and all would ask at once.
    private func spread(after opening: Occurrence) -> Timestamp {
        let length = opening.closes.milliseconds - opening.opens.milliseconds
        let span = min(Self.longestSpread * 1000, length / Self.shareOfWindow)
        return Timestamp(
            milliseconds: opening.opens.milliseconds + CheckInSchedule(endpoint).place(in: span))
    }

    /// What holds for this endpoint by its signed policies, with the zones of its windows; `nil`
    /// where there are none that hold.
    func windowGround(at now: Timestamp) async -> WindowGround? {
        guard let memo = try? TrustFiles.load(from: state), memo.policyDigest != nil,
            let policies = try? policies(memo, at: now).document.body.policies,
            let facts = await facts(),
            let subject = try? subject(memo, facts: facts, at: now),
            let effective = EffectivePolicy(of: policies, for: subject, at: now)
        else { return nil }
        return WindowGround(
            memo: memo, effective: effective,
            zones: zones(for: policies, subject: subject, memo, at: now))
    }

    /// The effective policy of this endpoint and its zones.
    struct WindowGround: Sendable {
        var memo: TrustMemo
        var effective: EffectivePolicy
        var zones: Zones

        /// The windows of a lane; `nil` where one's zone is not known.
        func calendar(of lane: Lane) -> WindowCalendar? {
            try? WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value), zones: zones)
        }
    }
}
