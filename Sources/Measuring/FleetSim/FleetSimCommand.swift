package import ArgumentParser
import CommandBasics
import Foundation
import Simulation
import Trust

/// `patchbay fleet-sim`
package struct FleetSimCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "fleet-sim",
        abstract: "A simulated fleet, which speaks the agents' protocol with a server.",
        discussion: """
            Example: patchbay fleet-sim --server https://127.0.0.1:8443 --token-file enrol.token --endpoints 200

            Each endpoint has a key of its own, enrols, sends what is installed, and checks in. The \
            enrolment token must be good for that many uses. The answer is JSON.
            """)

    @Option(
        help: ArgumentHelp(
            "The server's address; that in the token unless given.", valueName: "url"))
    var server: String?
    @Option(help: ArgumentHelp("The file of an enrolment token.", valueName: "file"))
    var tokenFile: String
    @Option(help: "How many endpoints.")
    var endpoints: Int
    @Option(help: "How many packages each has.")
    var packages = 400
    @Option(help: "How many images the endpoints were made from.")
    var images = 10
    @Option(help: "How many packages of each differ from its image.")
    var drift = 5
    @Option(
        help: "Seconds between two check-ins of an endpoint; 0 for as fast as the server answers.")
    var interval = 0.0
    @Option(help: "Seconds for which they check in; 0 to enrol only.")
    var duration = 10.0
    @Option(help: "How many check-ins of a thousand come with a changed package.")
    var changes = 0
    @Option(help: "How many connections are open at once.")
    var connections = 32
    @Option(help: "The same seed makes the same fleet.")
    var seed: UInt64 = 1
    @Flag(help: "Allow a server on another machine.")
    var allowRemote = false
    @Option(help: ArgumentHelp("Write each endpoint's next check-in here.", visibility: .hidden))
    var recordCheckIns: String?

    /// The most endpoints of one run: each has a key and a token in memory, together about 2 KB.
    private static let mostEndpoints = 200_000
    /// The most connections: a process may have 1,024 files open, unless the system says otherwise.
    private static let mostConnections = 500

    package init() {}

    package func validate() throws {
        try Self.check(endpoints, in: 1...Self.mostEndpoints, "--endpoints")
        try Self.check(packages, in: 0...20_000, "--packages")
        try Self.check(images, in: 1...1_000, "--images")
        try Self.check(drift, in: 0...20_000, "--drift")
        try Self.check(changes, in: 0...1_000, "--changes")
        try Self.check(connections, in: 1...Self.mostConnections, "--connections")
        guard interval >= 0, duration >= 0, interval <= 86_400, duration <= 86_400 else {
            throw ValidationError("--interval and --duration are between 0 and 86400 seconds.")
        }
    }

    package func run() async throws {
        let token = try Self.readToken(tokenFile)
        let address = try checkedAddress(of: token)
        let link = try FleetLink(
            address: address, identity: token.identityCertificate, connections: connections)
        let run = FleetRun(
            plan: .init(
                endpoints: endpoints, connections: connections, interval: interval,
                duration: duration,
                changesPerThousand: changes),
            fleet: SyntheticFleet(images: images, packages: packages, drift: drift, seed: seed),
            token: token, link: link)
        let outcome: FleetRun.Outcome
        do {
            outcome = try await run.run(recording: recordCheckIns != nil)
        } catch {
            await link.close()
            throw error
        }
        await link.close()
        if let recordCheckIns {
            let text = outcome.recorded.joined(separator: "\n") + "\n"
            try PrivateFile.write(Array(text.utf8), to: URL(filePath: recordCheckIns))
        }
        try report(outcome)
    }

    private func report(_ outcome: FleetRun.Outcome) throws {
        Terminal.write(try JSONText.encode(FleetReport(outcome, endpoints: endpoints)))
        guard outcome.tally.enrolled > 0 else {
            throw Failure(
                .couldNot,
                "No endpoint could enrol: \(outcome.tally.firstError ?? "no reason given")",
                nextStep:
                    "Check the server's address, and that the token is good for --endpoints uses.",
                code: "E_FLEET")
        }
    }

    /// Reads the file of an enrolment token.
    static func readToken(_ tokenFile: String) throws -> EnrolmentTokenText {
        guard
            let bytes = try PrivateFile.read(
                URL(filePath: tokenFile), limit: EnrolmentTokenText.textLimit)
        else {
            throw Failure(
                .wrongUse, "There is no file \(tokenFile).",
                nextStep: "Make one with “patchbay token create --enrolment --uses N --out FILE”.",
                code: "E_FILE")
        }
        do {
            return try EnrolmentTokenText(parsing: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Failure(.wrongUse, error.message, nextStep: error.nextStep, code: error.code)
        }
    }

    /// A simulated fleet is a load: unless it is asked for by name, it stays on this machine.
    private func checkedAddress(of token: EnrolmentTokenText) throws -> String {
        let address =
            server ?? token.serverURLs.first { Self.isLoopback($0) } ?? token.serverURLs.first ?? ""
        guard EnrolmentTokenText.isAcceptable(address) else {
            throw Failure(
                .wrongUse, "“\(address)” is not a server's address.",
                nextStep: "Give one such as https://127.0.0.1:8443 with --server.",
                code: "E_SERVER_URL")
        }
        guard allowRemote || Self.isLoopback(address) else {
            throw Failure(
                .wrongUse, "\(address) is not on this machine.",
                nextStep:
                    "Name a loopback address with --server, or add --allow-remote if you mean it.",
                code: "E_REMOTE")
        }
        return address
    }

    private static func isLoopback(_ address: String) -> Bool {
        guard let name = URL(string: address)?.host() else { return false }
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        let isLoopbackNumber = numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
        return isLoopbackNumber || name == "localhost" || name == "::1" || name == "[::1]"
    }

    private static func check(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws {
        guard range.contains(value) else {
            throw ValidationError("\(name) is between \(range.lowerBound) and \(range.upperBound).")
        }
    }
}

/// What a run of the simulated fleet is answered with.
private struct FleetReport: Encodable {
    let endpoints: Int
    let enrolled: Int
    /// Check-ins that were answered after all had enrolled.
    let checkIns: Int
    let perSecond: Double
    let p50Ms: Double?
    let p95Ms: Double?
    let p99Ms: Double?
    let errors: Int
    let errorsByCode: [String: Int]
    let firstError: String?
    let seconds: Double
    let enrolmentSeconds: Double
    let enrolmentsPerSecond: Double
    let wholeInventories: Int
    let deltas: Int
    let packages: Int

    init(_ outcome: FleetRun.Outcome, endpoints: Int) {
        let tally = outcome.tally
        self.endpoints = endpoints
        enrolled = tally.enrolled
        checkIns = tally.latencies.count
        perSecond = Self.rate(tally.latencies.count, outcome.checkInSeconds)
        p50Ms = tally.latencies.percentile(50)
        p95Ms = tally.latencies.percentile(95)
        p99Ms = tally.latencies.percentile(99)
        errors = tally.errors.values.reduce(0, +)
        errorsByCode = tally.errors
        firstError = tally.firstError
        seconds = Self.rounded(outcome.checkInSeconds)
        enrolmentSeconds = Self.rounded(outcome.enrolmentSeconds)
        enrolmentsPerSecond = Self.rate(tally.enrolled, outcome.enrolmentSeconds)
        wholeInventories = tally.wholeInventories
        deltas = tally.deltas
        packages = tally.packages
    }

    private static func rate(_ count: Int, _ seconds: Double) -> Double {
        seconds > 0 ? rounded(Double(count) / seconds) : 0
    }

    private static func rounded(_ value: Double) -> Double {
        (value * 1000).rounded() / 1000
    }
}
