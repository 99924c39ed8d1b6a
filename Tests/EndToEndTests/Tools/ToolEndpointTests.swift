import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

/// The product on real endpoints with dnf 4, dnf 5, zypper, pacman and flatpak, each with the tool
/// itself, its own database and a signed repository in the lab; and on Debian 11 and 13.
///
/// A flavour that this machine cannot have (no mirror with dnf 5, say, or no static agent for an
/// older C library) is skipped by name. Set `PATCHBAY_FLAVOURS` to names, with commas between, to try
/// only some.
@Suite(.requires(.root, .networkNamespaces, .testBed, .binaries))
struct ToolEndpointTests {
    @Test(.serialized, .toolLab(), arguments: Flavour.asked)
    func `Scans, installs, verifies, and fails truthfully`(_ flavour: Flavour) async throws {
        let lab = try Lab.current
        let made = try await lab.tryBed(["flavour", flavour.name])
        guard made.status == 0 else {
            print("skipped: \(flavour.name): \(made.errorOutput)")
            try Test.cancel("\(flavour.name) cannot be had here: \(made.errorOutput)")
        }
        if flavour.needsStaticAgent, Lab.staticAgent == nil {
            print("skipped: \(flavour.name): there is no static agent: make agent-static")
            try Test.cancel("\(flavour.name) needs a static agent: make agent-static")
        }
        try await lab.loseFirst(of: flavour)
        var endpoint = try await part("the first scan", of: flavour) {
            let endpoint = try await ToolEndpoint.start(flavour, in: lab)
            try await expectTruthfulScan(endpoint)
            return endpoint
        }
        try await part("downloading ahead and an update", of: flavour) {
            let isDownloaded = try await expectPrefetch(endpoint)
            if isDownloaded { await lab.endRepository() }
            try await expectGoodUpdate(endpoint)
            if isDownloaded { try await lab.serveRepository() }
            try await expectModule(endpoint)
        }
        try await part("the way back", of: flavour) { try await expectRollback(endpoint) }
        try await part("failures", of: flavour) { try await expectFailures(endpoint) }
        try await part("a script that hangs", of: flavour) { try await expectHangAlone(endpoint) }
        try await part("a vendor's package", of: flavour) {
            try await endpoint.expectVendorPackage()
        }
        try await part("the lock and a kernel", of: flavour) {
            try await expectLockNamed(endpoint)
            try await expectKernelPending(endpoint)
        }
        endpoint = try await part("a source that fails", of: flavour) {
            try await expectBadSourceTold(endpoint)
        }
        await endpoint.agent.end(SIGKILL)
    }

