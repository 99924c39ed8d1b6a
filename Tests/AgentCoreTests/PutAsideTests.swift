@testable import AgentCore
import AgentProtocol
import Fleet
import Rollout
import Testing

/// What a run has left broken is put aside, and the others go in without it. The package manager's
/// answers are played one by one.
struct PutAsideTests {
    /// A job that is played.
    private struct Play {
        var job: JobRun
        private(set) var entries: [JournalEntry] = []
        let order: JobOrder

        init(_ names: String...) {
            order = Orders.order(names.map { Orders.update($0) })
            job = JobRun(order, endpoint: Orders.endpoint)
            see([:])
        }

        /// A scan: packages are at 1.0 unless `new` has them; `unfinished` ones are at no version.
        mutating func see(_ unfinished: [String: String], new: [String] = []) {
            var view = EndpointView(installed: [:])
            for update in order.updates {
                let name = update.name
                if let state = unfinished[name] {
                    view.unfinished[update.key] = state
                } else {
                    view.installed[update.key] = new.contains(name) ? "2.0" : "1.0"
                }
            }
            take(.scanned(view))
        }

        /// The package manager can go on, with what is left of the order.
        mutating func begin(isUnpackOnly: Bool? = nil) {
            var plan = RunPlan(
                kind: .install, commands: [["/usr/bin/install"]], environment: [:],
                inactivityLimitSeconds: 60, updates: job.remaining)
            plan.isUnpackOnly = isUnpackOnly
            take(
                .preflighted(
                    .ready(install: job.remaining, settled: []), plan: plan, logOffset: 0))
        }

        /// The package database must be mended first.
        mutating func mend() {
            let plan = RunPlan(
                kind: .repair, commands: [["/usr/bin/repair"]], environment: [:],
                inactivityLimitSeconds: 60, updates: [])
            take(.preflighted(.needsRepair("It is broken."), plan: plan, logOffset: 0))
        }

        /// A run ends well, or with packages that it blames.
        mutating func end(_ blames: PackageBlame...) {
            var verdict = RunVerdict(
                failure: blames.first?.failure, culprits: blames.map(\.name),
                sentence: blames.first?.sentence ?? "apt reported success.")
            verdict.blames = blames.isEmpty ? nil : blames
            take(.runEnded(.exited(blames.isEmpty ? 0 : 100), verdict))
        }

        private mutating func take(_ observation: JobObservation) {
            entries += job.handle(observation, at: Orders.start)
        }

        var result: JobResult? {
            if case .finished(let result) = job.stage { result } else { nil }
        }

        /// The job as its journal tells it.
        var replayed: JobRun? {
            JobRun(
                replaying: [JournalEntry(at: Orders.start, .accepted(order))] + entries,
                endpoint: Orders.endpoint)
        }
    }

    private func hung(_ name: String, version: String? = "2.0") -> PackageBlame {
        PackageBlame(
            name: name, version: version, failure: .hung, sentence: "\(name) hung.")
    }

