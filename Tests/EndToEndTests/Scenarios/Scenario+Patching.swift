import Fleet
import Rollout
import Testing

extension Scenario {
    static let scansTellTheTruth = Scenario(
        "what the server says is missing is what apt lists as upgradable, update for update"
    ) { lab in
        for endpoint in lab.endpoints {
            let listed = try await endpoint.upgradable()
            let view = try await lab.view(of: endpoint)
            let missing = try #require(view.posture).updates
            #expect(!listed.isEmpty)
            #expect(Set(missing.map(ListedUpdate.init)) == listed)
            #expect(missing.count == listed.count)
            #expect(Set(view.decisions.map(\.update)) == Set(missing))
            #expect(view.decisions.allSatisfy { !$0.sentence.isEmpty })
            #expect(view.item.verdict.compliance == .nonCompliant)
            let security = missing.filter { $0.classes.contains(.security) }
            #expect(security.map(\.name) == ["labsec"])
        }
    }

    static let goodUpdate = Scenario(
        "a good update on three endpoints is verified, and what was chosen by hand stays so"
    ) { lab in
        let first = try lab.endpoint(1)
        // One that apt installed by itself: an update must not turn it into one that a person
        // chose.
        try await first.run("/usr/bin/apt-mark", "auto", "labgood")
        let chosen = try await first.manualPackages()
        let deployment = try await lab.approve(["labgood"], on: lab.endpoints)
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        for (job, endpoint) in zip(jobs, lab.endpoints) {
            try await expectVerified(job, "labgood", on: endpoint)
        }
        #expect(try await first.manualPackages() == chosen)
    }

    static let failingPackageAndOthers = Scenario(
        "a package that fails is told with its cause, and all others go in beside it"
    ) { lab in
        // labfail is missing on the first endpoint only.
        let deployment = try await lab.approve(["labfail", "labsec"], on: lab.endpoints)
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        let first = try lab.endpoint(1)
        let failed = jobs[0]
        #expect(failed.state == .failed)
        let blamed = try #require(failed.outcome("labfail"))
        #expect(blamed.state == .failed)
        #expect(blamed.failure == .maintainerScript)
        #expect(blamed.sentence.contains("cannot migrate the settings"), "\(blamed.sentence)")
        #expect(try await lab.log(of: failed).contains("cannot migrate the settings"))
        #expect(failed.outcome("labsec")?.state == .verified, "\(failed.sentence)")
        #expect(try await first.package("labsec") == "installed 2.0")
        #expect(try await first.upgrades(of: "labfail") == 1)
        #expect(try await first.upgrades(of: "labsec") == 1)
        for (job, endpoint) in zip(jobs, lab.endpoints).dropFirst() {
            try await expectVerified(job, "labsec", on: endpoint)
        }
        try await first.run("/usr/bin/dpkg", "--purge", "labfail")
    }
}

extension Job {
    /// What became of one update.
    func outcome(_ name: String) -> UpdateOutcome? {
        result?.outcomes.first { $0.update.name == name }
    }
}

/// The job is verified, dpkg says the same, and the update went in exactly once.
func expectVerified(
    _ job: Job, _ name: String, on endpoint: LabEndpoint,
    location: SourceLocation = #_sourceLocation
) async throws {
    #expect(job.state == .verified, "\(job.sentence)", sourceLocation: location)
    #expect(job.outcome(name)?.state == .verified, sourceLocation: location)
    #expect(try await endpoint.package(name) == "installed 2.0", sourceLocation: location)
    #expect(try await endpoint.upgrades(of: name) == 1, sourceLocation: location)
}

/// Nothing was done to a package.
func expectUntouched(
    _ name: String, on endpoint: LabEndpoint, location: SourceLocation = #_sourceLocation
) async throws {
    #expect(try await endpoint.package(name) == "installed 1.0", sourceLocation: location)
    #expect(try await endpoint.upgrades(of: name) == 0, sourceLocation: location)
}
