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
    private let marks = Mutex<(@Sendable ([Update]) -> [Update])?>(nil)
    private let backups = Mutex<BackupMemory?>(nil)

    /// A desk that scans with `scanner`.
    public init(_ scanner: any Scanning) {
        self.scanner = scanner
    }

    /// The newest scan; `nil` before the first.
    public var latest: Record? { newest.withLock { $0 } }

    /// Says who knows what has been downloaded ahead: each scan carries it.
    func mark(by marks: @escaping @Sendable ([Update]) -> [Update]) {
        self.marks.withLock { $0 = marks }
    }

    /// Says who knows how it stands with the backup: each scan carries it.
    func tell(of backups: BackupMemory) {
        self.backups.withLock { $0 = backups }
    }

    /// Takes a fresh look.
    public func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        var scan = try await scanner.scan(refreshingSources: refreshingSources)
        if let marks = marks.withLock({ $0 }) { scan.updates = marks(scan.updates) }
        // A look that refreshes the sources takes its time anyway.
        let memory = backups.withLock { $0 }
        if let memory { scan.endpoint.backup = await memory.facts(asks: refreshingSources) }
        let record = Record(scan)
        newest.withLock { held in
            // Of two scans that overlapped the later one stands.
            if held.map({ $0.scannedAt <= record.scannedAt }) ?? true { held = record }
        }
        return scan
    }
}
