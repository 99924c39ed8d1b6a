import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Foundation
import Measuring
import ServerRecords
import Trust

/// `patchbay serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the control plane.",
        discussion: """
            Example: patchbay serve --listen 0.0.0.0:8443 --server-name patchbay.example.org

            The home folder is made at the first start. The first administrator is made on this machine, \
            with “patchbay admin create NAME”.
            """)

    @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen = ListenAddress(address: "0.0.0.0", port: ListenAddress.usualPort)

    @Option(
        help: ArgumentHelp(
            "A name or address that agents and browsers reach the server by; may be given more than once.",
            valueName: "name"))
    var serverName: [String] = []

    @Option(
        help: ArgumentHelp(
            "For how many days it can be told what was on an endpoint.", valueName: "days"))
    var keepHistory = Retention.standardHistoryDays

    @Option(
        help: ArgumentHelp(
            "A trust root of operators: the server then holds no signing key.", valueName: "file"))
    var trustRoot: String?

    @Option(help: ArgumentHelp("For how many days the logs of jobs stay.", valueName: "days"))
    var keepJobLogs = Retention.standardJobLogDays

    /// For `make bench` only: what the server can do at best, without any work behind the route.
    @Flag(help: .hidden) var helloRoute = false

    @OptionGroup var place: LedgerOptions
    @OptionGroup var logging: LogOption

    func validate() throws {
        for (option, days) in [("history", keepHistory), ("job-logs", keepJobLogs)]
        where !Retention.limits.contains(days) {
            throw ValidationError(
                "--keep-\(option) takes \(Retention.limits.lowerBound) to \(Retention.limits.upperBound) days."
            )
        }
    }

    func run() async throws {
        let names = serverName.isEmpty ? MachineName.all : serverName
        let server = try ServerProcess(
            home: place.homeOption.home, listen: listen, names: names, database: place.database,
            retention: Retention(historyDays: keepHistory, jobLogDays: keepJobLogs),
            furtherRoutes: helloRoute ? [HelloRoute.route] : [],
            trustRoot: try trustRoot.map { try TrustCommand.bytes($0) }, logger: logging.logger)
        try await server.run {
            Terminal.writeError("Patchbay listens on \(server.addresses.joined(separator: ", ")).")
            Terminal.writeError("Server identity: \(server.useCases.keys.fingerprint)")
            if try await server.useCases.ledger.read({ try $0.users().isEmpty }) {
                Terminal.writeError(
                    "There is no user yet. Make the first administrator on this machine: patchbay admin create NAME"
                )
            }
            return false
        }
    }
}

/// The names that this machine calls itself.
enum MachineName {
    /// The host name, when it can stand in a certificate.
    static var all: [String] {
        let name = ProcessInfo.processInfo.hostName.lowercased()
        let isPlain = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
        }
        let isUsable =
            isPlain && !name.isEmpty && name.utf8.count <= 253 && name != "localhost"
            && !name.hasPrefix("-") && !name.hasPrefix(".")
        return isUsable ? [name] : ["localhost"]
    }
}
