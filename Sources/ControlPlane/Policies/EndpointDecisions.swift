public import Calendar
package import Findings
public import Fleet
public import Policy
package import Rollout
public import ServerRecords
import Verdicts

/// One endpoint with the one decision for each of its missing updates, and what they were made of.
public struct DecidedEndpoint: Sendable {
    /// How many of an endpoint's newest jobs are looked at, and shown.
    package static let jobsShown = 50

    /// The endpoint.
    public var endpoint: EndpointRecord
    /// What people say of it.
    public var traits: EndpointTraits
    /// The endpoint as policies look at it.
    public var subject: EndpointSubject
    /// What holds for it; `nil` when no policy applies, and then updates wait for a person.
    public var policy: CompiledPolicy?
    /// When its lanes have time.
    public var outlook: WindowOutlook
    /// The zones that its windows are read in.
    public var zones: Zones
    /// Its missing updates with what stands around them, in the order of `decisions`.
    public var updates: [PlanUpdate]
    /// The decisions, security first, then by name.
    public var decisions: [Decision]
    /// How long installations of these updates have taken.
    public var history: WorkHistory

    /// The name of the policy that comes first; `nil` when it is not known of any that it applies.
    public var policyName: PolicyName? { policy?.effective.nearest?.name }

    /// The decisions by which something is installed now or later, with the way that they take.
    public var installs: [Decision] { decisions.filter { $0.action == .install } }
}

/// Makes the decisions for the endpoints of one tenant at one instant, in one transaction: the one
/// function behind every page, answer, plan and rollout.
///
/// What endpoints share (policies, what people have said, zones) is read and put together once.
public struct EndpointDecisions {
    /// The tenant.
    public let tenant: TenantID
    /// The instant.
    public let now: Timestamp
    let records: any Records
    private let zoneRules: @Sendable (String) -> TimeZoneRules?
    let book: PolicyBook
    /// Who is on duty, now, later and of late, where a policy asks for it.
    private let onDuty: [OnDuty]
    let approvals: [ApprovalByHand]
    let exceptions: [RiskException]
    /// The pauses of deadlines, each with the condition for the endpoints that it is for.
    let pauses: [(pause: RiskPause, exception: RiskException)]
    private let blocks: [BlockedLine: BlockedVersion]
    /// What feeds and operators say of updates, where a policy asks for it.
    private let verdicts: VerdictIndex
    private let traits: TraitSource
    /// What is said of endpoints whatever the store says.
    let said: [EndpointID: EndpointTraits]
    /// How far ahead windows are looked for; `nil` for as far as decisions need.
    private let end: Timestamp?
    private var knowledge: UpdateKnowledge
    private var policies: [[LayerKey]: CompiledPolicy] = [:]
    private var outlooks: [OutlookKey: WindowOutlook] = [:]
    private var deployments: [DeploymentID: Deployment?] = [:]
    private let rollouts: RolloutSource
    private var work: KnownWork
    /// What has been found of rings that policies ask for; where it is kept, unless it is asked what
    /// other policies would do; and whether the fleet may be gone through for it.
    var twins: TwinDesk?
    let twinShelf: TwinShelf?
    let ringsVersion: UInt64
    var walksFleet = true
    var packages: [String: Set<String>] = [:]

    private struct LayerKey: Hashable {
        let name: PolicyName
        let isCertain: Bool
    }

    private struct OutlookKey: Hashable {
        let layers: [LayerKey]
        let zone: String
        let siteZone: String?
        /// When the fix came out, where windows count from that.
        let release: Timestamp?
    }

    /// Where it is learned what open rollouts carry to an endpoint.
    private enum RolloutSource {
        case none
        /// Those that name the endpoint are read when it is asked about.
        case each(holding: Set<PolicyName>)
        case all(RolloutTurns)
    }

    private enum TraitSource {
        case each
        case all([EndpointID: EndpointTraits])
    }

