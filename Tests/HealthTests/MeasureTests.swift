import Health
import Testing

/// Figures before and after an installation: limits, verdicts and the line that orders carry, as
/// tables.
@Suite struct `A figure beside what it was before` {
    @Test(
        arguments: [
            // Nothing said: no more than before.
            (.crashes, nil, nil, 0, 0), (.crashes, nil, nil, 5, 5), (.journal, nil, nil, nil, nil),
            // Absolute, whatever was before.
            (.crashes, 2, nil, 9, 2), (.crashes, 0, nil, nil, 0), (.bootTime, 90, nil, 1, 90_000),
            // By what was before.
            (.journal, nil, 300, 4, 12), (.journal, nil, 300, 0, 0),
            (.bootTime, nil, 120, 20_000, 24_000), (.bootTime, nil, 120, nil, nil),
            // Both: the higher one.
            (.journal, 5, 300, 0, 5), (.journal, 5, 300, 4, 12), (.journal, 5, 300, nil, 5),
            (.bootTime, 60, 150, 20_000, 60_000), (.bootTime, 60, 150, 80_000, 120_000),
            // What a damaged disk says overflows nothing.
            (.journal, nil, 10_000, Int64.max, 4_000_000_000_000),
            (.crashes, nil, nil, Int64.min, 0),
        ] as [(HealthMeasure.Subject, Int64?, Int64?, Int64?, Int64?)])
    func `may rise as far as the policy says`(
        _ subject: HealthMeasure.Subject, _ atMost: Int64?, _ percent: Int64?, _ before: Int64?,
        _ limit: Int64?
    ) {
        let measure = HealthMeasure(subject, atMost: atMost, percent: percent)
        #expect(measure.limit(before: before) == limit)
    }

    @Test(
        arguments: [
            (
                "crashes", "", 0, 0, true,
                "No crashes since the installation began, none in the day before; there may be none."
            ),
            (
                "crashes", "program=nginx", 1, 0, false,
                "1 crash of nginx since the installation began, none in the day before; there may be none."
            ),
            (
                "crashes", "atMost=2", 2, nil, true,
                "2 crashes since the installation began; 2 is the most that passes."
            ),
            (
                "journal", "unit=a.service,times=3,over=1m,text=time*out", 7, 2, false,
                "7 errors in the journal of a.service with “time*out” in 1m after the installation, "
                    + "2 in 1m before; 6 is the most that passes."
            ),
            (
                "journal", "atMost=1000", 1001, 3, false,
                "More than 1000 errors in the journal in 5m after the installation, "
                    + "3 in 5m before; 1000 is the most that passes."
            ),
            (
                "bootTime", "slower=20%", 24_000, 20_050, true,
                "24.0 s to the default target at the last boot, 20.0 s at the boot before; "
                    + "24.0 s is the most that passes."
            ),
            (
                "bootTime", "slower=20%", 24_100, 20_000, false,
                "24.1 s to the default target at the last boot, 20.0 s at the boot before; "
                    + "24.0 s is the most that passes."
            ),
        ] as [(String, String, Int64, Int64?, Bool, String)])
    func `passes or fails in one sentence`(
        _ subject: String, _ words: String, _ value: Int64, _ before: Int64?, _ isPassed: Bool,
        _ sentence: String
    ) throws {
        let measure = try #require(
            HealthMeasure(Subject(rawValue: subject) ?? .crashes, words: words))
        let verdict = measure.judge(.value(value), before: before)
        #expect(verdict.isPassed == isPassed)
        #expect(!verdict.isUnknown)
        #expect(verdict.value == value)
        #expect(verdict.sentence == sentence)
    }

    private typealias Subject = HealthMeasure.Subject

    @Test(arguments: HealthMeasure.Subject.allCases)
    func `that nobody can read is unknown, and never healthy`(_ subject: HealthMeasure.Subject) {
        let measure = HealthMeasure(subject, atMost: 5)
        let unknown = HealthReading.unknown("systemd does not run here")
        for verdict in [measure.judgeBefore(unknown), measure.judge(unknown, before: 1)] {
            #expect(!verdict.isPassed)
            #expect(verdict.isUnknown)
            #expect(verdict.value == nil)
            #expect(verdict.sentence.hasSuffix("is not known: systemd does not run here."))
        }
    }

    @Test func `without anything to compare it with is unknown too`() {
        let verdict = HealthMeasure(.bootTime, percent: 120).judge(.value(9000), before: nil)
        #expect(!verdict.isPassed)
        #expect(verdict.isUnknown)
        #expect(verdict.sentence.contains("nothing is known of before"))
    }

    @Test func `fails before the installation only beyond an absolute limit`() {
        #expect(HealthMeasure(.crashes).judgeBefore(.value(900)).isPassed)
        #expect(HealthMeasure(.journal, atMost: 1, percent: 100).judgeBefore(.value(9)).isPassed)
        let verdict = HealthMeasure(.crashes, atMost: 2).judgeBefore(.value(3))
        #expect(!verdict.isPassed)
        #expect(
            verdict.sentence
                == "3 crashes in the day before the installation; 2 is the most that passes.")
    }
}

@Suite struct `A figure on one line` {
    @Test(arguments: [
        ("crashes", ""), ("crashes", "program=nginx,atMost=2,times=3,over=10m"),
        ("journal", "unit=postgresql@15-main.service"),
        ("journal", "times=100,over=1h,text=a, b=c, and *d?"), ("bootTime", "atMost=90s"),
        ("bootTime", "atMost=2m,slower=100%"), ("crashes", "over=10s"),
    ])
    func `is the same after it was written and read`(_ subject: String, _ words: String) throws {
        let subject = try #require(HealthMeasure.Subject(rawValue: subject))
        let measure = try #require(HealthMeasure(subject, words: words))
        #expect(measure.isSound)
        #expect(measure.words == words)
    }

    @Test(arguments: [
        ("crashes", "x"), ("crashes", "atMost=-1"), ("crashes", "atMost=1001"),
        ("crashes", "atMost=1,atMost=2"), ("crashes", "program=a b"), ("crashes", "program=/bin/a"),
        ("crashes", "program="), ("crashes", "unit=a"), ("crashes", "text=a"),
        ("crashes", "over=9s"), ("crashes", "over=2h"), ("crashes", "over=300"),
        ("crashes", "times=0"), ("crashes", "times=101"), ("crashes", "slower=10%"),
        ("journal", "unit=--all"), ("journal", "text=**"), ("journal", "text=a\nb"),
        ("journal", "atMost=99999999999999999999"), ("journal", "atMost=٣"), ("bootTime", ""),
        ("bootTime", "slower=0%"), ("bootTime", "slower=101%"), ("bootTime", "slower=20"),
        ("bootTime", "atMost=0s"), ("bootTime", "atMost=2h"), ("bootTime", "over=1m"),
    ])
    func `is refused where it cannot be measured`(_ subject: String, _ words: String) throws {
        let subject = try #require(HealthMeasure.Subject(rawValue: subject))
        #expect(HealthMeasure(subject, words: words) == nil)
    }
}
