import Advisories
import Calendar
import Findings
import Fleet
import Policy
import ServerRecords
import Versions

/// What is known of one missing update beside the update itself: how bad it is, what it closes,
/// since when it is out.
struct KnownUpdate: Hashable, Sendable {
    /// The update as rules look at it.
    var subject: UpdateSubject
    /// Whether it is known to close vulnerabilities there.
    var closesSome = false
    /// By when the first of them must be gone; `nil` where nothing says.
    var dueAt: Timestamp?
}

/// Where the decisions learn what updates close and since when they are out: from the findings of
/// the fleet, and from the ledger of first sightings.
struct UpdateKnowledge {
    private let tenant: TenantID
    private let state: FindingState
    /// What was read of first sightings, by the packages that were asked about: endpoints that miss
    /// the same share it.
    private var seen: [Set<String>: FirstSeenIndex] = [:]

    init(of tenant: TenantID, findings: FleetFindings) {
        self.tenant = tenant
        state = findings.snapshot()
    }

    /// What is known of an endpoint's missing updates, one for each, in their order.
    mutating func known(
        _ updates: [Update], on endpoint: EndpointRecord, standing: EndpointStanding,
        in records: any Records, at now: Timestamp
    ) throws -> [KnownUpdate] {
        guard !updates.isEmpty else { return [] }
        let names = Set(updates.map(\.name))
        let sightings =
            try seen[names]
            ?? FirstSeenIndex(records.firstSeen(of: tenant, packages: names))
        seen[names] = sightings
        let number = state.numbers[endpoint.id]
        let isCovered =
            number.flatMap { state.member($0) }
            .map { state.fleet.index.speaks(of: Platform(state.systems[Int($0.system)])) } ?? false
        let found = number.map { state.fleet.findings(of: $0) } ?? []
        let findings = Dictionary(grouping: found, by: \.package)
        let sameElsewhere = Dictionary(grouping: found, by: \.vulnerability)
        let sources = number.map { state.fleet.sources(of: $0, among: names) } ?? [:]
        return updates.map { update in
            let closed = (findings[update.name] ?? []).filter { Self.closes(update, $0) }
            var known = KnownUpdate(
                update, closing: closed.map { $0.placed(in: standing.context) },
                isJudged: isCovered || !closed.isEmpty, firstSeenAt: sightings.fixSeen(update),
                by: state.fleet.index)
            known.subject.source = sources[update.name]
            if closed.isEmpty { known.subject.takeChangelog(state.fleet.index) }
            guard let number else { return known }
            known.closesSome = !closed.isEmpty
            known.dueAt = Set(closed.map(\.vulnerability)).compactMap { name in
                due(name, sameElsewhere[name] ?? [], on: number, standing, at: now)
            }.min()
            return known
        }
    }

    /// The date that lists of findings show too: that of the vulnerability over all of the
    /// endpoint's packages.
    private func due(
        _ name: String, _ found: [Finding], on number: UInt32, _ standing: EndpointStanding,
        at now: Timestamp
    ) -> Timestamp? {
        state.group(of: name, found, on: number, standing: standing, at: now).flatMap { group in
            group.due(detected: state.detected(name, on: number, known: group.known))?.at
        }
    }

    /// Whether an update mends what was found. A fix that is newer than the update is another's.
    private static func closes(_ update: Update, _ finding: Finding) -> Bool {
        guard finding.state == .fixAvailable,
            finding.architecture.isEmpty || update.architecture.isEmpty
                || finding.architecture == update.architecture
        else { return false }
        guard let fixedIn = finding.fixedIn, let ecosystem = Ecosystem(update.manager) else {
            return true
        }
        return (try? ecosystem.compare(fixedIn, update.candidate)) != .greater
    }
}

extension KnownUpdate {
    /// An update with the findings that it closes; where nobody has looked, that stays unknown.
    init(
        _ update: Update, closing findings: [Finding], isJudged: Bool, firstSeenAt: Timestamp?,
        by index: AdvisoryIndex
    ) {
        var subject = UpdateSubject(update: update, firstSeenAt: firstSeenAt)
        guard isJudged else {
            self.init(subject: subject)
            return
        }
        let inputs = findings.map(\.assessment.risk.inputs)
        subject.vulnerabilities = Set(findings.map(\.vulnerability)).sorted()
        // Worse comes first in the order of severities.
        subject.severity = findings.map(\.assessment.severity).reduce(.unrated, min)
        let isExploited = findings.contains { $0.assessment.knownExploited != nil }
        subject.kev = isExploited || index.hasExploitedCatalogue ? isExploited : nil
        subject.epss = inputs.compactMap(\.epss).max()
        subject.cvss = inputs.compactMap(\.cvss).max()
        subject.ssvc = findings.compactMap(\.assessment.decision).max()
        subject.settleWithoutVulnerabilities()
        self.init(subject: subject)
    }
}

extension UpdateSubject {
    /// Takes what the update's own changelog names, where no feed knows what it closes: rules can
    /// ask for it, and for what is known of those vulnerabilities themselves.
    fileprivate mutating func takeChangelog(_ index: AdvisoryIndex) {
        guard let names = update.changelogVulnerabilities, !names.isEmpty else { return }
        vulnerabilities = names.sorted()
        let isExploited = names.contains { index.knownExploited($0) != nil }
        kev = isExploited || index.hasExploitedCatalogue ? isExploited : nil
        epss = names.compactMap { index.exploitProbability($0)?.probability }.max()
    }
}

/// The due date of a missing update by the SLA clocks of the endpoint's policies.
struct DueDates {
    private let namesDeadlines: Bool
    private let standing: EndpointStanding
    private let detectedAt: Timestamp

    init(_ policy: EffectivePolicy?, standing: EndpointStanding, detectedAt: Timestamp) {
        namesDeadlines = !(policy?.sla.isEmpty ?? true)
        self.standing = standing
        self.detectedAt = detectedAt
    }

    /// By when it must be installed: the strictest clock of all that run for what it closes; `nil`
    /// without one. Where a policy names deadlines, a security update of which no vulnerability is
    /// known counts as one that nobody has rated.
    func dueAt(_ update: KnownUpdate) -> Timestamp? {
        if update.closesSome { return update.dueAt }
        guard namesDeadlines, update.subject.update.classes.contains(.security) else { return nil }
        return DueDate.clocks(
            ofUnjudged: update.subject, detected: detectedAt, standing: standing
        ).strictest?.dueAt
    }
}
