package import ControlPlane
import Findings
import Fleet
import Intelligence
package import ServerRecords

extension UseCases {
    /// The most endpoints that one look opens or changes triages of, each in a short transaction:
    /// 60,000 in an hour of looks, should all endpoints have what forensics is demanded of.
    private static let endpointsPerLook = 500
    /// How many of them one transaction holds.
    private static let endpointsPerWrite = 25
    /// How many open triages one read brings.
    private static let triagesPerRead = 500
    /// The most late triages that one look tells of.
    private static let latePerLook = 200
    /// The most open alerts about late parts in one tenant: beyond them the list of triages tells.
    private static let mostLateAlerts = 100

    /// Opens, changes and ends triages by what regimes demand now, and tells of what is late. It
    /// looks at the endpoints only of which something else is demanded than before.
    package func watchTriages() async throws {
        try await tellLateTriages()
        guard findings.isFed, findings.snapshot().isBuilt else { return }
        let now = effects.now()
        // How endpoints stand is brought up to date with it, which may change what is demanded.
        let (state, ranking) = try await findingRanking(in: .provider)
        guard findings.forensics.isDue(at: state.revision, now: now) else { return }
        if !findings.forensics.isPrepared { try await prepareForensics() }
        let demanded = state.demandedForensics(in: ranking, at: now)
        let changed = findings.forensics.changed(in: demanded, atMost: Self.endpointsPerLook)
        var rest = changed[...]
        while !rest.isEmpty {
            try Task.checkCancellation()
            let batch = Array(rest.prefix(Self.endpointsPerWrite))
            rest = rest.dropFirst(batch.count)
            try await writeWaking { records, wakes in
                for endpoint in batch {
                    try self.settleTriage(
                        of: endpoint, demanded[endpoint] ?? [], state, at: now, in: records,
                        waking: &wakes)
                }
            }
            findings.forensics.note(batch, demanded: demanded)
        }
        if changed.count < Self.endpointsPerLook {
            findings.forensics.noteAll(at: state.revision, now: now)
        }
    }

    /// What is open already has been looked at, by this process or one before it.
    private func prepareForensics() async throws {
        var seen: [EndpointID: [DemandedForensics]] = [:]
        var last: TriageID?
        while true {
            let before = last
            let page = try await ledger.read {
                try $0.triages(
                    TriageQuery(
                        in: .provider, openOnly: true, before: before, limit: Self.triagesPerRead))
            }
            for triage in page where seen[triage.endpoint] == nil {
                seen[triage.endpoint] = triage.demands.map {
                    DemandedForensics(vulnerability: $0.vulnerability, since: $0.since)
                }.sorted { $0.vulnerability < $1.vulnerability }
            }
            guard page.count == Self.triagesPerRead, let end = page.last?.id else { break }
            last = end
        }
        findings.forensics.prepare(seen)
    }

    private func settleTriage(
        of id: EndpointID, _ demanded: [DemandedForensics], _ state: FindingState,
        at now: Timestamp, in records: any Records, waking wakes: inout Set<String>
    ) throws {
        guard let endpoint = try records.endpoint(id, in: .provider) else { return }
        let known = try triages(of: id, tenant: endpoint.tenant, in: records)
        let open = known.first(where: \.isOpen)
        if endpoint.retiredAt != nil {
            guard let open else { return }
            return try end(open, of: endpoint, .retired, at: now, in: records, waking: &wakes)
        }
        let new = demanded.filter { demand in !known.contains { $0.covers(demand) } }.map {
            TriageRecord.Demand(vulnerability: $0.vulnerability, since: $0.since)
        }
        guard var triage = open else {
            guard !new.isEmpty else { return }
            return try begin(new, of: endpoint, at: now, in: records, waking: &wakes)
        }
        let names = Set(demanded.map(\.vulnerability))
        // What is gone was patched, and whether somebody came by it is still to be told; what is
        // there and not demanded any more is not.
        triage.demands.removeAll {
            !names.contains($0.vulnerability) && state.has($0.vulnerability, on: id)
        }
        triage.demands += new.prefix(max(TriageRecord.mostDemands - triage.demands.count, 0))
        guard triage != open else { return }
        if triage.demands.isEmpty, triage.ask?.isAutomatic != false {
            return try end(triage, of: endpoint, .lifted, at: now, in: records, waking: &wakes)
        }
        if triage.needsEvidence {
            renewAsk(&triage, at: now)
        } else if triage.evidenceMetAt == nil, triage.evidenceAt != nil {
            triage.evidenceMetAt = now
        }
        try records.update(triage)
        try appendAudit(
            "triage.changed", subject: triage.id.text,
            sentence:
                "The triage of \(endpoint.name) is about \(Self.listed(triage.vulnerabilities)).",
            actor: Self.triageWatcher, tenant: endpoint.tenant, in: records, at: now)
        try endTriageAlerts(of: triage, by: Self.triageWatcher, at: now, in: records)
        try settleForensics(of: endpoint, in: records, waking: &wakes)
    }

