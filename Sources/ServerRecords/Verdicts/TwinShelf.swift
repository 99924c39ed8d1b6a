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
    /// How often somebody had changed before it what decides who is in which ring, or what the rings
    /// have shown.
    fileprivate let version: UInt64

    /// How many members of a ring are looked at: a ring that tries things for others is small.
    package static let mostMembers = 500

    /// Nothing found yet; `version` is that of `SignalSubject.rings`, read before the store is.
    package init(at now: Timestamp, version: UInt64) {
        at = now
        self.version = version
    }
}

/// Keeps what was found of rings between calls: to find it the whole fleet of a tenant is gone
/// through, which is never done in a transaction that writes.
///
/// What was found before somebody changed tags, groups, sites or policies, or before an order of one
/// of a ring's own ended, is found anew by the next who may, which is the scheduler a few seconds
/// later at the latest.
package final class TwinShelf: Sendable {
    /// How long it is taken for true where it can be found anew, in seconds: scans and time change
    /// it too.
    private static let keptSeconds: Int64 = 60
    /// How long by who cannot find it anew, in seconds: two of the scheduler's rounds.
    private static let longestSeconds: Int64 = 600
    /// How long by those when something has been changed since, in seconds: until the scheduler has
    /// gone through a large fleet.
    private static let longestStaleSeconds: Int64 = 60
    /// The most tenants that are remembered; when there are more, all are found anew.
    private static let maximumTenants = 1_000

    private let desks = Mutex<[TenantID: TwinDesk]>([:])

    /// Nothing is known yet.
    package init() {}

    /// What is known of a tenant's rings; `nil` where it is to be found anew, or is too old for who
    /// cannot do that: then it is not known, and what waits for a ring waits.
    ///
    /// - Parameters:
    ///   - tenant: The tenant.
    ///   - version: How often something has been changed by now (`SignalSubject.rings`).
    ///   - now: The time.
    ///   - canFindAnew: Whether the caller may go through the fleet.
    /// - Returns: what was found last.
    package func desk(
        of tenant: TenantID, version: UInt64, at now: Timestamp, canFindAnew: Bool
    ) -> TwinDesk? {
        guard let desk = desks.withLock({ $0[tenant] }) else { return nil }
        let longest =
            switch (canFindAnew, desk.version == version) {
            case (true, true): Self.keptSeconds
            case (true, false): Int64(0)
            case (false, true): Self.longestSeconds
            case (false, false): Self.longestStaleSeconds
            }
        return (0..<longest).contains(now.seconds(since: desk.at)) ? desk : nil
    }

    /// Keeps what was found.
    package func keep(_ desk: TwinDesk, of tenant: TenantID) {
        desks.withLock { desks in
            if desks[tenant] == nil, desks.count >= Self.maximumTenants { desks.removeAll() }
            desks[tenant] = desk
        }
    }

    /// Whether others look at what becomes of orders on an endpoint, as far as is known.
    package func isMember(_ endpoint: EndpointID, of tenant: TenantID) -> Bool {
        desks.withLock { desks in
            desks[tenant]?.rings.values.contains { ring in
                ring.members.contains { $0.endpoint.id == endpoint }
            } ?? false
        }
    }
}
