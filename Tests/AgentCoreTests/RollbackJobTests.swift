import AgentProtocol
import Fleet
import Rollout
import Testing

@testable import AgentCore

/// Orders that take updates back.
struct RollbackJobTests {
    private let back = Orders.update("labgood").undone

    private func view(_ version: String) -> EndpointView {
        EndpointView(installed: [back.key: version])
    }

    private func checked(_ updates: [LockedUpdate], on version: String) -> JobRun {
        var job = JobRun(Orders.order(updates), endpoint: Orders.endpoint)
        _ = job.handle(.scanned(view(version)), at: Orders.start)
        return job
    }

    @Test func `The line that undoes an update names both versions the other way round`() {
        #expect(back.from == "2.0")
        #expect(back.to == "1.0")
        #expect(back.isRollback)
    }

    @Test func `Exactly the ordered version is taken back, and verified only by a scan`() {
        var job = checked([back], on: "2.0")
        #expect(job.stage == .preflight)
        let plan = RunPlan(
            kind: .install, commands: [["/usr/bin/tool"]], environment: [:],
            inactivityLimitSeconds: 60, updates: [back])
        _ = job.handle(
            .preflighted(.ready(install: [back], settled: []), plan: plan, logOffset: 0),
            at: Orders.start)
        var lied = job
        let verdict = RunVerdict(failure: nil, sentence: "apt reported success.")
        _ = job.handle(.runEnded(.exited(0), verdict), at: Orders.start)
        _ = job.handle(.scanned(view("1.0")), at: Orders.start)
        #expect(job.outcomes[back]?.state == .verified)
        _ = lied.handle(.runEnded(.exited(0), verdict), at: Orders.start)
        _ = lied.handle(.scanned(view("2.0")), at: Orders.start)
        #expect(lied.outcomes[back]?.state == .failedVerification)
        #expect(lied.outcomes[back]?.failure == .nothingChanged)
    }

    @Test func `A version that is back already is verified without a run`() {
        #expect(checked([back], on: "1.0").outcomes[back]?.state == .verified)
    }

    @Test(arguments: ["2.1", "1.5"])
    func `Another version than the one to be taken back is left alone`(_ version: String) {
        let outcome = checked([back], on: version).outcomes[back]
        #expect(outcome?.failure == .refused)
        #expect(outcome?.sentence.contains("\(version) is installed") == true)
    }

    @Test func `Without the word for it nothing goes back, and back and forth are not mixed`() {
        let plain = LockedUpdate(
            manager: .apt, name: "labgood", architecture: "amd64", from: "2.0", to: "1.0")
        #expect(checked([plain], on: "2.0").outcomes[plain]?.failure == .refused)
        let forth = Orders.update("labother")
        #expect(checked([back, forth], on: "2.0").outcomes[back]?.failure == .refused)
        var upwards = back
        (upwards.from, upwards.to) = ("1.0", "2.0")
        #expect(checked([upwards], on: "1.0").outcomes[upwards]?.failure == .refused)
    }

    @Test func `What has no order goes back only from exactly what is taken back`() {
        let line = LockedUpdate(
            manager: .flatpak, name: "org.lab.Good", architecture: "x86_64",
            from: "aaaaaaaaaaaa", to: "bbbbbbbbbbbb", goesBack: true)
        func outcome(_ version: String) -> UpdateOutcome? {
            var job = JobRun(Orders.order([line]), endpoint: Orders.endpoint)
            _ = job.handle(
                .scanned(EndpointView(installed: [line.key: version])), at: Orders.start)
            return job.outcomes[line]
        }
        #expect(outcome("aaaaaaaaaaaa") == nil)
        #expect(outcome("cccccccccccc")?.failure == .refused)
        #expect(outcome("bbbbbbbbbbbb")?.state == .verified)
    }

    @Test func `How an update can be undone is kept in the journal and told with its outcome`() {
        let update = Orders.update("labgood")
        var job = checked([update], on: "1.0")
        let known = [KnownWayBack(update: update, wayBack: .packageDowngrade)]
        let entries = job.handle(.keptWaysBack(known), at: Orders.start)
        #expect(entries.map(\.event) == [.keptWaysBack(known)])
        let plan = RunPlan(
            kind: .install, commands: [["/usr/bin/tool"]], environment: [:],
            inactivityLimitSeconds: 60, updates: [update])
        _ = job.handle(
            .preflighted(.ready(install: [update], settled: []), plan: plan, logOffset: 0),
            at: Orders.start)
        _ = job.handle(
            .runEnded(.exited(0), RunVerdict(failure: nil, sentence: "Done.")), at: Orders.start)
        _ = job.handle(.scanned(view("2.0")), at: Orders.start)
        #expect(job.outcomes[update]?.wayBack == .packageDowngrade)
    }
}
