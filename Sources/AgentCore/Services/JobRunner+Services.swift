import Fleet
import Policy
import Rollout

extension JobRunner {
    /// Looks at what a run has brought (an installation, or the repair of one), and lets services
    /// that still run replaced code be restarted before it is judged, where the signed policy says
    /// so. What was restarted is looked at anew.
    func lookAfterRun(
        _ plan: RunPlan, of job: inout JobRun, _ watch: JobWatch
    ) async throws -> JobObservation {
        let observation = await look(at: job)
        guard case .scanned(let view) = observation,
            job.servicesSeenAfter != job.runs,
            let needs = desk.latest?.posture.restarts,
            !needs.isEmpty || !job.servicesUnderWay.isEmpty,
            let reports = try await restartServices(needs, view, of: &job, watch)
        else { return observation }
        try Task.checkCancellation()
        try record(job.handle(.sawToServices(reports), at: effects.now()), of: job)
        return reports.contains { $0.state != .left } ? await look(at: job) : observation
    }

    /// Restarts what the policy lets be restarted; `nil` when it asks for none.
    private func restartServices(
        _ needs: [RestartNeed], _ view: EndpointView, of job: inout JobRun, _ watch: JobWatch
    ) async throws -> [ServiceReport]? {
        guard let aftercare, let services = aftercare.services else { return nil }
        let dead = await thoseThatDidNotComeBack(job, services)
        guard let terms = await aftercare.rules.services(for: job.order, at: effects.now()),
            terms.rule.restart == .needed
        else { return dead.isEmpty ? nil : dead }
        let units = await services.describe(ServicePlan.services(needs))
        let steps = ServicePlan(needs, known: units, by: terms.rule)
        var reports = steps.left + dead
        if !steps.restarts.isEmpty {
            try record(
                job.handle(.servicesBegun(steps.restarts), at: effects.now()), of: job)
        }
        for unit in steps.restarts {
            // A package that is half installed is no reason to start what it brings.
            var obstacle = view.unfinished.isEmpty ? nil : "packages are only half installed"
            if obstacle == nil {
                let current = await aftercare.rules.services(for: job.order, at: effects.now())
                obstacle = current.map(\.obstacle) ?? "the policy does not ask for it any more"
            }
            if let obstacle {
                reports.append(ServiceReport(unit, .left, reason: obstacle))
                continue
            }
            watch.show(.verifying, "Restarts \(unit).", at: effects.now())
            let fault = await services.restart(unit, within: terms.rule.within.seconds)
            reports.append(
                ServiceReport(unit, fault == nil ? .restarted : .failed, reason: fault ?? ""))
        }
        return await withThoseThatDied(reports, services)
    }

    /// Of the services that an earlier life of the agent began to restart, those that do not run:
    /// nothing of them maps replaced files any more, so that nothing else would tell.
    private func thoseThatDidNotComeBack(
        _ job: JobRun, _ services: any ServiceRestarting
    ) async -> [ServiceReport] {
        guard !job.servicesUnderWay.isEmpty else { return [] }
        let running = Set(
            await services.describe(job.servicesUnderWay).filter(\.isActive).map(\.name))
        return job.servicesUnderWay.filter { !running.contains($0) }.map {
            ServiceReport(
                $0, .failed, reason: "the agent was cut off meanwhile, and it did not come back")
        }
    }

    /// A service may say that it runs and end a moment later: all are looked at once more.
    private func withThoseThatDied(
        _ reports: [ServiceReport], _ services: any ServiceRestarting
    ) async -> [ServiceReport] {
        let restarted = reports.filter { $0.state == .restarted }.map(\.unit)
        guard !restarted.isEmpty else { return reports }
        try? await effects.sleep(Self.settlingMilliseconds)
        let running = Set(await services.describe(restarted).filter(\.isActive).map(\.name))
        return reports.map { report in
            guard report.state == .restarted, !running.contains(report.unit) else { return report }
            return ServiceReport(report.unit, .failed, reason: "it ended soon after its start")
        }
    }

    /// How long after the last restart services are looked at again, in milliseconds.
    private static let settlingMilliseconds: Int64 = 2_000
}
