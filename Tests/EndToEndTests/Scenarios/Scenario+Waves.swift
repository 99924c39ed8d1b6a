import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// What policies do by themselves: nobody approves anything in these.
    static let waves = [
        waveByItself, otherFile, badWaveStops, sickWaveStops, missedWindow, declinedWave,
    ]

    static let waveByItself = Scenario(
        "a policy opens a rollout by itself, which goes through the rings as it was foreseen"
    ) { lab in
        let foreseen = try await lab.saveWaves()
        #expect(Set(foreseen.filter { $0.value.contains("labwavegood") }.keys).count == 3)
        let deployment = try await lab.wave(of: "labwavegood")
        let begun = try await lab.rings(of: deployment)
        #expect(begun.summary.deployment.approvedBy == "policy:\(Lab.wavePolicy)")
        #expect(begun.rollout?.rings.map(\.name) == ["canary", "early", "broad"])
        #expect(begun.rollout?.rings.map(\.members) == [1, 1, 1])
        let watched = try await eventually("the canary is watched") {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.rings.first?.soakUntil == nil ? nil : detail
        }
        #expect(watched.jobs.first?.job.state == .verified)
        #expect(watched.jobs.first?.job.endpoint == (try lab.endpoint(1).id))
        if watched.rollout?.rings[1].openedAt == nil {
            for number in 2...3 {
                try await expectUntouched("labwavegood", on: try lab.endpoint(number))
            }
        }
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        for (job, endpoint) in zip(jobs, lab.endpoints) {
            try await expectVerified(job, "labwavegood", on: endpoint)
            #expect(job.result?.isHealthy == true)
            #expect(job.result?.probes?.map(\.probe) == ["unit:dbus.service", "script:labcheck"])
            // What was foreseen is what was ordered, and nothing else.
            #expect(Set(job.updates.map(\.name)) == foreseen[endpoint.id])
        }
        // The canary finds out which file it is; the others may install no other.
        let file = try await lab.hash(of: "labwavegood")
        #expect(jobs.map { $0.updates.first?.sha256 } == [nil, file, file])
        #expect(jobs.allSatisfy { $0.result?.outcomes.first?.sha256 == file })
        let done = try await lab.rings(of: deployment)
        #expect(done.rollout?.state == "completed")
        let opened = done.rollout?.rings.compactMap(\.openedAt) ?? []
        #expect(opened.count == 3)
        #expect(zip(opened, opened.dropFirst()).allSatisfy { $1.seconds(since: $0) >= 3 })
        #expect(try await lab.waves().count == 1)
    }

    static let otherFile = Scenario(
        "a later ring refuses another file of the version that the canary has, and all stops"
    ) { lab in
        try await lab.offerQuietly("labwaveswap")
        try await lab.saveWaves()
        let deployment = try await lab.wave(of: "labwaveswap")
        _ = try await eventually("the canary is watched", within: .seconds(300)) {
            try await lab.rings(of: deployment).rollout?.rings.first?.soakUntil
        }
        let file = try await lab.hash(of: "labwaveswap")
        // The same version again, with other contents, and rightly signed.
        try await lab.repository("add", "labwaveswap", "2.0", "--fault", "conffile")
        #expect(try await lab.hash(of: "labwaveswap") != file)
        for endpoint in lab.endpoints { try await endpoint.restartAgent() }
        let halted = try await eventually("the rollout halts", within: .seconds(300)) {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.state == "halted" ? detail : nil
        }
        #expect(halted.rollout?.reason?.contains("another file") == true)
        let second = try #require(halted.jobs.first { $0.job.endpoint != halted.canary }).job
        let outcome = try #require(second.outcome("labwaveswap"))
        #expect(outcome.failure == .hashMismatch)
        #expect(outcome.sentence.contains(file), "\(outcome.sentence)")
        for number in 2...3 {
            try await expectUntouched("labwaveswap", on: try lab.endpoint(number))
        }
        try await lab.patchbay("deployment", "cancel", deployment.text)
    }

    static let sickWaveStops = Scenario(
        "an update after which a signed script fails stops at the canary, though it went in well"
    ) { lab in
        try await lab.offerQuietly("labwavesick")
        try await lab.saveWaves()
        let deployment = try await lab.wave(of: "labwavesick")
        let halted = try await eventually("the rollout halts", within: .seconds(300)) {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.state == "halted" ? detail : nil
        }
        let job = try #require(halted.jobs.first).job
        #expect(halted.jobs.count == 1)
        #expect(job.outcome("labwavesick")?.state == .verified, "\(job.sentence)")
        #expect(job.result?.isHealthy == false)
        #expect(job.result?.wasHealthy == true)
        let probe = job.result?.probes?.first { $0.probe == "script:labcheck" }
        #expect(probe?.isPassed == false)
        #expect(probe?.sentence.contains("labwavesick is 2.0") == true, "\(probe?.sentence ?? "")")
        for number in 2...3 {
            try await expectUntouched("labwavesick", on: try lab.endpoint(number))
        }
        try await lab.patchbay("deployment", "cancel", deployment.text)
        try await lab.endpoint(1).run("/usr/bin/dpkg", "--purge", "labwavesick")
    }

    static let badWaveStops = Scenario(
        "a bad package that a policy approves stops at the canary, with its cause, and is blocked"
    ) { lab in
        try await lab.offerQuietly("labwavebad", "--fault", "fail")
        // At once, in the emergency lane, which waits for no other wave.
        try await lab.saveWaves()
        let deployment = try await lab.wave(of: "labwavebad")
        let halted = try await eventually("the rollout halts", within: .seconds(300)) {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.state == "halted" ? detail : nil
        }
        #expect(halted.rollout?.reason?.contains("canary") == true)
        #expect(halted.jobs.map(\.job.endpoint) == [try lab.endpoint(1).id])
        #expect(halted.jobs.first?.job.outcome("labwavebad")?.failure == .maintainerScript)
        // Longer than the soak, the scheduler's round and the pause between two looks.
        try await Task.sleep(for: .seconds(15))
        for number in 2...3 {
            let endpoint = try lab.endpoint(number)
            try await expectUntouched("labwavebad", on: endpoint)
            let why = try await lab.view(of: endpoint).decisions.first {
                $0.update.name == "labwavebad"
            }
            #expect(why != nil)
        }
        #expect(try await lab.rings(of: deployment).jobs.count == 1)
        let blocked: Answers.Blocked = try await lab.answer(to: ["update", "blocked", "list"])
        #expect(blocked.items.contains { $0.package == "labwavebad" && $0.version == "2.0" })
        try await lab.patchbay("deployment", "cancel", deployment.text)
        try await lab.endpoint(1).run("/usr/bin/dpkg", "--purge", "labwavebad")
    }

    static let missedWindow = Scenario(
        "an endpoint that was off through its window is caught up once, and then waits again"
    ) { lab in
        let endpoint = try lab.endpoint(3)
        try await endpoint.stopAgent()
        // Its last question for work is still open at the server, and would be answered.
        await lab.endServer()
        try await lab.startServer()
        let closes = try await lab.saveMissedWindow()
        let deployment = try await lab.wave(of: "lablate1")
        try await expectUntouched("lablate1", on: endpoint)
        try await Task.sleep(for: .seconds(max(0, closes.timeIntervalSinceNow) + 2))
        let told = try await lab.view(of: endpoint).decisions.first { $0.update.name == "lablate1" }
        #expect(told?.sentence.contains("missed") == true, "\(told?.sentence ?? "no decision")")
        // Off for half an hour by its own record: a test does not wait so long.
        try await endpoint.ageAbsence(bySeconds: 1800)
        try await endpoint.startAgent()
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "lablate1", on: endpoint)
        #expect(
            try #require(job.startedAt) >= Timestamp(seconds: Int64(closes.timeIntervalSince1970)))
        // What is approved after the window waits for the next one: nothing is caught up twice.
        let next = try await lab.approve("lablate2", on: endpoint)
        let waiting = try await lab.job(of: next, once: "waits for its window") {
            $0.progress?.phase == .waitingForWindow
        }
        let opens = try #require(waiting.progress?.until)
        #expect(opens.seconds(since: job.createdAt) > 3600)
        try await Task.sleep(for: .seconds(10))
        try await expectUntouched("lablate2", on: endpoint)
        #expect(try await endpoint.upgrades(of: "lablate1") == 1)
        try await lab.patchbay("deployment", "cancel", next.text)
    }
}

