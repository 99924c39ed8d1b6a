import Fleet
import Foundation
import TestSupport
import Testing

@Suite("Timestamps are RFC 3339 text and back")
struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T18:00:00Z", 1_795_284_000_000),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999),
        ("1969-12-31T23:59:59Z", -1000),
        ("2024-03-10T02:30:00+01:00", 1_710_034_200_000),
        ("2024-03-10T02:30:00.5-05:30", 1_710_057_600_500),
    ])
    func `a text stands for one instant`(text: String, milliseconds: Int64) throws {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T18:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T18:60:00Z", "2026-11-21T18:00:00.Z",
        "2026-11-21T18:00:00+24:00",
        "2026-11-21T18:00:00Zx", "+026-11-21T18:00:00Z", "２026-11-21T18:00:00Z",
    ])
    func `a text that is no date-time with offset is not read`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: Seeds.all)
    func `what is written is read back as the same instant`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let instant = Timestamp(
                milliseconds: .random(
                    in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
            #expect(Timestamp(instant.description) == instant, "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.all)
    func `Foundation reads the same instant`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let style = Date.ISO8601FormatStyle()
        for _ in 0..<200 {
            let instant = Timestamp(seconds: .random(in: 0...4_102_444_800, using: &generator))
            let date = try style.parse(instant.description)
            #expect(
                Int64(date.timeIntervalSince1970) * 1000 == instant.milliseconds, "seed \(seed)")
        }
    }

    @Test func `whole seconds cut toward the past`() {
        #expect(Timestamp(milliseconds: 1999).wholeSeconds == Timestamp(milliseconds: 1000))
        #expect(Timestamp(milliseconds: -1).wholeSeconds == Timestamp(milliseconds: -1000))
    }
}
