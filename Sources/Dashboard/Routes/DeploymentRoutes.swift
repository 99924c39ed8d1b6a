import Administration
import ControlPlane
import Fleet
import HTMLTree
import HTTPAPI
import PageParts
import Rollout
import ServerRecords

/// Deployments and jobs.
extension Dashboard {
    static let deploymentRoutes: [Route] = [
        page(
            Place.deployments.path, .principal(.view), "Deployments, newest first.",
            query: [
                tenantField,
                QueryParameter("before", .identifier("dep"), "Only those before this one."),
            ]
        ) { visit in
            let tenant: TenantID? = try visit.call.queryIdentifier("tenant")
            let before: DeploymentID? = try visit.call.queryIdentifier("before")
            let deployments = try await visit.useCases.deployments(
                by: visit.principal, tenant: tenant, before: before, limit: deploymentRows)
            return deploymentsPage(
                deployments, tenant: tenant, isFirst: before == nil, chrome: visit.chrome)
        },
        page("/deployments/{deployment}", .principal(.view), "One deployment.") { visit in
            deploymentPage(try await detail(visit), chrome: visit.chrome)
        },
        page(
            "/deployments/{deployment}/live", .principal(.view),
            "The part of a deployment's page that moves."
        ) {
            visit in
            deploymentFragment(try await detail(visit), chrome: visit.chrome)
        },
        page(
            "/deployments/{deployment}/cancel", .principal(.deploy),
            "Asks before a deployment is cancelled."
        ) {
            visit in
            cancelDeploymentPage(try await detail(visit), chrome: visit.chrome)
        },
        page(
            "/deployments/{deployment}/halt", .principal(.deploy),
            "Asks before a deployment is halted."
        ) {
            visit in
            haltDeploymentPage(try await detail(visit), chrome: visit.chrome)
        },
        page(
            "/deployments/{deployment}/resume", .principal(.deploy),
            "The ways on for a halted deployment."
        ) {
            visit in
            resumeDeploymentPage(try await detail(visit), chrome: visit.chrome)
        },
        action("/deployments/{deployment}/halt", .principal(.deploy), "Halts a deployment.") {
            visit, form in
            let deployment = try await visit.useCases.halt(
                try visit.call.identifier("deployment"), because: form["reason"],
                by: visit.principal)
            return .redirect(to: .deployment(deployment.id), .halted)
        },
        action("/deployments/{deployment}/resume", .principal(.deploy), "Resumes a deployment.") {
            visit, form in
            let mode = form["mode"].flatMap(ResumeMode.init(rawValue:)) ?? .keep
            if mode == .passGate { try await requireRing(form["ring"], visit) }
            let deployment = try await visit.useCases.resume(
                try visit.call.identifier("deployment"), mode, by: visit.principal)
            return .redirect(to: .deployment(deployment.id), .resumed)
        },
        action("/deployments/{deployment}/cancel", .principal(.deploy), "Cancels a deployment.") {
            visit, _ in
            let deployment = try await visit.useCases.cancel(
                try visit.call.identifier("deployment"), by: visit.principal)
            return .redirect(to: .deployment(deployment.id), .cancelled)
        },
        page("/jobs/{job}", .principal(.view), "One job, with the log of its run.") { visit in
            let (detail, log) = try await job(visit)
            return jobPage(detail, log: log, chrome: visit.chrome)
        },
        page("/jobs/{job}/live", .principal(.view), "The part of a job's page that moves.") {
            visit in
            let (detail, log) = try await job(visit)
            return jobFragment(detail, log: log, chrome: visit.chrome)
        },
        action("/jobs/{job}/cancel", .principal(.deploy), "Cancels a job.") { visit, _ in
            let job = try await visit.useCases.cancelJob(
                try visit.call.identifier("job"), by: visit.principal)
            return .redirect(to: .job(job.id), .jobCancelled)
        },
    ]

    /// Who answers for a gate has typed the name of its ring.
    private static func requireRing(_ typed: String?, _ visit: Visit) async throws {
        let ring = try await detail(visit).rollout?.frontier?.name
        guard let ring, typed?.filter({ !$0.isWhitespace }) == ring else {
            throw Refusal(
                .malformed, "E_RING_NAME", "The name of the ring was not typed.",
                nextStep: "Go back, and type the ring's name as it stands there.")
        }
    }

    private static func detail(_ visit: Visit) async throws -> DeploymentDetail {
        try await visit.useCases.deployment(
            try visit.call.identifier("deployment"), by: visit.principal)
    }

    private static func job(_ visit: Visit) async throws -> (JobDetail, JobLogPage) {
        let id: JobID = try visit.call.identifier("job")
        let detail = try await visit.useCases.job(id, by: visit.principal)
        return (detail, try await visit.useCases.jobLog(id, from: 0, by: visit.principal))
    }
}
