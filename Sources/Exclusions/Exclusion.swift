import Fleet
import Policy
import ServerRecords

/// What keeps updates from being installed, and for whom.
struct Exclusion: Sendable {
    /// Whose endpoints; `nil` for those of all tenants.
    var tenant: TenantID?
    /// Which of them; `nil` for all.
    var endpoints: GroupExpression?
    /// Whether it holds where it is not known for an endpoint: what forbids is heard even then.
    var holdsInDoubt: Bool
    /// Which updates.
    var updates: UpdateSelector
    /// Only these vulnerabilities; empty for all that the updates would close.
    var vulnerabilities: Set<String> = []
    /// Whether a risk is accepted, with or without an update that would mend it.
    var acceptsRisk = false

    /// What somebody has said; `nil` for what lets updates be installed, or was taken back.
    init?(_ record: ApprovalRecord, _ names: DirectoryNames, at now: Timestamp) {
        guard record.endedAt == nil else { return nil }
        switch record.word.verdict {
        case .approved: return nil
        case .deferred(let until) where until <= now: return nil
        case .declined, .hold, .deferred: break
        }
        let word = record.placed(names)
        tenant = record.place.tenant
        endpoints = word.endpoints
        holdsInDoubt = true
        updates = word.updates
    }

    /// A risk that is accepted, or asked to be; `nil` for one that has ended.
    init?(_ record: ExceptionRecord, _ names: DirectoryNames, at now: Timestamp) {
        guard record.state != .ended, record.expiresAt > now,
            let risk = try? record.exception(
                approver: record.approvedBy ?? "somebody other than \(record.owner)", names)
        else { return nil }
        tenant = record.place.tenant
        endpoints = risk.endpoints
        holdsInDoubt = false
        updates = UpdateSelector(package: risk.package, versions: risk.versions)
        vulnerabilities = risk.vulnerabilities
        acceptsRisk = true
    }

    /// Whether it holds for an endpoint.
    func concerns(_ endpoint: EndpointSubject, at now: Timestamp) -> Bool {
        guard let endpoints else { return true }
        switch endpoints.evaluate(endpoint, at: now) {
        case .yes: return true
        case .no: return false
        case .unknown: return holdsInDoubt
        }
    }
}