    /// Does a part of the test, and tells how long that took.
    private func part<Answer>(
        _ name: String, of flavour: Flavour, isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws -> Answer
    ) async throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await work()
        print("\(flavour.name): \(name) took \((clock.now - start).components.seconds) s")
        return answer
    }

    /// What is missing stands there with what stands in its way.
    private func expectTruthfulScan(_ endpoint: ToolEndpoint) async throws {
        let flavour = endpoint.flavour
        let posture = try #require(try await endpoint.view.posture)
        let updates = posture.updates.filter { $0.manager == flavour.manager }
        let byName = Dictionary(uniqueKeysWithValues: updates.map { ($0.name, $0) })
        let own = posture.sources.filter { $0.name.hasPrefix(flavour.sources) }
        #expect(own.contains { $0.state == .ok })
        #expect(posture.unparsed == [])
        let good = try #require(byName[flavour.good])
        #expect(good.installability == .installable)
        if !flavour.first.isEmpty {
            #expect(good.installed == flavour.first)
            #expect(good.candidate == flavour.second)
        }
        #expect(byName[flavour.held]?.installability == .held)
        #expect(byName[flavour.held]?.reason?.isEmpty == false)
        if let name = flavour.keptBack {
            #expect(byName[name]?.installability == .keptBack)
            #expect(byName[name]?.reason?.contains("labgood") == true)
        }
        if let name = flavour.excluded { #expect(byName[name]?.installability == .excluded) }
        if flavour.hasAdvisories {
            #expect(good.classes == [.security])
            #expect(byName["labbug"]?.classes == [.bugfix])
        }
        // The tools that merely lie on the endpoint's disk are not its own.
        let managers = Set(posture.updates.map(\.manager))
        #expect(managers.isSubset(of: [flavour.manager, .apt]))
        #expect([.apt, .flatpak].contains(flavour.manager) || !managers.contains(.apt))
    }

    /// What is only prepared is downloaded, which flatpak cannot. From here on the endpoint has
    /// signed policies, and asks for a signed approval of whatever is installed or taken back.
    private func expectPrefetch(_ endpoint: ToolEndpoint) async throws -> Bool {
        let flavour = endpoint.flavour
        try await endpoint.lab.saveBefore(
            rules: "[{when: package = \"\(flavour.good)\", approve: prepare only}]")
        // Who asks for a scan is answered at once, and the answer brings the policies too.
        try await endpoint.lab.patchbay("endpoint", "scan", endpoint.endpoint.id.text)
        guard flavour.manager != .flatpak else { return false }
        let before = try await endpoint.version(of: flavour.good)
        let update = try await eventually(
            "it is downloaded", within: .seconds(300), seen: { endpoint.agent.log }
        ) {
            try await endpoint.view.posture?.updates.first {
                $0.name == flavour.good && $0.prefetch != nil
            }
        }
        #expect(
            update.prefetch?.state == .downloaded,
            "\(flavour.name): \(update.prefetch?.sentence ?? "")")
        #expect(try await endpoint.version(of: flavour.good) == before)
        return update.prefetch?.state == .downloaded
    }

    private func expectGoodUpdate(_ endpoint: ToolEndpoint) async throws {
        let flavour = endpoint.flavour
        // What the endpoint holds is left out, and the other goes in.
        let held = try await endpoint.version(of: flavour.held)
        let job = try await endpoint.lab.deploy(
            flavour.good, flavour.held, to: endpoint.endpoint)
        #expect(job.state == .verified, "\(flavour.name): \(job.sentence)")
        #expect(job.updates.map(\.name) == [flavour.good])
        #expect(try await endpoint.version(of: flavour.held) == held)
        let outcome = try #require(job.outcome(flavour.good))
        let version = try await endpoint.version(of: flavour.good)
        let shown = outcome.versionAfter?.split(separator: "@").last ?? ""
        #expect(version.contains(shown), "\(version) \(shown)")
        #expect(!shown.isEmpty)
        let refused = try await endpoint.lab.tryPatchbay([
            "deployment", "create", "--endpoint", endpoint.endpoint.id.text, "--update",
            flavour.held,
        ])
        #expect(refused.status == 3)
    }

    /// A package of a module says its stream in the inventory, before and after an update, and is
    /// never offered what another stream has.
    private func expectModule(_ endpoint: ToolEndpoint) async throws {
        guard let name = endpoint.flavour.modular else { return }
        struct Packages: Decodable {
            struct Item: Decodable {
                var name: String
                var version: String
                var module: String?
            }

            var packages: [Item]
        }
        func installed() async throws -> Packages.Item? {
            let list: Packages = try await endpoint.lab.answer(
                to: ["endpoint", "packages", endpoint.endpoint.id.text])
            return list.packages.first { $0.name == name }
        }
        let update = try await endpoint.view.posture?.updates.first { $0.name == name }
        #expect(update?.candidate == endpoint.flavour.second)
        #expect(try await installed()?.module == "labstream:1")
        let job = try await endpoint.lab.deploy(name, to: endpoint.endpoint)
        #expect(job.state == .verified, "\(endpoint.flavour.name): \(job.sentence)")
        try await eventually("the inventory shows the new version") {
            try await installed()?.version == endpoint.flavour.second ? () : nil
        }
        #expect(try await installed()?.module == "labstream:1")
        #expect(try await installed()?.version == endpoint.version(of: name))
    }

    /// What is kept, or can still be had, is taken back; what cannot is told before it is
    /// installed. What was taken back does not come again by itself.
    private func expectRollback(_ endpoint: ToolEndpoint) async throws {
        let (lab, flavour) = (endpoint.lab, endpoint.flavour)
        let names = [flavour.back, flavour.lost]
        let plan: Answers.Plan = try await lab.plan(names, on: [endpoint.endpoint])
        #expect(plan.lines.first?.noWayBack == [flavour.lost])
        let unaccepted = try await lab.tryPatchbay([
            "deployment", "create", "--endpoint", endpoint.endpoint.id.text, "--update",
            flavour.lost,
        ])
        #expect(unaccepted.errorOutput.contains("E_NO_WAY_BACK_UNACCEPTED"))
        let before = try await endpoint.version(of: flavour.back)
        let deployment = try await lab.approve(names, on: [endpoint.endpoint])
        let job = try await lab.end(of: deployment, on: endpoint.endpoint)
        #expect(job.state == .verified, "\(flavour.name): \(job.sentence)")
        #expect(job.outcome(flavour.back)?.wayBack == .packageDowngrade)
        #expect(job.outcome(flavour.lost)?.wayBack == .noWay)
        let after = try await endpoint.version(of: flavour.back)
        #expect(after != before)
        // Without any source, only what the agent has kept is left of the old version.
        if flavour.keepsFiles { await lab.endRepository() }
        let made: Deployment = try await lab.answer(to: Scenario.rollback(deployment))
        let back = try await lab.end(of: made.id, on: endpoint.endpoint)
        if flavour.keepsFiles { try await lab.serveRepository() }
        #expect(back.state == .verified, "\(flavour.name): \(back.sentence)")
        #expect(back.updates.map(\.name) == [flavour.back])
        #expect(try await endpoint.version(of: flavour.back) == before)
        let refused = try await lab.tryPatchbay([
            "deployment", "create", "--plan", "--endpoint", endpoint.endpoint.id.text,
            "--update", flavour.back, "--format", "json",
        ])
        #expect(refused.output.contains("is blocked until a person unblocks it"))
    }

    /// A version whose script failed is in by what the tool says, and is taken back.
    private func expectFailedTakenBack(
        _ bad: String, of deployment: DeploymentID, on endpoint: ToolEndpoint
    ) async throws {
        let flavour = endpoint.flavour
        #expect(try await endpoint.version(of: bad).contains(flavour.second))
        let made: Deployment = try await endpoint.lab.answer(
            to: Scenario.rollback(deployment) + ["--update", bad])
        let back = try await endpoint.lab.end(of: made.id, on: endpoint.endpoint)
        #expect(back.state == .verified, "\(flavour.name): \(back.sentence)")
        #expect(try await endpoint.version(of: bad).contains(flavour.first))
    }

    /// A script that fails though the tool says that all went well, and a package without a
    /// signature.
    private func expectFailures(_ endpoint: ToolEndpoint) async throws {
        let flavour = endpoint.flavour
        let (bad, other) = flavour.failing
        let first = try await endpoint.version(of: bad)
        let deployment = try await endpoint.lab.approve(
            [bad] + (other.map { [$0] } ?? []), on: [endpoint.endpoint])
        let failing = try await endpoint.lab.end(of: deployment, on: endpoint.endpoint)
        let outcome = try #require(failing.outcome(bad))
        #expect(outcome.state == .failed, "\(flavour.name): \(outcome.sentence)")
        if let other {
            #expect(outcome.failure == .maintainerScript)
            #expect(outcome.sentence.contains("cannot migrate"), "\(outcome.sentence)")
            #expect(failing.outcome(other)?.state == .verified, "\(failing.sentence)")
            #expect(try await endpoint.version(of: other).contains(flavour.second))
            // dpkg does not take it for installed, and there is nothing yet to go back from.
            if flavour.manager != .apt {
                try await expectFailedTakenBack(bad, of: deployment, on: endpoint)
            }
        } else {
            #expect(outcome.failure == .versionNotAvailable, "\(outcome.sentence)")
            #expect(try await endpoint.version(of: bad) == first)
        }
        if let name = flavour.unsigned {
            let before = try await endpoint.version(of: name)
            let job = try await endpoint.lab.deploy(name, to: endpoint.endpoint)
            #expect(job.state == .failed)
            #expect(job.outcome(name)?.failure == .signature, "\(job.sentence)")
            #expect(try await endpoint.version(of: name) == before)
        }
        if let name = flavour.keptBack {
            let job = try await endpoint.lab.deploy(name, to: endpoint.endpoint)
            #expect(job.outcome(name)?.failure == .dependency, "\(job.sentence)")
        }
    }

    /// A script that hangs is ended by itself: its package has failed, and what comes after it goes
    /// in by the same run. The system's own apt has a scenario.
    private func expectHangAlone(_ endpoint: ToolEndpoint) async throws {
        let flavour = endpoint.flavour
        guard let (bad, other) = flavour.hanging else { return }
        let job = try await endpoint.lab.deploy(bad, other, to: endpoint.endpoint)
        let outcome = try #require(job.outcome(bad))
        #expect(outcome.state == .failed, "\(flavour.name): \(outcome.sentence)")
        #expect(outcome.failure == .hung, "\(flavour.name): \(outcome.sentence)")
        #expect(outcome.sentence.contains("its script printed nothing for 60 s and was ended"))
        #expect(job.outcome(other)?.state == .verified, "\(flavour.name): \(job.sentence)")
        #expect(try await endpoint.version(of: other).contains(flavour.second))
    }

    /// While the tool itself is at work, a job says which process it waits for.
    private func expectLockNamed(_ endpoint: ToolEndpoint) async throws {
        guard let slow = endpoint.flavour.slow else { return }
        let deployment = try await {
            let holder = try endpoint.beside(slow)
            try await eventually("the tool is at work", seen: { holder.log }) {
                let isAtWork =
                    holder.log.contains("labslow-") || holder.log.contains("upgrading labslow")
                return isAtWork ? () : nil
            }
            return try await endpoint.lab.approve("labnewdep", on: endpoint.endpoint)
        }()
        let waiting = try await endpoint.lab.job(of: deployment, once: "waits for the lock") {
            $0.progress?.phase == .waitingForLock
        }
        #expect(waiting.sentence.contains("pid "), "\(waiting.sentence)")
        let job = try await endpoint.lab.end(of: deployment, on: endpoint.endpoint)
        #expect(job.state == .verified, "\(endpoint.flavour.name): \(job.sentence)")
    }

    /// A kernel that is installed and does not run waits for a reboot.
    private func expectKernelPending(_ endpoint: ToolEndpoint) async throws {
        guard let kernel = endpoint.flavour.kernel else { return }
        let deployment = try await endpoint.lab.approve(kernel, on: endpoint.endpoint)
        let job = try await eventually("\(kernel) is installed") {
            let job = try await endpoint.lab.job(of: deployment)
            return job.outcome(kernel) == nil ? nil : job
        }
        #expect(job.outcome(kernel)?.state == .pendingRestart, "\(job.sentence)")
        #expect(try await endpoint.view.posture?.reboot.required == true)
    }

    /// A source that does not answer is a failed one, and never "no updates".
    private func expectBadSourceTold(_ endpoint: ToolEndpoint) async throws -> ToolEndpoint {
        let number = "\(endpoint.flavour.number)"
        try await endpoint.lab.bed("net", number, "reset", "server", "8080")
        let again = try await endpoint.restarted()
        let view = try await eventually("the failed source is reported") {
            let view = try await again.view
            return view.posture?.sources.contains { $0.state == .failed } == true ? view : nil
        }
        let posture = try #require(view.posture)
        #expect(posture.sources.first { $0.state == .failed }?.error?.isEmpty == false)
        #expect(!posture.updates.isEmpty)
        #expect(view.item.verdict.compliance != .compliant)
        try await endpoint.lab.bed("net", number, "heal")
        return again
    }
}
