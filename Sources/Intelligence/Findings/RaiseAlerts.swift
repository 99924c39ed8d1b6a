import ControlPlane
import Findings
import Fleet
import ServerRecords

extension UseCases {
    /// Raises alerts about vulnerabilities that have come to be known as exploited: one for each
    /// tenant that has endpoints with it.
    ///
    /// - Returns: those that were raised; a tenant is alerted of a vulnerability once.
    func raiseAlerts(
        about vulnerabilities: [String], at now: Timestamp
    ) async throws -> [Alert] {
        let affected = vulnerabilities.flatMap { name in
            findings.affectedTenants(by: name).map { (name, $0.tenant, $0.endpoints) }
        }
        guard !affected.isEmpty else { return [] }
        let alerts = affected.map { name, tenant, endpoints in
            Alert(
                id: effects.newIdentifier(), tenant: tenant, kind: .knownExploited, subject: name,
                sentence: Self.sentence(name, endpoints), endpoints: endpoints, raisedAt: now)
        }
        return try await ledger.write { records in
            try alerts.filter { alert in
                guard try records.insert(alert) else { return false }
                try self.appendAudit(
                    "alert.raised", subject: alert.id.text, sentence: alert.sentence,
                    actor: "system", tenant: alert.tenant, in: records, at: now)
                return true
            }
        }
    }

    private static func sentence(_ name: String, _ endpoints: Int) -> String {
        let noun = endpoints == 1 ? "endpoint has" : "endpoints have"
        return "\(name) is known to be exploited, and \(endpoints) \(noun) it."
    }
}
