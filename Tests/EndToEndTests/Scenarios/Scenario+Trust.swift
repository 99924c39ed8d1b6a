import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    /// The last of all: the lab's installation is sealed by it, and stays so.
    static let trust = [windowWithoutServer, forgedGrant, sealed]

    static let windowWithoutServer = Scenario(
        "an order waits for its window, and is carried out in it with the server gone"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        try await lab.saveWindow(openingIn: 60)
        let deployment = try await lab.approve("labtrust1", on: endpoint)
        let waiting = try await eventually("the endpoint waits for its window") {
            let job = try await lab.job(of: deployment)
            return job.progress?.phase == .waitingForWindow ? job : nil
        }
        #expect(waiting.state == .running)
        let opens = try #require(waiting.progress?.until)
        try await expectUntouched("labtrust1", on: endpoint)
        await lab.endServer()
        try await eventually("it is installed with the server gone", within: .seconds(300)) {
            try await endpoint.package("labtrust1") == "installed 2.0"
        }
        #expect(Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) >= opens)
        try await lab.startServer()
        let done = try await eventually("the result comes", within: .seconds(420)) {
            let job = try await lab.job(of: deployment)
            return job.state.isTerminal ? job : nil
        }
        try await expectVerified(done, "labtrust1", on: endpoint)
    }

    static let forgedGrant = Scenario(
        "an order whose approval is forged or missing is refused, whatever keys the server has"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        try await lab.saveWindow(openingIn: -60)
        try await endpoint.expectPolicies()
        for other in lab.endpoints where other.number != 1 { try await other.stopAgent() }
        let orders = try [nil, "{}", "{\"payload\":\"\",\"payloadType\":\"\",\"signatures\":[]}"]
            .map { try HostileOrder.unapproved("labtrust2", for: endpoint.id, grant: $0) }
        let record = lab.folder.appending(path: "unapproved-record")
        let answers = try lab.write(orders.map(\.answer))
        await lab.endServer()
        lab.keep(
            try lab.startInServerNetwork(
                "hostile",
                [
                    Lab.tool("hostile-server").path, lab.home.appending(path: "keys").path, "8443",
                    answers.path, record.path,
                ]), as: .server)
        let results = try await eventually("each order is answered", within: .seconds(240)) {
            let results = try HostileOrder.results(in: record)
            return results.count < orders.count ? nil : results
        }
        await lab.endServer()
        for order in orders {
            let outcome = results[order.job.text]?.outcomes.first
            #expect(outcome?.failure == .refused, "\(outcome?.sentence ?? "no result")")
        }
        try await expectUntouched("labtrust2", on: endpoint)
        try await lab.startServer()
        for other in lab.endpoints where other.number != 1 { try await other.restartAgent() }
    }
}

extension Lab {
    /// Packages for signed approvals: version 1.0 is installed in every endpoint, 2.0 is on offer.
    static let trustPackages = ["labtrust1", "labtrust2"]
    private static let trustPolicy = "lab-trust"

    /// Adds them to the repository.
    func addTrustPackages() async throws {
        for name in Self.trustPackages {
            try await repository("add", name, "1.0")
            try await repository("add", name, "2.0")
        }
    }

    /// Saves a policy whose window opens once a day, so many seconds from now, for two hours.
    func saveWindow(openingIn seconds: Int) async throws {
        let opens = Date().addingTimeInterval(Double(seconds))
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: TimeZone(secondsFromGMT: 0) ?? .current, from: opens)
        // A window begins at a whole minute.
        let minutes = (parts.hour ?? 0) * 60 + (parts.minute ?? 0) + (seconds > 0 ? 1 : 0)
        let from = String(format: "%02d:%02d", minutes / 60 % 24, minutes % 60)
        let text = """
            patchbay: policy/v1
            name: \(Self.trustPolicy)
            applies: all
            lanes:
              routine: {windows: [soon]}
            default: {approve: by hand}
            windows:
              soon: {every: day, from: "\(from)", for: 2h, zone: UTC}

            """
        let file = folder.appending(path: "window.yaml")
        try Data(text.utf8).write(to: file)
        let policies: Answers.Policies = try await answer(to: ["policy", "list"])
        for policy in policies.items where policy.name != Self.trustPolicy {
            try await patchbay("policy", "delete", policy.name, "--confirm")
        }
        let isThere = policies.items.contains { $0.name == Self.trustPolicy }
        try await patchbay(
            isThere
                ? ["policy", "update", Self.trustPolicy, "--file", file.path, "--confirm"]
                : ["policy", "create", file.path, "--confirm"])
    }

    /// Runs a command that needs no server and no home folder.
    func command(_ arguments: String...) async throws {
        try await run([server.path] + arguments).succeeded(arguments.joined(separator: " "))
    }
}

extension LabEndpoint {
    /// It holds signed policies.
    func expectPolicies() async throws {
        try await eventually("the endpoint holds signed policies", within: .seconds(300)) {
            try await tryRun(["/usr/bin/patchbay-agent", "doctor"]).output
                .contains("policies: Version")
        }
    }
}
