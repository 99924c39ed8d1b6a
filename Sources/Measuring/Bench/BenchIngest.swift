import Administration
import AgentProtocol
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import ServerRecords
import Simulation
import Trust

/// `patchbay bench ingest`
struct BenchIngest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Store whole inventories and the scans that name them, through the use cases.",
        discussion: "Example: patchbay bench ingest --endpoints 2000 --packages 400")

    @Option(help: "How many endpoints, each with an inventory of its own.")
    var endpoints = 2_000
    @Option(help: "How many packages each has.")
    var packages = 400
    @Option(help: "How many images the endpoints were made from.")
    var images = 20
    @Option(help: "How many packages of each differ from its image.")
    var drift = 10
    @Option(help: "How many endpoints send at the same time.")
    var width = 16
    @Option(help: "The folder on the disk to be measured.")
    var folder: String?

    func run() async throws {
        let fleet = SyntheticFleet(images: images, packages: packages, drift: drift, seed: 7)
        try await BenchPlace.with(in: folder) { place in
            let token = try await place.token(uses: endpoints)
            let scans = try await Self.enrolAll(
                0..<endpoints, place.useCases, fleet, token)
            let useCases = place.useCases
            let time = try await seconds {
                try await inParallel(scans.count, width: width) { number in
                    let scan = scans[number]
                    try await useCases.storeInventory(
                        scan.bytes, digest: scan.digest, by: scan.agent)
                    _ = try await useCases.storeScan(scan.upload, by: scan.agent)
                }
            }
            let total = scans.reduce(0) { $0 + $1.packages }
            try Measurement(
                name: "ingest.useCases", value: Double(total) / time, unit: "packages/s"
            ).show()
        }
    }

    /// Enrols these endpoints of a fleet, and makes their scans.
    static func enrolAll(
        _ endpoints: Range<Int>, _ useCases: UseCases, _ fleet: SyntheticFleet,
        _ token: EnrolmentTokenText
    ) async throws -> [MadeScan] {
        var scans: [MadeScan] = []
        for number in endpoints {
            let key = try DeviceKey(bytes: SystemEffects.randomBytes(DeviceKey.byteCount))
            let answer = try await useCases.enrol(
                EnrolRequest(
                    token: token.secret.revealed,
                    publicKey: Data(key.publicKey).base64EncodedString(),
                    proof: try EnrolmentProof.make(secret: token.secret, key: key),
                    facts: fleet.facts(of: number)))
            let agent = AgentPrincipal(endpoint: answer.endpoint, tenant: answer.tenant)
            scans.append(try MadeScan(of: number, changes: 0, fleet, agent: agent))
        }
        return scans
    }
}

/// A scan made before the clock starts: its inventory as bytes, and the message that names it.
struct MadeScan: Sendable {
    let agent: AgentPrincipal
    let bytes: [UInt8]
    let digest: String
    let upload: ScanUpload
    let packages: Int

    /// The scan of an endpoint of the fleet after so many changes.
    init(of number: Int, changes: Int, _ fleet: SyntheticFleet, agent: AgentPrincipal) throws {
        let inventory = fleet.inventory(of: number, changes: changes)
        let posture = fleet.posture(of: number)
        self.agent = agent
        bytes = inventory.canonicalBytes
        digest = Digest.sha256Hex(bytes)
        packages = inventory.packages.count
        upload = ScanUpload(
            scannedAt: SystemEffects.now(), inventoryDigest: digest,
            postureDigest: Digest.sha256Hex(Array(try JSONText.line(posture.digestible).utf8)),
            posture: posture)
    }
}
