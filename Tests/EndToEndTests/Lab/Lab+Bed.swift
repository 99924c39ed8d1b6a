import Foundation
import TestSupport
import Testing

extension Lab {
    /// The programs under test.
    static let builtServer = Places.packageRoot.appending(path: ".build/debug/patchbay")
    static let builtAgent = Places.packageRoot.appending(path: ".build/debug/patchbay-agent")

    /// The lab's own copies of them: a build during the test must not change what is tested.
    var server: URL { folder.appending(path: "patchbay") }
    var agent: URL { folder.appending(path: "patchbay-agent") }

    /// Makes the copies.
    func copyPrograms() async throws {
        for (built, copy) in [(Self.builtServer, server), (Self.builtAgent, agent)] {
            try await run(["/bin/cp", "--reflink=auto", built.path, copy.path]).succeeded("cp")
        }
    }

    /// A tool of the test bed.
    static func tool(_ name: String) -> URL {
        Places.packageRoot.appending(path: "testbed/\(name)")
    }

    /// What every command of the lab needs in its environment.
    var environment: [String: String] {
        ["LAB_ID": id].merging(databaseEnvironment) { own, _ in own }
    }

    /// Runs `testbed/lab`; the command must succeed.
    @discardableResult
    func bed(_ arguments: [String]) async throws -> ProgramResult {
        try await tryBed(arguments).succeeded("testbed/lab \(arguments.joined(separator: " "))")
    }

    /// Runs `testbed/lab`; the command must succeed.
    @discardableResult
    func bed(_ arguments: String...) async throws -> ProgramResult { try await bed(arguments) }

    /// Runs `testbed/lab`, however it ends.
    func tryBed(
        _ arguments: [String], within patience: Duration = .seconds(180)
    ) async throws -> ProgramResult {
        try await run(
            [Self.tool("lab").path] + arguments, environment: environment, timeout: patience)
    }

    /// Runs a tool of the package repository, such as `add` or `fault`, on this lab's repository.
    func repository(_ tool: String, _ arguments: String...) async throws {
        try await run([Self.tool("repo/\(tool)").path, repository.path] + arguments)
            .succeeded("testbed/repo/\(tool) \(arguments.joined(separator: " "))")
    }

    /// Starts a program beside the test, in the server's network.
    func startInServerNetwork(_ name: String, _ arguments: [String]) throws -> BackgroundProgram {
        try BackgroundProgram(
            [Self.tool("lab").path, "server"] + arguments, environment: environment,
            log: folder.appending(path: "\(name).log"))
    }

    /// Starts a command in an endpoint that goes on beside the test.
    func start(_ command: String..., in endpoint: LabEndpoint) throws -> BackgroundProgram {
        try BackgroundProgram(
            [Self.tool("lab").path, "in", "\(endpoint.number)"] + command, environment: environment,
            log: folder.appending(path: "endpoint-\(endpoint.number).log"))
    }

    /// Packages that are not in the repository's table: version 1.0 is installed in every endpoint,
    /// 2.0 is on offer and takes a few seconds.
    static let slowPackages = ["labslowkill", "labslowcut", "labslowcancel", "labslowpower"]

    /// Builds the package repository and serves it.
    func startRepository() async throws {
        try await repository("build")
        for name in Self.slowPackages {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0", "--fault", "slow")
        }
        for name in Scenario.rebootPackages {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0", "--fault", "reboot-required")
        }
        try await addRingPackages()
        try await addWavePackages()
        try await addTrustPackages()
        try await addBeforePackages()
        try await addServicePackages()
        try await addCachePackages()
        try await addSurroundingPackages()
        try await addPutAsidePackages()
        try await addEmergencyPackage()
        try await addTriagePackage()
        try await serveRepository()
    }

    /// Serves the package repository.
    func serveRepository() async throws {
        let program = try startInServerNetwork(
            "repository", [Self.tool("repo/serve").path, repository.path, "8080"])
        keep(program, as: .repository)
        try await eventually("the repository is served") { program.log.contains("serving") }
    }

    /// Serves the same by HTTPS on port 8444 (8443 is the server's), with a certificate that nobody
    /// knows; its text.
    func serveSecurely() async throws -> String {
        let file = folder.appending(path: "secure.pem")
        try await TestSupport.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3", "-subj", "/CN=lab downloads",
            "-addext", "subjectAltName=IP:10.77.0.1", "-keyout", file.path, "-out", file.path,
        ]).succeeded("openssl req")
        let program = try startInServerNetwork(
            "secure", [Self.tool("repo/serve").path, repository.path, "8444", "--tls", file.path])
        keep(program, as: .secureRepository)
        try await eventually("it is served by HTTPS") { program.log.contains("serving") }
        let text = try String(contentsOf: file, encoding: .utf8)
        guard let start = text.range(of: "-----BEGIN CERTIFICATE") else {
            throw LabFailure("openssl wrote no certificate")
        }
        return String(text[start.lowerBound...])
    }

    /// Ends serving by HTTPS.
    func endSecureRepository() async {
        await take(.secureRepository)?.end()
    }

    /// Ends the package repository.
    func endRepository() async {
        await take(.repository)?.end()
    }
}

extension ProgramResult {
    /// The result of a program that had to succeed.
    @discardableResult
    func succeeded(_ what: String) throws -> ProgramResult {
        guard status == 0 else {
            throw LabFailure("\(what) ended with \(status): \(output)\(errorOutput)")
        }
        return self
    }
}

/// The lab does not do what a scenario needs of it.
struct LabFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
