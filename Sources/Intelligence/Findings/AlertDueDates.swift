import Advisories
public import ControlPlane
import Findings
import Fleet
import ServerRecords

extension UseCases {
    /// The setting that tells until when due dates that passed have been told.
    private static let dueDatesSetting = "dueDatesToldUntil"
    /// How far back a server that was away looks, in seconds: a week. What was missed before that is
    /// old news, and stands in the lists.
    private static let longestLookBackSeconds: Int64 = 7 * 86_400
    /// How many vulnerabilities a sentence names.
    private static let namedVulnerabilities = 3

    /// Raises an alert for each tenant in which due dates have passed since this was last asked: one
    /// for all of them, and each date once. Does nothing while the fleet is still being read.
    public func alertOfDueDates() async throws {
        guard findings.snapshot().isBuilt else { return }
        let now = effects.now()
        let (told, tenants) = try await ledger.read { records in
            (
                try records.setting(Self.dueDatesSetting).flatMap { Timestamp($0) },
                try records.tenants(in: .provider).map(\.id)
            )
        }
        // What was late before anybody looked is told by the lists.
        guard let told, told < now else {
            return try await ledger.write {
                try $0.setSetting(Self.dueDatesSetting, to: now.description)
            }
        }
        let from = max(told, now.adding(seconds: -Self.longestLookBackSeconds))
        var alerts: [Alert] = []
        for tenant in tenants {
            try Task.checkCancellation()
            let (state, ranking) = try await findingRanking(in: .tenant(tenant))
            if let missed = missed(state, ranking, of: tenant, from: from, to: now) {
                alerts.append(missed)
            }
        }
        let raised = alerts
        try await ledger.write { records in
            for alert in raised where try records.insert(alert) {
                try self.appendAudit(
                    "alert.raised", subject: alert.id.text, sentence: alert.sentence,
                    actor: "system", tenant: alert.tenant, in: records, at: now)
            }
            try records.setSetting(Self.dueDatesSetting, to: now.description)
        }
    }

    /// What has come to be late between two instants; `nil` for nothing.
    private func missed(
        _ state: FindingState, _ ranking: [RankedVulnerability], of tenant: TenantID,
        from: Timestamp, to now: Timestamp
    ) -> Alert? {
        let visible = state.endpoints(in: .tenant(tenant))
        var names: [String] = []
        var affected = EndpointSet()
        for ranked in ranking {
            var isLate = false
            for group in state.groups(of: ranked.number, on: visible, at: now) {
                let late = group.overdue(in: state, at: now)
                    .subtracting(group.overdue(in: state, at: from))
                guard !late.isEmpty else { continue }
                isLate = true
                affected.formUnion(late)
            }
            if isLate { names.append(state.fleet.name(of: ranked.number)) }
        }
        guard !names.isEmpty else { return nil }
        return Alert(
            id: effects.newIdentifier(), tenant: tenant, kind: .dueDateMissed,
            subject: now.wholeSeconds.description, sentence: Self.words(names, affected.count),
            endpoints: affected.count, raisedAt: now)
    }

    private static func words(_ names: [String], _ endpoints: Int) -> String {
        let shown = names.prefix(namedVulnerabilities).joined(separator: ", ")
        let more = names.count - namedVulnerabilities
        return
            (names.count == 1
            ? "The due date of a vulnerability" : "The due dates of \(names.count) vulnerabilities")
            + (names.count == 1 ? " has" : " have")
            + " passed on \(endpoints) endpoint\(endpoints == 1 ? "" : "s"): \(shown)"
            + (more > 0 ? " and \(more) more." : ".")
    }
}
