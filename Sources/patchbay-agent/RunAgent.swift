import AgentCore
import AgentSystem
import AgentTransport
import ArgumentParser
import Dispatch
import Fleet
import LinuxPackages
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The agent itself.
struct RunAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the agent until it is told to end.",
        discussion: """
            It ends at SIGTERM or SIGINT. An installation that is under way goes on by itself, and the next run of the agent reports how \
            it ended.

            Example: patchbay-agent run
            """)

    @Option(
        help: ArgumentHelp(
            "End an installation that prints nothing for so many seconds.", valueName: "seconds"))
    var inactivityLimit: Int64 = EndpointInstaller.standardInactivityLimit
    @Option(
        help: ArgumentHelp(
            "Put the old agent back when an updated one has not reached the server after so many seconds.",
            valueName: "seconds"))
    var selfUpdatePatience: Int64 = SelfUpdateWatch.standardPatienceSeconds
    @Option(
        help: ArgumentHelp("What is logged: debug, info, warning or error.", valueName: "level"))
    var logLevel = "info"
    @Option(
        help: ArgumentHelp(
            "The file that names the commands that tell when the last backup was made.",
            valueName: "file"))
    var backupCommands = BackupCommands.standardPath
    @OptionGroup var state: StateOption
    @OptionGroup var windows: PlayedWindows

    func validate() throws {
        guard inactivityLimit > 0 else {
            throw ValidationError("--inactivity-limit must be positive.")
        }
        guard selfUpdatePatience > 0 else {
            throw ValidationError("--self-update-patience must be positive.")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError(
                "--log-level is one of trace, debug, info, notice, warning, error, critical.")
        }
    }

    func run() async throws {
        do {
            try await work()
        } catch {
            throw ProgramFailure(error)
        }
    }

    private func work() async throws {
        let folder = try state.folder()
        let server = try ServerLink(state: folder)
        // Two agents on one state would both carry out what its journals say.
        let claim = try StateClaim(of: folder)
        defer { claim.release() }
        guard let program = Machine.ownProgram else {
            throw ProgramFailure(
                "The agent cannot find its own program, without which no run can be supervised. Mount /proc."
            )
        }
        var logger = Logger(label: "patchbay-agent") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        let trust = server.trust(in: folder, logger: logger)
        let played = try windows.scanner(folder)
        let installer: any Installing & Prefetching
        if let other = try windows.installer(folder, inactivityLimitSeconds: inactivityLimit) {
            logger.warning("The endpoint is a Windows that is played; this machine is left alone.")
            installer = other
        } else {
            installer = await MachineTools.installer(
                folder, inactivityLimitSeconds: inactivityLimit,
                applications: .init(program: program) { trust.recipes() }, logger: logger)
        }
        let selfUpdates = SelfUpdates(
            state: folder, program: program, patienceSeconds: selfUpdatePatience, effects: .system
        ) { installer.installRun(for: [$0]) }
        let settings = AgentSettings(
            agentVersion: AgentProgram.version, bootId: Machine.bootId, refreshesSources: true)
        let agent = AgentLoop(
            endpoint: server.identity.endpoint,
            settings: settings,
            link: server.link,
            scanner: played ?? MachineTools.scanner(folder) { trust.recipes() },
            installer: installer,
            runs: SupervisedRuns(state: folder, command: [program, "supervise"], effects: .system),
            state: folder,
            aftercare: played == nil ? .ofThisMachine(state: folder, rules: trust) : nil,
            trust: trust,
            selfUpdates: selfUpdates,
            prefetch: PrefetchParts(link: server.link, tools: installer),
            safeguards: played == nil
                ? SystemSafeguards(
                    backupCommands: backupCommands,
                    returning: (program: program, state: folder.path)) : nil,
            evidence: played == nil
                ? MachineTools.evidence(
                    of: server, settings: settings, state: folder, logger: logger) : nil,
            effects: .system,
            logger: logger)
        let people = agent.people.flatMap {
            PeopleSocket(path: PeopleSocket.path(of: folder), answering: $0)
        }
        if people == nil { logger.warning("People at this endpoint cannot ask the agent.") }
        let service = Environment.all["NOTIFY_SOCKET"].map { ServiceNotifier(socketPath: $0) }
        let addresses = server.servers.map(\.text).joined(separator: ", ")
        logger.info("Endpoint \(server.identity.endpoint) works with \(addresses).")
        service?.ready()
        IdleMemory.giveBackWhileResting()
        await Self.untilToldToEnd { await agent.run() }
        service?.stopping()
        people?.close()
        await server.client.close()
    }

    /// Runs `body` until it ends by itself or SIGTERM or SIGINT comes.
    private static func untilToldToEnd(_ body: @escaping @Sendable () async -> Void) async {
        let (signals, told) = AsyncStream.makeStream(of: Void.self)
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { told.yield() }
            source.resume()
            return source
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            group.addTask { for await _ in signals { return } }
            await group.next()
            group.cancelAll()
        }
        for source in sources { source.cancel() }
    }
}
