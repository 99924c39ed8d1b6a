import Fleet
import Policy
import Rollout
import ServerRecords

/// The lists that open rollouts carry, by endpoint.
struct CarriedLists: Sendable {
    private var lists: [DeploymentID: [WaveLine]] = [:]
    private var rollouts: [EndpointID: [DeploymentID]] = [:]

    init(_ open: [RolloutRecord]) {
        for record in open {
            lists[record.deployment] = record.lines
            for entry in record.rollout.endpoints where entry.isCarriedTo || entry.isDenied {
                rollouts[entry.member.endpoint, default: []].append(record.deployment)
            }
        }
    }

    func lists(to endpoint: EndpointID) -> [(deployment: DeploymentID, lines: [WaveLine])] {
        (rollouts[endpoint] ?? []).map { ($0, lists[$0] ?? []) }
    }
}

extension RosterEntry {
    fileprivate var isDenied: Bool { !hasLeft && phase == .skipped(.denied) }
}

/// What rollouts leave out because it was denied: it is watched for the end of that.
struct LeftOutLists: Sendable {
    /// How a rollout stands to one endpoint.
    struct Watched: Sendable {
        var deployment: DeploymentID
        var lines: [WaveLine]
        /// Whether the endpoint has had its turn.
        var isDone: Bool
    }

    private var watched: [EndpointID: [Watched]] = [:]

    init(_ open: [RolloutRecord]) {
        for record in open {
            let lines = Set((record.leftOut ?? []).map(\.line)).sorted()
            guard !lines.isEmpty else { continue }
            for entry in record.rollout.endpoints where !entry.hasLeft {
                watched[entry.member.endpoint, default: []].append(
                    Watched(
                        deployment: record.deployment, lines: lines,
                        isDone: entry.phase == .verified))
            }
        }
    }

    var isEmpty: Bool { watched.isEmpty }

    func lists(to endpoint: EndpointID) -> [Watched] { watched[endpoint] ?? [] }
}

/// How what a rollout left out stands now.
struct LeftOutStanding: Sendable {
    /// What is still denied for somebody.
    var denied: Set<WaveLine> = []
    /// What somebody misses, and may have.
    var free: Set<WaveLine> = []
    /// How many of those have had their turn.
    var missedByDone: [WaveLine: Int] = [:]
}

/// What has been denied of what is on its way to one endpoint.
struct EndpointDenials: Sendable {
    /// What is left of a rollout's list for the endpoint.
    struct Rest: Sendable {
        /// How many lines it may still get.
        var open = 0
        /// Why it does not get the others.
        var denied: [String] = []
    }

    /// Orders that are to be taken back.
    var recalls: [OrderRecall] = []
    /// What each rollout can still bring.
    var rests: [DeploymentID: Rest] = [:]
    /// How what rollouts left out stands here.
    var leftOut: [DeploymentID: LeftOutStanding] = [:]

    init(
        of endpoint: EndpointID, _ posture: Posture?, _ jobs: [Job], carried: CarriedLists,
        leftOut watched: LeftOutLists, by judge: inout OrderJudge
    ) throws {
        for list in watched.lists(to: endpoint) {
            guard let posture else { continue }
            let denied = Set(try judge.denied(of: list.lines, on: endpoint, posture).keys)
            let chosen = OrderContents.chosen(of: list.lines, among: posture.updates)
            let missing = Set(chosen.map { WaveLine(key: $0.update.key, version: $0.version) })
            let free = missing.subtracting(denied)
            leftOut[list.deployment] = LeftOutStanding(
                denied: denied, free: free,
                missedByDone: list.isDone
                    ? Dictionary(uniqueKeysWithValues: free.map { ($0, 1) }) : [:])
        }
        guard !judge.isSilent else { return }
        for job in jobs where job.canBeRecalled && !job.cancelRequested {
            if let recall = OrderRecall(job, try judge.denied(of: job, posture)) {
                recalls.append(recall)
            }
        }
        guard let posture else { return }
        for (deployment, lines) in carried.lists(to: endpoint) {
            let denied = try judge.denied(of: lines, on: endpoint, posture)
            let missing = OrderContents.chosen(of: lines, among: posture.updates).count
            // What waits for a ring is not lost to the rollout.
            let lost = denied.filter { $0.value.reasonCode != .awaitingTwin }
            rests[deployment] = Rest(
                open: missing - lost.count,
                denied: lost.sorted { $0.key < $1.key }.map(\.value.sentence))
        }
    }
}

