import Administration
import AgentProtocol
import Calendar
import ControlPlane
import Fleet
import Intelligence
import Rollout
import ServerRecords
import Store
import Synchronization
import TestSupport
import Trust

/// The use cases over a database in memory, with a clock and randomness of the test's own.
final class House: Sendable {
    let useCases: UseCases
    let clock: SteppedClock
    let tenant: Tenant
    let administrator = Principal.localAdministrator

    static let start = Timestamp(seconds: 1_800_000_000)

    /// An installation with one tenant.
    init(
        seed: UInt64 = 1, shelf: (any FeedShelf)? = nil,
        verdictSource: (any VerdictFetching)? = nil, zones: [String: TimeZoneRules] = [:],
        signingKeys: @escaping @Sendable () throws -> [SigningKey] = { [] }
    ) async throws {
        let clock = SteppedClock(Self.start)
        let generator = Mutex(SeededGenerator(seed: seed))
        let random: @Sendable (Int) -> [UInt8] = { count in
            generator.withLock { generator in
                (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            }
        }
        let keys = try ServerKeys.make(
            at: Self.start, names: ["patchbay.example.org"], entropy: random)
        self.clock = clock
        useCases = UseCases(
            ledger: try SQLLedger.open(.sqliteMemory),
            effects: Effects(
                now: { clock.now }, randomBytes: random,
                zoneRules: { name in
                    zones[name] ?? (["UTC", "Etc/UTC"].contains(name) ? TimeZoneRules.utc : nil)
                }), keys: keys,
            signals: Signals(), shelf: shelf, verdictSource: verdictSource, signingKeys: signingKeys
        )
        tenant = try await useCases.createTenant(name: "Acme", by: .localAdministrator)
    }

    /// A newly enrolled endpoint of a tenant.
    func enrol(
        _ name: String, tenant: Tenant? = nil, site: SiteID? = nil
    ) async throws -> TestEndpoint {
        let record = EndpointRecord(
            id: useCases.effects.newIdentifier(), tenant: (tenant ?? self.tenant).id, site: site,
            name: name,
            publicKey: useCases.effects.randomBytes(32), machineFingerprint: nil,
            enrolledAt: clock.now)
        try await useCases.ledger.write { try $0.insert(record) }
        return TestEndpoint(
            house: self, principal: AgentPrincipal(endpoint: record.id, tenant: record.tenant),
            name: name)
    }
}

extension House {
    /// Joins what was reported with what feeds say, as the server does every few seconds.
    func settle() async throws {
        try await useCases.buildFindings()
        try await useCases.settleSupport()
    }
}

/// A clock that stands until it is moved.
final class SteppedClock: Sendable {
    private let instant: Mutex<Timestamp>

    init(_ start: Timestamp) { instant = Mutex(start) }

    var now: Timestamp { instant.withLock { $0 } }

    func advance(seconds: Int64) {
        instant.withLock { $0 = $0.adding(seconds: seconds) }
    }
}

/// An endpoint as a test plays it: it reports what it is told to.
struct TestEndpoint: Sendable {
    let house: House
    let principal: AgentPrincipal
    let name: String

    /// Sends a scan with these packages (name and version) and updates, the way an agent does.
    func report(
        _ packages: [String: String], others: [Package] = [], updates: [Update] = [],
        reboot: [RebootSignal] = [],
        bootId: String = "boot-1",
        restarts: [RestartNeed] = [],
        sources: [SourceState] = [SourceState(name: "http://deb.example.org/debian", state: .ok)],
        identity: MachineIdentity? = nil, os: OperatingSystem? = nil,
        scannedAt: Timestamp? = nil, backup: BackupFacts? = nil,
        foreign: [ForeignPackages]? = nil, updaters: [OwnUpdater]? = nil
    ) async throws {
        let inventory = Inventory(
            packages.map { TestEndpoint.package($0.key, $0.value) } + others)
        var facts = facts(bootId: bootId)
        facts.identity = identity
        facts.os = os ?? facts.os
        facts.backup = backup
        facts.foreignPackages = foreign
        facts.ownUpdaters = updaters
        let posture = Posture(
            endpoint: facts, sources: sources, updates: updates,
            reboot: RebootState(signals: reboot), restarts: restarts)
        let digest = Digest.sha256Hex(inventory.canonicalBytes)
        try await house.useCases.storeInventory(
            inventory.canonicalBytes, digest: digest, by: principal)
        let answer = try await house.useCases.storeScan(
            ScanUpload(
                scannedAt: scannedAt ?? house.clock.now, inventoryDigest: digest,
                postureDigest: Digest.sha256Hex(Array("\(posture.digestible)".utf8)),
                posture: posture),
            by: principal)
        precondition(!answer.wantsFullInventory, "the inventory was just sent")
    }

    func facts(bootId: String) -> EndpointFacts {
        EndpointFacts(
            hostname: name,
            os: OperatingSystem(id: "debian", versionId: "12", name: "Debian GNU/Linux 12"),
            kernel: "6.1.0-50-amd64", bootId: bootId, timeZone: "Etc/UTC", architecture: "amd64")
    }

    /// Asks for work without waiting.
    func collect() async throws -> JobOrder? {
        try await house.useCases.collectWork(WorkRequest(waitSeconds: 0), by: principal).order
    }

    /// Reports every update of an order in the same state.
    func finish(_ order: JobOrder, _ state: UpdateOutcome.State) async throws {
        let outcomes = order.updates.map {
            UpdateOutcome(
                update: $0, state: state, failure: state == .failed ? .maintainerScript : nil,
                versionAfter: $0.to, sentence: "\($0.name): \(state.rawValue).")
        }
        _ = try await house.useCases.reportResult(
            JobResult(outcomes: outcomes), job: order.job, by: principal)
    }

    static func package(_ name: String, _ version: String) -> Package {
        Package(
            manager: .apt, name: name, version: version, architecture: "amd64", source: name,
            sourceVersion: version)
    }

    static func update(
        _ name: String, from installed: String = "1", to candidate: String = "2",
        _ installability: Installability = .installable, classes: [UpdateClass] = [.security]
    ) -> Update {
        Update(
            manager: .apt, name: name, architecture: "amd64", installed: installed,
            candidate: candidate,
            classes: classes, origin: "Debian-Security:12/stable-security",
            installability: installability,
            bytes: 1000)
    }
}
