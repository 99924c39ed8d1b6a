import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// The last of its lab: the installation is sealed by it, and stays so.
    static let sealed = Scenario(
        "in sealed mode a rollout goes ring by ring as two of three operators sign, and never before"
    ) { lab in
        let package = Lab.sealedPackage
        // A wave takes whoever misses the update when it begins; it is on offer since the first scan.
        for endpoint in lab.endpoints { _ = try await lab.missing(package, on: endpoint) }
        let keys = try await lab.seal()
        try await lab.saveSealedRings()
        let deployment = try await lab.wave(of: package)
        // Nobody has signed anything, and then one of two: neither moves anything.
        try await lab.expectStill(deployment)
        let once = try await lab.sign("policy", by: 1, with: keys)
        #expect(once.allSatisfy { !$0.isComplete }, "\(once)")
        #expect(once.first { $0.type == "policy" }?.words.contains("name: canary") == true)
        #expect(once.first { $0.type == "script" }?.words.contains("dpkg-query") == true)
        try await lab.expectStill(deployment)
        let twice = try await lab.sign("policy", by: 3, with: keys)
        #expect(twice.allSatisfy { $0.isComplete }, "\(twice)")
        #expect(Set(twice.map(\.type)).isSuperset(of: ["placement", "policy", "script"]))
        for place in lab.endpoints.indices {
            try await lab.expectRing(place, of: deployment, with: keys)
        }
        let jobs = try await lab.end(of: deployment, on: lab.endpoints)
        for (job, endpoint) in zip(jobs, lab.endpoints) {
            try await expectVerified(job, package, on: endpoint)
            let probe = job.result?.probes?.first { $0.probe == "script:labsealed" }
            #expect(probe?.isPassed == true, "\(probe?.sentence ?? "the script was not run")")
            let doctor = try await endpoint.tryRun(["/usr/bin/patchbay-agent", "doctor"])
            #expect(doctor.output.contains("trust root version 2"), "\(doctor.output)")
        }
        let done = try await lab.rings(of: deployment).rollout
        #expect(done?.state == "completed")
        #expect(done?.rings.map(\.name) == ["canary", "pilot", "broad"])
        let opened = done?.rings.compactMap(\.openedAt) ?? []
        #expect(opened.count == lab.endpoints.count)
        #expect(zip(opened, opened.dropFirst()).allSatisfy { $1.seconds(since: $0) >= 2 })
    }
}

extension Lab {
    fileprivate static let sealedPackage = "labtrust2"
    private static let sealedPolicy = "lab-sealed"
    /// The scheduler's own round is longer than the soaks.
    private static let sealedText = """
        patchbay: policy/v1
        name: \(sealedPolicy)
        applies: all
        lanes:
          routine: {windows: [any], rings: sealed}
        rules:
          - {when: package = \(sealedPackage), approve: at once}
        default: {approve: by hand}
        windows:
          any: {every: day, from: "00:00", for: 24h, zone: endpoint}
        rings:
          sealed:
            - {name: canary, members: tag = canary, soak: 2s, gate: {verified: 100%, minimum: 1}}
            - {name: pilot, members: tag = pilot, soak: 2s, gate: {verified: 100%, minimum: 1}}
            - {name: broad, members: rest}
        after: {probes: [{script: labsealed}], within: 1m}

        """

    /// Puts the keys of three operators, of whom two sign policies and scripts, in the place of the
    /// server's.
    ///
    /// - Returns: the folder with the keys.
    fileprivate func seal() async throws -> String {
        let keys = folder.appending(path: "operators").path
        try await command(
            "trust", "init", "--out", keys, "--keys", "3", "--threshold", "2", "--root-version", "2"
        )
        try await patchbay("trust", "adopt", "\(keys)/root.dsse.json")
        let store = home.appending(path: "trust").path
        #expect(!FileManager.default.fileExists(atPath: store), "the server holds no key any more")
        return keys
    }

    fileprivate func saveSealedRings() async throws {
        for (number, tag) in [(1, "canary"), (2, "pilot"), (3, "others")] {
            try await patchbay("endpoint", "set", endpoint(number).id.text, "--tag", tag)
        }
        let script = folder.appending(path: "labsealed.sh")
        try Data(Self.checkText.utf8).write(to: script)
        try await patchbay("script", "create", "labsealed", "--file", script.path)
        try await saveOnly(Self.sealedPolicy, Self.sealedText)
    }

    /// A document that an operator has read, signed and handed in.
    fileprivate struct SignedPaper: Sendable, CustomStringConvertible {
        var type: String
        var deployment: DeploymentID?
        /// What `trust show` says of it.
        var words: String
        /// Whether endpoints believe it with this signature.
        var isComplete: Bool

        var description: String { "\(type): \(isComplete ? "complete" : "wants more signatures")" }
    }

