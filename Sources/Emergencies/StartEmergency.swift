import Administration
import Advisories
public import ControlPlane
public import Fleet
import Policy
import Rollout
public import ServerRecords

extension UseCases {
    /// How long a run waits for its second person, in seconds: a day. What was planned is no longer
    /// so then.
    package static let secondPersonSeconds: Int64 = 86_400

    /// What an emergency run would do. Nothing is changed.
    ///
    /// - Throws: `Refusal` `E_NOT_FOUND` when no endpoint has the vulnerability,
    ///   `E_EMERGENCY_TENANT` when several tenants have it and none is named.
    public func planEmergency(
        _ wish: EmergencyWish, by principal: Principal
    ) async throws -> EmergencyPlan {
        try principal.require(.view)
        let ground = try await ground(of: wish, by: principal)
        let now = effects.now()
        return try await ledger.read { records in
            try ground.prepared(at: now, startedBy: principal.name, in: records, by: self).plan
        }
    }

    /// Starts an emergency run: the updates that mend a vulnerability go through the rings of each
    /// policy's emergency lane at once, whatever waits for an approval, a time or a soak. What
    /// forbids them holds, as do canaries, gates, budgets, windows of that lane and signatures.
    ///
    /// It takes the right to lead runs and the right to approve, since approvals are skipped. Where a
    /// rule asks for two people, it waits for the second, who needs the latter alone.
    ///
    /// - Throws: `Refusal` `E_EMERGENCY_UNCONFIRMED` unless the wish names the vulnerability twice,
    ///   `E_EMERGENCY_NOTHING` when nobody would get anything, `E_EMERGENCY_OPEN` while another run
    ///   for it goes on, `E_NO_WAY_BACK_UNACCEPTED`, and those of `planEmergency`.
    public func startEmergency(
        _ wish: EmergencyWish, by principal: Principal
    ) async throws -> EmergencyRun {
        try principal.require(.deploy)
        try principal.require(.approve)
        let ground = try await ground(of: wish, by: principal)
        try ground.check(confirmed: wish.confirm)
        let now = effects.now()
        let id: EmergencyID = effects.newIdentifier()
        let reason = try Self.checkedNote(wish.reason)
        return try await prepare(
            ground, startedBy: principal.name, at: now
        ) { prepared, records, wakes in
            let plan = prepared.plan
            try plan.check(acceptsNoWayBack: wish.acceptsNoWayBack)
            try Self.requireNoneOpen(ground, in: records)
            var run = EmergencyRun(
                id: id, tenant: ground.tenant, vulnerability: ground.vulnerability,
                reason: reason, acceptsNoWayBack: wish.acceptsNoWayBack ?? false,
                startedBy: principal.name, startedAt: now,
                state: plan.secondPerson == nil ? .running : .awaitingSecondPerson,
                extent: EmergencyRun.Extent(plan))
            if run.state == .running {
                run.deployments = try self.open(prepared, run, at: now, in: records, &wakes)
            }
            try records.insert(run)
            try self.appendAudit(
                run.state == .running ? "emergency.started" : "emergency.asked",
                subject: id.text, sentence: Self.sentence(of: run, plan), actor: principal.name,
                tenant: run.tenant, in: records, at: now)
            return run
        }
    }

    /// Agrees to a run that waits for a second person, and starts it with what the endpoints miss
    /// now.
    ///
    /// - Throws: `Refusal` `E_EMERGENCY_STATE`, `E_EMERGENCY_SAME_PERSON`, and those of
    ///   `startEmergency`.
    public func agreeToEmergency(
        _ id: EmergencyID, confirming confirm: String?, by principal: Principal
    ) async throws -> EmergencyRun {
        try principal.require(.approve)
        let asked = try await emergency(id, by: principal)
        let wish = EmergencyWish(vulnerability: asked.vulnerability, tenant: asked.tenant)
        let ground = try await ground(of: wish, by: principal)
        try ground.check(confirmed: confirm)
        let now = effects.now()
        return try await prepare(
            ground, startedBy: asked.startedBy, at: now
        ) { prepared, records, wakes in
            guard var run = try records.emergency(id, in: principal.scope) else {
                throw Refusal.notFound("emergency run")
            }
            guard run.state == .awaitingSecondPerson else { throw Self.wrongState(run) }
            guard try records.areTwoPeople(run.startedBy, principal.name) else {
                throw Refusal(
                    .conflict, "E_EMERGENCY_SAME_PERSON",
                    "A rule asks for two people, and one person is one, by whatever name or token.",
                    nextStep: "Ask somebody else with the right to approve.")
            }
            let plan = prepared.plan
            try plan.check(acceptsNoWayBack: run.acceptsNoWayBack)
            run.extent = EmergencyRun.Extent(plan)
            (run.state, run.agreedBy, run.agreedAt) = (.running, principal.name, now)
            run.deployments = try self.open(prepared, run, at: now, in: records, &wakes)
            try records.update(run)
            try self.appendAudit(
                "emergency.started", subject: id.text, sentence: Self.sentence(of: run, plan),
                actor: principal.name, tenant: run.tenant, in: records, at: now)
            return run
        }
    }

