public import Fleet

/// An agent says which signed documents it holds, and asks for what it lacks.
public struct TrustRequest: Hashable, Sendable, Codable {
    /// The version of the trust root that it believes; `nil` for none yet.
    public var rootVersion: Int?
    /// The version of the policies that it holds.
    public var policyVersion: Int?
    /// Their digest.
    public var policyDigest: String?
    /// The code of what it refused of the last answer; `nil` when it took all of it.
    public var refusal: String?
    /// Why, in one sentence.
    public var sentence: String?
    /// A job whose approval was made under former policies: the agent asks for one under those that
    /// hold now.
    public var job: JobID?

    /// What an agent says and asks.
    public init(
        rootVersion: Int? = nil, policyVersion: Int? = nil, policyDigest: String? = nil,
        refusal: String? = nil, sentence: String? = nil, job: JobID? = nil
    ) {
        self.rootVersion = rootVersion
        self.policyVersion = policyVersion
        self.policyDigest = policyDigest
        self.refusal = refusal
        self.sentence = sentence
        self.job = job
    }
}

/// The signed documents for an endpoint, each a DSSE envelope's JSON. The agent believes none of it
/// before it has checked it.
public struct TrustResponse: Hashable, Sendable, Codable {
    /// Stands in answers to check-ins as `policyDigest` as long as this answer would be the same.
    public var digest: String?
    /// The versions of the trust root after the one that the agent believes, in order.
    public var roots: [String]
    /// The tenant's policies.
    public var policies: String?
    /// Packages that are not to be installed, whatever was granted.
    public var holds: [String]
    /// What people say of the endpoint.
    public var placement: String?
    /// The approval for the job that was asked about; `nil` while there is none.
    public var grant: String?
    /// The scripts that endpoints of the tenant may run; `nil` when there are none.
    public var scripts: [String]?
    /// The recipes by which endpoints of the tenant find and update applications; `nil` when there
    /// are none.
    public var recipes: [String]?
    /// Who is on duty for the tenant's windows that need somebody; `nil` when nobody is declared.
    public var duties: [String]?

    /// Signed documents.
    public init(
        digest: String?, roots: [String] = [], policies: String? = nil, holds: [String] = [],
        placement: String? = nil, grant: String? = nil, scripts: [String]? = nil,
        recipes: [String]? = nil, duties: [String]? = nil
    ) {
        self.duties = duties
        self.scripts = scripts
        self.recipes = recipes
        self.digest = digest
        self.roots = roots
        self.policies = policies
        self.holds = holds
        self.placement = placement
        self.grant = grant
    }
}
