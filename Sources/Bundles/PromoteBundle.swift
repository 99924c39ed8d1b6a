public import ControlPlane
public import Fleet
public import Policy
import Rollout
public import ServerRecords

/// Where a bundle is to be brought to next.
public struct PromotionDraft: Hashable, Sendable, Codable {
    /// The policy by whose windows, aftercare and probes it goes.
    public var policy: String
    /// The lane of that policy; the routine one unless given.
    public var lane: Lane?
    /// The one ring; all of the policy's unless given, one after the other.
    public var ring: String?
    /// Only this group's endpoints, all at once unless a ring is given too.
    public var group: String?
    /// For how many seconds it may take; 90 days unless given.
    public var deadlineSeconds: Int64?
    /// Whether it goes although a part of it cannot be undone.
    public var acceptsNoWayBack: Bool?

    /// A next step.
    public init(
        policy: String, lane: Lane? = nil, ring: String? = nil, group: String? = nil,
        deadlineSeconds: Int64? = nil, acceptsNoWayBack: Bool? = nil
    ) {
        self.policy = policy
        self.lane = lane
        self.ring = ring
        self.group = group
        self.deadlineSeconds = deadlineSeconds
        self.acceptsNoWayBack = acceptsNoWayBack
    }
}

/// What a next step would do, before anything acts.
public struct PromotionPreview: Hashable, Sendable, Codable {
    /// How many endpoints would get an order.
    public var endpoints: Int
    /// The first of them, by name.
    public var named: [String]
    /// The versions that they would install.
    public var updates: [String]
    /// How many of the bundle's vulnerabilities that closes on them.
    public var vulnerabilities: Int
    /// How many endpoints may need a reboot.
    public var mayReboot: Int
    /// How many endpoints of the place miss something of the bundle and would get nothing.
    public var leftOut: Int
    /// Why, of the first of them.
    public var reason: String?
    /// How the way back looks.
    public var wayBack: String
}

extension UseCases {
    /// The most steps of one bundle.
    static let mostPromotions = 100

    /// What a next step would do. Nothing is changed.
    ///
    /// - Throws: `Refusal` as `promoteBundle` does, but for the bundle's state.
    public func previewPromotion(
        of id: BundleID, _ draft: PromotionDraft, by principal: Principal
    ) async throws -> PromotionPreview {
        try principal.require(.view)
        let step = try await step(of: id, draft, by: principal)
        let plan = try await planDeployment(step.selection, by: principal)
        let work = plan.lines.filter { !$0.updates.isEmpty }
        let closes = Dictionary(
            step.lines.map { (WaveName(name: $0.package, version: $0.version), $0.vulnerabilities) }
        ) { first, _ in first }
        let installed = Set(
            work.flatMap { $0.updates.map { WaveName(name: $0.name, version: $0.to) } })
        return PromotionPreview(
            endpoints: work.count,
            named: work.prefix(Self.bundleNames).map(\.endpointName),
            updates: installed.map { "\($0.name) \($0.version)" }.sorted(),
            vulnerabilities: Set(installed.flatMap { closes[$0] ?? [] }).count,
            mayReboot: plan.endpointsThatMayReboot, leftOut: plan.lines.count - work.count,
            reason: plan.lines.first { $0.updates.isEmpty }?.leftOut.first.map {
                "\($0.name): \($0.reason)"
            }, wayBack: plan.wayBack)
    }

    /// Brings an approved bundle to a ring, a group, or all rings of a policy: a deployment of
    /// exactly its versions, which belongs to it from then on.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_STATE`, `E_BUNDLE_NOBODY`, `E_BUNDLE_TARGET`,
    ///   `E_POLICY_UNKNOWN`, `E_NOTHING_TO_INSTALL`, `E_NO_WAY_BACK_UNACCEPTED`, `E_NOT_FOUND`.
    public func promoteBundle(
        _ id: BundleID, _ draft: PromotionDraft, by principal: Principal
    ) async throws -> PatchBundle {
        try principal.require(.approve)
        let before = try await ledger.read { try Self.bundle(id, in: principal.scope, $0) }
        try Self.requireReady(before)
        let step = try await step(of: id, draft, by: principal)
        let now = effects.now()
        _ = try await approve(
            step.selection, throughRingsOf: draft.policy, as: step.sole, by: principal
        ) { deployment, records in
            var bundle = try Self.bundle(id, in: principal.scope, records)
            try Self.requireReady(bundle)
            let promotion = PatchBundle.Promotion(
                deployment: deployment.id, policy: draft.policy, lane: draft.lane ?? .routine,
                ring: draft.ring, group: draft.group, endpoints: step.selection.endpoints.count,
                by: principal.name, at: now)
            bundle.promotions.append(promotion)
            try records.update(bundle)
            try self.appendAudit(
                "bundle.promoted", subject: id.text,
                sentence: "Brought the bundle \(bundle.title) to \(promotion.place), "
                    + "\(promotion.endpoints) endpoints: \(deployment.id).",
                actor: principal.name, tenant: bundle.tenant, in: records, at: now)
        }
        return try await ledger.read { try Self.bundle(id, in: principal.scope, $0) }
    }

    /// A bundle that may be brought to somebody.
    private static func requireReady(_ bundle: PatchBundle) throws {
        try requireNotRolledBack(bundle)
        switch bundle.state {
        case .proposed: throw wrongState(bundle, "nobody has approved it")
        case .awaitingSecondPerson: throw wrongState(bundle, "a second person must approve it")
        case .declined: throw wrongState(bundle, "it was declined")
        case .approved: break
        }
        guard bundle.pausedAt == nil else { throw wrongState(bundle, "it is paused") }
        guard bundle.promotions.count < mostPromotions else {
            throw wrongState(bundle, "it was brought to \(mostPromotions) places already")
        }
    }

