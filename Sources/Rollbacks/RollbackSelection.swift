public import Fleet
public import Rollout

/// By what updates are taken back.
public enum RollbackWay: String, Hashable, Sendable, Codable, CaseIterable {
    /// The packages of the versions before are installed; nothing else changes.
    case packages
    /// The endpoint's root file system returns to the snapshot that was taken before the
    /// installation, with everything that was written to it since.
    case snapshot
}

/// What is to be taken back, and what follows.
public struct RollbackSelection: Hashable, Sendable, Codable {
    /// Whose; may be left out where endpoints or a deployment are named, or there is one tenant
    /// only.
    public var tenant: TenantID?
    /// Only on the endpoints of this ring of the deployment; `nil` for all of them.
    public var ring: String?
    /// Only on these endpoints; `nil` for all that were changed.
    public var endpoints: [EndpointID]?
    /// Only these, each a package's name, or `NAME=VERSION` for exactly that version; `nil` for
    /// all.
    public var updates: [String]?
    /// What follows it on the endpoints; `nil` for what followed the installation.
    public var aftercare: Aftercare?
    /// By which way; `nil` for packages, which take back no more than they name.
    public var way: RollbackWay?
    /// Whether everything may be lost that was written since the snapshots that are returned to.
    public var acceptsLoss: Bool?

    /// What is to be taken back.
    public init(
        tenant: TenantID? = nil, ring: String? = nil, endpoints: [EndpointID]? = nil,
        updates: [String]? = nil, aftercare: Aftercare? = nil, way: RollbackWay? = nil,
        acceptsLoss: Bool? = nil
    ) {
        self.way = way
        self.acceptsLoss = acceptsLoss
        self.tenant = tenant
        self.ring = ring
        self.endpoints = endpoints
        self.updates = updates
        self.aftercare = aftercare
    }

    /// The names among the updates, without versions.
    var names: [String]? { updates.map { $0.map(Self.name) } }

    /// The name of `NAME` or `NAME=VERSION`: no package's name holds an equals sign.
    static func name(_ text: String) -> String {
        String(text.prefix { $0 != "=" })
    }
}

/// A selection as sets, to be asked once for each line of a large deployment.
struct RollbackChoice: Sendable {
    private let endpoints: Set<EndpointID>?
    private let updates: Set<String>?

    /// `ring` holds the endpoints of the chosen ring.
    init(_ selection: RollbackSelection, ring: Set<EndpointID>? = nil) {
        let named = selection.endpoints.map { Set($0) }
        endpoints = ring.map { named?.intersection($0) ?? $0 } ?? named
        updates = selection.updates.map { Set($0) }
    }

    /// Whether a line on an endpoint is meant.
    func takes(_ update: LockedUpdate, on endpoint: EndpointID) -> Bool {
        if let endpoints, !endpoints.contains(endpoint) { return false }
        guard let updates else { return true }
        return updates.contains(update.name) || updates.contains("\(update.name)=\(update.to)")
    }
}
