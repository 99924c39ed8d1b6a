import Administration
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Trust

extension World {
    /// Somebody does something. What the server refuses, or does not survive, is left so.
    func person() async throws {
        timeline.schedule(after: timeline.chance { $0.number(in: 30_000...240_000) }, .person)
        guard server.upSince != nil else { return }
        do {
            try await act()
        } catch let refusal as Refusal {
            timeline.note("person", "is refused: \(refusal.code)")
        } catch is FaultyLedger.Crash {
            timeline.note("person", "hears nothing from the server")
        }
        await afterServerStep(changesJobs: true)
    }

    private func act() async throws {
        let open = jobs.open
        let job = timeline.chance { $0.pick(open) }
        let endpoint = endpoints[Int(timeline.chance { $0.next() } % UInt64(endpoints.count))]
        let useCases = server.useCases
        switch timeline.chance({ $0.number(in: 0...16) }) {
        case 0...4: try await approveForSome()
        case 5: try await beginRings()
        case 6:
            guard let job else { return }
            timeline.note("person", "cancels \(job.id)")
            _ = try await useCases.cancelJob(job.id, by: .localAdministrator)
        case 7:
            guard let job else { return }
            timeline.note("person", "cancels deployment \(job.deployment)")
            _ = try await useCases.cancel(job.deployment, by: .localAdministrator)
        case 8, 9:
            guard let job else { return }
            timeline.note("person", "halts \(job.deployment)")
            _ = try await useCases.halt(job.deployment, by: .localAdministrator)
            halted.insert(job.deployment)
        case 10:
            guard let deployment = halted.sorted().first else { return }
            timeline.note("person", "resumes \(deployment)")
            halted.remove(deployment)
            _ = try await useCases.resume(deployment, by: .localAdministrator)
        case 11: try await useCases.requestScan(endpoint.id, by: .localAdministrator)
        case 12, 13: release()
        case 14: try await forge(for: endpoint)
        case 15: try await changeDenial()
        default: try await interfere(with: job)
        }
    }

    /// Declines a package for the first tenant, or takes that back.
    private func changeDenial() async throws {
        if let old = denial {
            denial = nil
            timeline.note("person", "takes back what was said of \(old.package)")
            _ = try await server.useCases.endApproval(old.word, by: .localAdministrator)
        } else if let name = timeline.chance({ $0.pick(Self.packages) }) {
            timeline.note("person", "declines \(name)")
            let item = try await server.useCases.decide(
                ApprovalDraft(
                    .decline, tenant: tenants[0].id, package: name, reason: "It is not wanted."),
                by: .localAdministrator)
            denial = (name, item.record.id, timeline.instant)
        }
    }

    private func release() {
        guard let name = timeline.chance({ $0.pick(Self.packages) }) else { return }
        let newest = endpoints.compactMap { $0.software[name]?.candidate }.max() ?? "1.0"
        guard let digit = newest.first?.wholeNumberValue, digit < 9 else { return }
        for endpoint in endpoints {
            let (comes, behaviour) = timeline.chance {
                ($0.happens(0.8), $0.pick(SimulatedEndpoint.Behaviour.mixture) ?? .good)
            }
            if comes { endpoint.release(name, "\(digit + 1).0", behaviour) }
        }
    }

    private func approveForSome() async throws {
        let tenant = timeline.chance { $0.pick([0, 0, 1]) } ?? 0
        let chosen = endpoints.filter { endpoint in
            endpoint.tenant == tenants[tenant].id && timeline.chance { $0.happens(0.6) }
        }
        let names = Self.packages.filter { _ in timeline.chance { $0.happens(0.5) } }
        guard !chosen.isEmpty, !names.isEmpty else { return }
        let deadline = timeline.chance { $0.number(in: 300...1500) }
        let deployment = try await approve(names.map { ($0, nil) }, for: chosen, deadline)
        book.signs(deployment.id, isWindowed: false)
    }

    /// Approves by the product's own use case.
    func approve(
        _ updates: [(name: String, version: String?)], for chosen: [SimulatedEndpoint],
        _ deadlineSeconds: Int64, throughRings: Bool = false
    ) async throws -> Deployment {
        let deployment = try await server.useCases.approve(
            DeploymentSelection(
                endpoints: chosen.map(\.id),
                updates: updates.map { .init(name: $0.name, candidate: $0.version) },
                deadlineSeconds: deadlineSeconds,
                policy: throughRings ? WorldPolicy.name : nil),
            by: .localAdministrator)
        timeline.note(
            "person",
            "approves \(updates.map(\.name).joined(separator: " ")) for "
                + chosen.map(\.name).joined(separator: " ") + " as \(deployment.id)")
        return deployment
    }

