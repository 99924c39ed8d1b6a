public import ControlPlane
public import Fleet
import Policy
import Rollout
public import ServerRecords

/// What became of a saved plan.
public struct ComparedPlan: Hashable, Sendable, Codable {
    /// The plan.
    public var plan: SavedPlanRecord
    /// How many rows came out each way, by the outcome.
    public var counts: [String: Int]
    /// Its rows and what ran besides.
    public var comparison: PlanComparison

    init(_ plan: SavedPlanRecord, _ comparison: PlanComparison) {
        self.plan = plan
        self.comparison = comparison
        counts = Dictionary(
            uniqueKeysWithValues: comparison.counts.map { ($0.key.rawValue, $0.value) })
    }

    /// How many rows came out one way.
    public func count(_ outcome: PlanComparison.Outcome) -> Int { counts[outcome.rawValue] ?? 0 }
}

extension UseCases {
    /// How long before a plan's time orders are looked for that ran in it, and after it for rows
    /// that were late, in seconds: 31 days, as long as the longest usual plan.
    static let planLookaroundSeconds: Int64 = 31 * 86_400
    /// The most orders that one comparison reads: as many as a saved plan has rows.
    static let mostComparedJobs = 50_000
    /// How many orders are read at a time.
    private static let jobPage = 1_000

    /// What became of a saved plan: what ran as planned, what otherwise and why, and what ran
    /// that was not planned.
    ///
    /// - Throws: `Refusal` `E_PLAN_DAMAGED`, `E_COMPARISON_TOO_LARGE`.
    public func comparePlan(_ id: PlanID, by principal: Principal) async throws -> ComparedPlan {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            let saved = try Self.savedPlan(id, in: principal.scope, records)
            var gatherer = try EvidenceGatherer(saved.document, in: records, at: now, by: self)
            try self.eachJob(around: saved.document, in: records) { try gatherer.add($0) }
            try gatherer.settle()
            return ComparedPlan(
                saved.plan,
                PlanComparison(
                    of: saved.document, with: gatherer.runs, evidence: gatherer.evidence, at: now))
        }
    }

    private func eachJob(
        around document: PlanDocument, in records: any Records, _ body: (Job) throws -> Void
    ) throws {
        var query = JobQuery(
            scope: .tenant(document.tenant), oldestFirst: true, limit: Self.jobPage)
        query.madeFrom = document.from.adding(seconds: -Self.planLookaroundSeconds)
        query.madeBefore = document.until.adding(seconds: Self.planLookaroundSeconds)
        var count = 0
        while true {
            let page = try records.jobs(query)
            count += page.count
            guard count <= Self.mostComparedJobs else {
                throw Refusal(
                    .tooLarge, "E_COMPARISON_TOO_LARGE",
                    "More than \(Self.mostComparedJobs) orders were made around the plan's time.",
                    nextStep: "Save plans for shorter times.")
            }
            for job in page { try body(job) }
            guard page.count == Self.jobPage else { return }
            query.after = page.last?.id
        }
    }
}

/// Reads what is on record around a plan.
struct EvidenceGatherer {
    private(set) var runs: [PlanRun] = []
    private(set) var evidence = PlanEvidence()

    private let document: PlanDocument
    /// The planned lines, where the plan is one deployment's: what other deployments run besides
    /// them is none of its business.
    private let own: Set<PlanLine>?
    private let records: any Records
    private let now: Timestamp
    private var decisions: EndpointDecisions
    private let names: DirectoryNames
    private var deployments: [DeploymentID: Deployment?] = [:]
    private var endpoints: [String: EndpointRecord?] = [:]

    init(
        _ document: PlanDocument, in records: any Records, at now: Timestamp, by useCases: UseCases
    ) throws {
        self.document = document
        own = document.deployment == nil ? nil : Set(document.installs.map(\.line))
        self.records = records
        self.now = now
        decisions = try EndpointDecisions(
            of: document.tenant, in: records, at: now, isForMany: true, showsRings: true,
            by: useCases)
        names = try DirectoryNames(scope: .tenant(document.tenant), records: records)
    }

    /// Takes one order.
    mutating func add(_ job: Job) throws {
        guard !job.updates.isEmpty, (job.finishedAt ?? now) >= document.from else { return }
        if deployments[job.deployment] == nil {
            deployments[job.deployment] = .some(
                try records.deployment(job.deployment, in: .tenant(document.tenant)))
        }
        let endpoint = try endpoint(job.endpoint.text)
        runs += PlanRun.runs(
            of: job, deployments[job.deployment] ?? nil, endpointName: endpoint?.name ?? ""
        ).filter { run in
            job.deployment == document.deployment || own?.contains(run.line) ?? true
        }
    }

    /// Reads the rest, once all orders are known.
    mutating func settle() throws {
        let installed = Set(runs.filter { $0.state == .installed }.map(\.line))
        let open = Dictionary(
            grouping: document.installs.filter { !installed.contains($0.line) }, by: \.endpoint)
        for (endpoint, rows) in open { try look(at: endpoint, rows.map(\.line)) }
        try readVersions()
        try readPolicies()
        try readApprovals()
        for case (let id, let endpoint?) in endpoints {
            evidence.enrolledAt[id] = endpoint.enrolledAt
            evidence.retiredAt[id] = endpoint.retiredAt
        }
    }

