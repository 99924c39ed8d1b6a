public import ControlPlane
public import Fleet
public import ServerRecords

/// What was installed on an endpoint at an instant.
public struct InstalledPackages: Hashable, Sendable, Codable {
    /// Since when it was so.
    public var since: Timestamp
    /// The instant that was asked for.
    public var at: Timestamp
    /// The packages, in order.
    public var packages: [Package]
}

extension UseCases {
    /// How many lines of an endpoint's history are shown.
    static let historyShown = 200

    /// What was installed on an endpoint at an instant; now, when none is given.
    public func packages(
        of id: EndpointID, at instant: Timestamp? = nil, by principal: Principal
    ) async throws -> InstalledPackages {
        try principal.require(.view)
        let now = effects.now()
        return try await ledger.read { records in
            guard let endpoint = try records.endpoint(id, in: principal.scope) else {
                throw Refusal.notFound("endpoint")
            }
            // What is there now is the latest of the history, even where a clock that was set back
            // has left its time in the future.
            let latest = try records.inventoryHistory(of: id, tenant: endpoint.tenant, limit: 1)
            let at = instant ?? max(now, latest.first?.at ?? now)
            guard let found = try records.inventory(of: id, tenant: endpoint.tenant, at: at) else {
                throw Refusal(
                    .notFound, "E_NOT_SCANNED_YET",
                    "Nothing was known of this endpoint's software at \(at).",
                    nextStep: "Ask for a later time, or wait for the first scan.")
            }
            return InstalledPackages(
                since: instant == nil ? min(found.since, now) : found.since, at: instant ?? now,
                packages: found.inventory.packages)
        }
    }

    /// When an endpoint's software changed, newest first.
    public func history(
        of id: EndpointID, by principal: Principal
    ) async throws -> [InventoryHistoryEntry] {
        try principal.require(.view)
        return try await ledger.read { records in
            guard let endpoint = try records.endpoint(id, in: principal.scope) else {
                throw Refusal.notFound("endpoint")
            }
            return try records.inventoryHistory(
                of: id, tenant: endpoint.tenant, limit: Self.historyShown)
        }
    }
}
