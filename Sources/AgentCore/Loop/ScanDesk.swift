import AgentProtocol
public import Fleet
import Synchronization
import Trust

/// Takes scans and keeps the newest one, with the digests that check-ins carry.
public final class ScanDesk: Sendable {
    /// The newest scan as the control plane will see it.
    public struct Record: Sendable {
        /// When it was taken.
        public let scannedAt: Timestamp
        /// The packages.
        public let inventory: Inventory
        /// The SHA-256 of the inventory's canonical bytes, in hexadecimal.
        public let inventoryDigest: String
        /// Everything but the packages.
        public let posture: Posture
        /// The SHA-256 of the posture without what changes all the time, in hexadecimal.
        public let postureDigest: String

        init(_ scan: Scan) {
            scannedAt = scan.scannedAt
            inventory = Inventory(scan.packages)
            inventoryDigest = Digest.sha256Hex(inventory.canonicalBytes)
            posture = scan.posture
            postureDigest = Digest.sha256Hex(AgentJSON.encode(scan.posture.digestible) ?? [])
        }
    }

    private let scanner: any Scanning
    private let newest = Mutex<Record?>(nil)

    /// A desk that scans with `scanner`.
    public init(_ scanner: any Scanning) {
        self.scanner = scanner
    }

    /// The newest scan; `nil` before the first.
    public var latest: Record? { newest.withLock { $0 } }

    /// Takes a fresh look.
    public func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let scan = try await scanner.scan(refreshingSources: refreshingSources)
        let record = Record(scan)
        newest.withLock { held in
            // Of two scans that overlapped the later one stands.
            if held.map({ $0.scannedAt <= record.scannedAt }) ?? true { held = record }
        }
        return scan
    }
}
