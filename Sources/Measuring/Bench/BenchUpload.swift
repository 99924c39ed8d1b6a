import AgentProtocol
import ArgumentParser
import CommandBasics
import Foundation
import Simulation
import Trust

/// `patchbay bench upload`
struct BenchUpload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Send whole inventories and the scans that name them to a server, over TLS.",
        discussion: "Example: patchbay bench upload --token-file enrol.token --endpoints 100")

    @Option(help: ArgumentHelp("The server's address.", valueName: "url"))
    var server: String
    @Option(help: ArgumentHelp("The file of an enrolment token.", valueName: "file"))
    var tokenFile: String
    @Option(help: "How many endpoints.")
    var endpoints = 100
    @Option(help: "How many inventories each sends, one after the other.")
    var rounds = 10
    @Option(help: "How many packages each has.")
    var packages = 400
    @Option(help: "How many images the endpoints were made from.")
    var images = 20
    @Option(help: "How many packages of each differ from its image.")
    var drift = 10
    @Option(help: "How many connections are open at once.")
    var connections = 16

    func run() async throws {
        let token = try FleetSimCommand.readToken(tokenFile)
        let fleet = SyntheticFleet(images: images, packages: packages, drift: drift, seed: 11)
        let link = try FleetLink(
            address: server, identity: token.identityCertificate, connections: connections)
        do {
            try await measure(token, fleet, link)
        } catch let failure as FleetLink.CallFailure {
            await link.close()
            throw Failure(
                .couldNot, failure.message, nextStep: "Check that the server runs.",
                code: failure.code)
        }
        await link.close()
    }

    private func measure(
        _ token: EnrolmentTokenText, _ fleet: SyntheticFleet, _ link: FleetLink
    ) async throws {
        var senders: [(bearer: String, scans: [PreparedUpload])] = []
        for number in 0..<endpoints {
            var endpoint = try SimulatedEndpoint(number: number, fleet: fleet)
            try await endpoint.enrol(token, fleet, link)
            try await endpoint.authenticate(token, link)
            let scans = try (0..<rounds).map { try endpoint.preparedUpload(fleet, changes: $0 + 1) }
            senders.append((endpoint.accessToken, scans))
        }
        let work = senders
        let time = try await seconds {
            try await inParallel(endpoints, width: connections) { number in
                for scan in work[number].scans {
                    try await scan.send(link, bearer: work[number].bearer)
                }
            }
        }
        let total = work.reduce(0) { $0 + $1.scans.reduce(0) { $0 + $1.packages } }
        try Measurement(name: "ingest.https", value: Double(total) / time, unit: "packages/s")
            .show()
    }
}

/// A scan made before the clock starts, as the bytes of its two messages.
struct PreparedUpload: Sendable {
    let packages: Int
    let digest: String
    let inventory: [UInt8]
    let scan: [UInt8]

    /// Sends both messages.
    func send(_ link: FleetLink, bearer: String) async throws {
        try await link.put("\(AgentWire.inventoriesPath)/\(digest)", inventory, bearer: bearer)
        let _: ScanUploadResponse = try await link.post(
            AgentWire.scanPath, json: scan, bearer: bearer)
    }
}
