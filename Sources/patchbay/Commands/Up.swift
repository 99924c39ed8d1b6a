import Administration
import AgentCore
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import ServerRecords

/// `patchbay up`
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract:
            "Run a control plane with an agent for this machine, and show what the machine misses.",
        discussion: """
            Example: patchbay up
            Example: patchbay up --once --format json

            It changes nothing on this machine: it writes only into its home folder, and package indexes \
            are read as they are. At the first start it makes the home folder, the first tenant and the \
            user “admin”, whose one-time password is printed once. It prints a table unless \
            --format json is given, wherever it is read.
            """)

    @Option(help: "The port to listen on.")
    var port = ListenAddress.usualPort

    @Option(
        help: ArgumentHelp(
            "The address to listen on; 0.0.0.0 lets other machines enrol.", valueName: "address"))
    var address = "127.0.0.1"

    @Flag(help: "End after the first scan has been stored and shown.")
    var once = false

    @OptionGroup var place: LedgerOptions
    @OptionGroup var output: FormatOption
    @OptionGroup var logging: LogOption

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("A port is 0 to 65535.") }
    }

    func run() async throws {
        let home = place.homeOption.home
        let server = try ServerProcess(
            home: home, listen: ListenAddress(address: address, port: port), names: MachineName.all,
            database: place.database, logger: logging.logger)
        let agent = LocalAgent(home: home, server: server, logger: logging.logger)
        try await server.run {
            let tenant = try await FirstStart(useCases: server.useCases).tenant()
            let begun = SystemEffects.now()
            let identity = try await agent.enrolled(into: tenant)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await agent.run(as: identity) }
                let truth = try await FirstScan(
                    useCases: server.useCases, endpoint: identity.endpoint
                )
                .stored(since: begun)
                try show(truth, dashboard: server.localAddress)
                if once { group.cancelAll() }
                try await group.waitForAll()
            }
            return once
        }
    }

    private func show(_ truth: FirstScan.Truth, dashboard: String) throws {
        let report = UpReport(truth, dashboard: dashboard + "/")
        // Whoever starts it wants to read what it says, even through `make` or into a log.
        try output.show(report, usually: .table) { report in
            let scan = ScanText(scan: report.scan, width: Terminal.width)
            return """
                \(scan.summary)

                \(scan.sources)

                \(truth.detail.item.verdict.compliance.rawValue): \(truth.detail.item.verdict.sentence)
                Dashboard: \(report.dashboard)
                """
        }
    }
}

/// What `up --once --format json` prints.
struct UpReport: Encodable {
    /// This machine as the control plane lists it.
    let endpoint: EndpointListItem
    /// The dashboard's address.
    let dashboard: String
    /// The scan as it was stored.
    let scan: Scan
    /// The missing updates, which the scan holds too.
    let updates: [Update]

    init(_ truth: FirstScan.Truth, dashboard: String) {
        endpoint = truth.detail.item
        self.dashboard = dashboard
        scan = truth.scan
        updates = truth.scan.updates
    }
}

/// What an installation needs before the first endpoint can enrol.
struct FirstStart {
    let useCases: UseCases

    /// The first tenant's name and the first user's, until somebody chooses others.
    private static let tenantName = "Home"
    private static let userName = "admin"

    /// The tenant of this machine; makes tenant and administrator when there is none.
    func tenant() async throws -> TenantID {
        if try await useCases.ledger.read({ try $0.users().isEmpty }) {
            let made = try await useCases.createAdministrator(name: Self.userName)
            Terminal.writeError(
                "User: \(made.user.name)   One-time password: \(made.oneTimePassword ?? "")   (shown this once)"
            )
        }
        if let tenant = try await useCases.tenants(by: .localAdministrator).first {
            return tenant.id
        }
        return try await useCases.createTenant(name: Self.tenantName, by: .localAdministrator).id
    }
}

/// Waits until an endpoint's scan has arrived.
struct FirstScan {
    let useCases: UseCases
    let endpoint: EndpointID

    /// What the control plane knows of the endpoint, from its own store.
    struct Truth {
        let detail: EndpointDetail
        let scan: Scan
    }

    /// Seconds after which no scan will come any more; on a slow machine one takes about ten.
    private static let patienceSeconds: Int64 = 180
    /// Milliseconds between two looks.
    private static let pauseMilliseconds: Int64 = 100

    /// What is stored once a scan has arrived that was taken at `start` or later.
    func stored(since start: Timestamp) async throws -> Truth {
        let end = start.adding(seconds: Self.patienceSeconds)
        while SystemEffects.now() < end {
            let detail = try await useCases.endpoint(endpoint, by: .localAdministrator)
            // A stored scan from the future is from before the clock was set back, and not the one
            // that is waited for.
            if let scannedAt = detail.item.scannedAt, scannedAt >= start.wholeSeconds,
                scannedAt <= SystemEffects.now(), let posture = detail.posture
            {
                let installed = try await useCases.packages(of: endpoint, by: .localAdministrator)
                return Truth(
                    detail: detail,
                    scan: Scan(
                        scannedAt: scannedAt, endpoint: posture.endpoint, sources: posture.sources,
                        packages: installed.packages, updates: posture.updates,
                        reboot: posture.reboot, restarts: posture.restarts,
                        unparsed: posture.unparsed))
            }
            try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
        throw Failure(
            .couldNot, "This machine's scan did not arrive within \(Self.patienceSeconds) s.",
            nextStep: "Look at the messages above; “patchbay scan” shows what a scan says.",
            code: "E_NO_SCAN")
    }
}
