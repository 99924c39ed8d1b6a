import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords
import Store

extension World {
    /// How often the slower checks are made, in looks at the jobs.
    static let looksBetweenSlowChecks = 40

    /// All jobs as they are stored.
    func storedJobs() async throws -> [Job] {
        try await store.read { try $0.jobs(JobQuery(scope: .provider, limit: 1000)) }
    }

    /// Looks at the jobs that were open, and compares them with what they were and with the truth;
    /// from time to time at those that had ended too, which nothing may change any more.
    func lookAtJobs() async {
        let commits = server.process.commits
        guard commits != commitsSeen || server.upSince == nil else { return }
        commitsSeen = commits
        looks += 1
        let isSlow = looks % Self.looksBetweenSlowChecks == 0
        do {
            for job in try await isSlow ? storedJobs() : changedJobs() {
                check(job, was: jobs[job.id])
                jobs.note(job)
            }
            try signOrders()
            checkLeases()
            checkRings()
            if isSlow { try await checkSlowly() }
        } catch {
            timeline.broken(.nothingLost, "the store cannot be read: \(error)")
        }
    }

    /// The jobs that are open, and those that were when they were last looked at.
    private func changedJobs() async throws -> [Job] {
        let wereOpen = jobs.open.map(\.id)
        return try await store.read { records in
            let open = try records.jobs(
                JobQuery(scope: .provider, openOnly: true, limit: 1000))
            let known = Set(open.map(\.id))
            return open
                + (try wereOpen.filter { !known.contains($0) }.compactMap {
                    try records.job($0, in: .provider)
                })
        }
    }

    /// An order that is new holds nothing that was denied before.
    private func checkDenial(_ job: Job) {
        guard let denial, job.tenant == tenants[0].id, job.createdAt > denial.at,
            job.updates.contains(where: { $0.name == denial.package })
        else { return }
        timeline.broken(
            .denialRespected, "\(job.id) holds \(denial.package), which was declined before")
    }

    private func check(_ job: Job, was old: Job?) {
        if old == nil { checkDenial(job) }
        if let old, old.state.isTerminal {
            if job.state != old.state || (old.result != nil && job.result != old.result) {
                timeline.broken(
                    .oneTerminalState,
                    "\(job.id) was \(old.state.rawValue) and is \(job.state.rawValue)")
            }
            return
        }
        guard job.state != old?.state else { return }
        timeline.note("server", "\(job.id) is \(job.state.rawValue): \(job.sentence)")
        guard let endpoint = endpoints.first(where: { $0.id == job.endpoint }) else { return }
        let truth = endpoint.truth
        if job.state == .verified {
            for update in job.updates where !truth.hasHad(update.name, atLeast: update.to) {
                timeline.broken(
                    .verifiedIsTrue,
                    "\(job.id) is verified, and \(update.name) \(update.to) was never in force on \(endpoint.name)"
                )
            }
        }
        checkVerdict(job, truth)
        checkRingBegin(job, was: old)
    }

    /// A verdict is the one that the agent has on its disk.
    private func checkVerdict(_ job: Job, _ truth: SimulatedEndpoint.Truth) {
        guard [.verified, .failed, .failedVerification].contains(job.state) else { return }
        guard let result = truth.results[job.id] else {
            timeline.broken(
                .nothingLost, "\(job.id) is \(job.state.rawValue), which no agent found")
            return
        }
        let states = Set(result.outcomes.map(\.state))
        let expected: Set<Job.State> =
            if states.contains(.failed) || states.contains(.skipped) {
                [.failed]
            } else if states.contains(.failedVerification) {
                [.failedVerification]
            } else if states.contains(.pendingRestart) {
                [.verified, .failedVerification]
            } else {
                [.verified]
            }
        if result.cancelledBeforeStart || !expected.contains(job.state) {
            timeline.broken(
                .nothingLost, "\(job.id) is \(job.state.rawValue), and its agent found \(states)")
        }
    }

    /// An order that is handed out is its endpoint's own, and not called off.
    func checkHandOut(_ order: JobOrder, to endpoint: SimulatedEndpoint) throws {
        // An order that was made in the same call, in place of one that was taken back, is not on
        // the books yet.
        let tenant = jobs[order.job]?.tenant ?? endpoint.tenant
        if order.endpoint != endpoint.id || tenant != endpoint.tenant {
            timeline.broken(
                .tenantIsolation, "\(endpoint.name) is handed the order \(order.job) of another")
        }
        guard let job = jobs[order.job] else { return }
        if job.state.isTerminal || (job.state == .queued && halted.contains(job.deployment)) {
            timeline.broken(
                .cancelIsObeyed, "\(order.job) is handed out, and it is \(job.state.rawValue)")
        }
    }

    private func checkLeases() {
        for endpoint in endpoints {
            let held = jobs.open.count { $0.isInHand && $0.endpoint == endpoint.id }
            if held > 1 {
                timeline.broken(.leaseRespected, "\(endpoint.name) holds \(held) jobs")
            }
        }
    }

