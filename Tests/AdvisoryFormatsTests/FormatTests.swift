import Advisories
import Fleet
import TestSupport
import Testing

@testable import AdvisoryFormats

struct FormatTests {
    @Test(arguments: Fixture.all)
    func `each format is told by its content and read`(_ fixture: Fixture) throws {
        for pieces in [1, 64, 100_000] {
            let outcome = try read(fixture.text, pieces: pieces)
            #expect(outcome.summary.format == fixture.format)
            #expect(outcome.summary.records == fixture.records)
            #expect(outcome.summary.rejected == [])
            #expect(outcome.summary.isComplete)
        }
    }

    @Test func `every format has a fixture`() {
        #expect(Set(FeedFormat.allCases) == Set(Fixture.all.map(\.format)))
    }

    @Test(arguments: [
        ("", "nothing"), ("hello", "plain text"), ("{\"a\": 1}", "JSON"), ("[1, 2]", "JSON"),
        ("<html><body>404</body></html>", "a web page"), ("<a/>", "XML"), ("BZh91AY", "bzip2"),
        ("a\u{0}b", "binary"),
        ("{\0\"\0a\0\"\0:\0 \01\0 \0}\0", "UTF-16"), ("{\"vulnerabilities\": []}", "JSON"),
    ])
    func `unknown content is refused with what it looks like`(_ text: String, _ words: String) {
        #expect { try read(text) } throws: { "\($0)".contains(words) }
    }

    @Test(arguments: Fixture.all)
    func `a feed with a byte order mark is read`(_ fixture: Fixture) throws {
        let outcome = try read("\u{FEFF}" + fixture.text)
        #expect(outcome.summary.records == fixture.records)
    }

    @Test(arguments: Seeds.all)
    func `a damaged feed never ends the program, nor yields more than it holds`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for fixture in Fixture.all {
            for round in 0..<25 {
                let bytes = mutated(Array(fixture.text.utf8), using: &random)
                guard let outcome = try? read(bytes, pieces: 512) else { continue }
                let total = outcome.summary.records + outcome.summary.rejectedCount
                #expect(total <= fixture.records + 16, "seed \(seed), \(fixture.name), \(round)")
                #expect(outcome.summary.rejected.count <= FeedSummary.maximumRejections)
                if !outcome.summary.isComplete { #expect(outcome.summary.rejectedCount > 0) }
            }
        }
    }

    @Test(arguments: Fixture.all)
    func `a feed that is cut off loses no record before the cut, and says so`(
        _ fixture: Fixture
    ) throws {
        let bytes = Array(fixture.text.utf8)
        var silent = 0
        for length in stride(from: bytes.count / 2, to: bytes.count - 2, by: 7) {
            guard let outcome = try? read(Array(bytes[..<length]), pieces: 4096) else { continue }
            #expect(outcome.summary.records <= fixture.records)
            let isWhole = outcome.summary.isComplete && outcome.summary.rejectedCount == 0
            if isWhole { silent += 1 }
        }
        // Lines that end where the cut is are whole: only formats of lines may be silent.
        let isOfLines =
            [FeedFormat.debianNotices, .epss, .kev, .distroInfo].contains(fixture.format)
            || fixture.text.hasPrefix("---")
        #expect(silent == 0 || isOfLines, "\(silent) cuts were not noticed")
    }

    private func mutated(_ original: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeSubrange(place...)
            case 1 where !bytes.isEmpty:
                bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }
}