extension Scenario {
    static let declinedWave = Scenario(
        "what is declined while the canary is watched goes to nobody else, and the wave ends"
    ) { lab in
        try await lab.offerQuietly("labwavestop")
        try await lab.saveStop()
        let deployment = try await lab.wave(of: "labwavestop")
        _ = try await eventually("the canary is watched", within: .seconds(300)) {
            try await lab.rings(of: deployment).rollout?.rings.first?.soakUntil
        }
        try await lab.patchbay(
            "approval", "decline", "labwavestop", "--reason", "It broke the shop.")
        let ended = try await eventually("the wave ends", within: .seconds(60)) {
            let detail = try await lab.rings(of: deployment)
            return detail.rollout?.state == "cancelled" ? detail : nil
        }
        #expect(ended.rollout?.reason?.contains("It broke the shop.") == true)
        #expect(ended.jobs.map(\.job.endpoint) == [try lab.endpoint(1).id])
        #expect(ended.jobs.first?.job.state == .verified)
        // Longer than the scheduler's round.
        try await Task.sleep(for: .seconds(12))
        for number in 2...3 {
            let endpoint = try lab.endpoint(number)
            try await expectUntouched("labwavestop", on: endpoint)
            let why = try await lab.view(of: endpoint).decisions.first {
                $0.update.name == "labwavestop"
            }
            #expect(why?.sentence.contains("It broke the shop.") == true)
        }
        #expect(try await lab.rings(of: deployment).jobs.count == 1)
    }
}

