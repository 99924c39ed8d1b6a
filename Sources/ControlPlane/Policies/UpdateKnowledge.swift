import Calendar
public import Fleet
public import Policy

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

/// Where the decisions learn what updates close and since when they are out. This is the one seam
/// for findings and for the ledger of first sightings: they add to `known`, and decisions, plans
/// and due dates follow.
enum UpdateKnowledge {
    /// What is known of an endpoint's missing updates, one for each, in their order.
    static func known(
        _ updates: [Update], on endpoint: EndpointRecord, in records: any Records
    ) throws -> [KnownUpdate] {
        let ages = FirstSeenIndex(
            try records.firstSeen(of: endpoint.tenant, packages: Set(updates.map(\.name))))
        return updates.map { update in
            var subject = UpdateSubject(update: update)
            subject.firstSeenAt = ages.fixSeen(update)
            return KnownUpdate(subject: subject)
        }
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
                    for: vulnerability.subject,
                    events: SLAEvents(
                        release: update.subject.outSince, listing: vulnerability.listedAt,
                        detection: vulnerability.detectedAt ?? min(first, detectedAt)),
                    zone: zone)
            }
        }.strictest?.dueAt
    }

    private func unrated(_ update: UpdateSubject) -> KnownUpdate.Vulnerability {
        KnownUpdate.Vulnerability(
            subject: SLASubject(
                severity: update.severity, cvss: update.cvss,
                isKnownExploited: update.kev ?? false, isExposed: isExposed,
                assetClass: isExposed ? .internetFacing : .internalSystem))
    }
}