    /// What is seen on the endpoints themselves, after every step.
    func checkEndpoints() {
        guard !trials.isEmpty else { return }
        var atWork = 0
        for endpoint in endpoints where endpoint.isInstalling { atWork += 1 }
        // Mostly nobody is at work, or one: no ring has too many then, whoever is in it.
        guard atWork > WorldPolicy.budget else { return }
        for trial in trials {
            // Which job it is matters only where there are too many of any.
            for part in trial.parts where installing(part.places) > part.limit {
                let busy = part.members.filter { member in
                    // What a person has called off on a silent endpoint counts no more: the server
                    // cannot know whether it goes on there.
                    guard let job = trial.jobs(of: member, in: jobs).last, job.state != .cancelled
                    else { return false }
                    return endpoints.first { $0.id == member }?.isInstalling(job.id) == true
                }
                if busy.count > part.limit {
                    timeline.broken(.budgetRespected, "\(busy.count) endpoints install at once")
                }
            }
        }
    }

    private func installing(_ places: [Int]) -> Int {
        var count = 0
        for place in places where endpoints[place].isInstalling { count += 1 }
        return count
    }

    private func checkRings() {
        for trial in trials {
            for part in trial.parts {
                let busy = part.members.filter {
                    trial.jobs(of: $0, in: jobs).contains {
                        [.leased, .running].contains($0.state)
                    }
                }
                if busy.count > part.limit {
                    timeline.broken(.budgetRespected, "\(busy.count) endpoints are in work")
                }
            }
        }
    }

    /// A later ring's job comes only after every canary has been verified.
    private func checkRingBegin(_ job: Job, was old: Job?) {
        guard let trial = trials.first(where: { $0.deployment == job.deployment }),
            let canaries = trial.parts.first?.members, !canaries.contains(job.endpoint),
            [.leased, .running].contains(job.state)
        else { return }
        let unproven = endpoints.filter {
            canaries.contains($0.id) && trial.isUnproven($0.id, in: jobs, $0.truth)
        }
        if !unproven.isEmpty {
            timeline.broken(
                .gateRespected,
                "\(job.id) begins while \(unproven.count) of \(canaries.count) canaries are not verified"
            )
        }
    }
}

extension World {
    private func checkSlowly() async throws {
        if try await !observer.verifyAudit().intact {
            timeline.broken(.auditChainIntact, "the audit log is not as it was written")
        }
        try await settleAll()
        for tenant in tenants {
            let person = Principal(
                name: "technician of \(tenant.name)", scope: .tenant(tenant.id),
                permissions: [.view])
            let jobs = try await observer.jobs(by: person, limit: 200)
            let deployments = try await observer.deployments(by: person)
            let endpoints = try await observer.endpoints(EndpointFilter(), by: person).items
            if jobs.contains(where: { $0.job.tenant != tenant.id })
                || deployments.contains(where: { $0.deployment.tenant != tenant.id })
                || endpoints.contains(where: { $0.tenant != tenant.id })
            {
                timeline.broken(.tenantIsolation, "\(tenant.name) sees what is another's")
            }
            checkCompliance(of: endpoints)
        }
    }

    /// What was not looked at for a day, by the true time, is not compliant.
    private func checkCompliance(of items: [EndpointListItem]) {
        for item in items where item.verdict.compliance == .compliant {
            guard let endpoint = endpoints.first(where: { $0.id == item.id }) else { continue }
            let age = endpoint.truth.scannedAt.map { (timeline.now - $0) / 1000 }
            if age.map({ $0 > ComplianceRule.maximumScanAgeSeconds }) ?? true {
                timeline.broken(
                    .unknownNotCompliant,
                    "\(endpoint.name) is compliant, last looked at \(age.map(String.init) ?? "never")"
                )
            }
        }
    }

    /// This world has no feeds that a scan would wait for before it says that an endpoint complies.
    private func settleAll() async throws {
        let all = EndpointQuery(scope: .provider, freshSince: timeline.instant)
        try await observer.ledger.write { records in
            for endpoint in try records.endpoints(all) {
                guard let digest = endpoint.inventoryDigest else { continue }
                try records.noteSettled(digest, of: endpoint.id, tenant: endpoint.tenant)
            }
        }
    }

    /// Whether every job has ended, and every result has arrived.
    var isSettled: Bool {
        jobs.open.isEmpty && missingResults.isEmpty
    }

    private var missingResults: [JobID] {
        endpoints.flatMap { endpoint in
            endpoint.truth.results.keys.filter { jobs[$0]?.result == nil }
        }
    }

    /// After the calm: everything has ended, and nothing is missing.
    func checkTheEnd() async throws {
        for job in jobs.open {
            timeline.broken(.oneTerminalState, "\(job.id) is \(job.state.rawValue) for ever")
        }
        for job in missingResults.sorted() {
            timeline.broken(.nothingLost, "the result of \(job) never arrives")
        }
        for job in try await storedJobs() { check(job, was: jobs[job.id]) }
        try await checkSlowly()
        timeline.skip(seconds: 30 * 86_400)
        try await settleAll()
        checkCompliance(
            of: try await observer.endpoints(EndpointFilter(), by: .localAdministrator).items)
    }
}
