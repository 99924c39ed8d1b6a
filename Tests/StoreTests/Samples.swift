import Administration
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import TestSupport

/// Makes things to store, all decided by a seed. Time goes on by a second with each identifier, so
/// that identifiers sort as they were made.
struct Samples {
    private var generator: SeededGenerator
    private(set) var now = Timestamp(seconds: 1_800_000_000)

    init(seed: UInt64 = 1) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func id<Kind>(_: Kind.Type = Kind.self) -> Identifier<Kind> {
        now = now.adding(seconds: 1)
        return Identifier(at: now, using: &generator)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    mutating func hash() -> String {
        (0..<64).map { _ in String(number(0...15), radix: 16) }.joined()
    }

    mutating func tenant(_ name: String? = nil) -> Tenant {
        let id: TenantID = id()
        return Tenant(id: id, name: name ?? "Tenant \(id)", createdAt: now)
    }

    mutating func site(of tenant: TenantID, _ name: String = "Head office") -> Site {
        Site(id: id(), tenant: tenant, name: name, createdAt: now)
    }

    mutating func endpoint(of tenant: TenantID, _ name: String = "web-1") -> EndpointRecord {
        EndpointRecord(
            id: id(), tenant: tenant, name: name,
            publicKey: (0..<32).map { _ in UInt8(number(0...255)) }, machineFingerprint: nil,
            enrolledAt: now)
    }

    mutating func deployment(of tenant: TenantID) -> Deployment {
        Deployment(
            id: id(), tenant: tenant, title: "July", approvedBy: "user:anna", createdAt: now,
            deadline: now.adding(seconds: 86_400))
    }

    mutating func job(of endpoint: EndpointRecord, in deployment: Deployment) -> Job {
        Job(
            id: id(), tenant: endpoint.tenant, deployment: deployment.id, endpoint: endpoint.id,
            updates: [LockedUpdate(update("openssl"))], createdAt: now,
            deadline: now.adding(seconds: 3600))
    }

    mutating func token(of tenant: TenantID, uses: Int = 10) -> EnrolmentToken {
        EnrolmentToken(
            id: id(), tenant: tenant, site: nil, note: "for the lab", secretHash: hash(),
            createdBy: "user:anna", createdAt: now, expiresAt: now.adding(seconds: 3600),
            maximumUses: uses)
    }

    mutating func user(_ name: String, of tenant: TenantID? = nil) -> User {
        User(
            id: id(), name: name, tenant: tenant, role: .operatorRole, passwordHash: "scrypt$…",
            mustChangePassword: true, createdAt: now)
    }

    mutating func request(of tenant: TenantID) -> RequestRecord {
        RequestRecord(
            id: id(), tenant: tenant, updates: RequestedUpdates(package: "nginx"), run: nil,
            sentence: "Approve nginx.", reason: "Wanted", requestedBy: "user:rita",
            requestedAt: now)
    }

    mutating func auditEntries(_ chain: String, _ count: Int) -> [AuditEntry] {
        var previous = String(repeating: "0", count: 64)
        return (1...max(count, 1)).map { sequence in
            now = now.adding(seconds: 1)
            let hash = hash()
            defer { previous = hash }
            return AuditEntry(
                chain: chain, sequence: Int64(sequence), at: now, actor: "user:anna",
                action: "tenant.created",
                subject: "subject\(sequence % 3)", sentence: "Something changed.",
                previousHash: previous, hash: hash)
        }
    }

    mutating func plan(_ name: String, _ tenant: Tenant, _ until: Timestamp) -> SavedPlanRecord {
        SavedPlanRecord(
            id: id(), tenant: tenant.id, name: name, ticket: nil, savedAt: now,
            savedBy: "user:anna", from: until.adding(seconds: -86_400), until: until, installs: 3,
            digest: hash())
    }

    func package(_ name: String, _ version: String = "1.0-1") -> Package {
        Package(
            manager: .apt, name: name, version: version, architecture: "amd64", source: name,
            sourceVersion: version)
    }

    /// Packages of which endpoints share most.
    mutating func inventory(_ count: Int = 40) -> Inventory {
        Inventory((0..<count).map { package("pkg\($0)", "1.\(number(0...2))") })
    }

    func update(
        _ name: String, _ candidate: String = "2.0-1", classes: [UpdateClass] = [.security],
        installability: Installability = .installable, architecture: String = "amd64"
    ) -> Update {
        Update(
            manager: .apt, name: name, architecture: architecture, installed: "1.0-1",
            candidate: candidate,
            classes: classes, origin: "Debian-Security:12/stable-security",
            installability: installability,
            bytes: installability == .installable ? 1234 : nil,
            reason: installability == .installable ? nil : "Someone holds it.")
    }

    func posture(_ updates: [Update]) -> Posture {
        Posture(
            endpoint: EndpointFacts(
                hostname: "web-1",
                os: OperatingSystem(id: "debian", versionId: "12", name: "Debian GNU/Linux 12"),
                kernel: "6.1.0-30-amd64", bootId: "b1", timeZone: "Europe/Berlin",
                architecture: "amd64"),
            sources: [SourceState(name: "http://deb.example.org/debian bookworm main", state: .ok)],
            updates: updates, reboot: RebootState(), restarts: [],
            unparsed: ["a line with \u{0} in it"])
    }
}

/// An endpoint in a ledger with its tenant.
struct Placed {
    var tenant: Tenant
    var endpoint: EndpointRecord
    var scope: Scope { .tenant(tenant.id) }
}

extension Samples {
    /// Stores a new tenant with one endpoint.
    mutating func place(in ledger: some Ledger, _ name: String = "web-1") async throws -> Placed {
        let tenant = tenant()
        let endpoint = endpoint(of: tenant.id, name)
        try await ledger.write {
            try $0.insert(tenant)
            try $0.insert(endpoint)
        }
        return Placed(tenant: tenant, endpoint: endpoint)
    }
}
