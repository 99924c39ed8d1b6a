import Calendar
import Fleet
import Policy
import TestSupport
import Testing
import Verdicts

/// What policies make of verdicts, in the one decision.
@Suite struct `An update and what feeds say of it` {
    private static let out = Sample.monday

    private static func compiled(
        _ gate: VerdictGate, before rules: [PolicyRule] = []
    ) throws -> CompiledPolicy {
        let asked = PolicyRule(when: .always, Treatment(.byVerdict(gate)))
        let policy = try Sample.policy(rules: rules + [asked])
        return CompiledPolicy(Sample.effective(policy))
    }

    private static func said(
        _ word: VerdictWord, _ source: KnownVerdict.Source = .feed("noc")
    ) -> KnownVerdict {
        KnownVerdict(word, by: source, evidence: "printing stops", at: Sample.monday)
    }

    private static func decide(
        _ gate: VerdictGate, _ verdict: KnownVerdict?, days: Int64 = 0, isOutKnown: Bool = true,
        _ context: DecisionContext = DecisionContext()
    ) throws -> Decision {
        var subject = Sample.update(outFor: isOutKnown ? 0 : nil)
        subject.verdict = verdict
        return Decision.decide(
            subject, under: try compiled(gate), in: context,
            at: out.adding(seconds: days * 86_400))
    }

    @Test func `an ok approves at once, and the sentence names the feed`() throws {
        let decision = try Self.decide(VerdictGate(orAfterDays: 7), Self.said(.ok))
        #expect(decision.action == .install)
        #expect(decision.sentence.hasPrefix("Approved by the verdict ok of the feed noc; "))
    }

    @Test func `a block holds with the feed's reason`() throws {
        let decision = try Self.decide(VerdictGate(orAfterDays: 7), Self.said(.block), days: 99)
        #expect(decision.reasonCode == .onHold && decision.action == .decline)
        #expect(
            decision.sentence == "Held by the verdict block of the feed noc: printing stops.")
    }

    @Test func `caution asks a person, who may approve it`() throws {
        let gate = VerdictGate(orAfterDays: 7)
        let waiting = try Self.decide(gate, Self.said(.caution), days: 99)
        #expect(waiting.reasonCode == .awaitingApproval)
        #expect(
            waiting.sentence.contains("the verdict caution of the feed noc (printing stops)"))
        let word = ApprovalByHand(
            .approved, updates: UpdateSelector(), level: .tenant, person: "anna", at: Self.out)
        let approved = try Self.decide(
            gate, Self.said(.caution), days: 1, DecisionContext(approvals: [word]))
        #expect(approved.action == .install)
        #expect(approved.sentence.hasPrefix("Approved by anna; "))
    }

    @Test func `without a verdict the days count, or a person where there are none`() throws {
        let ageing = try Self.decide(VerdictGate(orAfterDays: 7), nil, days: 6)
        #expect(ageing.reasonCode == .ageing)
        #expect(ageing.nextAt == Self.out.adding(seconds: 7 * 86_400))
        #expect(ageing.sentence.contains("no verdict is known of it"))
        let ripe = try Self.decide(VerdictGate(orAfterDays: 7), nil, days: 7)
        #expect(ripe.action == .install)
        #expect(ripe.sentence.contains("after 7 days in the open"))
        let unknown = try Self.decide(VerdictGate(orAfterDays: 7), nil, isOutKnown: false)
        #expect(unknown.reasonCode == .ageUnknown)
        let never = try Self.decide(VerdictGate(), nil, days: 999)
        #expect(never.reasonCode == .awaitingApproval)
        #expect(never.sentence.contains("no verdict is known of it"))
    }

    @Test func `a block takes back what was ordered and has not begun`() throws {
        let job = DecisionContext.JobStanding(
            stage: .queued, sentence: "Waits.", deployment: "d",
            deadline: Self.out.adding(seconds: 3600))
        let decision = try Self.decide(
            VerdictGate(), Self.said(.block), DecisionContext(job: job))
        #expect(decision.reasonCode == .onHold)
    }

    @Test func `a verdict says nothing where no rule asks for one`() throws {
        var subject = Sample.update(outFor: 0)
        let first = PolicyRule(when: .always, Treatment(.atOnce))
        let policy = try Self.compiled(VerdictGate(), before: [first])
        for word in VerdictWord.allCases {
            subject.verdict = Self.said(word)
            let decision = Decision.decide(
                subject, under: policy, in: DecisionContext(), at: Self.out)
            #expect(decision.action == .install && !decision.sentence.contains("verdict"))
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `nothing is installed that a feed blocks or warns of, whatever its age`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let word = VerdictWord.allCases.randomElement(using: &generator) ?? .ok
            let days = Int64.random(in: 0...30, using: &generator)
            let gate = VerdictGate(
                orAfterDays: Bool.random(using: &generator)
                    ? Int.random(in: 0...30, using: &generator) : nil)
            let verdict = Bool.random(using: &generator) ? Self.said(word) : nil
            let decision = try Self.decide(gate, verdict, days: days)
            let isOldEnough = gate.orAfterDays.map { days >= Int64($0) } ?? false
            let mayGo = verdict.map { $0.word == .ok } ?? isOldEnough
            #expect((decision.action == .install) == mayGo)
        }
    }
}

