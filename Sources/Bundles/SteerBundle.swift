public import ControlPlane
public import Fleet
import Rollbacks
import Rollout
public import ServerRecords

extension UseCases {
    /// Pauses a bundle: its deployments that go on are halted, orders that have not begun are taken
    /// back, and it is brought to nobody until it is resumed. What has begun goes on.
    ///
    /// Asked for again, it halts what goes on all the same.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_STATE`, `E_NOT_FOUND`.
    public func pauseBundle(
        _ id: BundleID, because reason: String? = nil, by principal: Principal
    ) async throws -> PatchBundle {
        try principal.require(.deploy)
        let now = effects.now()
        // First nothing new, then what goes on: whatever stops in between, nothing new begins.
        let bundle = try await change(id, by: principal) { bundle, records in
            try Self.requireNotRolledBack(bundle)
            guard bundle.pausedAt == nil else { return }
            bundle.pausedAt = now
            let why = PlainText.line(reason ?? "", atMost: Self.longestLabel)
            try self.appendAudit(
                "bundle.paused", subject: id.text,
                sentence: "Paused the bundle \(bundle.title)."
                    + (why.isEmpty ? "" : " Why: \(why)"),
                actor: principal.name, tenant: bundle.tenant, in: records, at: now)
        }
        let why = "the bundle \(bundle.title) is paused."
        var halted: Set<DeploymentID> = []
        for deployment in try await deployments(of: bundle, in: .running)
        where try await unlessOver({ _ = try await halt(deployment, because: why, by: principal) })
        {
            halted.insert(deployment)
        }
        let ids = halted
        return try await change(id, by: principal) { bundle, _ in
            for place in bundle.promotions.indices
            where ids.contains(bundle.promotions[place].deployment) {
                bundle.promotions[place].isPaused = true
            }
        }
    }

    /// Lets a paused bundle go on: what its pause halted is resumed, what somebody else halted, or
    /// what went wrong, is not.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_STATE`, `E_NOT_FOUND`.
    public func resumeBundle(
        _ id: BundleID, by principal: Principal
    ) async throws -> PatchBundle {
        try principal.require(.deploy)
        let now = effects.now()
        let bundle = try await ledger.read { try Self.bundle(id, in: principal.scope, $0) }
        try Self.requireNotRolledBack(bundle)
        guard bundle.pausedAt != nil else { throw Self.wrongState(bundle, "it is not paused") }
        let halted = Set(bundle.promotions.filter { $0.isPaused == true }.map(\.deployment))
        for deployment in try await deployments(of: bundle, in: .halted)
        where halted.contains(deployment) {
            _ = try await unlessOver { _ = try await resume(deployment, by: principal) }
        }
        return try await change(id, by: principal) { bundle, records in
            guard bundle.pausedAt != nil else { return }
            bundle.pausedAt = nil
            for place in bundle.promotions.indices { bundle.promotions[place].isPaused = nil }
            try self.appendAudit(
                "bundle.resumed", subject: id.text, sentence: "Resumed the bundle \(bundle.title).",
                actor: principal.name, tenant: bundle.tenant, in: records, at: now)
        }
    }

    /// Takes a bundle back wherever it was brought to, the last step first, and blocks the versions
    /// that it takes back until a person unblocks them. It is paused first; a step of which nothing
    /// is installed is called off. Asked for again, it tries what stayed.
    ///
    /// - Throws: `Refusal` of the last step that cannot be taken back when none can, and then the
    ///   bundle stays paused; `E_BUNDLE_STATE` when it was brought to nobody, `E_NOT_FOUND`.
    public func rollBackBundle(
        _ id: BundleID, by principal: Principal
    ) async throws -> PatchBundle {
        try principal.require(.deploy)
        let now = effects.now()
        let bundle = try await ledger.read { try Self.bundle(id, in: principal.scope, $0) }
        let open = bundle.promotions.filter { $0.takenBackBy == nil }
        guard !open.isEmpty else {
            throw Self.wrongState(
                bundle,
                bundle.promotions.isEmpty
                    ? "it was brought to nobody" : "it is taken back already")
        }
        if bundle.rolledBackAt == nil {
            _ = try await pauseBundle(id, because: "It is rolled back.", by: principal)
        }
        var (refusals, taken): ([Refusal], Int) = ([], 0)
        for promotion in open.reversed() {
            let end = try await takeBack(promotion, by: principal)
            if let refusal = end.refusal { refusals.append(refusal) }
            taken += end.deployment == nil ? 0 : 1
            _ = try await change(id, by: principal) { bundle, _ in
                let place = bundle.promotions.firstIndex { $0.deployment == promotion.deployment }
                guard let place else { return }
                bundle.promotions[place].takenBackBy = end.deployment
                bundle.promotions[place].stays = end.stays
            }
        }
        if taken == 0, bundle.rolledBackAt == nil, let first = refusals.first { throw first }
        return try await change(id, by: principal) { bundle, records in
            guard bundle.rolledBackAt == nil else { return }
            (bundle.rolledBackAt, bundle.pausedAt) = (now, nil)
            let taken = bundle.promotions.count { $0.takenBackBy != nil }
            try self.appendAudit(
                "bundle.rolledBack", subject: id.text,
                sentence: "Takes back the bundle \(bundle.title): \(taken) of "
                    + "\(bundle.promotions.count) steps.",
                actor: principal.name, tenant: bundle.tenant, in: records, at: now)
        }
    }

    // MARK: Parts

    private func takeBack(
        _ promotion: PatchBundle.Promotion, by principal: Principal
    ) async throws -> TakenBack {
        do {
            return TakenBack(deployment: try await rollBack(promotion.deployment, by: principal).id)
        } catch let refusal as Refusal where refusal.code == "E_NOTHING_TO_ROLL_BACK" {
            let isCalledOff = try await unlessOver {
                _ = try await cancel(promotion.deployment, by: principal)
            }
            return TakenBack(
                stays: "Nothing of it was installed" + (isCalledOff ? "; it is called off." : "."))
        } catch let refusal as Refusal where refusal.kind == .conflict {
            return TakenBack(stays: refusal.message, refusal: refusal)
        }
    }

    /// Its deployments in one state.
    private func deployments(
        of bundle: PatchBundle, in state: Deployment.State
    ) async throws -> [DeploymentID] {
        try await ledger.read { records in
            try bundle.promotions.map(\.deployment).filter {
                try records.deployment($0, in: .tenant(bundle.tenant))?.state == state
            }
        }
    }

    /// - Returns: whether it was done; not when the deployment has ended meanwhile.
    private func unlessOver(_ act: () async throws -> Void) async throws -> Bool {
        do {
            try await act()
            return true
        } catch let refusal as Refusal where refusal.code == "E_DEPLOYMENT_STATE" {
            return false
        }
    }

    private func change(
        _ id: BundleID, by principal: Principal,
        _ body: @escaping @Sendable (inout PatchBundle, any Records) throws -> Void
    ) async throws -> PatchBundle {
        try await ledger.write { records in
            var bundle = try Self.bundle(id, in: principal.scope, records)
            let before = bundle
            try body(&bundle, records)
            if bundle != before { try records.update(bundle) }
            return bundle
        }
    }
}

/// What became of taking one step back.
private struct TakenBack: Sendable {
    var deployment: DeploymentID?
    var stays: String?
    var refusal: Refusal?
}
