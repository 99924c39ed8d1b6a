package import Fleet
package import ServerRecords

/// What stands around every page: who has signed in, in which theme, and when it is.
package struct Chrome: Sendable {
    /// Light, dark, or as the system says.
    package enum Theme: String, Sendable, CaseIterable {
        /// As the system says.
        case auto
        /// Always light.
        case light
        /// Always dark.
        case dark
    }

    /// The name of who has signed in.
    package var userName: String
    /// What they may do: what they may not is not shown.
    package var permissions: Set<Permission>
    /// The tenants that they see; filters by tenant are shown when there are several.
    package var tenants: [Tenant]
    /// What every form must carry.
    package var csrfToken: String
    /// The theme that was chosen.
    package var theme: Theme
    /// The time, by the server's clock.
    package var now: Timestamp
    /// The path of the page, with its query.
    package var path: String
    /// A sentence about what has just been done.
    package var notice: Notice?

    /// What stands around a page.
    package init(
        userName: String, permissions: Set<Permission>, tenants: [Tenant], csrfToken: String,
        theme: Theme = .auto, now: Timestamp, path: String, notice: Notice? = nil
    ) {
        self.userName = userName
        self.permissions = permissions
        self.tenants = tenants
        self.csrfToken = csrfToken
        self.theme = theme
        self.now = now
        self.path = path
        self.notice = notice
    }

    package func may(_ permission: Permission) -> Bool { permissions.contains(permission) }

    package func tenantName(_ id: TenantID) -> String {
        tenants.first { $0.id == id }?.name ?? id.text
    }
}

/// A sentence about what a form has just done. It travels in the URL as a code, so that nobody can
/// put words into a page.
package enum Notice: String, Sendable, CaseIterable {
    case scanRequested = "scan-requested"
    case endpointRetired = "endpoint-retired"
    case rebootAsked = "reboot-asked"
    case approved
    case halted
    case rollingBack = "rolling-back"
    case resumed
    case cancelled
    case jobCancelled = "job-cancelled"
    case tokenRevoked = "token-revoked"
    case tenantCreated = "tenant-created"
    case siteCreated = "site-created"
    case passwordChanged = "password-changed"
    case userCreated = "user-created"
    case userChanged = "user-changed"
    case signedOut = "signed-out"
    case policySaved = "policy-saved"
    case planSaved = "plan-saved"
    case policyDeleted = "policy-deleted"
    case decided
    case decidedNothing = "decided-nothing"
    case takenBack = "taken-back"
    case verdictSaid = "verdict-said"
    case verdictTakenBack = "verdict-taken-back"
    case verdictFeedsChanged = "verdict-feeds-changed"
    case requested
    case requestAnswered = "request-answered"
    case bundleChanged = "bundle-changed"
    case exceptionRequested = "exception-requested"
    case exceptionForNothing = "exception-for-nothing"
    case exceptionChanged = "exception-changed"
    case groupsChanged = "groups-changed"
    case dutyChanged = "duty-changed"
    case dutyWaits = "duty-waits"
    case recipesChanged = "recipes-changed"
    case recipesWait = "recipes-wait"
    case traitsSet = "traits-set"
    case acknowledged
    case feedsChanged = "feeds-changed"
    case answered
    case emergencyStarted = "emergency-started"
    case reviewed
    case evidenceAsked = "evidence-asked"
    case scopeNoted = "scope-noted"
    case verdictGiven = "verdict-given"

    /// The sentence.
    package var sentence: String {
        switch self {
        case .scanRequested:
            "The endpoint will scan itself as soon as it is heard from, usually within seconds."
        case .endpointRetired: "The endpoint is retired. Its history stays."
        case .rebootAsked: "The endpoint has been asked to reboot. This is how it stands."
        case .approved: "Approved. Endpoints collect their part as soon as they are heard from."
        case .halted: "Halted. Nothing new is handed out; what has begun goes on."
        case .rollingBack:
            "Rolling back. What is taken back is blocked until a person unblocks it."
        case .resumed: "Resumed."
        case .cancelled:
            "Cancelled. What has not begun is called off; what has begun goes on to its end."
        case .jobCancelled: "Cancellation asked for. What is being installed is not cut off."
        case .tokenRevoked: "The token is revoked. Endpoints that have enrolled with it stay."
        case .tenantCreated: "The tenant is there."
        case .siteCreated: "The site is there."
        case .passwordChanged: "The password is changed."
        case .userCreated: "The user is there."
        case .userChanged: "The user is changed."
        case .signedOut: "You have signed out."
        case .policySaved: "Saved. What endpoints miss is decided by it from now on."
        case .planSaved: "Saved. From now on it tells what goes otherwise."
        case .policyDeleted: "The policy is deleted. Its history stays in the audit log."
        case .decided: "Stored. The decisions follow it from now on."
        case .decidedNothing:
            "Stored. No endpoint misses such an update now: it is kept for when one does. Check how the name is written."
        case .takenBack: "Taken back. The decisions are as if it had not been said."
        case .verdictSaid: "Stored. Rules that ask for verdicts go by it from now on."
        case .verdictTakenBack: "Taken back. What feeds say counts again."
        case .verdictFeedsChanged: "Done. The verdict feeds are as shown."
        case .requested: "Asked for. It changes nothing until somebody else grants it."
        case .requestAnswered: "Done. The request is as shown."
        case .bundleChanged: "Done. The bundle is as shown."
        case .exceptionRequested: "Asked for. It changes nothing until somebody else agrees."
        case .exceptionForNothing:
            "Asked for. No endpoint has what it is about now: it is kept for when one does. Check how the names are written."
        case .exceptionChanged: "Done. The exception is as shown."
        case .groupsChanged: "Done. The groups are as shown."
        case .dutyChanged:
            "Done. Endpoints are told of it with their next check-in; who is on duty is as shown."
        case .dutyWaits: "Stored. It opens nothing until the operators have signed it."
        case .recipesChanged:
            "Signed. Endpoints go by the recipes from their next check-in on."
        case .recipesWait: "Saved. Endpoints have it once the operators have signed it."
        case .traitsSet: "Stored. Policies see the endpoint so from now on."
        case .acknowledged: "Acknowledged. It stays in the list, and in the audit log."
        case .feedsChanged: "Done. The feeds are as shown."
        case .answered: "Stored. Compliance counts it from now on."
        case .emergencyStarted: "Done. The emergency run is as shown."
        case .evidenceAsked:
            "Asked for. The endpoint takes it at its next check-in, usually within minutes."
        case .scopeNoted: "Noted. It stays here, and in the audit log."
        case .verdictGiven: "The verdict is given. It stays here, and in the audit log."
        case .reviewed: "The review is closed. It stays in the list, and in the audit log."
        }
    }
}