/// Which of several verdicts counts.
@Suite struct `The verdict that counts` {
    private static let now = Sample.monday

    private static func verdict(
        _ word: VerdictWord, version: String? = "2", os: String? = nil, age: Int64 = 0
    ) -> UpdateVerdict {
        UpdateVerdict(
            word, package: "openssl", version: version, os: os, evidence: "seen",
            at: now.adding(seconds: -age))
    }

    private static let question = VerdictQuestion(
        package: "libssl3", source: "openssl", version: "2", os: "debian", release: "12",
        vulnerabilities: ["CVE-2026-1"])

    @Test func `one's own word comes first, then the gravest feed, of one feed the newest`() {
        let sources = [
            VerdictSource(.feed("a"), [Self.verdict(.block, age: 9), Self.verdict(.ok)]),
            VerdictSource(.feed("b"), [Self.verdict(.caution, age: 5)]),
        ]
        let feeds = VerdictIndex(sources).verdict(on: Self.question, at: Self.now)
        #expect(feeds?.word == .caution && feeds?.source == .feed("b"))
        let own = VerdictSource(.person("anna"), [Self.verdict(.ok, age: 99)])
        let all = VerdictIndex(sources + [own]).verdict(on: Self.question, at: Self.now)
        #expect(all?.source == .person("anna"))
        #expect(all?.words == "the own verdict ok of anna")
    }

    @Test func `of several own words the gravest counts, whoever said it later`() {
        let sources = [
            VerdictSource(.person("provider"), [Self.verdict(.block, version: nil, age: 9)]),
            VerdictSource(.person("anna"), [Self.verdict(.ok)]),
        ]
        let known = VerdictIndex(sources).verdict(on: Self.question, at: Self.now)
        #expect(known?.word == .block && known?.source == .person("provider"))
    }

    @Test func `where a feed has expired, age approves nothing`() {
        let index = VerdictIndex([VerdictSource(.feed("a"), [], expiresAt: Self.now)])
        let known = index.verdict(on: Self.question, at: Self.now)
        let answer = VerdictGate(orAfterDays: 0).answer(known, outSince: Self.now, at: Self.now)
        #expect(answer == .byHand && known?.words == "the expired feed a")
    }

    @Test func `a fact that is not known leads past no warning, and to no ok`() {
        let bare = VerdictQuestion(package: "openssl", version: "2")
        let block = UpdateVerdict(
            .block, package: "openssl", origin: "Debian", os: "debian 12",
            vulnerability: "CVE-2026-1", evidence: "seen", at: Self.now)
        #expect(block.concerns(bare))
        var ok = block
        (ok.verdict, ok.version) = (.ok, "2")
        #expect(!ok.concerns(bare))
        let alone = UpdateVerdict(
            .block, vulnerability: "CVE-2026-1", evidence: "seen", at: Self.now)
        #expect(!alone.concerns(bare))
    }

    @Test func `after its end a feed's ok counts no more, and its block does`() {
        let end = Self.now
        for (word, counts) in [(VerdictWord.ok, false), (.caution, true), (.block, true)] {
            let index = VerdictIndex([
                VerdictSource(.feed("a"), [Self.verdict(word)], expiresAt: end)
            ])
            let source = index.verdict(on: Self.question, at: end)?.source
            #expect(source == (counts ? .feed("a") : .expired("a")))
            #expect(index.verdict(on: Self.question, at: end.adding(seconds: -1)) != nil)
        }
    }

    @Test(arguments: [
        ("debian", true), ("debian 12", true), ("debian 11", false), ("ubuntu", false),
    ])
    func `an operating system is meant with or without its release`(_ os: String, _ fits: Bool) {
        let index = VerdictIndex([VerdictSource(.feed("a"), [Self.verdict(.block, os: os)])])
        #expect((index.verdict(on: Self.question, at: Self.now) != nil) == fits)
    }

    @Test func `a vulnerability is found in any case, and alone it cannot be ok`() {
        let block = UpdateVerdict(
            .block, vulnerability: "cve-2026-1", evidence: "seen", at: Self.now)
        #expect(block.fault == nil)
        let index = VerdictIndex([VerdictSource(.feed("a"), [block])])
        #expect(index.verdict(on: Self.question, at: Self.now)?.word == .block)
        var ok = block
        ok.verdict = .ok
        #expect(ok.fault == "an ok names a package and the version that was tried")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the order of feeds and of their verdicts plays no part`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var sources = ["a", "b", "c"].map { name in
                VerdictSource(
                    .feed(name),
                    (0..<4).map { _ in
                        Self.verdict(
                            VerdictWord.allCases.randomElement(using: &generator) ?? .ok,
                            version: Bool.random(using: &generator) ? "2" : "3",
                            age: Int64.random(in: 0...3, using: &generator))
                    })
            }
            let first = VerdictIndex(sources).verdict(on: Self.question, at: Self.now)
            sources = sources.shuffled(using: &generator).map { source in
                VerdictSource(
                    source.source, source.verdicts.shuffled(using: &generator),
                    expiresAt: source.expiresAt)
            }
            #expect(VerdictIndex(sources).verdict(on: Self.question, at: Self.now) == first)
        }
    }
}
