import Fleet
public import Policy

/// The policies of one tenant, or of the provider, as they are signed: what every grant is measured
/// by.
public struct PolicySet: RoleDocument {
    /// The kind of document.
    public static let type = "policy"
    /// Whose keys sign it.
    public static let role = TrustRole.policy

    /// The policies with their levels; those that others inherit are among them.
    public var policies: [PlacedPolicy]
    /// From which reach on a grant needs a second signature.
    public var brake: BlastRadiusBrake

    /// The most policies: one for each of many groups, and still to be read in an instant.
    public static let maximumPolicies = 1_000

    /// Policies, and their brake.
    public init(_ policies: [PlacedPolicy], brake: BlastRadiusBrake) {
        self.policies = policies
        self.brake = brake
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        if policies.isEmpty || policies.count > Self.maximumPolicies {
            return "it holds \(policies.count) policies, and 1 to \(Self.maximumPolicies) are taken"
        }
        if policies.contains(where: { $0.policy.rules.count > PatchPolicy.maximumRules }) {
            return "a policy has more than \(PatchPolicy.maximumRules) rules"
        }
        return brake.fault
    }
}

/// How far one signature reaches. What goes further needs the signatures of two different keys, and
/// each endpoint demands them.
public struct BlastRadiusBrake: Hashable, Sendable, Codable {
    /// The largest share of the endpoints that one signature can reach, in hundredths of a percent,
    /// 0 to 10,000.
    public var shareBasisPoints: Int
    /// How many endpoints there are, as the signer of the policy knows; `nil` to take the figure of
    /// the grant. Who signs grants cannot make the whole look larger.
    public var endpoints: Int?
    /// How many tenants one signature can reach in an hour.
    public var tenantsPerHour: Int

    /// What holds unless the policy says otherwise: a quarter of the endpoints, of one tenant.
    public static let usual = BlastRadiusBrake(shareBasisPoints: 2_500, tenantsPerHour: 1)

    /// A brake.
    public init(shareBasisPoints: Int, endpoints: Int? = nil, tenantsPerHour: Int) {
        self.shareBasisPoints = shareBasisPoints
        self.endpoints = endpoints
        self.tenantsPerHour = tenantsPerHour
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        if Percentage(basisPoints: shareBasisPoints) == nil {
            return "the share of its brake is not 0 to 100 %"
        }
        if let endpoints, endpoints < 1 { return "its brake counts no endpoints" }
        return tenantsPerHour < 0 ? "its brake counts tenants below zero" : nil
    }

    /// Whether a grant of this reach needs a second signature.
    public func needsSecondSignature(for reach: Grant.Reach) -> Bool {
        let total = min(endpoints ?? .max, reach.ofEndpoints)
        let share = Percentage(basisPoints: shareBasisPoints)?.rounded(of: total) ?? 0
        // One endpoint is always within a share, so that a small tenant is never stuck.
        let allowed = shareBasisPoints > 0 ? max(1, share) : 0
        return reach.endpoints > allowed || reach.tenantsInHour > tenantsPerHour
    }

    /// Whether a grant needs a second signature: for its reach; and one that lets endpoints return
    /// to a snapshot always, unless the brake is off: it takes back more than it names.
    public func needsSecondSignature(for grant: Grant) -> Bool {
        needsSecondSignature(for: grant.reach) || (grant.returnsToSnapshot && self != .off)
    }

    /// No grant needs a second signature.
    public static let off = BlastRadiusBrake(shareBasisPoints: 10_000, tenantsPerHour: 1_000_000)
}
