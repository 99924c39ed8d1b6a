import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// Packages of the scenario: all that its bundle holds.
    private static let bundlePackages = ["labbundleone", "labbundletwo"]

    static let bundle = Scenario(
        "a bundle is approved, paused and brought from ring to ring as one, reported, and taken back"
    ) { lab in
        let (canary, early) = (try lab.endpoint(1), try lab.endpoint(2))
        try await lab.saveRings()
        try await lab.prepareBundlePackages(bundlePackages, on: [canary, early])
        let made: Answers.Bundle = try await lab.answer(
            to: ["bundle", "create", "lab-bundle", "--package", "labbundle*"])
        #expect(made.version == 1 && made.state == "proposed" && made.content.lines == 2)
        let refused = try await lab.tryPatchbay(["bundle"] + lab.promotion(to: "canary"))
        #expect(refused.status != 0 && refused.errorOutput.contains("E_BUNDLE_STATE"))
        let approved = try await lab.bundle("approve")
        #expect(approved.state == "approved")

        // While the canary is away its order waits, and the pause takes it back.
        try await canary.stopAgent()
        let gone = try await lab.bundle(lab.promotion(to: "canary"))
        #expect(gone.promotions.map(\.endpoints) == [1])
        let paused = try await lab.bundle("pause", "--reason", "Somebody must look")
        #expect(paused.pausedAt != nil && paused.promotions.map(\.isPaused) == [true])
        try await canary.startAgent()
        try await eventually("what was not begun is taken back") { () -> Void? in
            let jobs = try await lab.jobs(of: gone.promotions[0].deployment)
            return jobs.allSatisfy { $0.state == .cancelled } ? () : nil
        }
        for name in bundlePackages { try await expectUntouched(name, on: canary) }

        _ = try await lab.bundle("resume")
        try await lab.expectReport(verified: 1, all: 1, none: 1)
        for name in bundlePackages {
            #expect(try await canary.package(name) == "installed 2.0")
            try await expectUntouched(name, on: early)
        }
        _ = try await lab.bundle(lab.promotion(to: "early"))
        try await lab.expectReport(verified: 2, all: 2, none: 0)
        for name in bundlePackages { #expect(try await early.package(name) == "installed 2.0") }
        try await lab.expectSameFile(as: Set([canary.id, early.id]))

        let back = try await lab.bundle("rollback")
        #expect(back.rolledBackAt != nil)
        for promotion in back.promotions {
            let deployment = try #require(promotion.takenBackBy)
            let jobs = try await eventually("\(deployment) ends") { () -> [Job]? in
                let jobs = try await lab.jobs(of: deployment)
                return jobs.allSatisfy(\.state.isTerminal) && !jobs.isEmpty ? jobs : nil
            }
            #expect(jobs.allSatisfy { $0.state == .verified }, "\(jobs.map(\.sentence))")
        }
        for (endpoint, name) in [canary, early].flatMap({ each in
            bundlePackages.map { (each, $0) }
        }) {
            #expect(try await endpoint.package(name) == "installed 1.0")
        }
        try await lab.expectReport(verified: 0, all: 0, none: 2)
        for name in bundlePackages {
            try await lab.patchbay("update", "blocked", "unblock", name, "2.0")
        }
    }
}

extension Lab {
    /// Installs version 1.0 of the packages and offers 2.0.
    fileprivate func prepareBundlePackages(
        _ names: [String], on endpoints: [LabEndpoint]
    ) async throws {
        for name in names { try await repository("add", name, "1.0") }
        for endpoint in endpoints {
            try await endpoint.run("/usr/bin/apt-get", "-q", "update")
            try await endpoint.run(
                "/usr/bin/apt-get", "-q", "-y", "install", names[0], names[1])
        }
        for name in names { try await repository("add", name, "2.0") }
        for endpoint in endpoints {
            try await endpoint.restartAgent()
            try await eventually("the updates are known") {
                let updates = try await view(of: endpoint).posture?.updates ?? []
                return updates.count { names.contains($0.name) } == names.count
            }
        }
    }

    /// What is given to the command line to bring the bundle to a ring.
    fileprivate func promotion(to ring: String) -> [String] {
        ["promote", "lab-bundle", "--policy", "lab-rings", "--ring", ring, "--no-way-back"]
    }

    /// Does something with the bundle.
    fileprivate func bundle(_ verb: String, _ options: String...) async throws -> Answers.Bundle {
        try await bundle([verb, "lab-bundle"] + options)
    }

    fileprivate func bundle(_ arguments: [String]) async throws -> Answers.Bundle {
        try await answer(to: ["bundle"] + arguments)
    }

    /// Waits until the report says so.
    fileprivate func expectReport(verified: Int, all: Int, none: Int) async throws {
        let wanted = "\(verified) verified, \(all) all, \(none) none"
        var seen = ""
        try await eventually("the report says \(wanted)", seen: { seen }) { () -> Void? in
            let report: Answers.BundleReport = try await answer(
                to: ["bundle", "report", "lab-bundle"])
            let figures = report.figures
            seen = "\(figures)"
            let isSo =
                figures.verified == verified && figures.all == all && figures.none == none
            return isSo ? () : nil
        }
    }

    /// The file of the report has the same endpoints, each with all of it.
    fileprivate func expectSameFile(as endpoints: Set<EndpointID>) async throws {
        let file = try await patchbay("bundle", "report", "lab-bundle", "--format", "csv").output
        let rows = file.split(whereSeparator: \.isNewline).dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(Set(rows.compactMap(\.first)) == Set(endpoints.map(\.text)), "\(file)")
        #expect(rows.allSatisfy { $0.count > 5 && $0[2] == "all" && $0[5] == "verified" })
    }
}

extension Answers {
    /// `bundle`
    struct Bundle: Decodable {
        struct Content: Decodable { var lines: Int }
        struct Promotion: Decodable {
            var deployment: DeploymentID
            var endpoints: Int
            var isPaused: Bool?
            var takenBackBy: DeploymentID?
        }

        var version: Int
        var state: String
        var content: Content
        var promotions: [Promotion]
        var pausedAt: Timestamp?
        var rolledBackAt: Timestamp?
    }

    /// `bundle report`
    struct BundleReport: Decodable {
        struct Figures: Decodable {
            var endpoints: Int
            var all: Int
            var part: Int
            var none: Int
            var unknown: Int
            var verified: Int
            var failed: Int
        }

        var figures: Figures
    }
}
