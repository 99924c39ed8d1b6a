import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let applications = [applicationsByRecipes]

    static let applicationsByRecipes = Scenario(
        "applications are found, updated, taken back and removed by signed recipes",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(3)
        try await lab.saveBefore()
        try await endpoint.expectPolicies()
        try await lab.installByHand(on: endpoint)
        try await lab.addRecipes("2.0", wrongHash: "labbin")
        try await lab.expectMissing(Lab.applications.map(\.name), "2.0", on: endpoint)

        let running = try lab.start("/opt/labsuite/bin/labsuited", in: endpoint)
        try await firstDeployment(lab, endpoint)
        await running.end()
        try await endpoint.endProgram("/opt/labsuite/bin/labsuited")
        let suite = try await mendedDeployment(lab, endpoint)
        try await goBack(lab, endpoint, suite)
        try await liesAndPackages(lab, endpoint)
        try await secureDownload(lab, endpoint)
        try await remove(lab, endpoint)
    }

    /// What goes wrong is told of each, and the others go in.
    private static func firstDeployment(_ lab: Lab, _ endpoint: LabEndpoint) async throws {
        let before = try await endpoint.mainProcess(of: "labnotes.service")
        let job = try await lab.deploy(
            "labbin", "labsuite", "labjre", "labnotes", to: endpoint)
        let outcomes = job.result?.outcomes.map { "\($0.update.name): \($0.sentence)" } ?? []
        #expect(job.outcome("labbin")?.failure == .hashMismatch, "\(outcomes)")
        #expect(job.outcome("labsuite")?.failure == .blockedByProcess, "\(outcomes)")
        #expect(job.outcome("labjre")?.failure == .dependency, "\(outcomes)")
        #expect(job.outcome("labnotes")?.state == .verified, "\(outcomes)")
        #expect(job.outcome("labnotes")?.wayBack == .packageDowngrade, "\(outcomes)")
        #expect(try await endpoint.told("/usr/local/bin/labbin").contains("v1.0"))
        #expect(try await endpoint.told("/opt/labsuite/bin/labsuite").contains("1.0"))
        #expect(try await endpoint.told("/opt/labjre/bin/java").contains("1.0"))
        #expect(try await endpoint.told("/opt/labnotes/bin/labnotes").contains("2.0"))
        #expect(try await endpoint.mainProcess(of: "labnotes.service") != before)
        #expect(
            try await endpoint.run("/bin/systemctl", "is-active", "labnotes.service")
                .hasPrefix("active"))
    }

    /// With what stood in the way gone, all of it goes in.
    private static func mendedDeployment(
        _ lab: Lab, _ endpoint: LabEndpoint
    ) async throws -> DeploymentID {
        try await lab.addRecipes("2.0")
        try await lab.bed("push", "\(endpoint.number)", "/usr/bin/xz", "/usr/bin/xz")
        try await endpoint.run("/bin/chmod", "755", "/usr/bin/xz")
        try await eventually("the mended recipe is there") {
            let job = try await lab.deploy("labbin", to: endpoint)
            return job.state == .verified
        }
        let deployment = try await lab.approve("labsuite", "labjre", on: endpoint)
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.state == .verified, "\(job.sentence)")
        #expect(try await endpoint.told("/usr/local/bin/labbin").contains("v2.0"))
        #expect(try await endpoint.told("/opt/labsuite/bin/labsuite").contains("2.0"))
        #expect(try await endpoint.told("/opt/labjre/bin/java").contains("2.0"))
        return deployment
    }

    private static func goBack(
        _ lab: Lab, _ endpoint: LabEndpoint, _ deployment: DeploymentID
    ) async throws {
        let made: Deployment = try await lab.answer(to: rollback(deployment))
        let back = try await lab.end(of: made.id, on: endpoint)
        #expect(back.state == .verified, "\(back.sentence)")
        #expect(back.outcome("labsuite")?.versionAfter == "1.0")
        #expect(try await endpoint.told("/opt/labsuite/bin/labsuite").contains("1.0"))
        #expect(try await endpoint.told("/opt/labjre/bin/java").contains("1.0"))
        let refused = try await lab.tryPatchbay([
            "deployment", "create", "--plan", "--endpoint", endpoint.id.text, "--update",
            "labsuite", "--format", "json",
        ])
        #expect(refused.output.contains("is blocked until a person unblocks it"))
    }

    /// A package that lay there before has no way back, one that the agent brought in has; and one
    /// that goes on to tell its old version is not verified.
    private static func liesAndPackages(_ lab: Lab, _ endpoint: LabEndpoint) async throws {
        let plan = try await lab.plan(["labvendor"], on: [endpoint])
        #expect(plan.lines.first?.noWayBack == ["labvendor"])
        let first = try await lab.deploy("labvendor", to: endpoint)
        #expect(first.outcome("labvendor")?.state == .verified, "\(first.sentence)")
        #expect(try await endpoint.package("labvendor") == "installed 2.0")
        try await lab.addRecipes("3.0", lying: "labnotes")
        try await lab.expectMissing(["labvendor", "labnotes"], "3.0", on: endpoint)

        let deployment = try await lab.approve("labvendor", "labnotes", on: endpoint)
        let job = try await lab.end(of: deployment, on: endpoint)
        #expect(job.outcome("labvendor")?.state == .verified, "\(job.sentence)")
        #expect(job.outcome("labvendor")?.wayBack == .packageDowngrade)
        #expect(job.outcome("labnotes")?.failure == .nothingChanged, "\(job.sentence)")
        #expect(try await endpoint.package("labvendor") == "installed 3.0")
        let made: Deployment = try await lab.answer(
            to: rollback(deployment) + ["--update", "labvendor"])
        let back = try await lab.end(of: made.id, on: endpoint)
        #expect(back.state == .verified, "\(back.sentence)")
        #expect(try await endpoint.package("labvendor") == "installed 2.0")
    }

    /// By HTTPS, from nobody whom the endpoint does not know, and no faster than the policy says.
    private static func secureDownload(_ lab: Lab, _ endpoint: LabEndpoint) async throws {
        let bytes = 2_000_000
        let certificate = try await lab.serveSecurely()
        try await lab.saveBefore(more: "bandwidth: 250 kB/s")
        try await lab.addRecipes(
            "4.0", only: "labbin", from: "https://10.77.0.1:8444", padding: bytes)
        try await lab.expectMissing(["labbin"], "4.0", on: endpoint)
        let strange = try await lab.deploy("labbin", to: endpoint)
        #expect(strange.outcome("labbin")?.failure == .network, "\(strange.sentence)")
        #expect(strange.outcome("labbin")?.sentence.contains("TLS") == true, "\(strange.sentence)")
        #expect(try await endpoint.told("/usr/local/bin/labbin").contains("v2.0"))

        try await endpoint.run("/bin/mkdir", "-p", "/etc/ssl/certs")
        try await endpoint.write(certificate, to: "/etc/ssl/certs/ca-certificates.crt")
        try await endpoint.run("/bin/chmod", "644", "/etc/ssl/certs/ca-certificates.crt")
        let job = try await lab.deploy("labbin", to: endpoint)
        #expect(job.state == .verified, "\(job.sentence)")
        #expect(try await endpoint.told("/usr/local/bin/labbin").contains("v4.0"))
        let (start, end) = (try #require(job.startedAt), try #require(job.finishedAt))
        #expect(end.seconds(since: start) >= Int64(bytes / 250_000))
        await lab.endSecureRepository()
    }

    private static func remove(_ lab: Lab, _ endpoint: LabEndpoint) async throws {
        let said = try await endpoint.run(
            "/usr/bin/patchbay-agent", "application", "remove", "labbin")
        #expect(said.contains("labbin 4.0 was removed."), "\(said)")
        let gone = try await endpoint.tryRun(["/usr/bin/test", "-e", "/usr/local/bin/labbin"])
        #expect(gone.status != 0)
        try await lab.patchbay("recipe", "remove", "labsuite")
        try await eventually("the recipe is withdrawn") {
            let list = try await endpoint.run("/usr/bin/patchbay-agent", "application", "list")
            return !list.contains("labsuite") && list.contains("labbin: not installed")
        }
        #expect(try await endpoint.told("/opt/labsuite/bin/labsuite").contains("1.0"))
    }
}

