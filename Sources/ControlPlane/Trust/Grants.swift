public import Fleet
public import Policy
public import Rollout
public import ServerRecords
import Trust

/// What a ring of a rollout, or a deployment by hand, wants to be allowed.
public struct GrantWish: Hashable, Sendable {
    /// The endpoints' tenant.
    public var tenant: TenantID
    /// The deployment.
    public var deployment: DeploymentID
    /// Whose windows and rings the work goes through.
    public var lane: Lane
    /// The ring, by its name; `nil` where the lane has no rings.
    public var ring: PolicyName?
    /// What each endpoint of the ring is to install.
    public var updates: [EndpointID: [LockedUpdate]]
    /// Nothing begins before.
    public var notBefore: Timestamp
    /// Nothing begins at or after.
    public var notAfter: Timestamp
    /// How many endpoints of the tenant the whole deployment reaches.
    public var reaches: Int
    /// How many the tenant has.
    public var ofEndpoints: Int
    /// Who asks: `system` for a rollout, `user:anna` for an approval by hand.
    public var actor: String

    /// A wish.
    public init(
        tenant: TenantID, deployment: DeploymentID, lane: Lane, ring: PolicyName?,
        updates: [EndpointID: [LockedUpdate]], notBefore: Timestamp, notAfter: Timestamp,
        reaches: Int, ofEndpoints: Int, actor: String
    ) {
        self.tenant = tenant
        self.deployment = deployment
        self.lane = lane
        self.ring = ring
        self.updates = updates
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.reaches = reaches
        self.ofEndpoints = ofEndpoints
        self.actor = actor
    }
}

extension GrantWish {
    /// Whether it undoes updates; a deployment does that with all of its lines or with none.
    var isRollback: Bool { updates.values.contains { $0.contains(where: \.isRollback) } }
}

/// Whether endpoints will carry an order out.
public enum GrantStanding: Hashable, Sendable {
    /// The tenant has no signed policies: endpoints ask for no grant.
    case notNeeded
    /// It is signed.
    case signed
    /// It waits for signatures; one sentence for the page of the rollout.
    case waiting(String)
    /// Nobody has asked for it, or it was made under former policies and must be asked for again.
    case missing
}

extension UseCases {
    /// Asks for the grant that a ring needs, in the transaction that offers its jobs. In managed
    /// mode it is signed at once unless it goes beyond the brake; else it waits for people.
    ///
    /// Asking again for endpoints of which a grant stands signed, or waits, changes nothing.
    /// Endpoints that install different versions of a package have different grants.
    ///
    /// - Throws: `Refusal` `E_SIGNED_MALFORMED` when the wish makes no sense.
    @discardableResult
    public func requestGrant(
        _ wish: GrantWish, in records: any Records, at now: Timestamp,
        waking wakes: inout Set<String>
    ) throws -> GrantStanding {
        let terms = try grantTerms(of: wish.tenant, in: records)
        guard case .ground(let ground) = terms else { return terms.standing }
        let known = try grants(of: wish.deployment, wish.ring, ground, tenant: wish.tenant, records)
        let covered = try coveredEndpoints(known, ground, wish, records)
        let missing = wish.updates.filter { !covered.contains($0.key) }
        var number = known.count
        var isWaiting = known.contains { !$0.isSigned }
        let batches = LockListBatch.batches(of: missing)
        let tenants =
            batches.isEmpty ? 1 : try tenantsInHour(with: wish.tenant, in: records, at: now)
        for batch in batches {
            var body = Self.grant(wish, batch, under: ground, nonce: newNonce())
            body.reach.tenantsInHour = tenants
            let name = Self.grantName(
                wish.deployment, wish.ring, ground.policies.version, number: number)
            number += 1
            let issued = now.wholeSeconds
            var signing = SigningWish(
                SignedDocument(
                    DocumentHeading(
                        name: name, version: 1, scope: .tenant(wish.tenant), issuedAt: issued,
                        expiresAt: max(wish.notAfter, issued.adding(seconds: 1))), body),
                deployment: wish.deployment, actor: wish.actor,
                reason: Self.sentence(of: wish, batch, tenants))
            signing.needsSecond = ground.set.brake.needsSecondSignature(for: body)
            let isSigned = try sign(
                signing, under: ground.root, in: records, at: now, waking: &wakes)
            isWaiting = isWaiting || !isSigned
        }
        return isWaiting ? .waiting(Self.waitingSentence) : .signed
    }