extension Lab {
    /// Packages that policies approve by themselves: version 1.0 is installed in every endpoint.
    static let wavePackages = [
        "labwavegood", "labwaveswap", "labwavebad", "labwavesick", "lablate1", "lablate2",
        "labwavestop",
    ]
    private static let offeredLater: Set<String> = [
        "labwaveswap", "labwavebad", "labwavesick", "labwavestop",
    ]
    static let wavePolicy = "lab-waves"
    private static let latePolicy = "lab-late"
    private static let stopPolicy = "lab-stop"

    /// Adds them to the repository; the 2.0 of some comes later.
    func addWavePackages() async throws {
        for name in Self.wavePackages {
            try await repository("add", name, "1.0")
            if !Self.offeredLater.contains(name) { try await repository("add", name, "2.0") }
        }
    }

    private static let quietPolicy = "lab-quiet"
    /// A policy that leaves everything to people.
    private static let quietText = """
        patchbay: policy/v1
        name: \(quietPolicy)
        applies: all
        lanes: {routine: {windows: [any]}}
        default: {approve: by hand}
        windows:
          any: {every: day, from: "00:00", for: 24h, zone: endpoint}

        """

    /// Puts version 2.0 of a package on offer while everything is left to people, until each
    /// endpoint has told that it misses it: else a wave could hold the first of them alone.
    func offerQuietly(_ package: String, _ options: String...) async throws {
        _ = try await saveOnly(Self.quietPolicy, Self.quietText)
        try await run(
            [Self.tool("repo/add").path, repository.path, package, "2.0"] + options
        ).succeeded("testbed/repo/add \(package)")
        for endpoint in endpoints { try await endpoint.restartAgent() }
        for endpoint in endpoints { _ = try await missing(package, on: endpoint) }
    }

    /// The SHA-256 of the file that the repository has of a package's version 2.0.
    func hash(of package: String) async throws -> String {
        let file = repository.appending(path: "public/pool/stable/\(package)_2.0_all.deb").path
        let text = try await run(["/usr/bin/sha256sum", file]).succeeded("sha256sum").output
        return String(text.prefix(64))
    }

    /// Saves the policy, and no other: two of them would have to agree.
    ///
    /// - Returns: the packages that each endpoint was foreseen to get.
    @discardableResult
    func saveWaves() async throws -> [EndpointID: Set<String>] {
        for (number, tag) in [(1, "canary"), (2, "early"), (3, "late")] {
            try await patchbay("endpoint", "set", endpoint(number).id.text, "--tag", tag)
        }
        let script = folder.appending(path: "labcheck.sh")
        try Data(Self.checkText.utf8).write(to: script)
        try await patchbay("script", "create", "labcheck", "--file", script.path)
        return try await saveOnly(Self.wavePolicy, Self.waveText)
    }

    /// Fails once labwavesick's 2.0 is in.
    static let checkText = """
        #!/bin/sh
        version=$(dpkg-query -W -f '${Version}' labwavesick)
        echo "labwavesick is $version"
        [ "$version" != 2.0 ]

        """

    /// Saves a policy whose canary is watched for an hour.
    func saveStop() async throws {
        try await patchbay("endpoint", "set", endpoint(1).id.text, "--tag", "canary")
        try await saveOnly(
            Self.stopPolicy,
            """
            patchbay: policy/v1
            name: \(Self.stopPolicy)
            applies: all
            lanes:
              routine: {windows: [any], rings: slow}
            rules:
              - {when: package = labwavestop, approve: at once}
            default: {approve: by hand}
            windows:
              any: {every: day, from: "00:00", for: 24h, zone: endpoint}
            rings:
              slow:
                - {name: canary, members: tag = canary, soak: 1h, gate: {verified: 100%, minimum: 1}}
                - {name: broad, members: rest}

            """)
    }

