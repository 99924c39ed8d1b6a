import AgentProtocol
import CommandBasics
import Fleet
import Foundation
import Simulation
import Trust

/// One endpoint of a simulated fleet: its key, its token, and what it said of itself last. It
/// speaks as an agent speaks.
struct SimulatedEndpoint: Sendable {
    /// What a simulated agent calls itself.
    static let agentVersion = "fleet-sim"
    /// How long before its end a token is renewed, in seconds.
    private static let renewalMargin: Int64 = 120

    /// Its number in the fleet.
    let number: Int
    private let key: DeviceKey
    private let bootId: String
    private let postureDigest: String
    private(set) var inventoryDigest: String
    private var changes = 0
    /// The inventory that the server was sent last, as a number of changes.
    private var sentChanges: Int?
    private var scannedAt: Timestamp
    private var endpoint: EndpointID?
    private(set) var accessToken = ""
    private var renewAt = Timestamp(milliseconds: 0)

    /// An endpoint that has not enrolled.
    init(number: Int, fleet: SyntheticFleet) throws {
        self.number = number
        key = try DeviceKey(bytes: SystemEffects.randomBytes(DeviceKey.byteCount))
        let posture = fleet.posture(of: number)
        bootId = posture.endpoint.bootId
        postureDigest = Digest.sha256Hex(Array(try JSONText.line(posture.digestible).utf8))
        inventoryDigest = Self.digest(fleet.inventory(of: number, changes: 0))
        scannedAt = SystemEffects.now()
    }

    /// Enrols with a token's secret.
    mutating func enrol(_ token: EnrolmentTokenText, _ fleet: SyntheticFleet, _ link: FleetLink)
        async throws
    {
        let request = EnrolRequest(
            token: token.secret.revealed, publicKey: Data(key.publicKey).base64EncodedString(),
            proof: try EnrolmentProof.make(secret: token.secret, key: key),
            facts: fleet.facts(of: number))
        let answer: EnrolResponse = try await link.post(AgentWire.enrolPath, request)
        endpoint = answer.endpoint
    }

    /// Gets an access token, unless the one at hand is good for a while.
    mutating func authenticate(_ token: EnrolmentTokenText, _ link: FleetLink) async throws {
        let now = SystemEffects.now()
        guard let endpoint, now >= renewAt else { return }
        let assertion = DeviceAssertion(
            endpoint: endpoint, audience: token.fingerprint, at: now,
            nonce: SystemEffects.randomBytes(16))
        let answer: AccessTokenResponse = try await link.post(
            AgentWire.tokenPath, AccessTokenRequest(assertion: try assertion.signed(with: key)))
        accessToken = answer.accessToken
        renewAt = now.adding(seconds: max(0, answer.expiresIn - Self.renewalMargin))
    }

    /// Checks in.
    func checkIn(_ link: FleetLink) async throws -> CheckInResponse {
        try await link.post(AgentWire.checkInPath, request, bearer: accessToken)
    }

    /// Has one package change, as a scan after an update would show it.
    mutating func change(_ fleet: SyntheticFleet) {
        changes += 1
        scannedAt = SystemEffects.now()
        inventoryDigest = Self.digest(fleet.inventory(of: number, changes: changes))
    }

    /// What was sent to the server.
    struct Sent: Sendable {
        var packages = 0
        var wasWhole = false
    }

    /// Sends what the server lacks: a delta when it still holds what was sent last, else the whole.
    mutating func upload(
        _ fleet: SyntheticFleet, _ link: FleetLink, known: String?
    ) async throws -> Sent {
        let inventory = fleet.inventory(of: number, changes: changes)
        var upload = ScanUpload(
            scannedAt: scannedAt, inventoryDigest: inventoryDigest, postureDigest: postureDigest,
            posture: fleet.posture(of: number))
        let base = sentChanges.map { fleet.inventory(of: number, changes: $0) }
        var sent = Sent(packages: inventory.packages.count, wasWhole: true)
        if let base, let known, Self.digest(base) == known {
            let delta = inventory.delta(from: base)
            upload.delta = delta
            upload.baseDigest = known
            sent = Sent(packages: delta.changed.count)
        } else {
            try await sendWhole(inventory, link)
        }
        let answer: ScanUploadResponse = try await link.post(
            AgentWire.scanPath, upload, bearer: accessToken)
        if answer.wantsFullInventory {
            upload.delta = nil
            upload.baseDigest = nil
            try await sendWhole(inventory, link)
            let _: ScanUploadResponse = try await link.post(
                AgentWire.scanPath, upload, bearer: accessToken)
            sent = Sent(packages: inventory.packages.count, wasWhole: true)
        }
        sentChanges = changes
        return sent
    }

    /// The access token and the body of its next check-in, on one line, for a load generator that
    /// can only repeat requests.
    func recordedCheckIn() throws -> String {
        "\(accessToken)\t\(try JSONText.line(request))"
    }

    /// The messages of a scan after so many changes.
    func preparedUpload(_ fleet: SyntheticFleet, changes: Int) throws -> PreparedUpload {
        let inventory = fleet.inventory(of: number, changes: changes)
        let bytes = inventory.canonicalBytes
        let digest = Digest.sha256Hex(bytes)
        let scan = ScanUpload(
            scannedAt: SystemEffects.now(), inventoryDigest: digest, postureDigest: postureDigest,
            posture: fleet.posture(of: number))
        return PreparedUpload(
            packages: inventory.packages.count, digest: digest, inventory: bytes,
            scan: Array(try JSONText.line(scan).utf8))
    }

    private var request: CheckInRequest {
        CheckInRequest(
            inventoryDigest: inventoryDigest, postureDigest: postureDigest, scannedAt: scannedAt,
            agentVersion: Self.agentVersion, bootId: bootId)
    }

    private func sendWhole(_ inventory: Inventory, _ link: FleetLink) async throws {
        try await link.put(
            "\(AgentWire.inventoriesPath)/\(inventoryDigest)", inventory.canonicalBytes,
            bearer: accessToken)
    }

    private static func digest(_ inventory: Inventory) -> String {
        Digest.sha256Hex(inventory.canonicalBytes)
    }
}

extension JSONText {
    /// A value as JSON on one line, keys in order.
    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
