import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers

struct AptRefreshTests {
    private static let main = AptSource(
        address: "http://deb.example.org/debian", suite: "bookworm", components: ["main"])
    private static let lab = AptSource(
        address: "http://192.0.2.1:8080", suite: "stable", components: ["main"])
    private static let flat = AptSource(
        address: "http://v.example.org/apt", suite: "./", components: [])
    private static let now = Timestamp(seconds: 1_800_000_000)

    private func reading(_ output: String, errors: String = "", status: Int32 = 0)
        -> AptRefreshReading
    {
        AptRefreshReading(
            CommandOutput(output, errors: errors, status: status),
            sources: [Self.main, Self.lab, Self.flat])
    }

    @Test func `sources that answered are told from those that failed`() {
        let reading = reading(
            """
            Hit:1 http://deb.example.org/debian bookworm InRelease
            Ign:2 http://v.example.org/apt ./ InRelease
            Get:3 http://v.example.org/apt ./ Release [444 B]
            Err:4 http://192.0.2.1:8080 stable InRelease
              Could not connect to 192.0.2.1:8080 (192.0.2.1), connection timed out
            Reading package lists...

            """,
            errors:
                "W: Failed to fetch http://192.0.2.1:8080/dists/stable/InRelease  Could not connect\n"
        )
        #expect(reading.answered == [Self.main.refreshKey, Self.flat.refreshKey])
        #expect(reading.errors.keys.sorted() == [Self.lab.refreshKey])
        #expect(reading.errors[Self.lab.refreshKey]?.contains("timed out") == true)
    }

    @Test func `a broken signature is a failure although apt only warns`() {
        let reading = reading(
            """
            Get:1 http://192.0.2.1:8080 stable InRelease [2 kB]
            Err:1 http://192.0.2.1:8080 stable InRelease

            """,
            errors: """
                W: An error occurred during the signature verification. The repository is not \
                updated and the previous index files will be used. GPG error: \
                http://192.0.2.1:8080 stable InRelease: The following signatures were invalid: \
                BADSIG 0123 Lab
                W: Some index files failed to download. They have been ignored, or old ones used instead.

                """)
        #expect(reading.errors[Self.lab.refreshKey]?.contains("BADSIG") == true)
        #expect(!reading.answered.contains(Self.lab.refreshKey))
    }

    @Test(arguments: ["EXPKEYSIG", "REVKEYSIG", "KEYEXPIRED"])
    func `a key that has run out or was revoked fails its source, whose old index stays`(
        word: String
    ) {
        let reading = reading(
            "Err:1 http://192.0.2.1:8080 stable InRelease\n",
            errors: "W: GPG error: http://192.0.2.1:8080 stable InRelease: The following "
                + "signatures were invalid: \(word) 0123 Lab\n")
        #expect(reading.errors[Self.lab.refreshKey]?.contains(word) == true)
        #expect(!reading.answered.contains(Self.lab.refreshKey))
    }

    @Test func `a warning about a keyring is no failure`() {
        let reading = reading(
            "Hit:1 http://192.0.2.1:8080 stable InRelease\n",
            errors:
                "W: http://192.0.2.1:8080/dists/stable/InRelease: Key is stored in legacy keyring\n"
        )
        #expect(reading.errors.isEmpty && reading.answered == [Self.lab.refreshKey])
    }

    @Test func `a source of which apt said nothing has failed`() {
        let report = reading("Hit:1 http://deb.example.org/debian bookworm InRelease\n").report(
            at: Self.now, after: nil)
        #expect(report.outcomes[Self.main.refreshKey] == .init(succeededAt: Self.now))
        #expect(report.outcomes[Self.lab.refreshKey]?.error != nil)
    }

    @Test func `a failure keeps when the source last succeeded`() {
        let first = reading("Hit:1 http://192.0.2.1:8080 stable InRelease\n").report(
            at: Self.now, after: nil)
        let second = reading("", errors: "E: Malformed entry 1 in list file\n", status: 100)
            .report(at: Self.now.adding(seconds: 60), after: first)
        #expect(second.outcomes[Self.lab.refreshKey]?.succeededAt == Self.now)
        #expect(second.outcomes[Self.lab.refreshKey]?.error == "Malformed entry 1 in list file")
        #expect(second.attemptedAt == Self.now.adding(seconds: 60))
    }

    @Test func `a lock on the indexes is waited for`() async {
        let locked = CommandOutput(
            "",
            errors:
                "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)\n",
            status: 100)
        let tries = RecordedRunner { _ in locked }
        let refresh = AptRefresh(runner: tries, setting: AptSetting(root: "")) { _ in }
        let report = await refresh.refresh([Self.main], at: Self.now, after: nil)
        #expect(tries.commands.count == AptRefresh.attempts)
        #expect(
            report.outcomes[Self.main.refreshKey]?.error?.contains("process 7 (apt-get)") == true)
    }

    @Test func `a program that cannot be run fails every source`() async {
        let runner = RecordedRunner { _ throws(CommandFailure) in throw .timedOut(seconds: 900) }
        let refresh = AptRefresh(runner: runner, setting: AptSetting(root: "")) { _ in }
        let report = await refresh.refresh([Self.main, Self.lab], at: Self.now, after: nil)
        #expect(report.outcomes.values.allSatisfy { $0.error?.contains("900 seconds") == true })
    }

    @Test func `a report is kept and read again, and a damaged one is none`() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "refresh.json").path
            let report = RefreshReport(
                attemptedAt: Self.now, outcomes: ["a b": .init(succeededAt: nil, error: "x")])
            try report.write(path)
            #expect(RefreshReport.read(path) == report)
            try Data("{".utf8).write(to: URL(filePath: path))
            #expect(RefreshReport.read(path) == nil)
            #expect(RefreshReport.read(folder.appending(path: "none").path) == nil)
        }
    }
}
