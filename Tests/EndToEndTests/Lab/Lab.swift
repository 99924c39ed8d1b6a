import Fleet
import Foundation
import Synchronization
import TestSupport
import Testing

/// A server, its command line and enrolled endpoints in network namespaces of their own.
final class Lab: Sendable {
    /// What runs for the lab beside its endpoints.
    enum Role {
        case repository, secureRepository, postgreSQL, server, watch
    }

    /// Which of the labs of one test run: all of them may stand beside each other. The letter is the
    /// first of a lab's name.
    enum Part: String, Sendable {
        case server = "e"
        case endpoints = "a"
        /// Without booted endpoints.
        case empty = "t"
        /// Without booted endpoints, for the agent's own package of rpm.
        case package = "p"
        /// Without booted endpoints, for one that is small.
        case small = "m"
    }

    private struct State: Sendable {
        var programs: [Role: BackgroundProgram] = [:]
        var endpoints: [LabEndpoint] = []
    }

    /// The lab of the running test.
    @TaskLocal static var shared: Lab?

    /// The server's address in the lab.
    static let address = "10.77.0.1"
    /// How many endpoints are booted.
    static let size = 3

    let database: Database
    /// The lab's name for `testbed/lab`: no other process uses it.
    let id: String
    /// Everything that this process writes for the lab.
    let folder: URL
    private let state = Mutex(State())

    /// The server's home folder.
    var home: URL { folder.appending(path: "home") }
    /// The package repository.
    var repository: URL { folder.appending(path: "repository") }

    /// The lab of the running test.
    static var current: Lab {
        get throws { try #require(shared, "the test carries no .lab trait") }
    }

    private init(_ database: Database, _ part: Part) throws {
        self.database = database
        id = "\(part.rawValue)\(database.letter)\(ProcessInfo.processInfo.processIdentifier)"
        folder = FileManager.default.temporaryDirectory.appending(path: "patchbay-\(id)")
        // PostgreSQL does not run as root, and must get through to its own folder.
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    }

    /// Brings everything up with so many booted endpoints: about ten seconds.
    static func start(_ database: Database, _ part: Part, booting size: Int) async throws -> Lab {
        try await removeLeftovers()
        let lab = try Lab(database, part)
        do {
            try await lab.bringUp(booting: size)
        } catch {
            await lab.end()
            throw error
        }
        return lab
    }

    private func bringUp(booting size: Int) async throws {
        try startWatch()
        try await copyPrograms()
        try await bed("up")
        try await startRepository()
        try await startDatabase()
        try await startServer()
        guard size > 0 else { return }
        let numbers = Array(1...size)
        try await bed(["boot"] + numbers.map(String.init))
        try await bed(["ready"] + numbers.map(String.init))
        let endpoints = try await enrol(numbers)
        state.withLock { $0.endpoints = endpoints }
    }

    private static var keepsFolder: Bool {
        ProcessInfo.processInfo.environment["PATCHBAY_KEEP_LAB"] != nil
    }

    /// Starts what takes the lab down when this process is ended from outside and cannot.
    private func startWatch() throws {
        let own = ["watch", "\(ProcessInfo.processInfo.processIdentifier)"]
        let watch = try BackgroundProgram(
            [Self.tool("lab").path] + own + (Self.keepsFolder ? [] : [folder.path]),
            environment: environment, log: folder.appending(path: "watch.log"))
        keep(watch, as: .watch)
    }

    /// Notes a program that runs for the lab.
    func keep(_ program: BackgroundProgram, as role: Role) {
        state.withLock { $0.programs[role] = program }
    }

    /// A program that is about to be ended.
    func take(_ role: Role) -> BackgroundProgram? {
        state.withLock { $0.programs.removeValue(forKey: role) }
    }

    /// Whether the server runs.
    var serverIsAlive: Bool { state.withLock { $0.programs[.server]?.isAlive ?? false } }

    /// Takes everything down. Nothing of it throws, so that each step is tried.
    func end() async {
        for role in [Role.server, .repository, .postgreSQL] { await take(role)?.end(SIGKILL) }
        _ = try? await tryBed(["down"])
        await take(.watch)?.end(SIGKILL)
        if !Self.keepsFolder { try? FileManager.default.removeItem(at: folder) }
    }

    /// Labs of test runs that were killed before they could clean up.
    private static func removeLeftovers() async throws {
        let labs = "/var/tmp/patchbay-lab/labs"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: labs)) ?? [] {
            guard let match = name.wholeMatch(of: /[aetpm][sp](\d+)/), let pid = Int32(match.1),
                kill(pid, 0) != 0, errno == ESRCH
            else { continue }
            _ = try await run([tool("lab").path, "down"], environment: ["LAB_ID": name])
            try? FileManager.default.removeItem(
                at: FileManager.default.temporaryDirectory.appending(path: "patchbay-\(name)"))
        }
    }
}

extension Lab {
    /// The endpoints, 1 to 3.
    var endpoints: [LabEndpoint] { state.withLock { $0.endpoints } }

    /// One of the endpoints, from 1 on.
    func endpoint(_ number: Int) throws -> LabEndpoint {
        try #require(endpoints.first { $0.number == number })
    }

    /// Plays a scenario on a lab that is whole, and looks afterwards whether the audit log still
    /// is. How long it took is told: a test run is as long as its slowest lab.
    func play(_ scenario: Scenario) async throws {
        let clock = ContinuousClock()
        let begin = clock.now
        defer {
            let seconds = (clock.now - begin).components.seconds
            let line = "scenario: \(seconds) s in \(id): \(scenario.name)\n"
            FileHandle.standardOutput.write(Data(line.utf8))
        }
        try await makeWhole()
        try await scenario.play(self)
        try await expectAuditIntact()
    }

    /// What a failed scenario may have left behind must not make the next one fail.
    private func makeWhole() async throws {
        if !serverIsAlive { try await startServer() }
        for endpoint in endpoints {
            try await bed("net", "\(endpoint.number)", "restore")
            try await bed("net", "\(endpoint.number)", "heal")
            try await endpoint.startAgent()
        }
    }
}