    /// How the grants of a ring stand.
    public func grantStanding(
        of deployment: DeploymentID, ring: PolicyName?, tenant: TenantID, in records: any Records
    ) throws -> GrantStanding {
        let terms = try grantTerms(of: tenant, in: records)
        guard case .ground(let ground) = terms else { return terms.standing }
        let known = try grants(of: deployment, ring, ground, tenant: tenant, records)
        if known.isEmpty { return .missing }
        return known.allSatisfy(\.isSigned) ? .signed : .waiting(Self.waitingSentence)
    }

    static let waitingSentence =
        "Waits for signatures: an operator signs it (patchbay trust pending), and nothing is "
        + "installed before."

    private static func sentence(
        of wish: GrantWish, _ batch: LockListBatch, _ tenants: Int
    ) -> String {
        let others =
            tenants > 1 ? " Approvals for \(tenants) tenants were asked for within an hour." : ""
        let ring = wish.ring.map { "the ring \($0)" } ?? "all at once"
        let returns = batch.lines.values.contains { $0.returnsTo != nil }
        let verb =
            returns
            ? "Return to a snapshot, with all that was written since, and so take back"
            : wish.isRollback ? "Take back" : "Install"
        let (lines, endpoints) = (batch.lines.count, batch.endpoints.count)
        return "\(verb) \(lines) \(lines == 1 ? "update" : "updates") on "
            + "\(endpoints) \(endpoints == 1 ? "endpoint" : "endpoints"), \(ring), "
            + "lane \(wish.lane.rawValue), deployment \(wish.deployment).\(others)"
    }

    /// One name for each ring of a deployment under one version of the policies; a ring's own name
    /// could be too long for it.
    private static func grantName(
        _ deployment: DeploymentID, _ ring: PolicyName?, _ version: Int, number: Int
    ) -> String {
        let digest = Digest.sha256Hex("\(deployment)/\(ring?.text ?? "")/\(version)")
        return "grant-\(digest.prefix(32))-\(number + 1)"
    }

    func newNonce() -> String { Hex.encode(effects.randomBytes(16)) }

    private static func grant(
        _ wish: GrantWish, _ batch: LockListBatch, under ground: GrantGround, nonce: String
    ) -> Grant {
        let reaches = max(wish.reaches, wish.updates.count, 1)
        return Grant(
            target: .endpoints(batch.endpoints), lane: wish.lane, ring: wish.ring,
            updates: batch.lines.map {
                Grant.Update(
                    $0.key, version: $0.value.version, sha256: $0.value.sha256,
                    goesBack: wish.isRollback ? true : nil, replaces: $0.value.replaces,
                    released: $0.value.released, returnsTo: $0.value.returnsTo)
            },
            notBefore: wish.notBefore, notAfter: wish.notAfter, nonce: nonce,
            policyDigest: ground.policies.digest,
            reach: Grant.Reach(endpoints: reaches, ofEndpoints: max(wish.ofEndpoints, reaches)),
            tries: ground.root.body.mode == .sealed ? FailureCounts.mostOfOneCause : nil)
    }

    /// What grants of a tenant are made under.
    func grantTerms(of tenant: TenantID, in records: any Records) throws -> GrantTerms {
        guard let root = try heldRoot(in: records) else { return .notNeeded }
        guard
            let policies = try records.newestDocument(
                PolicySet.type, named: Self.policySetName, of: .tenant(tenant))
        else { return root.body.mode == .sealed ? .unsigned : .notNeeded }
        guard try isBelieved(policies, under: root) else { return .unsigned }
        return .ground(
            GrantGround(
                root: root, policies: policies,
                set: try Self.believing { try policies.read(as: PolicySet.self).body }))
    }

    /// Whether enough keys of the root have signed a stored document: one from before a change of
    /// keys is believed by nobody.
    func isBelieved(_ stored: StoredDocument, under root: HeldRoot) throws -> Bool {
        guard let role = SignedKind(type: stored.type)?.role else { return false }
        let envelope = try Self.believing { try Envelope(json: stored.envelope) }
        return envelope.signers(among: root.body.publicKeys(of: role)).count
            >= root.body.threshold(of: role)
    }

