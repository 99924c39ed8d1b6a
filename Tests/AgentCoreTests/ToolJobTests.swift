import Fleet
import Rollout
import Testing

@testable import AgentCore

/// Jobs for tools besides apt.
struct ToolJobTests {
    private func update(_ manager: PackageManagerName, _ name: String) -> LockedUpdate {
        LockedUpdate(
            manager: manager, name: name, architecture: "x86_64",
            from: manager == .flatpak ? "1.0@aaaaaaaaaaaa" : "1.0-1",
            to: manager == .flatpak ? "1.0@000000000000" : "2.0-1")
    }

    private func view(_ updates: [LockedUpdate], new: [LockedUpdate]) -> EndpointView {
        var view = EndpointView(installed: [:])
        for update in updates {
            view.installed[update.key] = new.contains(update) ? update.to : update.from
        }
        return view
    }

    private func plan(_ updates: [LockedUpdate]) -> RunPlan {
        RunPlan(
            kind: .install, commands: [["/usr/bin/tool"]], environment: [:],
            inactivityLimitSeconds: 60, updates: updates)
    }

    /// Takes a job through one run of a tool.
    private func run(
        _ job: inout JobRun, _ tried: [LockedUpdate], _ verdict: RunVerdict, then seen: EndpointView
    ) {
        let now = Orders.start
        _ = job.handle(
            .preflighted(.ready(install: tried, settled: []), plan: plan(tried), logOffset: 0),
            at: now)
        _ = job.handle(.runEnded(.exited(0), verdict), at: now)
        _ = job.handle(.scanned(seen), at: now)
    }

    private let success = RunVerdict(failure: nil, sentence: "The tool reported success.")

    @Test func `After one tool's run comes the next tool's, and the job ends with the last`() {
        let updates = [update(.dnf, "labgood"), update(.flatpak, "org.lab.Good")]
        var job = JobRun(Orders.order(updates), endpoint: Orders.endpoint)
        _ = job.handle(.scanned(view(updates, new: [])), at: Orders.start)
        run(&job, [updates[0]], success, then: view(updates, new: [updates[0]]))
        #expect(job.stage == .preflight)
        #expect(job.outcomes[updates[0]]?.state == .verified)
        #expect(job.outcomes[updates[1]] == nil)
        run(&job, [updates[1]], success, then: view(updates, new: updates))
        #expect(job.outcomes[updates[1]]?.state == .verified)
        guard case .finished = job.stage else {
            Issue.record("the job has not ended: \(job.stage)")
            return
        }
    }

    @Test func `A failed script counts as a failure though rpm says the version is installed`() {
        let updates = [update(.dnf, "labfail"), update(.dnf, "labgood")]
        var job = JobRun(Orders.order(updates), endpoint: Orders.endpoint)
        _ = job.handle(.scanned(view(updates, new: [])), at: Orders.start)
        let verdict = RunVerdict(
            failure: .maintainerScript, culprits: ["labfail"], sentence: "labfail: it failed.")
        run(&job, updates, verdict, then: view(updates, new: updates))
        #expect(job.outcomes[updates[0]]?.state == .failed)
        #expect(job.outcomes[updates[0]]?.failure == .maintainerScript)
        #expect(job.outcomes[updates[1]]?.state == .verified)
    }

    private let firmware = LockedUpdate(
        manager: .fwupd, name: "362301da643102b9f38477387e2193e57abaa590", architecture: "all",
        from: "0", to: "26")

    @Test func `Firmware that waits for a boot is pending, and judged by its device afterwards`() {
        var job = JobRun(Orders.order([firmware]), endpoint: Orders.endpoint)
        _ = job.handle(.scanned(view([firmware], new: [])), at: Orders.start)
        var written = view([firmware], new: [])
        written.signals = [
            ScheduledUpdate(name: firmware.name, version: firmware.to, title: "UEFI dbx").signal
        ]
        run(&job, [firmware], success, then: written)
        let outcome = job.outcomes[firmware]
        #expect(outcome?.state == .pendingRestart)
        #expect(outcome?.pending == .reboot)
        // The version in force is told, and not the one that comes.
        #expect(outcome?.versionAfter == "0")
        #expect(outcome?.sentence.contains("UEFI dbx") == true)
        #expect(
            job.outcomesAfterReboot(view([firmware], new: [firmware])).map(\.state) == [.verified])
        let lost = job.outcomesAfterReboot(view([firmware], new: []))
        #expect(lost.map(\.state) == [.failedVerification])
        #expect(lost.map(\.failure) == [.nothingChanged])
    }

    @Test func `Another version that waits for a boot is not the ordered one`() {
        var job = JobRun(Orders.order([firmware]), endpoint: Orders.endpoint)
        _ = job.handle(.scanned(view([firmware], new: [])), at: Orders.start)
        var written = view([firmware], new: [])
        written.signals = [
            ScheduledUpdate(name: firmware.name, version: "2", title: "UEFI dbx").signal
        ]
        run(&job, [firmware], success, then: written)
        #expect(job.outcomes[firmware]?.state == .failedVerification)
    }

    @Test func `Of two revisions of a snap the higher one is newer, whatever the versions say`() {
        let words = [
            ("132.0@5239", "131.0@5273"), ("20240904@1663", "20240904@1748"), ("5", "4"),
            ("1.0@7", "2.0@7"),
        ].map { PackageManagerName.snap.order($0, $1).map { "\($0)" } }
        #expect(words == ["less", "less", "greater", "equal"])
        #expect(PackageManagerName.snap.order("1.0@x1", "1.0@7") == nil)
        #expect(OrderedText.isVersion("1.0@x1", of: .snap))
    }

    @Test func `Of two commits of one version none is the newer one`() {
        #expect(PackageManagerName.flatpak.order("1.0@aaaaaaaaaaaa", "1.0@000000000000") == nil)
        let words = [("1.0@ffff", "2.0@0000"), ("1.0@ffff", "1.0@ffff")].map {
            PackageManagerName.flatpak.order($0, $1).map { "\($0)" }
        }
        #expect(words == ["less", "equal"])
        #expect(PackageManagerName.flatpak.order("ffff", "0000") == nil)
    }

    @Test func `An architecture of rpm and pacman is one`() {
        #expect(OrderedText.isArchitecture("x86_64"))
        #expect(OrderedText.isArchitecture("musl-linux-armhf"))
        #expect(!OrderedText.isArchitecture("-x"))
        #expect(!OrderedText.isArchitecture("x86;64"))
    }
}