    private mutating func endpoint(_ text: String) throws -> EndpointRecord? {
        if let known = endpoints[text] { return known }
        let record = try EndpointID(text).flatMap {
            try records.endpoint($0, in: .tenant(document.tenant))
        }
        endpoints[text] = .some(record)
        return record
    }

    /// What an endpoint still misses of these lines, and what it has of the others.
    private mutating func look(at id: String, _ lines: [PlanLine]) throws {
        guard let endpoint = try endpoint(id), endpoint.retiredAt == nil else { return }
        let decided = try decisions.decide(endpoint).decisions
        let byKey = Dictionary(
            decided.map { ($0.update.key, $0) }, uniquingKeysWith: { first, _ in first })
        var present: [PlanLine] = []
        for line in lines {
            guard let decision = byKey[line.package] else {
                present.append(line)
                continue
            }
            evidence.missing[line] = PlanEvidence.Missing(
                version: decision.update.candidate, sentence: decision.sentence)
        }
        guard !present.isEmpty, let digest = endpoint.inventoryDigest,
            let inventory = try records.inventory(digest, of: document.tenant)
        else { return }
        let versions = Dictionary(
            inventory.packages.map { ($0.key, $0.version) },
            uniquingKeysWith: { first, _ in first })
        for line in present { evidence.installed[line] = versions[line.package] }
    }

    private mutating func readVersions() throws {
        let packages = Set(runs.map(\.line.package.name))
            .union(evidence.missing.keys.map(\.package.name))
        for row in try records.firstSeen(of: document.tenant, packages: packages) {
            let version = PlanEvidence.Version(
                manager: row.manager, name: row.package, version: row.version)
            evidence.firstSeen[version] = min(
                evidence.firstSeen[version] ?? row.firstSeenAt, row.firstSeenAt)
        }
        for block in try records.blockedVersions(in: .tenant(document.tenant)) {
            let version = PlanEvidence.Version(
                manager: block.manager, name: block.package, version: block.version)
            evidence.blocked[version] = PlanEvidence.Fact(
                at: block.at,
                sentence: "\(block.by) blocked \(block.package) \(block.version) at "
                    + "\(block.at.wholeSeconds): \(block.reason)")
        }
    }

    /// The most changes of one policy that are looked at.
    private static let mostChanges = 50

    private mutating func readPolicies() throws {
        let ordering = Set(runs.compactMap(\.policy))
        guard !ordering.isEmpty else { return }
        let scope = Scope.tenant(document.tenant)
        let policies =
            try records.policies(in: scope) + records.policies(holdingFor: document.tenant)
        for policy in Dictionary(grouping: policies, by: \.id).compactMap(\.value.first)
        where ordering.contains(policy.name.text) && policy.savedAt > document.savedAt {
            let place = policy.place.tenant.map(Scope.tenant) ?? .provider
            let versions = try records.policyHistory(
                of: policy.id, in: place, limit: Self.mostChanges)
            evidence.policyChanges[policy.name.text, default: []] +=
                versions.filter { $0.savedAt > document.savedAt }.map(Self.fact).sorted {
                    $0.at < $1.at
                }
        }
    }

    private static func fact(_ policy: PolicyRecord) -> PlanEvidence.Fact {
        let verb =
            switch policy.change {
            case .saved: "saved version \(policy.version) of"
            case .enabled: "switched on"
            case .disabled: "switched off"
            case .deleted: "deleted"
            }
        let why = policy.note.isEmpty ? "." : ": \(policy.note)"
        return PlanEvidence.Fact(
            at: policy.savedAt,
            sentence: "\(policy.savedBy) \(verb) the policy \(policy.name) at "
                + "\(policy.savedAt.wholeSeconds)\(why)")
    }

    /// Approvals whose choice of updates is by package or version: of others it is not known any
    /// more what they meant then.
    private mutating func readApprovals() throws {
        let approvals = try records.approvals(holdingFor: document.tenant)
            .filter { $0.word.verdict == .approved && $0.word.at > document.savedAt }
        guard !approvals.isEmpty else { return }
        for run in runs {
            guard let endpoint = try endpoint(run.line.endpoint) else { continue }
            let chosen = approvals.filter { Self.means($0.word.updates, run) }
            guard !chosen.isEmpty else { continue }
            let facts = try records.posture(of: endpoint.id, tenant: document.tenant)?.endpoint
            let subject = try decisions.subject(endpoint, facts: facts)
            for approval in chosen where approval.placed(names).concerns(subject, at: now) {
                let word = approval.word
                let fact = PlanEvidence.Fact(
                    at: word.at,
                    sentence: "\(word.person) approved it at \(word.at.wholeSeconds), after the "
                        + "plan was saved.")
                if evidence.approvals[run.line]?.contains(fact) != true {
                    evidence.approvals[run.line, default: []].append(fact)
                }
            }
        }
    }

    private static func means(_ choice: UpdateSelector, _ run: PlanRun) -> Bool {
        guard choice.family == nil, choice.vulnerability == nil else { return false }
        guard choice.takes(run.to, of: run.line.package.manager) else { return false }
        return choice.package?.matches(run.line.package.name) ?? true
    }
}
