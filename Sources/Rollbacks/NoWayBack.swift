public import ControlPlane
import Fleet
import Policy
public import ServerRecords

extension UseCases {
    /// That what was just approved cannot be undone by packages on endpoints that miss it now, as
    /// these say themselves; `nil` when it can, or is not known.
    ///
    /// A rule says it of policies (`wayback = none`); whoever approves by hand is told.
    public func noWayBack(
        meantBy record: ApprovalRecord, by principal: Principal
    ) async throws -> String? {
        guard record.word.verdict == .approved else { return nil }
        let scope = principal.scope.narrowed(to: record.place.tenant) ?? principal.scope
        let now = effects.now()
        return try await ledger.read { records in
            let page = try records.endpoints(
                EndpointQuery(scope: scope, limit: EndpointQuery.maximumPage, freshSince: now))
            var lost: Set<String> = []
            var count = 0
            for endpoint in page
            where record.endpoints.isEmpty || record.endpoints.contains(endpoint.id) {
                let posture = try records.posture(of: endpoint.id, tenant: endpoint.tenant)
                let names = (posture?.updates ?? []).filter {
                    $0.wayBack == .noWay && record.word.updates.names($0)
                }.map { "\($0.name) \($0.candidate)" }
                guard !names.isEmpty else { continue }
                lost.formUnion(names)
                count += 1
            }
            guard count > 0 else { return nil }
            let whole =
                page.count < EndpointQuery.maximumPage ? "" : " of the \(page.count) looked at"
            return "On \(count) endpoints\(whole) the version before "
                + "\(Self.listed(lost.sorted(), atMost: 5)) is to be had nowhere: packages offer no "
                + "way back. A snapshot before the installation would (before: {snapshot})."
        }
    }
}

extension UpdateSelector {
    /// Whether an update is meant by its name and version. Of one that is told by a vulnerability
    /// alone it is not known here.
    fileprivate func names(_ update: Update) -> Bool {
        guard let package, package.matches(update.name) else { return false }
        return version.map { $0 == update.candidate } ?? true
    }
}
