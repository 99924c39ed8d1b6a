@testable import AgentCore
@testable import AgentEvidence
import AgentProtocol
import Fleet
import Forensics
import Rollout
import Testing
import Trust

/// Evidence before an installation: a job waits for it, and nothing is run without it.
struct EvidenceJobTests {
    @Test func `an order that demands evidence installs after it is on the disk`() async throws {
        let bench = EvidenceBench()
        let order = EvidenceBench.order()
        let result = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified])
        let mark = try #require(result.evidence)
        #expect(bench.machine.change { $0.startedBefore } == [0])
        #expect(try bench.steps(of: order) == ["evidence", "install"])
        let bytes = try #require(bench.folder.files["evidence/\(mark.id).json"])
        #expect(Digest.sha256Hex(bytes) == mark.sha256)
        let bundle = try #require(AgentJSON.decode(EvidenceBundle.self, from: bytes))
        #expect(bundle.reason == .demanded)
        #expect(bundle.vulnerabilities == ["CVE-2026-1000"])
        #expect(bundle.job == order.job)
        #expect(bundle.fault == nil)
        #expect(
            result.notes.contains {
                $0.hasPrefix("Evidence was taken before the installation: \(mark.id)")
            }, "\(result.notes)")
    }

    @Test func `an order that demands none takes none`() async throws {
        let bench = EvidenceBench()
        let result = try await bench.finish(Orders.order(of: "labgood"))
        #expect(result.states == ["labgood": .verified])
        #expect(result.evidence == nil)
        #expect(bench.machine.captures == 0)
    }

    @Test func `what takes updates back needs none`() async throws {
        let bench = EvidenceBench()
        var update = Orders.update("labgood", from: "1.0", to: "0.9")
        update.goesBack = true
        let result = try await bench.finish(EvidenceBench.order(updates: [update]))
        #expect(bench.machine.captures == 0)
        #expect(result.evidence == nil)
    }

    @Test func `without evidence nothing is started, and the job says why`() async throws {
        let bench = EvidenceBench()
        bench.machine.change {
            $0.sections[0] = EvidenceSection(
                .processes, lines: [], failure: "/proc cannot be read.")
        }
        let order = EvidenceBench.order()
        let outcome = try #require(try await bench.finish(order).outcome("labgood"))
        #expect(outcome.state == .skipped)
        #expect(outcome.failure == .evidenceMissing)
        #expect(outcome.sentence.contains("/proc cannot be read."), "\(outcome.sentence)")
        #expect(bench.world.starts.isEmpty)
        #expect(try bench.steps(of: order).isEmpty)
    }

    @Test func `a disk without room for evidence keeps everything from being started`() async throws
    {
        let bench = EvidenceBench(isFull: true)
        let outcome = try #require(try await bench.finish(EvidenceBench.order()).outcome("labgood"))
        #expect(outcome.failure == .evidenceMissing)
        #expect(outcome.sentence.contains("No space left on device."), "\(outcome.sentence)")
        #expect(bench.world.starts.isEmpty)
    }

    @Test func `evidence comes before a repair of the package database too`() async throws {
        let bench = EvidenceBench()
        bench.world.change { $0.isInterrupted = true }
        let order = EvidenceBench.order()
        let result = try await bench.finish(order)
        #expect(result.states == ["labgood": .verified])
        #expect(try bench.steps(of: order) == ["evidence", "repair", "install"])
    }

    @Test func `evidence from after the clock's start is not taken again`() async throws {
        let bench = EvidenceBench()
        let desk = bench.desk
        let first = try await bench.finish(EvidenceBench.order(), desk: desk)
        bench.world.change {
            $0.installed[World.key("labgood")] = "1.0"
            $0.now = $0.now.adding(seconds: 60)
        }
        var next = EvidenceBench.order()
        next.job = Orders.identifier(77)
        next.issuedAt = bench.world.now
        let second = try await bench.finish(next, desk: desk)
        #expect(second.evidence == first.evidence)
        #expect(bench.machine.captures == 1)
        // Another clock, which began later.
        bench.world.change { $0.installed[World.key("labgood")] = "1.0" }
        var last = EvidenceBench.order()
        last.job = Orders.identifier(78)
        last.issuedAt = bench.world.now
        last.evidence?.since = bench.world.now
        let third = try await bench.finish(last, desk: desk)
        #expect(third.evidence != first.evidence)
        #expect(bench.machine.captures == 2)
    }

    @Test(arguments: CrashingFolder.Mode.allCases)
    func `a kill at any write loses no evidence that an installation went on by`(
        _ mode: CrashingFolder.Mode
    ) async throws {
        let order = EvidenceBench.order()
        let calm = EvidenceBench()
        _ = try await calm.finish(order)
        for write in 0..<calm.folder.writes {
            let bench = EvidenceBench()
            bench.folder.crash(at: write, mode)
            let result = try await bench.finish(order)
            let mark = try #require(result.evidence, "write \(write)")
            let bytes = try #require(
                bench.folder.files["evidence/\(mark.id).json"], "write \(write)")
            #expect(Digest.sha256Hex(bytes) == mark.sha256, "write \(write)")
            #expect(result.states == ["labgood": .verified], "write \(write)")
            #expect(bench.world.starts.values.allSatisfy { $0 == 1 }, "write \(write)")
            #expect(bench.machine.change { $0.startedBefore }.allSatisfy { $0 == 0 })
            #expect(bench.machine.captures <= 2, "write \(write)")
            let steps = try bench.steps(of: order)
            #expect(steps.first == "evidence", "write \(write): \(steps)")
        }
    }
}