    @Test func `what was only unpacked when the disk filled is finished, and is no failure`() {
        var play = Play("labbefore", "labfills", "labafter")
        play.begin()
        play.end(PackageBlame(name: "labfills", failure: .diskFull, sentence: "No space left."))
        play.see(["labbefore": "unpacked", "labafter": "unpacked"])
        #expect(play.job.stage == .preflight)
        #expect(play.job.remaining.map(\.name) == ["labbefore", "labafter"])
        play.mend()
        play.end()
        play.see([:], new: ["labbefore", "labafter"])
        let result = play.result
        #expect(
            result?.states == ["labbefore": .verified, "labfills": .failed, "labafter": .verified])
        let outcome = result?.outcome("labfills")
        #expect(outcome?.failure == .diskFull)
        #expect(outcome?.sentence == "No space left. labfills is still 1.0.")
        #expect(result?.notes.contains { $0.contains("left half done was finished") } == true)
        #expect(play.replayed?.stage == play.job.stage)
    }

    @Test func `packages that fail in one run have each their own class and words`() {
        var play = Play("labfail", "labhang", "labgood")
        play.begin()
        play.end(
            PackageBlame(
                name: "labfail", version: "2.0", failure: .maintainerScript,
                sentence: "It cannot migrate."),
            hung("labhang"))
        play.see(
            ["labfail": "half-configured", "labhang": "half-configured"], new: ["labgood"])
        let result = play.result
        #expect(result?.states == ["labfail": .failed, "labhang": .failed, "labgood": .verified])
        #expect(result?.outcome("labfail")?.failure == .maintainerScript)
        #expect(result?.outcome("labhang")?.failure == .hung)
        #expect(
            result?.outcome("labhang")?.sentence
                == "labhang hung. labhang is half-configured. `dpkg --configure labhang` on the "
                + "endpoint finishes it once the cause is mended.")
    }

    @Test func `a package that hangs in the repair is left aside, and the rest is configured`() {
        var play = Play("labgood", "labmore")
        // An earlier job has left it half-configured.
        play.mend()
        play.end(hung("labhang"))
        #expect(play.job.brokenPackages == ["labhang=2.0"])
        #expect(play.job.asidePackages == ["labhang=2.0"])
        play.begin(isUnpackOnly: true)
        play.end()
        play.see(["labgood": "unpacked", "labmore": "unpacked"])
        #expect(play.job.stage == .preflight)
        play.mend()
        play.end()
        play.see([:], new: ["labgood", "labmore"])
        #expect(play.result?.states == ["labgood": .verified, "labmore": .verified])
        #expect(play.replayed?.stage == play.job.stage)
    }

    @Test func `what hangs is told as hung though nothing went wrong after it was left aside`() {
        var play = Play("labhang", "labgood")
        play.mend()
        play.end(hung("labhang"))
        play.begin(isUnpackOnly: true)
        play.end()
        play.see(["labhang": "half-configured", "labgood": "unpacked"])
        play.mend()
        play.end()
        play.see(["labhang": "half-configured"], new: ["labgood"])
        #expect(play.result?.states == ["labhang": .failed, "labgood": .verified])
        #expect(play.result?.outcome("labhang")?.failure == .hung)
    }

    @Test func `what was not reached is tried again after the repair`() {
        var play = Play("laba", "labfills", "labz")
        play.begin()
        play.end(PackageBlame(name: "labfills", failure: .diskFull, sentence: "No space left."))
        play.see(["laba": "unpacked"])
        play.mend()
        play.end()
        play.see([:], new: ["laba"])
        #expect(play.job.stage == .preflight)
        #expect(play.job.remaining.map(\.name) == ["labz"])
        play.begin()
        play.end()
        play.see([:], new: ["laba", "labz"])
        #expect(play.result?.states["labz"] == .verified)
    }

    @Test func `what waits for a package that failed is told so, and does not keep the rest`() {
        var play = Play("laba", "labfills", "labneeds")
        play.begin()
        play.end(PackageBlame(name: "labfills", failure: .diskFull, sentence: "No space left."))
        play.see(["laba": "unpacked", "labneeds": "unpacked"])
        play.mend()
        play.end(
            PackageBlame(
                name: "labneeds", failure: .dependency, sentence: "It waits for labfills."))
        play.see(["labneeds": "unpacked"], new: ["laba"])
        let result = play.result
        #expect(result?.states == ["laba": .verified, "labfills": .failed, "labneeds": .failed])
        #expect(result?.outcome("labneeds")?.failure == .dependency)
    }

    @Test func `a newer version is not told by the old one's cause`() {
        var play = Play("labhang")
        play.mend()
        play.end(hung("labhang", version: "1.5"))
        play.begin()
        play.end()
        play.see(["labhang": "unpacked"])
        #expect(play.result?.outcome("labhang")?.failure == .nothingChanged)
    }

    @Test func `what stays unpacked is not tried for ever`() {
        var play = Play("labgood")
        play.mend()
        play.end(hung("labhang"))
        var rounds = 0
        while play.result == nil, rounds < 20 {
            rounds += 1
            play.begin(isUnpackOnly: true)
            play.end()
            play.see(["labgood": "unpacked"])
            guard play.result == nil else { break }
            play.mend()
            play.end()
            play.see(["labgood": "unpacked"])
        }
        #expect(rounds == JobRun.maximumUnpackings + 1)
        #expect(play.result?.outcome("labgood")?.failure == .nothingChanged)
    }

    @Test func `one that always breaks anew ends the repairs`() {
        var play = Play("labgood")
        var rounds = 0
        while play.result == nil, rounds < 20 {
            rounds += 1
            play.mend()
            if play.result == nil { play.end() }
        }
        #expect(rounds == JobRun.maximumRepairs + 1)
        #expect(play.result?.outcome("labgood")?.failure == .interruptedPackageManager)
    }

    /// pacman lists what it could not unpack as installed.
    @Test func `what a tool lists as installed has failed all the same when it says that it broke`()
    {
        let updates = ["labbroken", "labgood"].map {
            LockedUpdate(
                manager: .pacman, name: $0, architecture: "any", from: "1.0-1", to: "2.0-1")
        }
        var job = JobRun(Orders.order(updates), endpoint: Orders.endpoint)
        func view(_ version: String) -> EndpointView {
            EndpointView(
                installed: Dictionary(uniqueKeysWithValues: updates.map { ($0.key, version) }))
        }
        var verdict = RunVerdict(
            failure: .other, culprits: ["labbroken"], sentence: "It could not be unpacked.")
        verdict.blames = [
            PackageBlame(
                name: "labbroken", failure: .other, sentence: "It could not be unpacked.")
        ]
        let plan = RunPlan(
            kind: .install, commands: [["/usr/bin/pacman"]], environment: [:],
            inactivityLimitSeconds: 60, updates: updates)
        let steps: [JobObservation] = [
            .scanned(view("1.0-1")),
            .preflighted(.ready(install: updates, settled: []), plan: plan, logOffset: 0),
            .runEnded(.exited(1), verdict), .scanned(view("2.0-1")),
        ]
        for step in steps { _ = job.handle(step, at: Orders.start) }
        guard case .finished(let result) = job.stage else {
            Issue.record("\(job.stage)")
            return
        }
        #expect(result.states == ["labbroken": .failed, "labgood": .verified])
        #expect(result.outcome("labbroken")?.sentence == "It could not be unpacked.")
    }

    @Test func `a repair for which there is no room is told as a full disk`() {
        var play = Play("labgood")
        play.mend()
        let verdict = RunVerdict(failure: .diskFull, sentence: "No space left on device.")
        _ = play.job.handle(.runEnded(.exited(2), verdict), at: Orders.start)
        #expect(play.result?.outcome("labgood")?.failure == .diskFull)
    }
}