    // MARK: The parts

    /// How often a run is planned before its transaction. Where people change something each time
    /// while it is planned, it is planned within.
    private static let plansBefore = 3

    /// Plans, and acts on the plan.
    ///
    /// Planning decides about each endpoint that is affected, which takes seconds for thousands of
    /// them. It is done in a read, so that no endpoint's check-in waits for it; the write looks only
    /// whether what was planned on is as it was.
    private func prepare<Answer: Sendable>(
        _ ground: EmergencyGround, startedBy person: String, at now: Timestamp,
        _ act:
            @escaping @Sendable (PreparedEmergency, any Records, inout Set<String>) throws ->
            Answer
    ) async throws -> Answer {
        for _ in 0..<Self.plansBefore {
            let (prepared, footing) = try await ledger.read { records in
                let prepared = try ground.prepared(
                    at: now, startedBy: person, in: records, by: self)
                return (prepared, try ground.footing(of: prepared, in: records, by: self))
            }
            let answer = try await writeWaking { records, wakes -> Answer? in
                guard try ground.footing(of: prepared, in: records, by: self) == footing else {
                    return nil
                }
                return try act(prepared, records, &wakes)
            }
            if let answer { return answer }
        }
        return try await writeWaking { records, wakes in
            try act(
                try ground.prepared(at: now, startedBy: person, in: records, by: self), records,
                &wakes)
        }
    }

    /// Takes back what is in the way, and opens the rollouts.
    private func open(
        _ prepared: PreparedEmergency, _ run: EmergencyRun, at now: Timestamp,
        in records: any Records, _ wakes: inout Set<String>
    ) throws -> [DeploymentID] {
        let person = run.agreedBy ?? run.startedBy
        for order in prepared.orders {
            wakes.formUnion(
                try takeBack(
                    order,
                    because: "The emergency run for \(run.vulnerability) installs it at once.",
                    by: person, at: now, in: records))
        }
        return try prepared.openings.map { opening in
            try self.open(
                opening, as: effects.newIdentifier(), at: now, in: records, waking: &wakes
            ).id
        }
    }

    private static func requireNoneOpen(
        _ ground: EmergencyGround, in records: any Records
    ) throws {
        let open = try records.emergencies(
            in: .tenant(ground.tenant), states: [.awaitingSecondPerson, .running], before: nil,
            limit: openLookedAt)
        guard let other = open.first(where: { $0.vulnerability == ground.vulnerability }) else {
            return
        }
        throw Refusal(
            .conflict, "E_EMERGENCY_OPEN",
            "An emergency run for \(other.vulnerability) goes on already (\(other.id)).",
            nextStep: other.state == .running
                ? "Look how it stands; cancel its deployments before you start another."
                : "A second person agrees to it: patchbay emergency agree \(other.id).")
    }

    /// The most open runs of a tenant that are looked at: nobody leads a hundred emergencies.
    private static let openLookedAt = 100

    static func wrongState(_ run: EmergencyRun) -> Refusal {
        Refusal(
            .conflict, "E_EMERGENCY_STATE", "The emergency run is \(run.state.rawValue).",
            nextStep: "Look how it stands: patchbay emergency show \(run.id).")
    }

