import Advisories
import Calendar
import CommandBasics
import Fleet
import Foundation
import Policy

/// What `explain` and `plan` are asked: which policies, and which endpoints.
struct PolicyQuestion {
    let read: PolicyFiles.Reading
    let now: Timestamp

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
        var (inventory, closed, notes) = try feeds.enrich(inventory)
        do {
            try facts.apply(to: &inventory.subject)
        } catch let problem as InventoryProblem {
            throw Failure(
                .wrongUse, "--fact: \(problem.reason).", nextStep: "Give it as key=value.")
        }
        let subject = inventory.subject
        notes += inventory.notes
        let effective = effectivePolicy(for: subject, &notes)
        let rules = try self.zone(of: inventory, zone, &notes)
        let zones = try PolicyZones.zones(
            for: effective?.layers.map(\.policy) ?? [], endpoint: rules)
        let exceptions = read.exceptions.filter { $0.concerns(subject, at: now) }
        notes += (effective?.problems ?? []).map(Self.sentence)
        let clocks = SLAClocks(
            presets: effective?.sla.map(\.value) ?? [], subject: subject,
            detectedAt: inventory.scannedAt ?? now, zone: rules)
        let reboots = (effective?.reboot?.value ?? .none).mode != .never
        let updates = zip(inventory.updates, closed).map { update, closed in
            PlanUpdate(
                subject: update,
                context: DecisionContext(
                    exceptions: exceptions,
                    work: WorkFigures.estimate(update.update, reboots: reboots),
                    dueAt: clocks.dueAt(for: update, closing: closed.findings)),
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
    /// role nor tags, and an answer that only says this would help nobody.
    private func effectivePolicy(
        for subject: EndpointSubject, _ notes: inout [String]
    ) -> EffectivePolicy? {
        let open = read.placed.filter { $0.policy.applies.evaluate(subject, at: now) == .unknown }
        let inherited = Set(read.policies.compactMap(\.inherits))
        let asked = open.filter { !inherited.contains($0.policy.name) }
        let hasCertain = read.placed.contains {
            $0.policy.applies.evaluate(subject, at: now) == .yes
                && !inherited.contains($0.policy.name)
        }
        guard !hasCertain, asked.count == 1, let placed = asked.first else {
            return EffectivePolicy(of: read.placed, for: subject, at: now)
        }
        let condition = Table.printable(placed.policy.applies.description)
        notes.append(
            "it is not known whether \(placed.policy.name) applies to it "
                + "(\(condition.prefix(Self.shownCharacters))); this says what happens if it does. "
                + "Tell what is missing with --role, --tag or --fact.")
        return EffectivePolicy(of: read.placed, for: subject, at: now, assumesMembership: true)
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

/// The SLA clocks of an endpoint's policies.
struct SLAClocks {
    let presets: [PolicyName]
    let subject: EndpointSubject
    let detectedAt: Timestamp
    let zone: TimeZoneRules

    /// By when an update must be installed: the strictest clock of all that run for what it closes.
    /// A security update of which no vulnerability is known counts as one vulnerability that nobody
    /// has rated.
    func dueAt(for update: UpdateSubject, closing findings: [Finding]) -> Timestamp? {
        let isSecurity = update.update.classes.contains(.security) || !findings.isEmpty
        guard !presets.isEmpty, isSecurity else { return nil }
        let subjects =
            findings.isEmpty
            ? [(sla(of: update), events(of: update, nil))]
            : findings.map { (sla(of: $0), events(of: update, $0)) }
        let clocks = presets.compactMap { SLAPreset(rawValue: $0.text) }.flatMap { preset in
            subjects.map { preset.clock(for: $0.0, events: $0.1, zone: zone) }
        }
        return clocks.strictest?.dueAt
    }

    private func events(of update: UpdateSubject, _ finding: Finding?) -> SLAEvents {
        SLAEvents(
            release: update.outSince, listing: finding?.assessment.knownExploited?.added,
            detection: min(update.firstSeenAt ?? detectedAt, detectedAt))
    }

    private func sla(of update: UpdateSubject) -> SLASubject {
        SLASubject(
            severity: update.severity, cvss: update.cvss,
            isKnownExploited: update.kev ?? false, isExposed: subject.isExposed ?? false,
            assetClass: subject.isExposed == true ? .internetFacing : .internalSystem)
    }

    private func sla(of finding: Finding) -> SLASubject {
        let points = finding.assessment.risk.inputs.ssvc
        let parts = finding.vulnerability.split(separator: "-")
        return SLASubject(
            severity: finding.assessment.severity, cvss: finding.assessment.risk.inputs.cvss,
            isKnownExploited: finding.assessment.knownExploited != nil,
            hasExploit: points?.exploitation == .active, isExposed: subject.isExposed ?? false,
            isAutomatable: points?.automatable, impact: points?.technicalImpact,
            assetClass: subject.isExposed == true ? .internetFacing : .internalSystem,
            cveYear: parts.count == 3 && parts[0] == "CVE" ? Int(parts[1]) : nil,
            catalogueDueAt: finding.assessment.knownExploited?.due.map(SLASubject.endOfDueDay))
    }
}