    /// Reads what all of the tenant's endpoints share.
    ///
    /// - Parameters:
    ///   - tenant: The tenant.
    ///   - records: The open transaction.
    ///   - now: The instant.
    ///   - isForMany: Whether most of the tenant's endpoints will be asked about, so that what can
    ///     be read for all of them at once is.
    ///   - showsRings: Whether it is told what open rollouts make of an update: that an earlier ring
    ///     comes first, that it is halted, that it has given the endpoint up. For what people and
    ///     endpoints ask; who leads rollouts knows it already.
    ///   - end: How far ahead windows are listed; as far as decisions need unless given.
    ///   - candidates: Policies to take instead of those that hold: for questions of the kind “what
    ///     would happen if”.
    ///   - groups: Groups to take instead of the stored ones, for the same.
    ///   - said: What is said of endpoints instead of what is stored, for the same.
    ///   - useCases: Where zones and the policies that are ready come from.
    /// - Throws: what the store throws.
    public init(
        of tenant: TenantID, in records: any Records, at now: Timestamp, isForMany: Bool = false,
        showsRings: Bool = false,
        until end: Timestamp? = nil, insteadOfStored candidates: [PolicyRecord]? = nil,
        withGroups groups: [EndpointGroup]? = nil,
        withTraits said: [EndpointID: EndpointTraits] = [:], by useCases: UseCases
    ) throws {
        self.tenant = tenant
        self.now = now
        self.end = end
        self.said = said
        self.records = records
        work = KnownWork(of: tenant)
        ringsVersion = useCases.signals.version(of: SignalSubject.rings(of: tenant))
        twinShelf = candidates == nil && groups == nil ? useCases.twinShelf : nil
        zoneRules = useCases.effects.zoneRules
        let directory = try DirectoryNames(scope: .tenant(tenant), records: records)
        let policies =
            try candidates ?? useCases.policyShelf.policies(of: tenant, in: records)
        book = PolicyBook(
            policies, groups: try groups ?? records.groups(in: .tenant(tenant)), names: directory,
            zoneRules: zoneRules)
        onDuty = book.needsDuty ? try useCases.onDuty(of: tenant, in: records) : []
        approvals = try records.approvals(holdingFor: tenant).map { $0.placed(directory) }
        let accepted = try records.exceptions(holdingFor: tenant)
        func risk(_ record: ExceptionRecord) -> RiskException? {
            record.approvedBy.flatMap { try? record.exception(approver: $0, directory) }
        }
        exceptions = accepted.compactMap(risk)
        let forgotten = now.adding(seconds: -Self.pauseRemembered)
        pauses = try (accepted + records.exceptions(endedFor: tenant)).compactMap { record in
            guard let risk = risk(record),
                let pause = RiskPause(risk, approvedAt: record.approvedAt, endedAt: record.endedAt),
                pause.time.until > forgotten
            else { return nil }
            return (pause, risk)
        }
        blocks = Dictionary(
            try records.blockedVersions(in: .tenant(tenant)).map { (BlockedLine($0), $0) }
        ) { first, _ in first }
        let shelf = book.asksForVerdicts ? useCases.verdictShelf : nil
        verdicts = try shelf?.index(of: tenant, in: records) ?? .empty
        let names = Set(policies.map(\.name))
        if showsRings, isForMany {
            rollouts = .all(
                try RolloutTurns(
                    records.openRollouts(of: tenant).filter { !$0.hasLostPolicy(among: names) },
                    in: records))
        } else {
            rollouts = showsRings ? .each(holding: names) : .none
        }
        knowledge = UpdateKnowledge(of: tenant, findings: useCases.findings)
        traits = isForMany ? .all(try records.traits(of: tenant)) : .each
    }

    /// The policies that hold for the tenant, each for the endpoints of its place only.
    public var placedPolicies: [PlacedPolicy] { book.placed }

    /// An endpoint as policies look at it.
    public func subject(_ endpoint: EndpointRecord, facts: EndpointFacts?) throws
        -> EndpointSubject
    {
        subject(endpoint, facts: facts, traits: try self.traits(of: endpoint.id))
    }

    /// How an endpoint stands, whose zone has this name: with the deadlines and the exposure by
    /// which its decisions are made too.
    package func standing(of id: EndpointID, zone: String) throws -> EndpointStanding {
        let (said, rules) = (try traits(of: id), zoneRules(zone) ?? .utc)
        let hasPauses = !pauses.isEmpty || !book.written.isEmpty
        guard book.namesDeadlines || hasPauses,
            let endpoint = try records.endpoint(id, in: .tenant(tenant))
        else { return EndpointStanding(said, under: nil, zone: rules) }
        let facts =
            book.asksForFacts || pausesAskForFacts
            ? try records.posture(of: id, tenant: tenant)?.endpoint : nil
        let subject = subject(endpoint, facts: facts, traits: said)
        let policy = EffectivePolicy(of: book.placed, for: subject, at: now)
        return EndpointStanding(said, under: policy, zone: rules, pauses: pauses(for: subject))
    }