    /// Waits until a document of a type waits for signatures, of one deployment where it is named;
    /// then an operator reads, signs and hands in all that waits.
    @discardableResult
    fileprivate func sign(
        _ type: String, of deployment: DeploymentID? = nil, by number: Int, with keys: String
    ) async throws -> [SignedPaper] {
        let out = folder.appending(path: "to-sign")
        let items = try await eventually("a \(type) waits for signatures", within: .seconds(300)) {
            // What was made anew meanwhile waits no more in its former version.
            try? FileManager.default.removeItem(at: out)
            let list: Answers.Waiting = try await answer(
                to: ["trust", "pending", "--out", out.path])
            let isThere = list.items.contains {
                $0.type == type && (deployment == nil || $0.deployment == deployment)
            }
            return isThere ? list.items : nil
        }
        var papers: [SignedPaper] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: out.path).sorted() {
            let file = out.appending(path: name).path
            let item = try #require(items.first { name.contains("-\($0.digest.prefix(8)).") })
            let shown = try await run([server.path, "trust", "show", file, "--format", "table"])
                .succeeded("trust show \(name)")
            try await command("sign", "--key", "\(keys)/operator-\(number).key", file)
            let outcomes: [Answers.Outcome] = try await answer(to: ["trust", "submit", file])
            papers.append(
                SignedPaper(
                    type: item.type, deployment: item.deployment, words: shown.output,
                    isComplete: outcomes.allSatisfy(\.isComplete)))
        }
        return papers
    }

    /// The order of the first ring waits for signatures, and goes on doing so; nothing has happened
    /// anywhere.
    fileprivate func expectStill(_ deployment: DeploymentID) async throws {
        // Longer than an endpoint needs to collect an order and to begin with it.
        try await Task.sleep(for: .seconds(4))
        let detail = try await rings(of: deployment)
        #expect(detail.jobs.map(\.job.endpoint) == [try endpoint(1).id])
        #expect(detail.jobs.allSatisfy { $0.job.state == .queued })
        #expect(detail.jobs.allSatisfy { $0.grant?.standing != "signed" })
        for endpoint in endpoints { try await expectUntouched(Self.sealedPackage, on: endpoint) }
    }

    /// A ring opens, and its endpoint gets the update once two operators have signed its approval;
    /// the endpoints of later rings are left alone.
    fileprivate func expectRing(
        _ place: Int, of deployment: DeploymentID, with keys: String
    ) async throws {
        let package = Self.sealedPackage
        let endpoint = endpoints[place]
        let first = try await sign("approval", of: deployment, by: place + 1, with: keys)
        let paper = try #require(first.first { $0.deployment == deployment })
        // The canary's is asked for when the policies have been signed, and reaches its order alone;
        // those of later rings reach the whole rollout, which is more than one signature may.
        if place > 0 { #expect(!paper.isComplete) }
        #expect(paper.words.contains("apt \(package) (all) 2.0"), "\(paper.words)")
        #expect(paper.words.contains(endpoint.id.text), "\(paper.words)")
        let begun = try await rings(of: deployment)
        let opened = begun.rollout?.rings.count { $0.openedAt != nil } ?? 0
        // What one signature completes may be done by now, and its soak over.
        #expect(paper.isComplete ? opened > place : opened == place + 1)
        #expect(begun.rollout?.rings.prefix(place).allSatisfy { $0.soakUntil != nil } == true)
        let waiting = endpoints[(paper.isComplete ? place + 1 : place)...]
        for endpoint in waiting { try await expectUntouched(package, on: endpoint) }
        if !paper.isComplete {
            let second = try await sign(
                "approval", of: deployment, by: (place + 1) % 3 + 1, with: keys)
            #expect(second.first { $0.deployment == deployment }?.isComplete == true, "\(second)")
        }
        try await expectVerified(on: endpoint, by: deployment)
        for later in endpoints[(place + 1)...] { try await expectUntouched(package, on: later) }
    }
}

extension Lab {
    private func expectVerified(
        on endpoint: LabEndpoint, by deployment: DeploymentID
    ) async throws {
        let what = "the order of endpoint \(endpoint.number) is verified"
        var seen = ""
        try await eventually(what, within: .seconds(420), seen: { seen }) { () -> Void? in
            let job = try await jobs(of: deployment).first { $0.endpoint == endpoint.id }
            seen = job.map { "It is \($0.state.rawValue): \($0.sentence)" } ?? "There is none."
            return job?.state == .verified ? () : nil
        }
    }
}

extension Answers {
    /// `trust pending`
    fileprivate struct Waiting: Decodable {
        struct Item: Decodable {
            var type: String
            var digest: String
            var deployment: DeploymentID?
        }

        var items: [Item]
    }

    /// `trust submit`
    fileprivate struct Outcome: Decodable { var isComplete: Bool }
}
