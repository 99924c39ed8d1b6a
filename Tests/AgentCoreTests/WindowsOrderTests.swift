import Fleet
import Rollout
import Testing

@testable import AgentCore

/// Orders for updates of Windows, which replace nothing.
struct WindowsOrderTests {
    private static let id = "11072231-1710-cf53-27ac-435a7a97c643"
    private let update = LockedUpdate(
        manager: .windowsUpdate, name: "KB5079473", architecture: "all", from: "", to: "\(id).200")

    private func checked(
        _ update: LockedUpdate, installed: [PackageKey: String] = [:]
    ) -> JobRun {
        var job = JobRun(Orders.order([update]), endpoint: Orders.endpoint)
        _ = job.handle(.scanned(EndpointView(installed: installed)), at: Orders.start)
        return job
    }

    private func ran(_ view: EndpointView) -> UpdateOutcome? {
        var job = checked(update)
        let plan = RunPlan(
            kind: .install, commands: [["/bin/powershell"]], environment: [:],
            inactivityLimitSeconds: 60, updates: [update])
        _ = job.handle(
            .preflighted(.ready(install: [update], settled: []), plan: plan, logOffset: 0),
            at: Orders.start)
        let verdict = RunVerdict(failure: nil, sentence: "Windows Update reported success.")
        _ = job.handle(.runEnded(.exited(0), verdict), at: Orders.start)
        _ = job.handle(.scanned(view), at: Orders.start)
        return job.outcomes[update]
    }

    @Test func `one that is not there is installed, though nothing else new ever is`() {
        #expect(checked(update).stage == .preflight)
        var other = update
        (other.manager, other.name, other.to) = (.winget, "Git.Git", "2.45.1")
        #expect(checked(other).outcomes[other]?.failure == .refused)
    }

    @Test func `one that is there is verified without a run, and is not taken back`() {
        let there = checked(update, installed: [update.key: update.to])
        #expect(there.outcomes[update]?.state == .verified)
        #expect(checked(update.undone).outcomes[update.undone]?.failure == .refused)
    }

    @Test func `only a look that shows it verifies it`() {
        #expect(ran(EndpointView(installed: [update.key: update.to]))?.state == .verified)
        let lied = ran(EndpointView(installed: [:]))
        #expect(lied?.state == .failedVerification && lied?.failure == .nothingChanged)
        #expect(lied?.sentence.hasSuffix("KB5079473 is not installed.") == true)
        // Another update under the same article is another update.
        let other = EndpointView(
            installed: [update.key: "22072231-1710-cf53-27ac-435a7a97c643.200"])
        #expect(ran(other)?.failure == .nothingChanged)
    }

    @Test func `one that is in and waits for a reboot says so`() {
        let signal = RebootSignal(
            kind: .coreFilesReplaced,
            detail: "Windows Update waits for a reboot to finish KB5079473")
        let outcome = ran(EndpointView(installed: [update.key: update.to], signals: [signal]))
        #expect(outcome?.state == .pendingRestart && outcome?.pending == .reboot)
    }

    @Test func `revisions of one update have an order, and different updates have none`() {
        let order = { (a: String, b: String) in
            PackageManagerName.windowsUpdate.order(a, b).map { "\($0)" }
        }
        #expect(order("\(Self.id).200", "\(Self.id).201") == "less")
        #expect(order("\(Self.id).200", "\(Self.id).200") == "equal")
        #expect(order("\(Self.id).200", "22072231-1710-cf53-27ac-435a7a97c643.201") == nil)
    }
}