    /// For how long a pause that is over still counts, in seconds: 400 days, after which whatever
    /// began before it is overdue by every regime, with or without it.
    private static let pauseRemembered: Int64 = 400 * 86_400

    /// Whether it takes a scan's facts to tell for which endpoints deadlines stand still.
    private var pausesAskForFacts: Bool {
        pauses.contains { PolicyBook.asksForFacts($0.exception.endpoints) }
            || book.written.contains { PolicyBook.asksForFacts($0.exception.endpoints) }
    }

    /// When deadlines stand still on an endpoint.
    private func pauses(for subject: EndpointSubject) -> [RiskPause] {
        pauses.filter { $0.exception.concerns(subject, at: now) }.map(\.pause)
            + written(for: subject).compactMap { RiskPause($0) }
    }

    func traits(of endpoint: EndpointID) throws -> EndpointTraits {
        if let said = said[endpoint] { return said }
        return switch traits {
        case .each: try records.traits(of: endpoint, tenant: tenant) ?? EndpointTraits()
        case .all(let all): all[endpoint] ?? EndpointTraits()
        }
    }

    /// What people say of all endpoints.
    func allTraits() throws -> [EndpointID: EndpointTraits] {
        if case .all(let all) = traits { return all.merging(said) { _, said in said } }
        return try records.traits(of: tenant).merging(said) { _, said in said }
    }

    func subject(
        _ endpoint: EndpointRecord, facts: EndpointFacts?, traits: EndpointTraits
    ) -> EndpointSubject {
        var subject = EndpointSubject(
            key: endpoint.id.text, facts: facts, role: traits.role, tags: Set(traits.tags),
            tenant: book.names.tenants[tenant],
            site: endpoint.site.flatMap { book.names.sites[$0] } ?? "", groups: [],
            criticality: traits.criticality, isExposed: traits.isExposed)
        subject.siteZone = endpoint.site.flatMap { book.names.siteZones[$0] }
        if !book.groups.isEmpty {
            subject.groups = Set(
                book.groups.filter { $0.members.evaluate(subject, at: now) == .yes }.map(\.name))
        }
        return subject
    }

    /// One endpoint with its decisions.
    public mutating func decide(_ endpoint: EndpointRecord) throws -> DecidedEndpoint {
        let jobs = try records.jobs(
            JobQuery(
                scope: .tenant(tenant), endpoint: endpoint.id, limit: DecidedEndpoint.jobsShown))
        return try decide(
            endpoint, posture: try records.posture(of: endpoint.id, tenant: tenant), jobs: jobs)
    }

    /// The same with what has been read already: the latest posture, and the endpoint's jobs,
    /// newest first.
    package mutating func decide(
        _ endpoint: EndpointRecord, posture: Posture?, jobs: [Job]
    ) throws -> DecidedEndpoint {
        let traits = try traits(of: endpoint.id)
        let subject = subject(endpoint, facts: posture?.endpoint, traits: traits)
        let zones = zones(of: posture?.endpoint, subject)
        let (policy, outlook) = policy(for: subject, zones)
        var shared = DecisionContext(
            isSilent: (endpoint.scannedAt ?? Timestamp(milliseconds: .min))
                < ComplianceRule.freshSince(at: now),
            approvals: approvals.filter { $0.concerns(subject, at: now) },
            exceptions: exceptions(for: subject))
        shared.outlook = outlook
        shared.lanesWithoutRing = policy?.lanesWithoutRing(for: subject, at: now) ?? []
        let standing = EndpointStanding(
            traits, under: policy?.effective, zone: zones.endpoint, pauses: pauses(for: subject))
        let known = judged(
            try knowledge.known(
                posture?.updates ?? [], on: endpoint, standing: standing, in: records, at: now),
            posture?.endpoint)
        let evidence = try evidence(for: endpoint, subject, under: policy)
        let tries = JobHistory(try standings(of: jobs))
        let due = DueDates(
            policy?.effective, standing: standing, detectedAt: endpoint.scannedAt ?? now)
        let reboots = (policy?.effective.reboot?.value ?? .none).mode != .never
        let turns = try turns(of: endpoint.id)
        let history = try work.history(
            of: known.map { WorkKey($0.subject.update.key) }, on: endpoint.id, in: records)
        var decided = known.map { known -> (PlanUpdate, Decision) in
            let update = known.subject.update
            var context = shared
            context.job = tries.standing[update.key]
            if let job = context.job, job.stage == .queued || job.stage == .interrupted,
                let ordered = job.createdAt, let heard = endpoint.lastSeenAt
            {
                context.job?.missed = policy?.missedWindow(
                    of: known.subject, heard: heard, ordered: ordered, in: zones, at: now)
            }
            context.block = blocks[BlockedLine(update.key, update.candidate)]?.standing
            let turn = turns?.turn(of: update, on: endpoint.id)
            context.failure = tries.failure(of: update)
            context.pass = evidence?.standing(of: update)
            if let turn { context.failure = turn.failure(after: context.failure) }
            let line = WorkHistory.Line(WorkKey(update.key), bytes: update.bytes)
            context.work = history.estimate(CollectionOfOne(line), reboots: reboots)
            context.dueAt = due.dueAt(known)
            (context.ring, context.halt, context.turn) = (turn?.ring, turn?.halt, turn?.hold)
            context.carriedIn = turn?.carried?.rollout.lane
            var own: WindowOutlook?
            if let policy, policy.countsFromRelease {
                let release = known.subject.outSince
                own = self.outlook(under: policy, for: subject, zones, release: release)
            }
            context.outlook = own ?? outlook
            let planned = PlanUpdate(
                subject: known.subject, context: context,
                needsReboot: WorkFigures.needsReboot(update), carried: turn?.carried, outlook: own)
            return (
                planned, Decision.decide(known.subject, under: policy, in: context, at: now)
            )
        }
        decided.sort { Self.precedes($0.1.update, $1.1.update) }
        return DecidedEndpoint(
            endpoint: endpoint, traits: traits, subject: subject, policy: policy, outlook: outlook,
            zones: zones,
            updates: decided.map(\.0), decisions: decided.map(\.1), history: history)
    }

