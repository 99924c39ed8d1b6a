package import Fleet
import Synchronization
package import Verdicts

/// What has been found of the rings of one tenant that policies ask for.
package struct TwinDesk: Sendable {
    /// A ring as it was found.
    package struct Ring: Sendable {
        /// Its members, by name, and no more than `mostMembers`.
        package var members: [Member] = []
        /// Whether these are all.
        package var isWhole = true

        /// Nobody yet.
        package init() {}
    }

    /// A member of a ring.
    package struct Member: Sendable {
        /// The endpoint.
        package let endpoint: EndpointRecord
        /// Its operating system.
        package let os: OperatingSystem
        /// Its architecture.
        package let architecture: String

        /// A member.
        package init(_ endpoint: EndpointRecord, _ facts: EndpointFacts) {
            self.endpoint = endpoint
            os = facts.os
            architecture = facts.architecture
        }
    }

    /// What is asked, for which stack.
    package struct Key: Hashable, Sendable {
        private let pass: RingPass
        private let stack: EndpointStack

        /// A question.
        package init(_ pass: RingPass, _ stack: EndpointStack) {
            self.pass = pass
            self.stack = stack
        }
    }

    /// The rings by name.
    package var rings: [String: Ring] = [:]
    /// What they have shown.
    package var found: [Key: TwinEvidence] = [:]
    fileprivate let at: Timestamp
    fileprivate var isStale = false

    /// How many members of a ring are looked at: a ring that tries things for others is small.
    package static let mostMembers = 500

    /// Nothing found yet.
    package init(at now: Timestamp) { at = now }
}

/// Keeps what was found of rings between calls: to find it the whole fleet of a tenant is gone
/// through, which is never done in a transaction that writes.
package final class TwinShelf: Sendable {
    /// How long it is taken for true where it can be found anew, in seconds.
    private static let keptSeconds: Int64 = 60
    /// The most tenants that are remembered; when there are more, all are found anew.
    private static let maximumTenants = 1_000

    private let desks = Mutex<[TenantID: TwinDesk]>([:])

    /// Nothing is known yet.
    package init() {}

    /// What is known of a tenant's rings; `nil` where it is to be found anew. Who cannot do that
    /// takes it however old it is.
    package func desk(of tenant: TenantID, at now: Timestamp, howeverOld: Bool) -> TwinDesk? {
        guard let desk = desks.withLock({ $0[tenant] }) else { return nil }
        let isFresh = !desk.isStale && (0..<Self.keptSeconds).contains(now.seconds(since: desk.at))
        return isFresh || howeverOld ? desk : nil
    }

    /// Keeps what was found.
    package func keep(_ desk: TwinDesk, of tenant: TenantID) {
        desks.withLock { desks in
            if desks[tenant] == nil, desks.count >= Self.maximumTenants { desks.removeAll() }
            desks[tenant] = desk
        }
    }

    /// Somebody has changed what policies look at; of all tenants where none is given.
    package func note(changeFor tenant: TenantID?) {
        desks.withLock { desks in
            for id in tenant.map({ [$0] }) ?? Array(desks.keys) { desks[id]?.isStale = true }
        }
    }

    /// An order has ended on an endpoint.
    ///
    /// - Returns: whether others look at what became of it.
    package func note(orderEndedOn endpoint: EndpointID, of tenant: TenantID) -> Bool {
        desks.withLock { desks in
            let isMember =
                desks[tenant]?.rings.values.contains { ring in
                    ring.members.contains { $0.endpoint.id == endpoint }
                } ?? false
            if isMember { desks[tenant]?.isStale = true }
            return isMember
        }
    }
}
