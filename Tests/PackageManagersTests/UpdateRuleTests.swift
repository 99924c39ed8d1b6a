import AgentCore
import Fleet
import Testing

@testable import PackageManagers

struct UpdateRuleTests {
    private static func release(
        _ origin: String, _ label: String, _ suite: String, _ codename: String = ""
    ) -> AptRelease {
        AptRelease(origin: origin, label: label, suite: suite, codename: codename, version: "12")
    }

    private static let stable = release("Debian", "Debian", "stable", "bookworm")
    private static let security = release(
        "Debian", "Debian-Security", "stable-security", "bookworm-security")

    @Test(arguments: [
        ([stable], [], [UpdateClass.bugfix]), ([security], [], [.security]),
        ([stable, security], [], [.security, .bugfix]),
        ([stable], [security], [.security, .bugfix]),
        ([release("Debian", "Debian", "stable-updates")], [], [.bugfix]),
        (
            [release("Debian", "Debian Backports", "stable-backports", "bookworm-backports")], [],
            [.feature]
        ),
        ([release("Debian", "Debian", "testing", "forky")], [], [.feature]),
        ([release("Debian", "Debian", "unstable", "sid")], [], [.feature]),
        ([release("Debian", "Debian", "testing-security", "forky-security")], [], [.security]),
        ([release("Debian", "Debian-Security", "oldoldstable", "buster/updates")], [], [.security]),
        (
            [
                release("Ubuntu", "Ubuntu", "jammy-updates"),
                release("Ubuntu", "Ubuntu", "jammy-security"),
            ], [], [.security, .bugfix]
        ),
        ([release("Ubuntu", "Ubuntu", "jammy-updates")], [], [.bugfix]),
        ([release("UbuntuESM", "UbuntuESM", "jammy-infra-security")], [], [.security]),
        ([release("Docker", "Docker CE", "bookworm")], [], [.feature]),
        ([AptRelease()], [], [.feature]), ([], [], [.feature]),
        ([release("Docker", "Docker CE", "bookworm")], [security], [.security, .feature]),
    ])
    func `an update's classes follow from where its versions come`(
        candidate: [AptRelease], between: [AptRelease], classes: [UpdateClass]
    ) {
        #expect(UpdateClassRules.classes(candidate: candidate, between: between) == classes)
    }

    @Test(arguments: [
        (
            "v=12,o=Debian,a=stable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64",
            "Debian-Security:12/stable-security"
        ),
        ("o=cloud,a=cloud-sdk,n=x,l=cloud-sdk,c=main", "cloud-sdk:cloud-sdk"),
        ("a=stable,l=Google, Inc.,c=main", "Google, Inc.:stable"),
        ("c=,b=amd64", "v.example.org"), ("l=Vendor,c=", "Vendor:v.example.org"),
    ])
    func `a release is named as apt names it`(line: String, name: String) {
        let text =
            """
            Package files:
             500 https://v.example.org/apt x/main amd64 Packages
                 release \(line)
                 origin v.example.org

            """
        let releases = AptReleases(Array(text.utf8))
        #expect(releases["https://v.example.org/apt x/main amd64 Packages"].description == name)
    }

    private func policy(_ text: String) -> AptPolicy { AptPolicy(Array(text.utf8)) }

    private let table = """
        pinned:
          Installed: 1.0
          Candidate: 1.0
          Package pin: 1.0
          Version table:
             2.0 500
                500 http://deb.example.org/debian bookworm/main amd64 Packages
         *** 1.0 1001
                100 /var/lib/dpkg/status
        esm:
          Installed: 1.0
          Candidate: 1.0
          Version table:
             1.0+esm1 -32768
                -32768 https://esm.example.org/infra/ubuntu jammy-infra-security/main amd64 Packages
         *** 1.0 500
                500 http://deb.example.org/debian bookworm/main amd64 Packages
                100 /var/lib/dpkg/status
        absent:i386:
          Installed: (none)
          Candidate: 3
          Version table:
             3 500 (phased 30%)
                500 http://flat.example.org/apt  Packages

        """

