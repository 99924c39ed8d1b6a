package import Fleet
package import HTMLTree

/// The dashboard's own places, in one list: a link is made here or not at all.
extension Place {
    package static let overview = Place()
    package static let signIn = Place("sign-in")
    package static let signOut = Place("sign-out")
    package static let theme = Place("theme")
    package static let endpoints = Place("endpoints")
    package static let updates = Place("updates")
    package static let vulnerabilities = Place("vulnerabilities")
    package static let endOfLife = Place("end-of-life")
    package static let exposure = Place("vulnerabilities", "exposure")
    package static let feeds = Place("feeds")
    package static let alerts = Place("alerts")
    package static let chooseEndpoints = Place("updates", "endpoints")
    package static let review = Place("deployments", "review")
    package static let deployments = Place("deployments")
    package static let rollback = Place("rollback")
    package static let enrolment = Place("enrolment")
    package static let tenants = Place("tenants")
    package static let users = Place("users")
    package static let roles = Place("roles")
    package static let account = Place("account")
    package static let password = Place("account", "password")
    package static let audit = Place("audit")
    package static let verifyAudit = Place("audit", "verify")
    package static let exportAudit = Place("api", "v1", "audit", "export")

    /// The whole of a list as a file.
    package static func export(_ list: String, of part: String? = nil) -> Place {
        part.map { Place("api", "v1", "exports", list, $0) } ?? Place("api", "v1", "exports", list)
    }

    package static func endpoint(_ id: EndpointID, _ part: String? = nil) -> Place {
        part.map { Place("endpoints", id.text, $0) } ?? Place("endpoints", id.text)
    }

    package static func deployment(_ id: DeploymentID, _ part: String? = nil) -> Place {
        part.map { Place("deployments", id.text, $0) } ?? Place("deployments", id.text)
    }

    package static func job(_ id: JobID, _ part: String? = nil) -> Place {
        part.map { Place("jobs", id.text, $0) } ?? Place("jobs", id.text)
    }

    package static func events(of id: DeploymentID) -> Place {
        Place("api", "v1", "deployments", id.text, "events")
    }

    package static func revoke(_ id: TokenID) -> Place { Place("enrolment", id.text, "revoke") }

    package static func vulnerability(_ name: String, _ part: String? = nil) -> Place {
        part.map { Place("vulnerabilities", name, $0) } ?? Place("vulnerabilities", name)
    }

    package static let emergencies = Place("emergencies")

    package static func emergency(_ id: EmergencyID, _ part: String? = nil) -> Place {
        part.map { Place("emergencies", id.text, $0) } ?? Place("emergencies", id.text)
    }

    package static let triages = Place("triages")

    package static func triage(_ id: TriageID, _ part: String? = nil) -> Place {
        part.map { Place("triages", id.text, $0) } ?? Place("triages", id.text)
    }

    package static func evidence(_ id: EvidenceID) -> Place { Place("evidence", id.text) }

    package static func evidenceDocument(_ id: EvidenceID) -> Place {
        Place("api", "v1", "evidence", id.text, "document")
    }

    package static func feed(_ name: String, _ verb: String) -> Place { Place("feeds", name, verb) }

    package static func alert(_ id: AlertID, _ verb: String) -> Place {
        Place("alerts", id.text, verb)
    }

    package static let policies = Place("policies")
    package static let newPolicy = Place("policies", "new")
    package static let policyPlan = Place("policies", "plan")
    package static let savedPlans = Place("plans")
    package static let windows = Place("policies", "windows")
    package static let endDuty = Place("policies", "windows", "end")
    package static let approvals = Place("approvals")
    package static let decide = Place("approvals", "new")
    package static let decideChosen = Place("approvals", "chosen")
    package static let unblock = Place("approvals", "unblock")
    package static let verdicts = Place("verdicts")
    package static let withdrawVerdict = Place("verdicts", "withdraw")
    package static let verdictFeeds = Place("verdicts", "feeds")
    package static let requests = Place("requests")
    package static let askForRun = Place("requests", "run")
    package static let bundles = Place("bundles")
    package static let exceptions = Place("exceptions")
    package static let groups = Place("groups")
    package static let dropGroup = Place("groups", "delete")
    package static let recipes = Place("recipes")
    package static let dropRecipe = Place("recipes", "delete")

    package static func policy(_ id: PolicyID, _ part: String? = nil) -> Place {
        part.map { Place("policies", id.text, $0) } ?? Place("policies", id.text)
    }

    package static func verdictFeed(_ name: String, _ verb: String) -> Place {
        Place("verdicts", "feeds", name, verb)
    }

    package static func savedPlan(_ id: PlanID) -> Place { Place("plans", id.text) }

    package static func request(_ id: RequestID, _ verb: String) -> Place {
        Place("requests", id.text, verb)
    }

    package static func bundle(_ id: BundleID, _ part: String? = nil) -> Place {
        part.map { Place("bundles", id.text, $0) } ?? Place("bundles", id.text)
    }

    package static func approval(_ id: ApprovalID, _ verb: String) -> Place {
        Place("approvals", id.text, verb)
    }

    package static func exception(_ id: ExceptionID, _ verb: String) -> Place {
        Place("exceptions", id.text, verb)
    }

    package static func calendar(_ tenant: TenantID) -> Place {
        Place("api", "v1", "tenants", tenant.text, "calendar.ics")
    }

    package static let sites = Place("tenants", "sites")

    package static func disable(_ id: UserID) -> Place { Place("users", id.text, "disable") }
}
