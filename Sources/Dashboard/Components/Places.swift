import Administration
import ControlPlane
import Fleet
import HTMLTree
import ServerRecords

/// The dashboard's own places, in one list: a link is made here or not at all.
extension Place {
    static let overview = Place()
    static let signIn = Place("sign-in")
    static let signOut = Place("sign-out")
    static let theme = Place("theme")
    static let endpoints = Place("endpoints")
    static let updates = Place("updates")
    static let vulnerabilities = Place("vulnerabilities")
    static let endOfLife = Place("end-of-life")
    static let exposure = Place("vulnerabilities", "exposure")
    static let feeds = Place("feeds")
    static let alerts = Place("alerts")
    static let chooseEndpoints = Place("updates", "endpoints")
    static let review = Place("deployments", "review")
    static let deployments = Place("deployments")
    static let enrolment = Place("enrolment")
    static let tenants = Place("tenants")
    static let users = Place("users")
    static let account = Place("account")
    static let password = Place("account", "password")
    static let audit = Place("audit")
    static let verifyAudit = Place("audit", "verify")
    static let exportAudit = Place("api", "v1", "audit", "export")

    /// The whole of a list as a file.
    static func export(_ list: String, of part: String? = nil) -> Place {
        part.map { Place("api", "v1", "exports", list, $0) } ?? Place("api", "v1", "exports", list)
    }

    static func endpoint(_ id: EndpointID, _ part: String? = nil) -> Place {
        part.map { Place("endpoints", id.text, $0) } ?? Place("endpoints", id.text)
    }

    static func deployment(_ id: DeploymentID, _ part: String? = nil) -> Place {
        part.map { Place("deployments", id.text, $0) } ?? Place("deployments", id.text)
    }

    static func job(_ id: JobID, _ part: String? = nil) -> Place {
        part.map { Place("jobs", id.text, $0) } ?? Place("jobs", id.text)
    }

    static func events(of id: DeploymentID) -> Place {
        Place("api", "v1", "deployments", id.text, "events")
    }

    static func revoke(_ id: TokenID) -> Place { Place("enrolment", id.text, "revoke") }

    static func vulnerability(_ name: String, _ part: String? = nil) -> Place {
        part.map { Place("vulnerabilities", name, $0) } ?? Place("vulnerabilities", name)
    }

    static func feed(_ name: String, _ verb: String) -> Place { Place("feeds", name, verb) }

    static func alert(_ id: AlertID, _ verb: String) -> Place { Place("alerts", id.text, verb) }

    static let policies = Place("policies")
    static let newPolicy = Place("policies", "new")
    static let policyPlan = Place("policies", "plan")
    static let windows = Place("policies", "windows")
    static let approvals = Place("approvals")
    static let decide = Place("approvals", "new")
    static let decideChosen = Place("approvals", "chosen")
    static let exceptions = Place("exceptions")
    static let groups = Place("groups")
    static let dropGroup = Place("groups", "delete")

    static func policy(_ id: PolicyID, _ part: String? = nil) -> Place {
        part.map { Place("policies", id.text, $0) } ?? Place("policies", id.text)
    }

    static func approval(_ id: ApprovalID, _ verb: String) -> Place {
        Place("approvals", id.text, verb)
    }

    static func exception(_ id: ExceptionID, _ verb: String) -> Place {
        Place("exceptions", id.text, verb)
    }

    static func calendar(_ tenant: TenantID) -> Place {
        Place("api", "v1", "tenants", tenant.text, "calendar.ics")
    }

    static let sites = Place("tenants", "sites")

    static func disable(_ id: UserID) -> Place { Place("users", id.text, "disable") }
}