    @Test func `the table of versions is read with pins, phases and flat sources`() throws {
        let policy = policy(table)
        #expect(policy.unparsed.isEmpty && policy.entries.count == 3)
        #expect(policy.entries["pinned"]?.pin == "1.0")
        let absent = try #require(policy.entries["absent:i386"])
        #expect(
            absent.installed == nil && absent.candidate == "3"
                && absent.versions.first?.phasedPercentage == 30)
        #expect(
            absent.versions.first?.sources == [
                .init(description: "http://flat.example.org/apt Packages", priority: 500)
            ])
        #expect(policy.entries["esm"]?.versions.first?.priority == -32768)
    }

    @Test func `pinned and subscribers' versions are listed with what keeps them out`() {
        let status = DpkgStatus(
            Array(
                ["dpkg", "pinned", "esm"].map {
                    "Package: \($0)\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n\n"
                }.joined().utf8))
        let releases = AptReleases(
            Array(
                """
                Package files:
                 -32768 https://esm.example.org/infra/ubuntu jammy-infra-security/main amd64 Packages
                     release v=22.04,o=UbuntuESM,a=jammy-infra-security,n=jammy,l=UbuntuESM,c=main,b=amd64
                     origin esm.example.org

                """.utf8))
        let assembly = UpdateAssembly(status: status, policy: policy(table), releases: releases)
        let updates = assembly.updates(assembly.missing, findings: AptFindings())
        #expect(
            updates.map { "\($0.name) \($0.installability.rawValue)" } == [
                "esm needsSubscription", "pinned excluded",
            ])
        #expect(updates.first?.classes == [.security])
    }

    @Test func `lines of a table that fit nothing are shown`() {
        #expect(policy("nonsense\n").unparsed == ["nonsense"])
        #expect(policy("a:\n  Installed 1\n").unparsed == ["  Installed 1"])
        #expect(policy("a:\n  Installed: 1\n  Version table:\n     2.0\n").unparsed == ["     2.0"])
    }

    private static let lone = ["dpkg", "a1"].map {
        "Package: \($0)\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n\n"
    }.joined()

    private func findings(
        _ answer: @escaping @Sendable ([String]) throws(CommandFailure) -> CommandOutput
    ) async throws -> (
        findings: AptFindings, commands: [[String]], missing: [UpdateAssembly.Missing]
    ) {
        let text = """
            a1:
              Installed: 1.0
              Candidate: 2.0
              Version table:
                 2.0 500
                    500 http://deb.example.org/debian bookworm/main amd64 Packages
             *** 1.0 100
                    100 /var/lib/dpkg/status

            """
        let assembly = UpdateAssembly(
            status: DpkgStatus(Array(Self.lone.utf8)), policy: policy(text),
            releases: AptReleases([]))
        let runner = RecordedRunner(answer)
        let missing = assembly.missing
        let findings = try await AptQueries(runner: runner, setting: AptSetting(root: "")).findings(
            on: missing)
        return (findings, runner.commands, missing)
    }

    @Test func `a plan that apt refuses hides no update`() async throws {
        let result = try await findings { _ throws(CommandFailure) in
            CommandOutput(
                "", errors: "E: Unmet dependencies. Try 'apt --fix-broken install'\n", status: 100)
        }
        #expect(result.missing.count == 1)
        #expect(!result.findings.isInstallable("a1"))
        #expect(result.findings.reason(for: "a1").contains("Unmet dependencies"))
    }

    @Test func `one solver run is enough when nothing is kept back`() async throws {
        let result = try await findings { _ throws(CommandFailure) in
            CommandOutput(
                """
                The following packages will be upgraded:
                   a1 (1.0 => 2.0)
                'http://x/a1.deb' a1_2.0_amd64.deb 5 X:1

                """
            )
        }
        #expect(result.commands.count == 1)
        #expect(
            result.findings.isInstallable("a1") && result.findings.size(of: result.missing[0]) == 5)
        let arguments = try #require(result.commands.first)
        #expect(
            arguments.first == "/usr/bin/apt-get" && arguments.contains("Debug::NoLocking=true"))
    }

    @Test func `apt that does not answer is an error and not an empty list`() async {
        let failure = await #expect(throws: ScanFailure.self) {
            _ = try await self.findings { _ throws(CommandFailure) in
                throw .notStarted("no such file")
            }
        }
        #expect(failure?.code == "E_SCAN_APT_NOT_RUN")
    }
}
