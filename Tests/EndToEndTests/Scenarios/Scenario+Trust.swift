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

    static let sealed = Scenario(
        "policies and approvals that operators have signed in sealed mode patch an endpoint"
    ) { lab in
        let endpoint = try lab.endpoint(1)
        let keys = lab.folder.appending(path: "operators").path
        try await lab.command("trust", "init", "--out", keys, "--keys", "2", "--root-version", "2")
        try await lab.patchbay("trust", "adopt", "\(keys)/root.dsse.json")
        let store = lab.home.appending(path: "trust").path
        #expect(!FileManager.default.fileExists(atPath: store), "the server holds no key any more")
        let script = lab.folder.appending(path: "labsealed.sh")
        try Data(Lab.checkText.utf8).write(to: script)
        try await lab.patchbay("script", "create", "labsealed", "--file", script.path)
        try await lab.saveWindow(openingIn: -60, after: "{probes: [{script: labsealed}]}")
        let deployment = try await lab.approve("labtrust2", on: endpoint)
        try await Task.sleep(for: .seconds(10))
        #expect(try await lab.job(of: deployment).state == .queued)
        // First the policies and what people say of endpoints, then the approval made under them.
        try await lab.signPending(with: keys, round: 1)
        try await lab.signPending(with: keys, round: 2)
        // The brake wants a second person where approvals went to several tenants within the hour,
        // as those of the scenarios before this one did.
        try await lab.signPending(with: keys, operator: 2, round: 3, isNeeded: false)
        let done = try await eventually("it is verified", within: .seconds(420)) {
            let job = try await lab.job(of: deployment)
            return job.state.isTerminal ? job : nil
        }
        try await expectVerified(done, "labtrust2", on: endpoint)
        let probe = done.result?.probes?.first { $0.probe == "script:labsealed" }
        #expect(probe?.isPassed == true, "\(probe?.sentence ?? "the script was not run")")
        let doctor = try await endpoint.tryRun(["/usr/bin/patchbay-agent", "doctor"])
        #expect(doctor.output.contains("trust root version 2"), "\(doctor.output)")
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
    func saveWindow(openingIn seconds: Int, after: String? = nil) async throws {
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
            \(after.map { "after: \($0)" } ?? "")

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

    /// Signs all that waits with an operator's key, and hands it in; waits until there is something
    /// to sign where that `isNeeded`.
    func signPending(
        with keys: String, operator number: Int = 1, round: Int, isNeeded: Bool = true
    ) async throws {
        let out = folder.appending(path: "to-sign-\(round)")
        try await eventually("something waits for signatures") {
            try? FileManager.default.removeItem(at: out)
            try await patchbay("trust", "pending", "--out", out.path)
            return try !isNeeded
                || !FileManager.default.contentsOfDirectory(atPath: out.path).isEmpty
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: out.path) {
            let file = out.appending(path: name).path
            try await command("sign", "--key", "\(keys)/operator-\(number).key", file)
            try await patchbay("trust", "submit", file)
        }
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
