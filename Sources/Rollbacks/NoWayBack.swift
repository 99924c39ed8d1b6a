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
            let (missing, isWhole) = try Self.missing(
                record, in: scope, records, freshSince: ComplianceRule.freshSince(at: now))
            var lost: Set<String> = []
            var count = 0
            for endpoint in missing {
                let posture = try records.posture(of: endpoint.id, tenant: endpoint.tenant)
                let names = (posture?.updates ?? []).filter {
                    $0.wayBack == .noWay
                        && record.word.updates.names($0.name, $0.candidate, of: $0.manager)
                }.map { "\($0.name) \($0.candidate)" }
                guard !names.isEmpty else { continue }
                lost.formUnion(names)
                count += 1
            }
            guard count > 0 else { return nil }
            let whole = isWhole ? "" : " of the \(missing.count) looked at"
            return "On \(count) endpoints\(whole) the version before "
                + "\(Self.listed(lost.sorted(), atMost: 5)) is to be had nowhere: packages offer no "
                + "way back. A snapshot before the installation would (before: {snapshot})."
        }
    }

    /// The most endpoints that are asked: each of their reports is read.
    private static let endpointsAsked = 5000
    /// The most different updates that are looked through, and that one approval may mean here.
    private static let (updatesLookedAt, updatesMeant) = (20_000, 200)

    /// The endpoints that miss what an approval means, and whether these are all.
    private static func missing(
        _ record: ApprovalRecord, in scope: Scope, _ records: any Records,
        freshSince: Timestamp
    ) throws -> (endpoints: [EndpointRecord], isWhole: Bool) {
        if !record.endpoints.isEmpty {
            return (try record.endpoints.compactMap { try records.endpoint($0, in: scope) }, true)
        }
        let all = try records.missingUpdates(
            in: scope, search: nil, securityOnly: false, limit: updatesLookedAt)
        let keys = Set(
            all.filter { record.word.updates.names($0.name, $0.candidate, of: $0.manager) }
                .map { MissingUpdateKey(name: $0.name, candidate: $0.candidate) }
        ).sorted { ($0.name, $0.candidate) < ($1.name, $1.candidate) }
        var isWhole = all.count < updatesLookedAt && keys.count <= updatesMeant
        var found: [EndpointID: EndpointRecord] = [:]
        for key in keys.prefix(updatesMeant) {
            var query = EndpointQuery(
                scope: scope, missing: key, limit: EndpointQuery.maximumPage,
                freshSince: freshSince)
            while true {
                let page = try records.endpoints(query)
                for endpoint in page where found.count < endpointsAsked {
                    found[endpoint.id] = endpoint
                }
                guard found.count < endpointsAsked else {
                    isWhole = false
                    break
                }
                guard page.count == query.limit, let last = page.last else { break }
                query.after = query.order.cursor(of: last)
            }
        }
        return (found.values.sorted { $0.id < $1.id }, isWhole)
    }
}

extension UpdateSelector {
    /// Whether an update is meant by its name and version. Of one that is told by a vulnerability
    /// alone it is not known here.
    fileprivate func names(
        _ name: String, _ candidate: String, of manager: PackageManagerName
    ) -> Bool {
        guard let package, package.matches(name) else { return false }
        return takes(candidate, of: manager)
    }
}