    /// Whom a next step reaches, and with what.
    private func step(
        of id: BundleID, _ draft: PromotionDraft, by principal: Principal
    ) async throws -> BundleStep {
        let now = effects.now()
        return try await ledger.read { records in
            let bundle = try Self.bundle(id, in: principal.scope, records)
            let lines = try records.bundleLines(id, in: principal.scope)
            let place = try BundlePlace(draft, of: bundle.tenant, in: records, by: self)
            let desk = try EndpointDecisions(
                of: bundle.tenant, in: records, at: now, isForMany: true, by: self)
            let wanted = Set(lines.map { MissingLine($0) })
            var endpoints: [EndpointID] = []
            var found: Set<MissingLine> = []
            try self.eachEndpoint(of: bundle.tenant, in: records) { endpoint in
                guard let posture = try records.posture(of: endpoint.id, tenant: bundle.tenant)
                else { return }
                let missing = wanted.intersection(posture.updates.map { MissingLine($0) })
                guard !missing.isEmpty else { return }
                let subject = try desk.subject(endpoint, facts: posture.endpoint)
                guard place.takes(subject, under: desk.placedPolicies, at: now) else { return }
                endpoints.append(endpoint.id)
                found.formUnion(missing)
            }
            guard !endpoints.isEmpty else {
                throw Refusal(
                    .conflict, "E_BUNDLE_NOBODY",
                    "Nobody there misses anything of \(bundle.title).",
                    nextStep: "See who has it: patchbay bundle report \(bundle.title).")
            }
            let moved = lines.filter { found.contains(MissingLine($0)) }
            return BundleStep(
                selection: DeploymentSelection(
                    endpoints: endpoints,
                    updates: moved.map { .init(name: $0.package, candidate: $0.version) },
                    title: "Bundle \(bundle.title)\(place.titleEnd)",
                    deadlineSeconds: draft.deadlineSeconds, policy: draft.policy,
                    lane: draft.lane, acceptsNoWayBack: draft.acceptsNoWayBack),
                sole: place.sole, lines: moved)
        }
    }
}

/// A version of a package, by their names.
private struct WaveName: Hashable {
    let name: String
    let version: String
}

/// A line as endpoints miss it.
private struct MissingLine: Hashable {
    let package: BundlePackage
    let version: String

    init(_ line: BundleLine) { (package, version) = (BundlePackage(line), line.version) }

    init(_ update: Update) {
        package = BundlePackage(manager: update.manager, name: update.name)
        version = update.candidate
    }
}

/// Whom a next step reaches, and with what.
private struct BundleStep: Sendable {
    let selection: DeploymentSelection
    /// The one ring that takes all of them; `nil` for the policy's rings.
    let sole: PolicyName?
    let lines: [BundleLine]
}

/// Where a bundle is brought to.
private struct BundlePlace {
    private let policy: PolicyName
    private let rings: RingAssignment
    private let ring: PolicyName?
    private let group: PolicyName?

    /// - Throws: `Refusal` `E_BUNDLE_TARGET` for a ring or a group that does not exist.
    init(
        _ draft: PromotionDraft, of tenant: TenantID, in records: any Records, by useCases: UseCases
    ) throws {
        let rules = try useCases.ringRules(of: draft.policy, tenant: tenant, in: records)
        let lane = draft.lane ?? .routine
        let all = rules.rings(of: lane)
        policy = rules.record.policy.name
        rings = RingAssignment(all, of: policy)
        ring = try draft.ring.map { text in
            guard let named = all.first(where: { $0.name.text == text }) else {
                let names = all.map(\.name.text)
                throw Refusal(
                    .malformed, "E_BUNDLE_TARGET",
                    "The lane \(lane.rawValue) of \(draft.policy) has no ring "
                        + "“\(PlainText.line(text, atMost: PolicyName.maximumLength))”.",
                    nextStep: names.isEmpty
                        ? "It leads to all endpoints at once: leave the ring out."
                        : "Its rings are \(UseCases.listed(names)).")
            }
            return named.name
        }
        group = try draft.group.map { text in
            let groups = try records.groups(in: .tenant(tenant))
            guard let named = groups.first(where: { $0.name.text == text }) else {
                throw Refusal(
                    .malformed, "E_BUNDLE_TARGET",
                    "There is no group “\(PlainText.line(text, atMost: PolicyName.maximumLength))”.",
                    nextStep: "List the groups: patchbay group list.")
            }
            return named.name
        }
    }

    /// The ring as which all of them go at once.
    var sole: PolicyName? { ring ?? group }

    var titleEnd: String {
        switch (ring, group) {
        case (let ring?, let group?): " in ring \(ring) of group \(group)"
        case (let ring?, nil): " in ring \(ring)"
        case (nil, let group?): " in group \(group)"
        case (nil, nil): ""
        }
    }

    /// Whether an endpoint is there: one that the policy applies to, of the ring and the group.
    func takes(
        _ subject: EndpointSubject, under policies: [PlacedPolicy], at now: Timestamp
    ) -> Bool {
        guard
            let effective = EffectivePolicy(of: policies, for: subject, at: now),
            effective.layers.contains(where: { $0.isCertain && $0.policy.name == policy })
        else { return false }
        if let group, subject.groups?.contains(group.text) != true { return false }
        guard let ring else { return true }
        let place = rings.place(of: subject, at: now).ring
        return place.map { rings.rings[$0].name == ring } ?? false
    }
}
