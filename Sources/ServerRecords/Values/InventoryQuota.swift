package import Fleet
import Synchronization

/// Bounds how much software each endpoint can have stored: an endpoint in an attacker's hands must
/// not fill the disk with inventories of its invention.
///
/// Each endpoint has a bucket of packages that fills again with time; an inventory that is new to
/// the server takes as many as it has. It lives in this process's memory: a restart forgives, and
/// with several nodes an endpoint gets as many times more.
public final class InventoryQuota: Sendable {
    /// So many packages can be stored at once: two of the largest inventories that are taken, or
    /// twenty of a large server.
    public static let packages: Int64 = 100_000
    /// So many are added in an hour: six inventories of 3,000 packages, where an endpoint under
    /// maintenance makes one or two. A hostile one stores less than 100 MB a day.
    public static let packagesPerHour: Int64 = 20_000
    /// What an inventory takes at least: its own row and its scan.
    public static let leastCharge: Int64 = 500
    /// The most endpoints that are remembered, about 100 bytes each: the largest fleet of one
    /// server.
    public static let capacity = 100_000

    /// When each endpoint's bucket will be full again, in milliseconds.
    private let fullAt = Mutex<[EndpointID: Int64]>([:])

    /// Nobody has stored anything yet.
    public init() {}

    /// Takes packages out of an endpoint's bucket.
    ///
    /// - Returns: how many seconds to wait instead when there are too few in it; `nil` when they
    ///   were taken.
    package func charge(_ count: Int, to endpoint: EndpointID, at now: Timestamp) -> Int64? {
        let cost = Self.milliseconds(count)
        return fullAt.withLock { table in
            let full = max(table[endpoint] ?? 0, now.milliseconds)
            let wait = full + cost - now.milliseconds - Self.milliseconds(Int(Self.packages))
            guard wait <= 0 else { return (wait + 999) / 1000 }
            if table[endpoint] == nil, table.count >= Self.capacity {
                table = table.filter { $0.value > now.milliseconds }
                if table.count >= Self.capacity { table.removeAll() }
            }
            table[endpoint] = full + cost
            return nil
        }
    }

    /// Puts packages back: the inventory was known.
    package func giveBack(_ count: Int, to endpoint: EndpointID) {
        fullAt.withLock { table in table[endpoint]? -= Self.milliseconds(count) }
    }

    /// In how many milliseconds so many packages are added to a bucket.
    private static func milliseconds(_ packages: Int) -> Int64 {
        max(Int64(packages), leastCharge) * 3_600_000 / packagesPerHour
    }
}