// MARK: - The applications

extension Lab {
    /// An application of `Examples/recipes`, and what the test bed makes of it.
    struct Application: Sendable {
        var name: String
        var example: String
        var form: String
    }

    static let applications = [
        Application(name: "labbin", example: "single-binary", form: "file"),
        Application(name: "labsuite", example: "opt-folder", form: "tar.gz"),
        Application(name: "labjre", example: "java-home", form: "tar.xz"),
        Application(name: "labnotes", example: "service-folder", form: "tar.gz"),
        Application(name: "labvendor", example: "vendor-package", form: "deb"),
    ]

    /// Makes a version of an application and serves it: its file, hash and size.
    private func make(
        _ application: Application, _ version: String, form: String? = nil, lies: Bool = false,
        padding: Int = 0
    ) async throws -> [String] {
        let made = try await TestSupport.run(
            [
                Self.tool("repo/application").path, repository.path, form ?? application.form,
                application.name, version,
            ] + (lies ? ["--lies"] : []) + (padding > 0 ? ["--padding", "\(padding)"] : []))
        return try made.succeeded("testbed/repo/application").output
            .split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// Puts version 1.0 of each where a person would.
    fileprivate func installByHand(on endpoint: LabEndpoint) async throws {
        try await endpoint.run("/bin/mkdir", "-p", "/etc/patchbay-agent")
        try await endpoint.write(
            "http://10.77.0.1:8080/\n", to: "/etc/patchbay-agent/application-sources")
        try await endpoint.run("/bin/chmod", "644", "/etc/patchbay-agent/application-sources")
        for application in Self.applications {
            let name = application.name
            let form = application.form == "tar.xz" ? "tar" : application.form
            let file = try await make(application, "1.0", form: form)[0]
            let place = repository.appending(path: "public/applications/\(file)").path
            try await bed("push", "\(endpoint.number)", place, "/srv/\(file)")
            switch form {
            case "file":
                try await endpoint.run(
                    "/usr/bin/install", "-m", "755", "/srv/\(file)", "/usr/local/bin/\(name)")
            case "deb": try await endpoint.run("/usr/bin/dpkg", "--install", "/srv/\(file)")
            default:
                try await endpoint.run("/bin/mkdir", "-p", "/opt/\(name)")
                try await endpoint.run(
                    "/bin/tar", "-xf", "/srv/\(file)", "-C", "/opt/\(name)",
                    "--strip-components=1", "--no-same-owner")
            }
        }
        try await endpoint.write(
            """
            [Service]
            ExecStart=/opt/labnotes/bin/labnotesd
            [Install]
            WantedBy=multi-user.target

            """, to: "/etc/systemd/system/labnotes.service")
        try await endpoint.run("/bin/systemctl", "daemon-reload")
        try await endpoint.run("/bin/systemctl", "enable", "--now", "labnotes.service")
    }

    /// Saves the examples' recipes with what the test bed serves.
    fileprivate func addRecipes(
        _ version: String, wrongHash: String? = nil, lying: String? = nil, only: String? = nil,
        from server: String = "http://10.77.0.1:8080", padding: Int = 0
    ) async throws {
        for application in Self.applications where only == nil || only == application.name {
            let made = try await make(
                application, version, lies: application.name == lying, padding: padding)
            let hash = application.name == wrongHash ? String(repeating: "0", count: 64) : made[1]
            let example = try String(
                contentsOf: Places.packageRoot.appending(
                    path: "Examples/recipes/\(application.example).yaml"), encoding: .utf8)
            let lines = example.components(separatedBy: "\n").map { line in
                let indent = line.prefix { $0 == " " }
                let key = line.trimmingCharacters(in: .whitespaces).prefix { $0 != ":" }
                let value: String? =
                    switch key {
                    case "version": "\"\(version)\""
                    case "from": "\(server)/applications/\(made[0])"
                    case "sha256": hash
                    case "size": made[2]
                    default: nil
                    }
                return value.map { "\(indent)\(key): \($0)" } ?? line
            }
            let file = folder.appending(path: "\(application.name).yaml")
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            try await TestSupport.run([self.server.path, "recipe", "check", file.path])
                .succeeded("patchbay recipe check")
            try await patchbay("recipe", "add", file.path)
        }
    }

    /// Waits until the endpoint's own look shows a version of applications missing.
    fileprivate func expectMissing(
        _ names: [String], _ version: String, on endpoint: LabEndpoint
    ) async throws {
        var seen = ""
        _ = try await eventually("the updates are known", seen: { seen }) {
            let list = try await endpoint.run("/usr/bin/patchbay-agent", "application", "list")
            seen = list
            let isThere = names.allSatisfy { name in
                list.split(separator: "\n").contains {
                    $0.hasPrefix("\(name): ") && $0.hasSuffix("newest \(version)")
                }
            }
            return isThere ? true : nil
        }
        try await patchbay("endpoint", "scan", endpoint.id.text)
        _ = try await eventually("the server knows them", seen: { seen }) {
            let posture = try await view(of: endpoint).posture
            let missing = (posture?.updates ?? []).filter {
                $0.manager == .recipe && $0.candidate == version
                    && $0.installability == .installable
            }.map(\.name)
            seen = "\(missing) \(posture?.unparsed ?? [])"
            return Set(names).isSubset(of: missing) ? true : nil
        }
    }
}

extension LabEndpoint {
    /// What a program of an application tells.
    fileprivate func told(_ program: String) async throws -> String {
        try await run(program, "--version")
    }

    /// Ends the processes of a program, by their numbers.
    fileprivate func endProgram(_ program: String) async throws {
        let list = try await tryRun(["/usr/bin/pgrep", "-f", program]).output
        for number in list.split(whereSeparator: \.isWhitespace) {
            _ = try await tryRun(["/bin/kill", "-KILL", String(number)])
        }
    }
}