    private static func sentence(of run: EmergencyRun, _ plan: EmergencyPlan) -> String {
        let verb =
            run.state == .running
            ? "Emergency run for \(run.vulnerability) without soak: "
            : "Asks for an emergency run for \(run.vulnerability), which a second person must agree to: "
        let why = run.reason.isEmpty ? "" : " Why: \(run.reason)"
        return verb + plan.sentences.joined(separator: " ") + why
    }

    /// Whose emergency it is, and which endpoints have it.
    private func ground(
        of wish: EmergencyWish, by principal: Principal
    ) async throws -> EmergencyGround {
        let named = try principal.tenant(for: wish.tenant)
        let known = try await vulnerability(wish.vulnerability, by: principal, tenant: named)
        var filter = FindingFilter(
            tenant: named, vulnerability: known.item.vulnerability,
            limit: FindingFilter.maximumPage)
        var found: [TenantID: [AffectedEndpoint]] = [:]
        repeat {
            let page = try await findings(filter, by: principal)
            for item in page.items {
                found[item.tenant, default: []].append(
                    AffectedEndpoint(id: item.endpoint, state: item.state))
            }
            filter.after = page.next
        } while filter.after != nil
        guard let tenant = found.keys.first else { throw Refusal.notFound("vulnerability") }
        guard found.count == 1 else {
            let owners = Set(found.keys)
            let names = try await ledger.read { records in
                try records.tenants(in: principal.scope).filter { owners.contains($0.id) }
                    .map { "\($0.name) (\($0.id))" }
            }
            throw Refusal(
                .malformed, "E_EMERGENCY_TENANT",
                "\(found.count) tenants have \(known.item.vulnerability): "
                    + Self.listed(names.sorted(), atMost: 5) + ".",
                nextStep: "Name one (--tenant): each tenant's run has a review of its own.")
        }
        return EmergencyGround(
            vulnerability: known.item.vulnerability, tenant: tenant,
            affected: found[tenant] ?? [])
    }
}

/// Whose emergency it is.
private struct EmergencyGround: Sendable {
    let vulnerability: String
    let tenant: TenantID
    let affected: [AffectedEndpoint]

    func prepared(
        at now: Timestamp, startedBy person: String, in records: any Records, by useCases: UseCases
    ) throws -> PreparedEmergency {
        try EmergencyPlanner(
            vulnerability, of: tenant, on: affected, at: now, in: records, by: useCases
        ).prepared(startedBy: person)
    }

    /// What a plan stands on, as it is now.
    func footing(
        of prepared: PreparedEmergency, in records: any Records, by useCases: UseCases
    ) throws -> EmergencyFooting {
        try EmergencyFooting(of: prepared.looked, tenant: tenant, in: records, by: useCases)
    }

    /// What is done at once is typed out by the one who does it.
    func check(confirmed text: String?) throws {
        let typed = text?.uppercased().filter { !$0.isWhitespace }
        guard typed == vulnerability.uppercased() else {
            throw Refusal(
                .conflict, "E_EMERGENCY_UNCONFIRMED",
                "An emergency run for \(vulnerability) starts only with its name typed once more.",
                nextStep: "Look at the plan, and confirm it with \(vulnerability).")
        }
    }
}

extension EmergencyPlan {
    /// Whether it may be started.
    fileprivate func check(acceptsNoWayBack: Bool?) throws {
        guard endpoints > 0 else {
            let reason = leftOut.first.map { " \($0.endpointName): \($0.reason)" } ?? ""
            throw Refusal(
                .conflict, "E_EMERGENCY_NOTHING",
                "No endpoint would get anything for \(vulnerability).\(reason)",
                nextStep: "See why each is left out: patchbay emergency \(vulnerability).")
        }
        guard noWayBack.isEmpty || acceptsNoWayBack == true else {
            throw Refusal(
                .conflict, "E_NO_WAY_BACK_UNACCEPTED",
                "There is no way back for \(UseCases.listed(noWayBack, atMost: 5)), and nobody "
                    + "says that it is accepted.",
                nextStep: "Start it with that word (--no-way-back, acceptsNoWayBack, the box on "
                    + "the page).")
        }
    }
}

extension EmergencyRun.Extent {
    fileprivate init(_ plan: EmergencyPlan) {
        self.init(
            endpoints: plan.endpoints, mayReboot: plan.mayReboot, leftOut: plan.leftOut.count,
            updates: plan.updates)
    }
}