    /// The operator signs what each endpoint is to get, for the deployments that he knows.
    func signOrders() throws {
        for job in jobs.open {
            guard let isWindowed = book.truth(job.deployment), book.grant(job.id) == nil else {
                continue
            }
            book.put(try grant(for: job, isWindowed: isWindowed), job.id)
            book.names(job.updates, on: job.endpoint, isWindowed: isWindowed)
        }
    }

    private func grant(for job: Job, isWindowed: Bool, by key: SigningKey? = nil) throws -> [UInt8]
    {
        let name = endpoints.first { $0.id == job.endpoint }?.name ?? ""
        return try signer.grant(
            for: job, on: name, isWindowed: isWindowed,
            nonce: timeline.chance { $0.bytes(Operator.nonceBytes) }, by: key)
    }

    /// A control plane in an attacker's hands makes an order of its own: without a grant, with one
    /// of another deployment, or with one that another key has signed.
    private func forge(for endpoint: SimulatedEndpoint) async throws {
        let deployment = try await approve(Self.packages.map { ($0, nil) }, for: [endpoint], 600)
        timeline.note("attacker", "has forged \(deployment.id)")
        let stored = try await storedJobs()
        guard let job = stored.first(where: { $0.deployment == deployment.id }) else { return }
        switch timeline.chance({ $0.number(in: 0...2) }) {
        case 0: if let other = book.anyGrant { book.put(other, job.id) }
        case 1:
            let key = try SigningKey(bytes: timeline.chance { $0.bytes(DeviceKey.byteCount) })
            book.put(try grant(for: job, isWindowed: false, by: key), job.id)
        default: break
        }
    }

    /// The agent of another tenant's endpoint speaks about a job.
    private func interfere(with job: Job?) async throws {
        guard let job, let stranger = endpoints.first(where: { $0.tenant != job.tenant }) else {
            return
        }
        let outcomes = job.updates.map {
            UpdateOutcome(update: $0, state: .verified, versionAfter: $0.to, sentence: "So it is.")
        }
        timeline.note("attacker", "\(stranger.name) reports on \(job.id)")
        do {
            _ = try await server.useCases.reportResult(
                JobResult(outcomes: outcomes), job: job.id, by: stranger.principal)
            timeline.broken(.tenantIsolation, "\(stranger.name) may report on \(job.id)")
        } catch let refusal as Refusal where refusal.kind == .notFound {
            return
        }
    }
}

extension World {
    /// For how long a rollout may take, in seconds: longer than what is left of the storm.
    static let rolloutSeconds: Int64 = 7200

    /// Lets one package out ring by ring, by the product's own use case.
    private func beginRings() async throws {
        guard trials.count < 2, let name = timeline.chance({ $0.pick(Self.packages) }) else {
            return
        }
        let members = endpoints.filter { $0.tenant == tenants[0].id }
        guard let version = members.compactMap({ $0.software[name]?.candidate }).max() else {
            return
        }
        let deployment = try await approve(
            [(name, version)], for: members, Self.rolloutSeconds, throughRings: true)
        let canaries = members.filter { WorldPolicy.canaries.contains($0.name) }
        let others = members.filter { !WorldPolicy.canaries.contains($0.name) }
        trials.append(
            RingTrial(
                deployment: deployment.id, package: name, version: version,
                parts: [canaries, others].map {
                    RingTrial.Part(
                        members: $0.map(\.id), places: $0.map(\.place), limit: WorldPolicy.budget)
                }))
        book.signs(deployment.id, isWindowed: true)
    }

    /// The product's scheduler has its turn: it steps rollouts, and sees who is silent.
    func rings() async throws {
        timeline.schedule(after: 60_000, .rings)
        guard server.upSince != nil else { return }
        if isCalm { return try await callOffRings() }
        do {
            if trials.isEmpty, timeline.now - Timeline.start.milliseconds > 180_000 {
                try await beginRings()
            }
            try await server.useCases.steerAll()
        } catch let refusal as Refusal {
            timeline.note("rings", "are refused: \(refusal.code)")
        } catch is FaultyLedger.Crash {
            timeline.note("rings", "hear nothing from the server")
        }
        await afterServerStep(changesJobs: true)
    }

    /// In calm, somebody calls off what has not gone through its rings, so that all of it ends.
    private func callOffRings() async throws {
        for deployment in trials.map(\.deployment) where !calledOff.contains(deployment) {
            do {
                _ = try await server.useCases.cancel(deployment, by: .localAdministrator)
            } catch let refusal as Refusal {
                timeline.note("person", "is refused: \(refusal.code)")
            } catch is FaultyLedger.Crash {
                return
            }
            calledOff.insert(deployment)
        }
        await afterServerStep(changesJobs: true)
    }
}
