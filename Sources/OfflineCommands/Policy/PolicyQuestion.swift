import Advisories
import Calendar
import CommandBasics
import Findings
import Fleet
import Foundation
import Policy
import ServerRecords
import Verdicts

/// What `explain` and `plan` are asked: which policies, and which endpoints.
struct PolicyQuestion {
    let read: PolicyFiles.Reading
    let now: Timestamp
    /// When somebody is on duty.
    var onDuty: [OnDuty] = []
    /// What feeds say of updates.
    var verdicts: VerdictIndex = .empty

    /// One endpoint with everything that its decisions are made of.
    struct Endpoint {
        let subject: EndpointSubject
        let policy: CompiledPolicy?
        let outlook: WindowOutlook
        let updates: [PlanUpdate]
        /// What a person should know, one sentence each.
        let notes: [String]
    }

    /// Everything about one inventory.
    ///
    /// `zone` is taken for the endpoint's and the site's; the one that the inventory names unless
    /// given. Windows are looked for as far as `end`.
    func endpoint(
        _ inventory: PolicyInventory, feeds: PolicyFeeds, facts: EndpointFactOptions,
        zone: String?, until end: Timestamp? = nil
    ) throws -> Endpoint {
        var inventory = inventory
        do {
            try facts.apply(to: &inventory.subject)
        } catch let problem as InventoryProblem {
            throw Failure(
                .wrongUse, "--fact: \(problem.reason).", nextStep: "Give it as key=value.")
        }
        let subject = inventory.subject
        let traits = EndpointTraits(
            criticality: subject.criticality, isExposed: subject.isExposed)
        let known = try feeds.enrich(inventory, in: EndpointContext(traits))
        var notes = known.notes + inventory.notes
        let (effective, assumed) = effectivePolicy(for: subject, &notes)
        let rules = try self.zone(of: inventory, zone, &notes)
        var zones = try PolicyZones.zones(
            for: effective?.layers.map(\.policy) ?? [], endpoint: rules)
        zones.onDuty = onDuty
        // Where a policy is taken to apply, so are the risks that it accepts for all its endpoints.
        let exceptions = read.exceptions.filter {
            $0.concerns(subject, at: now) || (assumed != nil && $0.endpoints == assumed)
        }
        notes += (effective?.problems ?? []).map(Self.sentence)
        let clocks = UpdateClocks(
            standing: EndpointStanding(
                traits, under: effective, zone: rules,
                pauses: exceptions.compactMap { RiskPause($0) }),
            namesDeadlines: effective?.sla.isEmpty == false,
            detectedAt: inventory.scannedAt ?? now)
        let reboots = (effective?.reboot?.value ?? .none).mode != .never
        let updates = zip(known.inventory.updates, known.closed).map { update, closed in
            var update = update
            update.settleWithoutVulnerabilities()
            update.verdict = verdicts.verdict(on: update, of: inventory.subject, at: now)
            return PlanUpdate(
                subject: update,
                context: DecisionContext(
                    exceptions: exceptions,
                    work: WorkFigures.estimate(update.update, reboots: reboots),
                    dueAt: clocks.dueAt(for: update, closing: closed)),
                needsReboot: WorkFigures.needsReboot(update.update),
                outlook: effective.flatMap { effective in
                    effective.countsFromRelease
                        ? effective.outlook(
                            in: zones, at: now, until: end, release: update.outSince) : nil
                })
        }
        return Endpoint(
            subject: subject, policy: effective.map { CompiledPolicy($0) },
            outlook: effective?.outlook(in: zones, at: now, until: end) ?? .unrestricted,
            updates: updates, notes: notes.map { "\(Table.printable(subject.key)): \($0)" })
    }

    /// How much of a condition a note repeats: a line of a terminal or two.
    private static let shownCharacters = 120

    /// What holds for an endpoint. Where nothing but a missing fact keeps the one policy that is
    /// asked about from applying, it is taken to apply, and a note says so: a scan knows neither
    /// role nor tags, and an answer that only says this would help nobody. The condition that is
    /// taken to hold stands beside it then.
    private func effectivePolicy(
        for subject: EndpointSubject, _ notes: inout [String]
    ) -> (EffectivePolicy?, assumed: GroupExpression?) {
        let open = read.placed.filter { $0.policy.applies.evaluate(subject, at: now) == .unknown }
        let inherited = Set(read.policies.compactMap(\.inherits))
        let asked = open.filter { !inherited.contains($0.policy.name) }
        let hasCertain = read.placed.contains {
            $0.policy.applies.evaluate(subject, at: now) == .yes
                && !inherited.contains($0.policy.name)
        }
        guard !hasCertain, asked.count == 1, let placed = asked.first else {
            return (EffectivePolicy(of: read.placed, for: subject, at: now), nil)
        }
        let condition = Table.printable(placed.policy.applies.description)
        notes.append(
            "it is not known whether \(placed.policy.name) applies to it "
                + "(\(condition.prefix(Self.shownCharacters))); this says what happens if it does. "
                + "Tell what is missing with --role, --tag or --fact.")
        let effective = EffectivePolicy(
            of: read.placed, for: subject, at: now, assumesMembership: true)
        return (effective, placed.policy.applies)
    }

    private static func sentence(of problem: InheritanceProblem) -> String {
        if case .missingParent(let child, let parent) = problem {
            return "\(child) inherits \(parent), which is not among the files; what it says is "
                + "not known."
        }
        return problem.sentence
    }

    private func zone(
        of inventory: PolicyInventory, _ given: String?, _ notes: inout [String]
    ) throws -> TimeZoneRules {
        if let given { return try PolicyZones.rules(named: given) }
        guard let name = inventory.timeZone else {
            let local = PolicyZones.local
            notes.append("the inventory names no time zone; \(local.name) is taken (--zone).")
            return local
        }
        if let rules = try? PolicyZones.rules(named: name) { return rules }
        notes.append("the time zone \(Table.printable(name)) is not known here; UTC is taken.")
        return .utc
    }
}

/// The SLA clocks of an endpoint's missing updates: those that run on the server, too.
private struct UpdateClocks {
    let standing: EndpointStanding
    /// Whether a policy names deadlines itself.
    let namesDeadlines: Bool
    let detectedAt: Timestamp

    /// By when an update must be installed: the strictest clock of all that run for what it closes.
    /// Where a policy names deadlines, a security update of which no vulnerability is known counts
    /// as one that nobody has rated.
    func dueAt(for update: UpdateSubject, closing closed: [PolicyFeeds.Closed]) -> Timestamp? {
        guard closed.isEmpty else { return closed.compactMap { due($0, by: update) }.min() }
        guard namesDeadlines, update.update.classes.contains(.security) else { return nil }
        return DueDate.clocks(ofUnjudged: update, detected: detectedAt, standing: standing)
            .strictest?.dueAt
    }

    private func due(_ closed: PolicyFeeds.Closed, by update: UpdateSubject) -> Timestamp? {
        let clocks = DueDate.clocks(
            closed.worst, vulnerability: closed.vulnerability, state: .fixAvailable,
            known: update.outSince ?? detectedAt,
            detected: min(update.firstSeenAt ?? detectedAt, detectedAt), standing: standing,
            pauses: standing.pauses.filter {
                $0.covers(closed.vulnerability, in: closed.packages)
            })
        return DueDate(clocks)?.at
    }
}