    /// The updates with the verdicts that count for them on an endpoint.
    private func judged(_ known: [KnownUpdate], _ facts: EndpointFacts?) -> [KnownUpdate] {
        verdicts.isEmpty ? known : known.map { $0.judged(by: verdicts, on: facts?.os, at: now) }
    }

    /// What open rollouts carry to an endpoint; `nil` where nobody asks for it.
    private func turns(of endpoint: EndpointID) throws -> RolloutTurns? {
        switch rollouts {
        case .none: nil
        case .all(let turns): turns
        case .each(let holding):
            try RolloutTurns(
                records.openRollouts(of: tenant, naming: endpoint)
                    .filter { !$0.hasLostPolicy(among: holding) }, on: endpoint, in: records)
        }
    }

    /// Whether anything at all is denied or blocked for anybody: most often nothing is, and nobody
    /// has to be asked about.
    var deniesAnything: Bool {
        approvals.contains(where: \.denies) || book.placed.contains { $0.policy.denies }
            || !blocks.isEmpty || !verdicts.isEmpty
            || exceptions.contains { $0.isActive(at: now) }
            || book.written.contains { $0.exception.isActive(at: now) }
    }

    /// What people and policies forbid, accepted risks included, of updates that were chosen for an
    /// endpoint, each with the version that it would get as its candidate; `counts` says which
    /// blocks of versions forbid, `isOut` whether they were ordered already: then a ring that nobody
    /// has looked at does not forbid them.
    mutating func denials(
        of updates: [Update], for endpoint: EndpointRecord, facts: EndpointFacts?,
        countingBlocks counts: (BlockedVersion) -> Bool, isOut: Bool
    ) throws -> [WaveLine: Decision] {
        guard deniesAnything, !updates.isEmpty else { return [:] }
        let traits = try traits(of: endpoint.id)
        let subject = subject(endpoint, facts: facts, traits: traits)
        let zones = zones(of: facts, subject)
        let policy = policy(for: subject, zones).0
        let own = approvals.filter { $0.concerns(subject, at: now) }
        let accepted = exceptions(for: subject)
        let standing = EndpointStanding(
            traits, under: policy?.effective, zone: zones.endpoint, pauses: pauses(for: subject))
        let known = judged(
            try knowledge.known(
                updates, on: endpoint, standing: standing, in: records, at: now), facts)
        var evidence = try evidence(for: endpoint, subject, under: policy)
        if isOut, evidence?.isKnown == false { evidence = nil }
        var denials: [WaveLine: Decision] = [:]
        for update in known.map(\.subject) {
            let line = WaveLine(key: update.update.key, version: update.update.candidate)
            let block = blocks[BlockedLine(line.key, line.version)].flatMap {
                counts($0) ? $0.standing : nil
            }
            denials[line] = Decision.denied(
                update, under: policy, approvals: own, block: block, exceptions: accepted,
                pass: evidence?.standing(of: update.update), at: now)
        }
        return denials
    }