    /// Saves a policy whose window of two minutes is open, and closes soon.
    ///
    /// - Returns: when it closes.
    func saveMissedWindow() async throws -> Date {
        // It begins at a whole minute, and leaves the rollout time to be opened before it closes.
        let minute = ((Date().timeIntervalSince1970 - 80) / 60).rounded(.up)
        let opens = Date(timeIntervalSince1970: minute * 60)
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: TimeZone(secondsFromGMT: 0) ?? .current, from: opens)
        let from = String(format: "%02d:%02d", parts.hour ?? 0, parts.minute ?? 0)
        try await saveOnly(
            Self.latePolicy,
            """
            patchbay: policy/v1
            name: \(Self.latePolicy)
            applies: tag = late
            lanes:
              routine: {windows: [gone]}
            rules:
              - {when: package = lablate1, approve: at once}
            default: {approve: by hand}
            windows:
              gone: {every: day, from: "\(from)", for: 2m, zone: UTC}
            catchUp: nextCheckIn

            """)
        return opens.addingTimeInterval(2 * 60)
    }

    @discardableResult
    func saveOnly(_ name: String, _ text: String) async throws -> [EndpointID: Set<String>] {
        let policies: Answers.Policies = try await answer(to: ["policy", "list"])
        for policy in policies.items where policy.name != name {
            try await patchbay("policy", "delete", policy.name, "--confirm")
        }
        guard !policies.items.contains(where: { $0.name == name }) else { return [:] }
        let file = folder.appending(path: "\(name).yaml")
        try Data(text.utf8).write(to: file)
        let foreseen: Answers.Preview = try await answer(to: ["policy", "preview", file.path])
        try await patchbay("policy", "create", file.path, "--confirm")
        return foreseen.byEndpoint
    }

    /// Soaks of seconds: the scheduler's own round is longer.
    private static let waveText = """
        patchbay: policy/v1
        name: \(wavePolicy)
        applies: all
        lanes:
          routine: {windows: [any], rings: standard}
          priority: {windows: [any], rings: slow}
          emergency: {windows: [any], rings: standard}
        rules:
          - {when: package = labwaveswap, approve: at once, lane: priority}
          - {when: package = labwavesick, approve: at once, lane: emergency}
          - {when: package = labwavegood, approve: at once}
          - {when: package = labwavebad, approve: at once, lane: emergency}
        default: {approve: by hand}
        windows:
          any: {every: day, from: "00:00", for: 24h, zone: endpoint}
        rings:
          standard:
            - {name: canary, members: tag = canary, soak: 6s, gate: {verified: 100%, minimum: 1}}
            - {name: early, members: tag = early, soak: 3s, gate: {verified: 100%, minimum: 1}}
            - {name: broad, members: rest, budget: 50%}
          slow:
            - {name: canary, members: tag = canary, soak: 90s, gate: {verified: 100%, minimum: 1}}
            - {name: broad, members: rest}
        after: {probes: [{unit: dbus.service}, {script: labcheck}], within: 1m}

        """

    /// The rollouts that policies have opened for a package and that have not been called off; the
    /// newest first.
    func waves(of package: String? = nil) async throws -> [DeploymentID] {
        let list: Answers.Deployments = try await answer(to: ["deployment", "list"])
        return list.items.map(\.deployment).filter {
            $0.approvedBy.hasPrefix("policy:") && (package.map($0.title.contains) ?? true)
        }.map(\.id)
    }

    /// Waits until a policy has opened a rollout for a package.
    func wave(of package: String) async throws -> DeploymentID {
        try await eventually("a policy opens a rollout for \(package)", within: .seconds(180)) {
            try await waves(of: package).first
        }
    }
}

extension LabEndpoint {
    /// Sets the endpoint's own record of its last sign of life back; its agent must not run.
    func ageAbsence(bySeconds seconds: Int64) async throws {
        struct Record: Codable {
            struct Gap: Codable {
                var from: Timestamp
                var to: Timestamp
            }

            var aliveAt: Timestamp
            var gaps: [Gap]
            var caughtUpAt: Timestamp?
        }
        let file = "/var/lib/patchbay-agent/trust/absences.json"
        let text = try await run("/bin/cat", file)
        var record = try JSONDecoder().decode(Record.self, from: Data(text.utf8))
        record.aliveAt = record.aliveAt.adding(seconds: -seconds)
        try await write(String(decoding: try JSONEncoder().encode(record), as: UTF8.self), to: file)
    }
}

extension Answers {
    /// `policy preview`
    struct Preview: Decodable {
        struct Act: Decodable {
            var endpoint: EndpointID
            var packages: [String]
        }

        var acts: [Act]

        var byEndpoint: [EndpointID: Set<String>] {
            Dictionary(acts.map { ($0.endpoint, Set($0.packages)) }) { $0.union($1) }
        }
    }

    /// `deployment list`
    struct Deployments: Decodable {
        struct Item: Decodable { var deployment: RolloutDeployment }
        var items: [Item]
    }
}

extension Answers.Deployment {
    /// The endpoint whose job came first.
    fileprivate var canary: EndpointID? {
        jobs.map(\.job).min { $0.createdAt < $1.createdAt }?.endpoint
    }
}