    /// The grants of a ring under the policies that hold, signed or waiting.
    private func grants(
        of deployment: DeploymentID, _ ring: PolicyName?, _ ground: GrantGround, tenant: TenantID,
        _ records: any Records
    ) throws -> [KnownGrant] {
        try grants(of: deployment, tenant: tenant, in: records).filter {
            $0.grant.ring == ring && $0.grant.policyDigest == ground.policies.digest
        }
    }

    /// Every grant of a deployment, signed or waiting, the newest first.
    func grants(of deployment: DeploymentID, tenant: TenantID, in records: any Records) throws
        -> [KnownGrant]
    {
        let waiting = try records.unsignedDocuments(in: .tenant(tenant)).map(\.document).filter {
            $0.deployment == deployment
        }
        let signed = try records.grants(of: deployment, tenant: tenant)
        return try Self.believing {
            try signed.map {
                KnownGrant(stored: $0, grant: try $0.read(as: Grant.self).body, isSigned: true)
            }
                + waiting.map {
                    KnownGrant(stored: $0, grant: try $0.read(as: Grant.self).body, isSigned: false)
                }
        }
    }
}

/// Whether a tenant's endpoints ask for grants, and what they are made under.
enum GrantTerms: Sendable {
    /// They ask for none.
    case notNeeded
    /// They do, and the policies that a grant would be made under are not signed.
    case unsigned
    /// They do.
    case ground(GrantGround)

    /// How grants stand that cannot be made, or need not be.
    var standing: GrantStanding {
        switch self {
        case .notNeeded: .notNeeded
        case .ground: .missing
        case .unsigned:
            .waiting(
                "The policies of the tenant wait for signatures (patchbay trust pending), and "
                    + "endpoints do nothing before.")
        }
    }
}

/// What grants of a tenant are made under.
struct GrantGround: Sendable {
    /// The root.
    var root: HeldRoot
    /// The signed policies.
    var policies: StoredDocument
    /// What they say.
    var set: PolicySet
}

/// A grant that is stored.
struct KnownGrant: Sendable {
    /// Its document.
    var stored: StoredDocument
    /// What it says.
    var grant: Grant
    /// Whether enough keys have signed it.
    var isSigned: Bool

    /// Whether it names the endpoint.
    func names(_ endpoint: EndpointID) -> Bool {
        grant.target.endpoints?.contains(endpoint) == true
    }
}

/// Endpoints that can share one lock list: no two of them install different versions or files of a
/// package, or replace different ones or count from different releases where that is named.
struct LockListBatch: Sendable {
    /// The endpoints, in order.
    package var endpoints: [EndpointID] = []
    /// The version of each package, and its file.
    var lines: [PackageKey: Line] = [:]

    /// What is installed of one package.
    struct Line: Hashable, Sendable {
        var version: String
        var sha256: String?
        var replaces: String?
        var released: Timestamp?
        var returnsTo: SnapshotReturn?
    }

    /// As few batches as a simple way finds; an endpoint with more lines than one grant takes has
    /// its first ones granted, and the rest must be approved anew.
    static func batches(of updates: [EndpointID: [LockedUpdate]]) -> [LockListBatch] {
        var batches: [LockListBatch] = []
        for (endpoint, list) in updates.sorted(by: { $0.key < $1.key }) where !list.isEmpty {
            let lines = Dictionary(
                list.prefix(Grant.maximumUpdates).map {
                    (
                        $0.key,
                        Line(
                            version: $0.to, sha256: $0.sha256, replaces: $0.replaces,
                            released: $0.released, returnsTo: $0.returnsTo)
                    )
                }
            ) { _, last in last }
            if let place = batches.firstIndex(where: { $0.takes(lines) }) {
                batches[place].endpoints.append(endpoint)
                batches[place].lines.merge(lines) { own, _ in own }
            } else {
                batches.append(LockListBatch(endpoints: [endpoint], lines: lines))
            }
        }
        return batches
    }

    private func takes(_ others: [PackageKey: Line]) -> Bool {
        guard endpoints.count < Grant.maximumEndpoints else { return false }
        var count = lines.count
        for (package, line) in others {
            switch lines[package] {
            case line?: break
            case nil: count += 1
            default: return false
            }
        }
        return count <= Grant.maximumUpdates
    }
}
