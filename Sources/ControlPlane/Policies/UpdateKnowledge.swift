import Advisories
import Calendar
public import Fleet
public import Policy
import ServerRecords
import Versions

/// What is known of one missing update beside the update itself: how bad it is, what it closes,
/// since when it is out.
public struct KnownUpdate: Hashable, Sendable {
    /// A vulnerability that the update closes, as SLA clocks look at it.
    public struct Vulnerability: Hashable, Sendable {
        /// What the clocks ask.
        public var subject: SLASubject
        /// When it was listed as exploited; `nil` when it is not.
        public var listedAt: Timestamp?
        /// When it was found on the endpoint; `nil` for when the update was.
        public var detectedAt: Timestamp?

        /// A vulnerability.
        public init(
            subject: SLASubject, listedAt: Timestamp? = nil, detectedAt: Timestamp? = nil
        ) {
            self.subject = subject
            self.listedAt = listedAt
            self.detectedAt = detectedAt
        }
    }

    /// The update as rules look at it.
    public var subject: UpdateSubject
    /// The vulnerabilities that it closes there; empty while none is known.
    public var vulnerabilities: [Vulnerability]

    /// An update of which nothing more is known.
    public init(subject: UpdateSubject, vulnerabilities: [Vulnerability] = []) {
        self.subject = subject
        self.vulnerabilities = vulnerabilities
    }
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
        _ updates: [Update], on endpoint: EndpointRecord, in records: any Records
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
        let findings = Dictionary(
            grouping: number.map { state.fleet.findings(of: $0) } ?? [], by: \.package)
        return updates.map { update in
            let closed = (findings[update.name] ?? []).filter { Self.closes(update, $0) }
            return KnownUpdate(
                update, closing: closed, isJudged: isCovered || !closed.isEmpty,
                firstSeenAt: sightings.fixSeen(update))
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
        _ update: Update, closing findings: [Finding], isJudged: Bool, firstSeenAt: Timestamp?
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
        subject.kev = findings.contains { $0.assessment.knownExploited != nil }
        subject.epss = inputs.compactMap(\.epss).max()
        subject.cvss = inputs.compactMap(\.cvss).max()
        subject.ssvc = findings.compactMap(\.assessment.decision).max()
        self.init(subject: subject, vulnerabilities: findings.map(Vulnerability.init))
    }
}

extension KnownUpdate.Vulnerability {
    init(_ finding: Finding) {
        let inputs = finding.assessment.risk.inputs
        let exploited = finding.assessment.knownExploited
        let parts = finding.vulnerability.split(separator: "-")
        self.init(
            subject: SLASubject(
                severity: finding.assessment.severity, cvss: inputs.cvss,
                isKnownExploited: exploited != nil,
                hasExploit: inputs.ssvc?.exploitation == .active,
                isAutomatable: inputs.ssvc?.automatable, impact: inputs.ssvc?.technicalImpact,
                cveYear: parts.count == 3 && parts[0] == "CVE" ? Int(parts[1]) : nil,
                catalogueDueAt: exploited?.due), listedAt: exploited?.added)
    }
}

/// The due date of a missing update by the SLA clocks of the endpoint's policies.
struct DueDates {
    private let presets: [SLAPreset]
    private let isExposed: Bool
    private let detectedAt: Timestamp
    private let zone: TimeZoneRules

    init(
        _ policy: EffectivePolicy?, subject: EndpointSubject, detectedAt: Timestamp,
        zone: TimeZoneRules
    ) {
        presets = (policy?.sla ?? []).compactMap { SLAPreset(rawValue: $0.value.text) }
        isExposed = subject.isExposed ?? false
        self.detectedAt = detectedAt
        self.zone = zone
    }

    /// By when it must be installed: the strictest clock of all that run for what it closes; `nil`
    /// without one. A security update of which no vulnerability is known counts as one that nobody
    /// has rated.
    func dueAt(_ update: KnownUpdate) -> Timestamp? {
        let isSecurity =
            update.subject.update.classes.contains(.security) || !update.vulnerabilities.isEmpty
        guard !presets.isEmpty, isSecurity else { return nil }
        let vulnerabilities =
            update.vulnerabilities.isEmpty ? [unrated(update.subject)] : update.vulnerabilities
        let first = update.subject.firstSeenAt ?? detectedAt
        return presets.flatMap { preset in
            vulnerabilities.map { vulnerability in
                preset.clock(
                    for: placed(vulnerability.subject),
                    events: SLAEvents(
                        release: update.subject.outSince, listing: vulnerability.listedAt,
                        detection: vulnerability.detectedAt ?? min(first, detectedAt)),
                    zone: zone)
            }
        }.strictest?.dueAt
    }

    /// The vulnerability on this endpoint.
    private func placed(_ subject: SLASubject) -> SLASubject {
        var subject = subject
        subject.isExposed = isExposed
        subject.assetClass = isExposed ? .internetFacing : .internalSystem
        return subject
    }

    private func unrated(_ update: UpdateSubject) -> KnownUpdate.Vulnerability {
        KnownUpdate.Vulnerability(
            subject: SLASubject(
                severity: update.severity, cvss: update.cvss,
                isKnownExploited: update.kev ?? false, isExposed: isExposed,
                assetClass: isExposed ? .internetFacing : .internalSystem))
    }
}
