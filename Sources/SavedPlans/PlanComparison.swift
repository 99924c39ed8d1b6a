public import Fleet

/// What became of a saved plan: every planned row and every run of its time, each exactly once.
public struct PlanComparison: Hashable, Sendable, Codable {
    /// What became of a planned row.
    public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
        /// The version went in at the planned time.
        case asPlanned
        /// The version went in at another time.
        case anotherTime
        /// Another version went in.
        case otherVersion
        /// It is ordered and has not ended.
        case underWay
        /// It was tried, and did not go in.
        case failed
        /// Its time is over, and it was not tried.
        case notRun
        /// Its time is not over yet.
        case ahead
        /// The endpoint has the version, and no order put it there.
        case outsidePatchbay
        /// What is on record does not tell.
        case unknown
    }

    /// A planned row with what became of it.
    public struct Row: Hashable, Sendable, Codable {
        /// What was planned.
        public var planned: PlannedRow
        /// What became of it.
        public var outcome: Outcome
        /// When the endpoint began; `nil` when it has not, or it is not known.
        public var beganAt: Timestamp?
        /// The version that went in; `nil` when none did.
        public var version: String?
        /// What became of it, for people.
        public var sentence: String
        /// Why it went otherwise than planned.
        public var reasons: [PlanReason]
        /// The orders for it.
        public var jobs: [JobID]

        /// The reasons in words, without what the sentence says already.
        public var further: [String] { reasons.map(\.sentence).filter { $0 != sentence } }
    }

    /// A run that the plan does not have.
    public struct Unplanned: Hashable, Sendable, Codable {
        /// The endpoint's identifier.
        public var endpoint: String
        /// Its name.
        public var endpointName: String
        /// The package.
        public var package: PackageKey
        /// The version before.
        public var from: String
        /// The version that was ordered.
        public var to: String
        /// When the endpoint began.
        public var beganAt: Timestamp
        /// How it stands.
        public var state: PlanRun.State
        /// How it stands, for people.
        public var sentence: String
        /// What the order belongs to.
        public var title: String
        /// Who or what ordered it.
        public var orderedBy: String
        /// The order.
        public var job: JobID
        /// Why it ran although it was not planned.
        public var reasons: [PlanReason]
    }

    /// When this was looked at.
    public var at: Timestamp
    /// The planned rows, in the plan's order.
    public var rows: [Row]
    /// What ran in the plan's time and is not in it, by start.
    public var unplanned: [Unplanned]

    /// How much earlier than planned still counts as planned, in seconds: a quarter of an hour, for
    /// places in a ring's budget that are free sooner than foreseen.
    public static let toleratedSeconds: Int64 = 900
    /// How long a planned start is good for where no window ends it, in seconds: a day.
    public static let usualOpeningSeconds: Int64 = 86_400

    /// Compares a plan with what ran. Of the runs, those count that were not over when the plan's
    /// time began.
    public init(
        of document: PlanDocument, with runs: [PlanRun], evidence: PlanEvidence, at now: Timestamp
    ) {
        self.init(
            PlanReasons(document: document, evidence: evidence, now: now),
            runs.filter { ($0.endedAt ?? now) >= document.from })
    }

    private init(_ reasons: PlanReasons, _ runs: [PlanRun]) {
        at = reasons.now
        let document = reasons.document
        let places = Dictionary(grouping: document.installs.indices) {
            document.installs[$0].line
        }
        var byRow: [Int: [PlanRun]] = [:]
        var others: [PlanRun] = []
        for run in runs {
            guard let candidates = places[run.line] else {
                others.append(run)
                continue
            }
            let place = candidates.first { document.installs[$0].to == run.to }
            byRow[place ?? candidates[0], default: []].append(run)
        }
        rows = document.installs.enumerated().map { place, planned in
            RowJudge(planned: planned, runs: byRow[place] ?? [], reasons: reasons).row
        }
        unplanned = others.compactMap { run in
            guard let began = run.beganAt, began >= document.from, began < document.until else {
                return nil
            }
            return Unplanned(
                endpoint: run.line.endpoint, endpointName: run.endpointName,
                package: run.line.package, from: run.from, to: run.to, beganAt: began,
                state: run.state, sentence: run.sentence, title: run.title,
                orderedBy: run.orderedBy, job: run.job,
                reasons: reasons.ofUnplanned(run, began: began))
        }.sorted {
            ($0.beganAt, $0.endpoint, $0.package, $0.job)
                < ($1.beganAt, $1.endpoint, $1.package, $1.job)
        }
    }

    /// Whether everything whose time is over went as planned, and nothing ran besides.
    public var isAsPlanned: Bool {
        unplanned.isEmpty
            && rows.allSatisfy { [.asPlanned, .ahead, .underWay].contains($0.outcome) }
    }

    /// How many rows came out each way.
    public var counts: [Outcome: Int] {
        rows.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }
    }
}

extension PlannedRow {
    /// Which package of which endpoint.
    var line: PlanLine { PlanLine(endpoint: endpoint, package: package) }

    /// When its time is over.
    var endsAt: Timestamp {
        closesAt ?? startsAt.adding(seconds: PlanComparison.usualOpeningSeconds)
    }

    /// Whether an instant is its time.
    func isTime(_ instant: Timestamp) -> Bool {
        startsAt.adding(seconds: -PlanComparison.toleratedSeconds) <= instant && instant < endsAt
    }
}
