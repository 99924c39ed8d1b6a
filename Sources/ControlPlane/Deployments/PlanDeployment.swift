import Fleet
import Policy
package import Rollout
public import ServerRecords

extension UseCases {
    /// For how long jobs may be open unless a selection says otherwise, in seconds: a week, so that
    /// a machine that is off over the weekend gets its turn.
    public static let defaultDeadlineSeconds: Int64 = 7 * 86_400
    /// The shortest and longest times for which jobs may be open, in seconds: five minutes and 90
    /// days.
    public static let deadlineLimits: ClosedRange<Int64> = 300...(90 * 86_400)
    /// The most updates that one selection may name.
    public static let largestSelection = 5_000

    /// What approving a selection would do, endpoint for endpoint. Nothing is changed.
    public func planDeployment(
        _ selection: DeploymentSelection, by principal: Principal
    ) async throws -> DeploymentPlan {
        try principal.require(.view)
        try Self.check(selection)
        return try await ledger.read { records in
            try self.plan(selection, in: principal.scope, records: records, walksFleet: true)
        }
    }

    /// Looks at the rings that a policy asks for, where one does, before an approval is written.
    func lookAtRings(for selection: DeploymentSelection, in scope: Scope) async throws {
        try await ledger.read { records in
            guard let first = selection.endpoints.first,
                let tenant = try records.endpoint(first, in: scope)?.tenant,
                try self.policyShelf.policies(of: tenant, in: records)
                    .contains(where: { $0.policy.before?.passed != nil })
            else { return }
            _ = try self.plan(selection, in: scope, records: records, walksFleet: true)
        }
    }

    static func check(_ selection: DeploymentSelection) throws {
        guard (1...largestDeployment).contains(selection.endpoints.count),
            Set(selection.endpoints).count == selection.endpoints.count
        else {
            throw Refusal(
                .malformed, "E_SELECTION_ENDPOINTS",
                "A deployment needs 1 to \(largestDeployment) different endpoints.",
                nextStep: "Choose endpoints, or split them over several deployments.")
        }
        guard selection.allSecurity == true || !selection.updates.isEmpty,
            selection.updates.count <= largestSelection
        else {
            throw Refusal(
                .malformed, "E_SELECTION_UPDATES",
                "A deployment needs 1 to \(largestSelection) updates.",
                nextStep: "Choose updates, or all security updates.")
        }
        try check(selection.aftercare)
        if let seconds = selection.deadlineSeconds, !deadlineLimits.contains(seconds) {
            throw Refusal(
                .malformed, "E_SELECTION_DEADLINE",
                "The deadline must lie 5 minutes to 90 days from now.",
                nextStep: "Choose another deadline.")
        }
    }

    /// - Throws: `Refusal` `E_AFTERCARE` for what makes no sense.
    package static func check(_ aftercare: Aftercare?) throws {
        guard let fault = aftercare?.fault else { return }
        throw Refusal(
            .malformed, "E_AFTERCARE",
            "What is to follow the installation cannot be done: \(fault)",
            nextStep: "Mend that part, or leave it out.")
    }

    func plan(
        _ selection: DeploymentSelection, in scope: Scope, records: any Records,
        walksFleet: Bool = false
    ) throws -> DeploymentPlan {
        var judge: OrderJudge?
        var tenants: Set<TenantID> = []
        var lines: [DeploymentPlan.Line] = []
        for id in selection.endpoints {
            guard let endpoint = try records.endpoint(id, in: scope), endpoint.retiredAt == nil
            else {
                throw Refusal.notFound("endpoint \(id)")
            }
            tenants.insert(endpoint.tenant)
            var own =
                try judge
                ?? OrderJudge(
                    of: endpoint.tenant, in: records, at: effects.now(),
                    isForMany: selection.endpoints.count > 1, walksFleet: walksFleet, by: self)
            lines.append(try Self.line(for: endpoint, selection, by: &own, records: records))
            judge = own
        }
        guard let tenant = tenants.first, tenants.count == 1 else {
            throw Refusal(
                .malformed, "E_SELECTION_TENANTS",
                "The endpoints belong to \(tenants.count) tenants.",
                nextStep: "Make one deployment for each tenant.")
        }
        return DeploymentPlan(
            tenant: tenant, title: Self.title(of: selection, lines),
            deadlineSeconds: selection.deadlineSeconds ?? Self.defaultDeadlineSeconds, lines: lines)
    }

