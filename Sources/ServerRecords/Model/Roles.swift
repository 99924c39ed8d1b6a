package import Fleet

/// What a person or a program may do, as a named set of permissions. docs/roles.md holds the same
/// table; a test compares them.
public enum Role: String, Sendable, Codable, CaseIterable {
    /// Everything.
    case administrator
    /// Everything about endpoints and deployments; no users, tenants or tokens of the API.
    case operatorRole = "operator"
    /// Says yes or no to updates, runs and risks; changes no policy and leads no run.
    case approver
    /// Looks, and asks for what others decide.
    case requester
    /// Reads everything, the audit log too, and changes nothing.
    case auditor
    /// Looks at one tenant, and changes nothing: for people of the client.
    case tenantViewer
    /// Looks, and changes nothing.
    case viewer
}

/// One thing that a route may demand.
public enum Permission: String, Sendable, Codable, CaseIterable {
    /// See tenants, sites, endpoints, their software and missing updates, deployments and jobs.
    case view
    /// Ask for updates, a run or an accepted risk; somebody else decides. Save plans.
    case request
    /// Say yes or no: to updates, runs, versions and risks.
    case approve
    /// Halt, resume, cancel and take back runs, start emergency runs, reboot, declare duties, answer
    /// alerts.
    case deploy
    /// Write, switch and delete policies.
    case changePolicies
    /// Ask for scans, say things of endpoints, move and retire them, make groups.
    case manageEndpoints
    /// Make and revoke enrolment tokens.
    case enrol
    /// Make and change tenants, sites, users and API tokens.
    case administer
    /// Read and export the audit log.
    case readAudit
}

extension Role {
    /// The permissions that the role stands for, and no others: what is not written here is denied.
    public var permissions: Set<Permission> {
        switch self {
        case .administrator: Set(Permission.allCases)
        case .operatorRole:
            [
                .view, .request, .approve, .deploy, .changePolicies, .manageEndpoints, .enrol,
                .readAudit,
            ]
        case .approver: [.view, .request, .approve]
        case .requester: [.view, .request]
        case .auditor: [.view, .readAudit]
        case .tenantViewer, .viewer: [.view]
        }
    }

    /// Whether whoever has it belongs to a tenant: the role is never the provider's.
    public var isOfTenant: Bool { self == .tenantViewer }

    /// The role's name for people.
    public var title: String {
        switch self {
        case .administrator: "Administrator"
        case .operatorRole: "Operator"
        case .approver: "Approver"
        case .requester: "Requester"
        case .auditor: "Auditor"
        case .tenantViewer: "Tenant viewer"
        case .viewer: "Viewer"
        }
    }

    /// What the role may do, as a clause.
    public var summary: String {
        switch self {
        case .administrator: "everything"
        case .operatorRole: "endpoints, enrolment, policies, approvals and deployments"
        case .approver: "says yes or no to updates, runs and risks; changes no policy"
        case .requester: "looks, and asks for updates, runs and accepted risks"
        case .auditor: "reads everything, the audit log too, and changes nothing"
        case .tenantViewer: "looks at one tenant, and changes nothing"
        case .viewer: "looks, and changes nothing"
        }
    }

    /// The names of all roles, as a sentence lists them.
    public static var listed: String {
        let names = allCases.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }

    /// Goes on only if somebody of this tenant (`nil`: of the provider) can have the role.
    ///
    /// - Throws: `Refusal` `E_ROLE_TENANT`.
    package func requireTenant(_ tenant: TenantID?) throws(Refusal) {
        guard isOfTenant, tenant == nil else { return }
        throw Refusal(
            .malformed, "E_ROLE_TENANT", "The role \(rawValue) belongs to a tenant.",
            nextStep: "Name the tenant, or choose the role \(Role.viewer.rawValue).")
    }
}

/// The steps that an update goes through, from becoming known to being reported, each with the role
/// that answers for it.
public enum LifecycleStep: String, Sendable, Codable, CaseIterable {
    /// Know what is there and what it misses.
    case find
    /// Judge what it means, and ask for what should happen.
    case assess
    /// Decide about updates: approve, decline, hold or defer them.
    case decide
    /// Release runs, and accept risks.
    case approve
    /// Try it on few: the canaries of a rollout.
    case test
    /// Bring it to all, ring by ring.
    case deploy
    /// See that it is really there and that all is well.
    case verify
    /// Show what was done, by whom, and what is still open.
    case report

    /// The role that owns the step.
    public var owner: Role {
        switch self {
        case .find, .test, .deploy, .verify: .operatorRole
        case .assess: .requester
        case .decide, .approve: .approver
        case .report: .auditor
        }
    }

    /// The permission that the step's work needs; its owner has it.
    public var permission: Permission {
        switch self {
        case .find: .manageEndpoints
        case .assess: .request
        case .decide, .approve: .approve
        case .test, .deploy: .deploy
        case .verify: .manageEndpoints
        case .report: .readAudit
        }
    }

    /// What is done in it, as a clause.
    public var summary: String {
        switch self {
        case .find: "enrols endpoints, asks for scans, keeps them described"
        case .assess: "judges what findings mean, and asks for updates, runs and accepted risks"
        case .decide: "approves, declines, holds and defers updates"
        case .approve: "releases runs, accepts risks, gives second signatures"
        case .test: "watches the canaries, and halts what goes wrong"
        case .deploy: "leads runs through rings and windows, reboots, takes back"
        case .verify: "sees that scans confirm it, and asks for more of them"
        case .report: "reads compliance, history and the audit log, and exports them"
        }
    }
}
