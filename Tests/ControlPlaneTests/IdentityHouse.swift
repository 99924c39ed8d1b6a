import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Store
import Synchronization
import TestSupport
import Trust

/// The use cases over a database in memory, with passwords that cost no time.
final class IdentityHouse: Sendable {
    let useCases: UseCases
    /// The store, typed by the port so that tests need not import it.
    var ledger: any Ledger { store }
    let store: SQLLedger
    let clock: SteppedClock
    let random: @Sendable (Int) -> [UInt8]
    let tenant: Tenant

    static let password = "four unrelated words"
    static let urls = ["https://patchbay.example.org:8443"]

    init(seed: UInt64 = 1, database: DatabaseLocation = .sqliteMemory) async throws {
        let clock = SteppedClock(House.start)
        let generator = Mutex(SeededGenerator(seed: seed))
        let random: @Sendable (Int) -> [UInt8] = { count in
            generator.withLock { generator in
                (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            }
        }
        self.clock = clock
        self.random = random
        store = try SQLLedger.open(database)
        let cost = PasswordCost(checkedRounds: 16, blockSize: 1, parallelism: 1) ?? .standard
        useCases = UseCases(
            ledger: store, effects: Effects(now: { clock.now }, randomBytes: random),
            keys: try ServerKeys.make(
                at: House.start, names: ["patchbay.example.org"], entropy: random),
            signals: Signals(), passwords: PasswordWorker(cost: cost))
        tenant = try await useCases.createTenant(name: "Acme", by: .localAdministrator)
    }

    /// A new enrolment token of the first tenant, or of another, as an agent reads it.
    func token(uses: Int = 1, lifetime: Int64 = 3600, tenant: Tenant? = nil) async throws -> (
        id: TokenID, text: EnrolmentTokenText
    ) {
        let new = try await useCases.createEnrolmentToken(
            by: .localAdministrator, tenant: (tenant ?? self.tenant).id, note: "for a test",
            lifetimeSeconds: lifetime, maximumUses: uses, serverURLs: Self.urls)
        return (new.token.id, try EnrolmentTokenText(parsing: new.text))
    }

    func newKey() throws -> DeviceKey { try DeviceKey(bytes: random(32)) }

    /// What a device sends to enrol.
    func request(
        _ secret: Secret, _ key: DeviceKey, hostname: String = "web-1", machine: String? = nil
    ) throws -> EnrolRequest {
        EnrolRequest(
            token: secret.revealed, publicKey: Base64.encode(key.publicKey),
            proof: try EnrolmentProof.make(secret: secret, key: key),
            facts: EndpointFacts(
                hostname: hostname,
                os: OperatingSystem(id: "debian", versionId: "12", name: "Debian 12"),
                kernel: "6.1.0", bootId: "b", timeZone: "Etc/UTC", architecture: "amd64",
                machineFingerprint: machine))
    }

    /// An assertion of an endpoint, made `off` seconds from now.
    func assertion(_ endpoint: EndpointID, _ key: DeviceKey, off: Int64 = 0) throws
        -> AccessTokenRequest
    {
        let assertion = DeviceAssertion(
            endpoint: endpoint, audience: useCases.keys.fingerprint,
            at: clock.now.adding(seconds: off),
            nonce: random(16))
        return AccessTokenRequest(assertion: try assertion.signed(with: key))
    }

    /// The latest entries of the audit log, oldest first.
    func actions() async throws -> [String] {
        try await useCases.auditEntries(by: .localAdministrator, limit: 500).reversed().map(
            \.action)
    }
}

/// The code of the refusal that `body` throws; `nil` when it throws none.
func refusal(of body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch let refusal as Refusal {
        return refusal.code
    } catch {
        return "\(error)"
    }
}