    private static func line(
        for endpoint: EndpointRecord, _ selection: DeploymentSelection,
        by judge: inout OrderJudge, records: any Records
    ) throws -> DeploymentPlan.Line {
        let posture = try records.posture(of: endpoint.id, tenant: endpoint.tenant)
        let missing = posture?.updates ?? []
        // No two of these jobs are for the same package, so there are at most as many as packages.
        let open = try records.jobs(
            JobQuery(
                scope: .tenant(endpoint.tenant), endpoint: endpoint.id, openOnly: true,
                states: [.queued, .leased, .running, .interrupted], limit: largestPosture))
        let underWay = Set(open.flatMap { $0.updates.map(\.key) })
        let blocked = Set(
            try records.blockedVersions(in: .tenant(endpoint.tenant)).map { BlockedLine($0) })
        var line = DeploymentPlan.Line(
            endpoint: endpoint.id, endpointName: endpoint.name, updates: [], leftOut: [], bytes: 0,
            mayNeedReboot: false)
        let chosen = missing.filter(selection.chooses)
        let denied = try posture.map {
            try judge.denied(of: chosen.map { WaveLine(LockedUpdate($0)) }, on: endpoint.id, $0)
        }
        for update in chosen {
            let isBlocked = blocked.contains(BlockedLine(update.key, update.candidate))
            if let reason = isBlocked
                ? "Version \(update.candidate) is blocked until a person unblocks it."
                : denied?[WaveLine(LockedUpdate(update))]?.sentence
                    ?? reasonToLeaveOut(update, underWay: underWay)
            {
                line.leftOut.append(.init(name: update.name, reason: reason))
                continue
            }
            line.updates.append(LockedUpdate(update))
            switch update.wayBack {
            case .packageDowngrade: break
            case .noWay: line.noWayBack = (line.noWayBack ?? []) + [update.name]
            case nil: line.unknownWayBack = (line.unknownWayBack ?? []) + [update.name]
            }
            line.bytes += update.bytes ?? 0
            line.mayNeedReboot = line.mayNeedReboot || RebootProne.contains(update.name)
        }
        line.updates = try judge.decisions.dated(line.updates, for: endpoint.id, posture)
        let known = Set(missing.map(\.name))
        for chosen in selection.updates where !known.contains(chosen.name) {
            line.leftOut.append(
                .init(name: chosen.name, reason: "It is not missing on this endpoint."))
        }
        for chosen in selection.updates where known.contains(chosen.name) {
            guard let version = chosen.candidate,
                !missing.contains(where: { $0.name == chosen.name && $0.candidate == version })
            else { continue }
            line.leftOut.append(
                .init(
                    name: chosen.name,
                    reason: "The endpoint's sources do not offer version \(version)."))
        }
        return line
    }

    private static func reasonToLeaveOut(_ update: Update, underWay: Set<PackageKey>) -> String? {
        if underWay.contains(update.key) { return "Another deployment is installing it." }
        switch update.installability {
        case .installable, .keptBack: return nil
        case .held: return update.reason ?? "The package is on hold on the endpoint."
        case .phased:
            return update.reason
                ?? "The distribution hands it out in phases; its turn has not come."
        case .needsSubscription: return update.reason ?? "It is there only for subscribers."
        case .excluded:
            return update.reason ?? "The endpoint's own package configuration excludes it."
        }
    }

    private static func title(of selection: DeploymentSelection, _ lines: [DeploymentPlan.Line])
        -> String
    {
        if let title = selection.title?.prefix(longestName), !title.isEmpty { return String(title) }
        if selection.allSecurity == true { return "All security updates" }
        let names = Set(lines.flatMap { $0.updates.map(\.name) }).sorted()
        switch names.count {
        case 0: return selection.updates.first?.name ?? "No updates"
        case 1...3: return names.joined(separator: ", ")
        default: return "\(names.prefix(2).joined(separator: ", ")) and \(names.count - 2) more"
        }
    }
}

/// Packages whose updates usually take force only with a reboot.
package enum RebootProne {
    package static func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    private static let names: Set = [
        "libc6", "dbus", "systemd", "intel-microcode", "amd64-microcode", "libssl3",
    ]
    private static let prefixes = ["linux-image-", "linux-generic", "raspberrypi-kernel"]
}