    private func begin(
        _ demands: [TriageRecord.Demand], of endpoint: EndpointRecord, at now: Timestamp,
        in records: any Records, waking wakes: inout Set<String>
    ) throws {
        var triage = TriageRecord(
            id: effects.newIdentifier(), tenant: endpoint.tenant, endpoint: endpoint.id,
            openedAt: now, openedBy: Self.triageWatcher,
            demands: Array(demands.prefix(TriageRecord.mostDemands)))
        renewAsk(&triage, at: now)
        // What was late before anybody could know stands in the lists, and is no news.
        triage.told = Set(triage.late(at: now).map(\.name))
        try records.insert(triage)
        try appendAudit(
            "triage.opened", subject: triage.id.text,
            sentence: "Forensics is demanded of \(endpoint.name) before it is patched, because of "
                + "\(Self.listed(triage.vulnerabilities)): asked it for evidence.",
            actor: Self.triageWatcher, tenant: endpoint.tenant, in: records, at: now)
        try settleForensics(of: endpoint, in: records, waking: &wakes)
    }

    private func end(
        _ triage: TriageRecord, of endpoint: EndpointRecord, _ ending: TriageRecord.Ending,
        at now: Timestamp, in records: any Records, waking wakes: inout Set<String>
    ) throws {
        var triage = triage
        (triage.ending, triage.endedAt) = (ending, now)
        try records.update(triage)
        try appendAudit(
            "triage.ended", subject: triage.id.text,
            sentence: ending == .retired
                ? "The triage of \(endpoint.name) ended: the endpoint was retired."
                : "The triage of \(endpoint.name) ended: nothing demands it any more.",
            actor: Self.triageWatcher, tenant: endpoint.tenant, in: records, at: now)
        try endTriageAlerts(of: triage, by: Self.triageWatcher, at: now, in: records)
        try settleForensics(of: endpoint, in: records, waking: &wakes)
    }

    /// How many vulnerabilities a sentence names.
    private static let namedVulnerabilities = 3

    static func listed(_ names: [String]) -> String {
        let shown = names.prefix(namedVulnerabilities).joined(separator: ", ")
        let more = names.count - namedVulnerabilities
        return shown + (more > 0 ? " and \(more) more" : "")
    }

    // MARK: What is late

    private func tellLateTriages() async throws {
        let now = effects.now()
        let late = try await ledger.read { try $0.lateTriages(at: now, limit: Self.latePerLook) }
        for triage in late {
            try Task.checkCancellation()
            try await ledger.write { try self.tell(triage.id, triage.tenant, at: now, in: $0) }
        }
    }

    private func tell(
        _ id: TriageID, _ tenant: TenantID, at now: Timestamp, in records: any Records
    ) throws {
        guard var triage = try records.triage(id, in: .tenant(tenant)),
            let endpoint = try records.endpoint(triage.endpoint, in: .tenant(tenant))
        else { return }
        let late = triage.late(at: now).filter { !triage.told.contains($0.name) }
        triage.told.formUnion(late.map(\.name))
        try records.update(triage)
        for step in late {
            guard
                try records.openAlerts(.triageOverdue, of: tenant).count < Self.mostLateAlerts
            else { return }
            let due = step.dueAt.map { ", due at \($0.wholeSeconds)" } ?? ""
            try raiseAlert(
                .triageOverdue, about: Self.subject(of: triage, step.name),
                "\(step.name.title) of the triage of \(endpoint.name)\(due), is outstanding.",
                of: tenant, at: now, in: records)
        }
    }
}

extension TriageStep.Name {
    /// What begins a sentence about it.
    package var title: String {
        switch self {
        case .scope: "The scope"
        case .evidence: "The evidence"
        case .verdict: "The verdict"
        }
    }
}