struct RejectionTests {
    @Test func `a bad record is named with its reason, and the others stay`() throws {
        let outcome = try read(
            """
            [{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": []},
             {"id": "A-2", "modified": "yesterday", "affected": []},
             {"id": "A-3", "modified": "2026-01-01T00:00:00Z", "affected": {}},
             {"id": "A-4", "id": "A-5", "modified": "2026-01-01T00:00:00Z"},
             {"modified": "2026-01-01T00:00:00Z", "affected": []}, 7, {"id": "A-6", "bad": tru},
             {"id": "A-7", "modified": "2026-01-02T00:00:00Z", "affected": [{"package": {"name": "x"}}]},
             {"id": "A-8", "modified": "2026-01-03T00:00:00Z", "affected": []}]
            """)
        #expect(outcome.advisories.map(\.id) == ["A-1", "A-8"])
        #expect(outcome.summary.newest == Timestamp("2026-01-03T00:00:00Z"))
        #expect(outcome.summary.rejectedCount == 7)
        #expect(
            outcome.summary.rejected.map(\.record) == [
                "A-2", "A-3", "record 4", "record 5", "record 6", "record 7", "A-7",
            ])
        #expect(outcome.summary.rejected[0].reason == "“modified” is no date: yesterday")
        #expect(outcome.summary.rejected[2].reason.contains("twice"))
    }

    @Test func `a record that is not UTF-8 is rejected alone`() throws {
        let good = Array(
            "{\"id\": \"A-1\", \"modified\": \"2026-01-01T00:00:00Z\", \"affected\": []}".utf8)
        let bad = Array("{\"id\": \"A-2\", \"details\": \"".utf8) + [0xE9, 0x22, 0x7D]
        let outcome = try read(
            [0x5B] + good + [0x2C] + bad + [0x2C] + good + [0x5D])
        #expect(outcome.summary.records == 2)
        #expect(outcome.summary.rejected.first?.reason.contains("UTF-8") == true)
    }

    @Test func `lines that are damaged are rejected alone, the first one too`() throws {
        let good = "{\"id\": \"A-1\", \"modified\": \"2026-01-01T00:00:00Z\", \"affected\": []}\n"
        let outcome = try read("{\"id\": \"A-0\", broken\n" + good + "{\"id\n" + good)
        #expect(outcome.summary.records == 2)
        #expect(outcome.summary.rejectedCount == 2)
    }

    @Test(arguments: [
        (
            "[{\"id\": tru}, 7, {\"cve\": \"CVE-2026-1111\", \"epss\": 0.5, \"percentile\": 0.5}]",
            FeedFormat.epss
        ),
        (
            "{\"vulnerabilities\": [{\"cveID\": }, {\"cveID\": \"CVE-2026-1111\", \"dateAdded\": \"2026-03-01\"}]}",
            .kev
        ),
        (
            "{\"vulnerabilities\": [{}, {\"cveID\": \"CVE-2026-1111\", \"dateAdded\": \"2026-03-01\"}]}",
            .kev
        ),
        (
            "{\"a\": {\"CVE-2026-1\": }, \"b\": {\"CVE-2026-1111\": {\"releases\": {}}}}",
            .debianTracker
        ),
    ])
    func `a feed whose first record is damaged is told by the next ones`(
        _ text: String, _ format: FeedFormat
    ) throws {
        let outcome = try read(text)
        #expect(outcome.summary.format == format)
        #expect(outcome.summary.records == 1)
        #expect(outcome.summary.rejectedCount > 0)
    }

    @Test func `rejections are counted beyond those that are kept`() throws {
        let rows = (0..<500).map { "CVE-2026-\(1000 + $0),2.0,0.5" }
        let outcome = try read((["cve,epss,percentile"] + rows).joined(separator: "\n"))
        #expect(outcome.summary.records == 0)
        #expect(outcome.summary.rejectedCount == 500)
        #expect(outcome.summary.rejected.count == FeedSummary.maximumRejections)
    }

    @Test func `what a feed says does not reach the terminal as control characters`() {
        let rejection = RecordRejection(
            record: "a\u{1b}[2J\n", reason: String(repeating: "x", count: 10_000))
        #expect(rejection.record == "a [2J ")
        #expect(rejection.reason.count == RecordRejection.maximumLength)
    }

    @Test func `a table with unknown columns is not guessed at`() throws {
        let outcome = try read("#model_version:v1\ncve,percentile,epss\nCVE-2026-1111,0.1,0.2\n")
        #expect(outcome.summary.records == 0)
        #expect(!outcome.summary.isComplete)
    }
}
