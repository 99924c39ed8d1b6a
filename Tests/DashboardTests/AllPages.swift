@testable import HTMLTree
import AccountPages
import Fleet
import HTTPAPI
import PageParts
import RequestPages
import Policy
import Rollout

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Dashboard

/// Every page of the dashboard with the sample fleet, by the name of its golden file.
enum AllPages {
    static let byName: [(name: String, page: HTML)] =
        [
            ("sign-in", signInPage(back: "/endpoints", theme: .auto)),
            (
                "sign-in-refused",
                signInPage(name: "anna", back: nil, refused: refusal, theme: .dark)
            ),
            ("overview", overviewPage(Samples.overview, tenant: nil, chrome: Samples.chrome())),
            (
                "overview-empty",
                overviewPage(
                    Overview(
                        counts: FleetCounts(), missing: [],
                        needs: [
                            .init(kind: .enrol, count: 0, sentence: "No endpoint is enrolled yet.")
                        ],
                        upcoming: [], running: [], failed: []), tenant: nil,
                    chrome: Samples.chrome())
            ),
            (
                "endpoints",
                endpointsPage(
                    EndpointPage(
                        items: Samples.items,
                        next: .init(key: "new.northwind", id: Samples.items[4].id.text),
                        total: 428), filter: EndpointFilter(), chrome: Samples.chrome("/endpoints"))
            ),
            (
                "endpoints-filtered",
                endpointsPage(
                    EndpointPage(items: [], next: nil, total: 0),
                    filter: EndpointFilter(
                        tenant: Samples.tenant, search: "web", compliance: .unknown,
                        missing: MissingUpdateKey(name: "nginx", candidate: "1.22.1-9+deb12u3"),
                        rebootRequired: true, sourceTrouble: true, order: "lastSeen"),
                    chrome: Samples.chrome("/endpoints?search=web"))
            ),
            (
                "endpoint",
                endpointPage(
                    Samples.endpoint, sites: Samples.sites, chrome: Samples.chrome("/endpoints/x"))
            ),
            (
                "endpoint-as-viewer",
                endpointPage(
                    Samples.endpoint, chrome: Samples.chrome("/endpoints/x", role: .viewer))
            ),
            ("endpoint-new", endpointPage(unscanned, chrome: Samples.chrome("/endpoints/x"))),
            (
                "endpoint-packages",
                packagesPage(
                    Samples.endpoint,
                    installed: InstalledPackages(
                        since: Samples.ago(hours: 3), at: Samples.now, packages: packages),
                    search: nil,
                    asked: Samples.ago(hours: 1), chrome: Samples.chrome())
            ),
            (
                "endpoint-history",
                historyPage(
                    Samples.endpoint,
                    history: [
                        InventoryHistoryEntry(
                            at: Samples.ago(hours: 3), digest: String(repeating: "ab", count: 32)),
                        InventoryHistoryEntry(
                            at: Samples.ago(days: 3), digest: String(repeating: "cd", count: 32)),
                    ], chrome: Samples.chrome())
            ),
            ("endpoint-jobs", endpointJobsPage(Samples.endpoint, chrome: Samples.chrome())),
            (
                "endpoint-retire",
                retirePage(Samples.endpoint, refused: refusal, chrome: Samples.chrome())
            ),
            (
                "updates",
                updatesPage(
                    Samples.missing, filter: UpdatesFilter(), chrome: Samples.chrome("/updates"))
            ),
            (
                "updates-empty",
                updatesPage([], filter: UpdatesFilter(), chrome: Samples.chrome("/updates"))
            ),
            (
                "choose-endpoints",
                chooseEndpointsPage(
                    updates: [Samples.missing[0].key], endpoints: Array(Samples.items.prefix(3)),
                    isCut: true,
                    chrome: Samples.chrome())
            ),
            (
                "choose-tenant",
                chooseTenantPage(
                    counts: [(Samples.tenants[0].id, 40), (Samples.tenants[1].id, 21)],
                    place: Place.chooseEndpoints.adding("update", Samples.missing[0].key.text),
                    chrome: Samples.chrome())
            ),
            (
                "review",
                reviewPage(Samples.plan, selection: Samples.selection, chrome: Samples.chrome())
            ),
            (
                "review-as-requester",
                reviewPage(
                    Samples.plan, selection: Samples.selection, reason: "It concerns us",
                    chrome: Samples.chrome(role: .requester))
            ),
            (
                "updates-as-requester",
                updatesPage(
                    Samples.missing, filter: UpdatesFilter(),
                    chrome: Samples.chrome("/updates", role: .requester))
            ),
            (
                "deployments",
                deploymentsPage(
                    [Samples.running, Samples.halted, Samples.finished], tenant: nil, isFirst: true,
                    chrome: Samples.chrome("/deployments"))
            ),
            (
                "deployment",
                deploymentPage(Samples.detail, chrome: Samples.chrome(notice: .approved))
            ),
            ("deployment-cancel", cancelDeploymentPage(Samples.detail, chrome: Samples.chrome())),
            ("deployment-rings", deploymentPage(Samples.detailInRings, chrome: Samples.chrome())),
            (
                "deployment-rings-halted",
                deploymentPage(Samples.detailHaltedAtCanary, chrome: Samples.chrome())
            ),
            (
                "deployment-halt",
                haltDeploymentPage(Samples.detailInRings, chrome: Samples.chrome())
            ),
            (
                "deployment-resume",
                resumeDeploymentPage(Samples.detailHaltedAtCanary, chrome: Samples.chrome())
            ),
            ("job-failed", job(Samples.jobs[0])),
            ("job-running", job(Samples.jobs[1])),
            ("job-verified", job(Samples.jobs[3])),
            (
                "audit",
                auditPage(
                    Samples.audit, subject: nil, isFirst: true,
                    verdict: AuditVerdict(
                        entries: 3, firstBroken: nil, auditKeyFingerprint: "sha256:0f3a"),
                    chrome: Samples.chrome("/audit"))
            ),
            (
                "audit-broken",
                auditPage(
                    Samples.audit, subject: Samples.tenant.text, isFirst: false,
                    verdict: AuditVerdict(
                        entries: 3, firstBroken: .init(chain: "provider", sequence: 2),
                        auditKeyFingerprint: "sha256:0f3a"), chrome: Samples.chrome("/audit"))
            ),
            (
                "enrolment",
                enrolmentPage(
                    Samples.tokens, sites: Samples.sites,
                    address: "https://patchbay.example.org:8443",
                    chrome: Samples.chrome("/enrolment"))
            ),
            ("enrolment-new", newTokenPage(Samples.newToken, chrome: Samples.chrome())),
            ("enrolment-revoke", revokePage(Samples.tokens[0], chrome: Samples.chrome())),
            ("tenants", tenantsPage(Samples.sites, chrome: Samples.chrome("/tenants"))),
            (
                "users",
                usersPage(
                    Samples.users,
                    made: NewUser(user: Samples.users[1], oneTimePassword: "ABCD-EFGH-JKMN"),
                    chrome: Samples.chrome("/users"))
            ),
            (
                "requests",
                requestsPage(
                    Samples.requests, tenant: nil, chrome: Samples.chrome("/requests"))
            ),
            (
                "requests-as-viewer",
                requestsPage(
                    Samples.requests, tenant: nil,
                    chrome: Samples.chrome("/requests", role: .viewer))
            ),
            ("roles", rolesPage(own: .approver, chrome: Samples.chrome("/roles"))),
            ("user-disable", disableUserPage(Samples.users[1], chrome: Samples.chrome())),
            (
                "account",
                accountPage(
                    role: "Administrator: everything", mustChange: true,
                    chrome: Samples.chrome("/account")
                )
            ),
            (
                "not-found",
                problemPage(Refusal.notFound("endpoint"), chrome: Samples.chrome(), theme: .auto)
            ),
        ] + policies + plans + bundles + recipes + emergencies + triages
        + verdicts + rollbacks

    static let names = byName.map(\.name)

    static func text(_ name: String) -> String {
        byName.first { $0.name == name }?.page.text ?? ""
    }

    private static let refusal = Refusal(
        .unauthenticated, "E_CREDENTIALS", "The name or the password is wrong.",
        nextStep: "Check both, or ask an administrator to reset the password.")

    private static func job(_ summary: JobSummary) -> HTML {
        jobPage(
            JobDetail(summary: summary, history: Samples.audit),
            log: JobLogPage(
                text: Samples.log, nextOffset: 240, isComplete: summary.job.state.isTerminal),
            chrome: Samples.chrome())
    }

    private static let unscanned: EndpointDetail = {
        var detail = Samples.endpoint
        detail.item = Samples.items[4]
        detail.posture = nil
        detail.decisions = []
        detail.jobs = []
        detail.scanRequestedAt = Samples.ago(minutes: 1)
        return detail
    }()

    private static let packages = ["adduser", "apt", "bash", "coreutils", "libssl3", "openssl"].map
    {
        Package(
            manager: .apt, name: $0, version: "3.0.17-1~deb12u3", architecture: "amd64",
            source: $0 == "libssl3" ? "openssl" : $0, sourceVersion: "3.0.17-1~deb12u3")
    }
}