/// What has been denied of what is on its way to a whole tenant.
struct DenialReview {
    private(set) var recalls: [OrderRecall] = []
    private var rests: [DeploymentID: EndpointDenials.Rest] = [:]
    private var leftOut: [DeploymentID: LeftOutStanding] = [:]

    mutating func add(_ look: EndpointLook) {
        recalls += look.denials.recalls
        for (deployment, rest) in look.denials.rests {
            rests[deployment, default: EndpointDenials.Rest()].open += rest.open
            rests[deployment]?.denied += rest.denied
        }
        for (deployment, standing) in look.denials.leftOut {
            leftOut[deployment, default: LeftOutStanding()].denied.formUnion(standing.denied)
            leftOut[deployment]?.free.formUnion(standing.free)
            leftOut[deployment]?.missedByDone.merge(standing.missedByDone, uniquingKeysWith: +)
        }
    }

    /// What nothing keeps out of its rollout any more, and how many endpoints miss it that had
    /// their turn.
    var rejoined: [(deployment: DeploymentID, lines: [WaveLine: Int])] {
        leftOut.compactMap { deployment, standing in
            let lines = standing.free.subtracting(standing.denied)
            guard !lines.isEmpty else { return nil }
            return (
                deployment,
                Dictionary(
                    uniqueKeysWithValues: lines.map { ($0, standing.missedByDone[$0] ?? 0) })
            )
        }.sorted { $0.deployment < $1.deployment }
    }

    /// The rollouts of which nothing is left, and why: the reason of most of it comes first.
    var ended: [(deployment: DeploymentID, reason: String)] {
        rests.compactMap { deployment, rest in
            guard rest.open == 0, !rest.denied.isEmpty else { return nil }
            let counts = Dictionary(rest.denied.map { ($0, 1) }, uniquingKeysWith: +)
            let reasons = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
            let shown = reasons.prefix(Self.reasonsShown).joined(separator: " ")
            return (deployment, "All that was left of it has been denied. \(shown)")
        }.sorted { $0.deployment < $1.deployment }
    }

    /// How many reasons a rollout's end names.
    private static let reasonsShown = 3
}

extension UseCases {
    /// How many orders one transaction takes back; the next round of the scheduler sees to the
    /// rest, and no order goes out meanwhile that holds what is denied.
    private static let recallsPerRound = 500

    /// Takes back what has been denied, and calls off the rollouts of which nothing is left.
    func act(on review: DenialReview, of tenant: TenantID, at now: Timestamp) async throws {
        for (deployment, reason) in review.ended {
            try await callOff(deployment, of: tenant, because: reason, at: now)
        }
        for (deployment, lines) in review.rejoined {
            try await tell(deployment, of: tenant, rejoined: lines, at: now)
        }
        let recalls = Array(review.recalls.prefix(Self.recallsPerRound))
        guard !recalls.isEmpty else { return }
        try await writeWaking { records, wakes in
            try self.recall(recalls, of: tenant, in: records, at: now, waking: &wakes)
        }
    }

    /// Tells a rollout that what it left out goes with the rest again.
    private func tell(
        _ deployment: DeploymentID, of tenant: TenantID, rejoined lines: [WaveLine: Int],
        at now: Timestamp
    ) async throws {
        try await writeWaking { records, wakes in
            guard let record = try records.rollout(of: deployment, in: .tenant(tenant)),
                record.isOpen,
                let whole = try records.deployment(deployment, in: .tenant(tenant))
            else { return }
            var step = RolloutStep(of: record, whole, by: "system", at: now, in: records, self)
            for (line, done) in lines.sorted(by: { $0.key < $1.key }) {
                try step.noteRejoined(line, missedByDone: done)
            }
            _ = try step.run([])
            wakes = step.wakes
        }
    }

    /// Calls a rollout off for a reason that no person gave to it: what has not begun is taken
    /// back, what has begun goes on.
    func callOff(
        _ deployment: DeploymentID, of tenant: TenantID, because reason: String, at now: Timestamp
    ) async throws {
        try await writeWaking { records, wakes in
            guard var record = try records.rollout(of: deployment, in: .tenant(tenant)),
                record.isOpen,
                let whole = try records.deployment(deployment, in: .tenant(tenant))
            else { return }
            record.endedBecause = reason
            var step = RolloutStep(of: record, whole, by: "system", at: now, in: records, self)
            _ = try step.run([.cancelRequested(by: "system")])
            wakes = step.wakes
        }
    }
}