    /// The lines of an order, each with when its fix came out where windows of the endpoint count
    /// from that. A step back counts from nothing.
    mutating func dated(
        _ lines: [LockedUpdate], for id: EndpointID, _ posture: Posture?
    ) throws -> [LockedUpdate] {
        guard book.countsFromReleases, lines.contains(where: { !$0.isRollback }),
            let endpoint = try records.endpoint(id, in: .tenant(tenant))
        else { return lines }
        let traits = try traits(of: id)
        let subject = subject(endpoint, facts: posture?.endpoint, traits: traits)
        let zones = zones(of: posture?.endpoint, subject)
        guard let policy = policy(for: subject, zones).0, policy.countsFromRelease else {
            return lines
        }
        let missing = Dictionary((posture?.updates ?? []).map { ($0.key, $0) }) { first, _ in first
        }
        let updates = lines.filter { !$0.isRollback }.compactMap { line -> Update? in
            var update = missing[line.key]
            update?.candidate = line.to
            return update
        }
        let standing = EndpointStanding(traits, under: policy.effective, zone: zones.endpoint)
        let known = try knowledge.known(
            updates, on: endpoint, standing: standing, in: records, at: now)
        let releases = Dictionary(
            known.map { ($0.subject.update.key, $0.subject.outSince) }
        ) { first, _ in first }
        return lines.map { line in
            var line = line
            if !line.isRollback { line.released = releases[line.key] ?? nil }
            return line
        }
    }

    private static func precedes(_ left: Update, _ right: Update) -> Bool {
        (left.classes.first ?? .feature, left.name) < (right.classes.first ?? .feature, right.name)
    }

    private func exceptions(for subject: EndpointSubject) -> [RiskException] {
        exceptions.filter { $0.concerns(subject, at: now) } + written(for: subject)
    }

    /// The exceptions that stand in the text of policies which apply to an endpoint.
    private func written(for subject: EndpointSubject) -> [RiskException] {
        book.written.filter {
            $0.applies.evaluate(subject, at: now) == .yes
                && $0.exception.concerns(subject, at: now)
        }.map(\.exception)
    }

    /// The zone that the endpoint names, universal time where it names none that is known here, and
    /// that of its site.
    func zones(of facts: EndpointFacts?, _ subject: EndpointSubject) -> Zones {
        let rules = facts.flatMap { zoneRules($0.timeZone) } ?? .utc
        var zones = Zones(endpoint: rules, named: book.namedZones)
        zones.setSite(subject.siteZone, from: zoneRules)
        zones.onDuty = onDuty
        return zones
    }

    mutating func policy(
        for subject: EndpointSubject, _ zones: Zones
    ) -> (CompiledPolicy?, WindowOutlook) {
        guard let effective = EffectivePolicy(of: book.placed, for: subject, at: now) else {
            return (nil, .unrestricted)
        }
        let layers = Self.layers(of: effective)
        let compiled = policies[layers] ?? CompiledPolicy(effective)
        policies[layers] = compiled
        return (compiled, outlook(under: compiled, for: subject, zones, release: nil))
    }

    /// When the lanes have time: one answer for all endpoints with the same policies and clocks.
    private mutating func outlook(
        under policy: CompiledPolicy, for subject: EndpointSubject, _ zones: Zones,
        release: Timestamp?
    ) -> WindowOutlook {
        let key = OutlookKey(
            layers: Self.layers(of: policy.effective), zone: zones.endpoint.name,
            siteZone: subject.siteZone, release: release)
        if let known = outlooks[key] { return known }
        let outlook = policy.effective.outlook(in: zones, at: now, until: end, release: release)
        outlooks[key] = outlook
        return outlook
    }

    private static func layers(of effective: EffectivePolicy) -> [LayerKey] {
        effective.layers.map { LayerKey(name: $0.policy.name, isCertain: $0.isCertain) }
    }

    private mutating func standings(of jobs: [Job]) throws -> [(Job, Deployment?)] {
        try jobs.map { job in
            if let known = deployments[job.deployment] { return (job, known) }
            let deployment = try records.deployment(job.deployment, in: .tenant(tenant))
            deployments[job.deployment] = .some(deployment)
            return (job, deployment)
        }
    }
}
