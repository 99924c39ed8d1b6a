import Fleet
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// What breaks in the middle of a run is put aside, and the others go in without it.
    static let putAside = [hangingPackage, hangingBeforeUnpacking, diskFillsInUnpacking]

    static let hangingPackage = Scenario(
        "a package that hangs is ended after the limit, its last words are told, and the others go in"
    ) { lab in
        let endpoint = try lab.endpoint(3)
        try await endpoint.setInactivityLimit(seconds: 10)
        let job = try await lab.deploy("labhang", "labneeds", "labcalm", to: endpoint)
        #expect(job.state == .failed)
        let outcome = try #require(job.outcome("labhang"))
        #expect(outcome.failure == .hung)
        #expect(outcome.sentence.contains("waiting for something that never comes"))
        #expect(outcome.sentence.contains("dpkg --configure labhang"), "\(outcome.sentence)")
        #expect(try await endpoint.upgrades(of: "labhang") == 1)
        #expect(try await endpoint.package("labhang") == "half-configured 2.0")
        // What depends on it waits, with that reason.
        let waiting = try #require(job.outcome("labneeds"))
        #expect(waiting.failure == .dependency, "\(waiting.sentence)")
        #expect(waiting.sentence.contains("labhang"), "\(waiting.sentence)")
        try await expectWentIn(job, "labcalm", on: endpoint)
        #expect(job.result?.notes.contains { $0.contains("script of labhang") } == true)

        // The next job tries it once more, and is not held up by it.
        let next = try await lab.deploy("labquiet", to: endpoint)
        try await expectVerified(next, "labquiet", on: endpoint)
        #expect(try await endpoint.configurations(of: "labhang") == 2)
        #expect(try await endpoint.package("labhang") == "half-configured 2.0")
        try await endpoint.setInactivityLimit(seconds: nil)
        try await endpoint.run("/usr/bin/dpkg", "--purge", "labhang", "labneeds")
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }

    static let hangingBeforeUnpacking = Scenario(
        "a package that hangs before it is unpacked stays at its old version, and the others go in",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        try await endpoint.setInactivityLimit(seconds: 10)
        let names = ["labearly", "labbehind", "labbesides"]
        let job = try await lab.end(of: lab.approve(names, on: [endpoint]), on: endpoint)
        try await endpoint.setInactivityLimit(seconds: nil)
        let outcome = try #require(job.outcome("labearly"))
        #expect(outcome.failure == .hung, "\(outcome.sentence)")
        #expect(outcome.sentence.contains("room that never comes"), "\(outcome.sentence)")
        #expect(try await endpoint.package("labearly") == "installed 1.0")
        try await expectWentIn(job, "labbehind", on: endpoint)
        try await expectWentIn(job, "labbesides", on: endpoint)
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }

    static let diskFillsInUnpacking = Scenario(
        "a disk that fills in mid-unpack keeps one package at its old version, and the others go in",
        isAboutServer: false
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let folder = "/usr/share/labfills"
        try await endpoint.run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "lab", folder)
        let names = ["labfills", "labfits", "labsuits"]
        let job = try await lab.end(of: lab.approve(names, on: [endpoint]), on: endpoint)
        try await endpoint.run("/bin/umount", folder)
        let outcome = try #require(job.outcome("labfills"))
        #expect(outcome.failure == .diskFull, "\(outcome.sentence)")
        #expect(outcome.sentence.contains("No space left on device"), "\(outcome.sentence)")
        #expect(outcome.sentence.contains("labfills is still 1.0"), "\(outcome.sentence)")
        #expect(try await endpoint.package("labfills") == "installed 1.0")
        try await expectWentIn(job, "labfits", on: endpoint)
        try await expectWentIn(job, "labsuits", on: endpoint)
        #expect(try await endpoint.run("/usr/bin/dpkg", "--audit") == "")
    }
}

/// An update of a job that failed otherwise is in.
private func expectWentIn(
    _ job: Job, _ name: String, on endpoint: LabEndpoint,
    location: SourceLocation = #_sourceLocation
) async throws {
    #expect(job.outcome(name)?.state == .verified, "\(job.sentence)", sourceLocation: location)
    #expect(try await endpoint.package(name) == "installed 2.0", sourceLocation: location)
    #expect(try await endpoint.upgrades(of: name) == 1, sourceLocation: location)
}

extension Lab {
    /// Packages for what breaks in the middle, with what their second version does; the first one is
    /// installed in every endpoint.
    static let putAsidePackages = [
        "labcalm": "plain", "labquiet": "plain", "labneeds": "needs-hang",
        "labearly": "hang-early", "labbehind": "plain", "labbesides": "plain",
        "labfills": "large", "labfits": "plain", "labsuits": "plain",
    ]

    /// Adds them to the repository.
    func addPutAsidePackages() async throws {
        for (name, behaviour) in Self.putAsidePackages.sorted(by: { $0.key < $1.key }) {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0", "--fault", behaviour)
        }
    }
}
