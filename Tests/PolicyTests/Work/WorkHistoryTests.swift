import Calendar
import Fleet
import Policy
import TestSupport
import Testing

/// How long installations are taken to be, learned from what they took.
@Suite struct `An estimate learned from history` {
    private static func key(_ name: String) -> PackageKey {
        PackageKey(manager: .apt, name: name, architecture: "amd64")
    }

    private static func line(_ name: String, bytes: Int64? = nil) -> WorkHistory.Line {
        WorkHistory.Line(WorkKey(key(name)), bytes: bytes)
    }

    private func history(_ runs: [(Int64, [String])], pace: Bool = false) -> WorkHistory {
        var history = WorkHistory(pace: pace ? InstallSamples() : nil)
        for (seconds, names) in runs {
            history.add(InstallRun(seconds: seconds, packages: names.map(Self.key)))
        }
        return history
    }

    @Test func `begins with the usual figures and goes by the runs from the third on`() {
        let usual = WorkFigures.estimate(lines: 1, bytes: 5_000_000, reboots: false)
        let asked = [Self.line("nginx", bytes: 5_000_000)]
        #expect(history([]).estimate(asked, reboots: false) == usual)
        let two = history([(500, ["nginx"]), (500, ["nginx"])])
        #expect(two.estimate(asked, reboots: false) == usual)
        let three = history([(100, ["nginx"]), (500, ["nginx"]), (90, ["nginx"])])
        #expect(
            three.estimate(asked, reboots: true)
                == WorkEstimate(
                    seconds: 400, rebootReserveSeconds: WorkFigures.rebootReserveSeconds, runs: 3))
    }

    @Test func `what is kept back for a reboot goes by the endpoint's own from the third on`() {
        func reserve(_ seconds: Int64...) -> Int64 {
            var history = WorkHistory(reboots: InstallSamples())
            for each in seconds { history.reboots?.add(seconds: each, packages: 1) }
            return history.estimate([Self.line("nginx")], reboots: true).rebootReserveSeconds
        }
        #expect(reserve() == WorkFigures.rebootReserveSeconds)
        #expect(reserve(40, 40) == WorkFigures.rebootReserveSeconds)
        #expect(reserve(200, 240, 220) == 360)
        #expect(reserve(30, 40, 35) == 120)
        // A server that tests its memory for half an hour; one that was off at one of them.
        #expect(reserve(1700, 1800, 1750) == 2700)
        #expect(reserve(200, 3600, 200) == 1200)
        let none = WorkHistory().estimate([Self.line("nginx")], reboots: false)
        #expect(none.rebootReserveSeconds == 0)
    }

    @Test func `one run of ten may be longer, and what is quick keeps a floor`() {
        let nine = (0..<9).map { _ in (Int64(40), ["nginx"]) }
        let slow = history([(3000, ["nginx"])] + nine)
        #expect(slow.estimate([Self.line("nginx")], reboots: false).seconds == 40)
        let slower = history([(3000, ["nginx"]), (2000, ["nginx"])] + nine)
        #expect(slower.estimate([Self.line("nginx")], reboots: false).seconds == 2000)
        let quick = history((0..<12).map { _ in (Int64(2), ["tzdata"]) })
        let estimate = quick.estimate([Self.line("tzdata")], reboots: false)
        #expect(estimate.seconds == WorkHistory.floorSeconds && estimate.runs == 12)
    }

    @Test func `packages that were always installed apart take as long as all of them`() {
        let runs = (0..<3).flatMap { _ in [(Int64(200), ["a"]), (Int64(300), ["b"])] }
        let both = [Self.line("a"), Self.line("b")]
        #expect(history(runs).estimate(both, reboots: false).seconds == 500)
        // What was installed with others takes as long as they did together, and alone a part.
        let together = history((0..<3).map { _ in (Int64(300), ["kernel", "a", "b"]) })
        let asked = ["kernel", "a", "b"].map { Self.line($0) }
        #expect(together.estimate(asked, reboots: false).seconds == 300)
        #expect(together.estimate([Self.line("kernel")], reboots: false).seconds == 150)
        // A large run does not keep a small package out of short windows.
        let month = (0..<50).map { "p\($0)" }
        let monthly = history((0..<3).map { _ in (Int64(3000), month + ["tzdata"]) })
        #expect(monthly.estimate([Self.line("tzdata")], reboots: false).seconds < 180)
    }

    @Test func `one endpoint that slept in mid-run does not stand for all`() {
        let slept = history([(100, ["a"]), (43_000, ["a"]), (110, ["a"])])
        #expect(slept.estimate([Self.line("a")], reboots: false).seconds == 440)
    }

    @Test func `a package without a history is added by the usual figures`() {
        let known = history((0..<3).map { _ in (Int64(300), ["a"]) })
        let estimate = known.estimate([Self.line("a"), Self.line("new")], reboots: false)
        #expect(estimate == WorkEstimate(seconds: 360))
    }

    @Test func `a slow endpoint counts as slow, and a quick one as usual`() {
        let packages = history((0..<5).map { _ in (Int64(100), ["a"]) }).packages
        func seconds(_ pace: String) -> Int64 {
            WorkHistory(packages: packages, pace: InstallSamples(text: pace))
                .estimate([Self.line("a")], reboots: false).seconds
        }
        #expect(seconds("2500/1 2500/1") == 100)
        #expect(seconds("2500/1 2500/1 2500/1") == 250)
        #expect(seconds("9000/1 9000/1 9000/1") == 400)
        #expect(seconds("400/1 400/1 400/1") == 100)
        // It is learned where others have shown what is usual.
        var known = WorkHistory(packages: packages, pace: InstallSamples())
        known.add(InstallRun(seconds: 250, packages: [Self.key("a")]))
        #expect(known.pace?.text == "2500/1")
        #expect(history([(250, ["new"])], pace: true).pace?.count == 0)
    }

    @Test(arguments: [-1, InstallRun.longestSeconds + 1, .max, .min])
    func `a time that no run can take teaches nothing`(seconds: Int64) {
        #expect(history([(seconds, ["a"])]) == WorkHistory())
        #expect(InstallSamples(text: "\(seconds)/1") == InstallSamples())
    }

    @Test func `samples are kept as text, the newest only, and torn text is left out`() {
        var samples = InstallSamples()
        for seconds in 1...50 { samples.add(seconds: Int64(seconds), packages: 2) }
        #expect(samples.count == InstallSamples.most)
        #expect(samples.samples.first?.seconds == 31)
        #expect(InstallSamples(text: samples.text) == samples)
        #expect(InstallSamples(text: "12/1 x/2 14/0 5 /3 20/4").text == "12/1 20/4")
    }

    @Test(arguments: Seeds.all)
    func `is never below the floor, below most runs, or shorter for more work`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let names = (0..<Int.random(in: 1...6, using: &generator)).map { "p\($0)" }
            var runs: [(Int64, [String])] = []
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                let some = names.filter { _ in Bool.random(using: &generator) }
                runs.append((Int64.random(in: 0...4000, using: &generator), some))
            }
            let history = history(runs)
            let lines = names.map {
                Self.line($0, bytes: Int64.random(in: 0...200_000_000, using: &generator))
            }
            let whole = history.estimate(lines, reboots: false)
            #expect(whole.seconds >= WorkHistory.floorSeconds)
            #expect(history.estimate(lines.reversed(), reboots: false) == whole)
            #expect(history.estimate(lines.dropLast(), reboots: false).seconds <= whole.seconds)
            for name in names {
                guard let samples = history.packages[WorkKey(Self.key(name))], samples.isKnown
                else { continue }
                let alone = history.estimate([Self.line(name)], reboots: false)
                let longer = samples.samples.count {
                    $0.packages == 1 && $0.seconds > alone.seconds
                }
                #expect(samples.count < 10 || longer * 10 <= samples.count)
                #expect(alone.runs == samples.count)
            }
        }
    }
}
