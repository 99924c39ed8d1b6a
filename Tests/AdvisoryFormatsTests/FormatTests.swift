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

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func tracker(_ id: [UInt8], description: [UInt8] = []) -> [UInt8] {
        var text = bytes("\"")
        text += id
        text += bytes("\": {\"description\": \"")
        text += description
        text += bytes("\", \"releases\": {\"bookworm\": {\"status\": \"open\"}}}")
        return text
    }

    private static func source(_ name: [UInt8], _ members: [[UInt8]]) -> [UInt8] {
        var text = bytes("\"")
        text += name
        text += bytes("\": {")
        text += members.joined(separator: bytes(","))
        text += bytes("}")
        return text
    }

    private static func feed(_ sources: [[UInt8]]) -> [UInt8] {
        var text = bytes("{")
        text += sources.joined(separator: bytes(","))
        text += bytes("}")
        return text
    }

    /// What a member of a source package is like, and what is said of it.
    struct Damage: Sendable, CustomTestStringConvertible {
        var what: String
        var bytes: [UInt8]
        var reason: String
        var count = 1
        var testDescription: String { what }
    }

    static let damages = [
        Damage(
            what: "a byte", bytes: tracker(bytes("CVE-2026-2222"), description: [0xE9]),
            reason: "UTF-8"),
        Damage(
            what: "an escape", bytes: tracker(bytes("CVE-2026-2222"), description: bytes("\\x")),
            reason: "escape"),
        Damage(what: "its name", bytes: tracker([0xFF, 0x43]), reason: "no name"),
        Damage(
            what: "twice",
            bytes: Array(
                [tracker(bytes("CVE-2026-4444")), tracker(bytes("CVE-2026-4444"))]
                    .joined(separator: bytes(","))),
            reason: "twice", count: 2),
    ]

    @Test(arguments: Self.damages)
    func `one bad vulnerability of the tracker does not cost its source package`(
        _ damage: Damage
    ) throws {
        let good = ["CVE-2026-1111", "CVE-2026-3333"].map { Self.tracker(Self.bytes($0)) }
        let anvil = Self.source(Self.bytes("anvil"), [good[0], damage.bytes, good[1]])
        let rope = Self.source(Self.bytes("rope"), [good[0]])
        let outcome = try read(Self.feed([anvil, rope]))
        #expect(
            outcome.advisories.map { "\($0.id) \($0.affected[0].name)" } == [
                "CVE-2026-1111 anvil", "CVE-2026-3333 anvil", "CVE-2026-1111 rope",
            ])
        #expect(outcome.summary.rejectedCount == damage.count)
        let first = try #require(outcome.summary.rejected.first)
        #expect(first.record.hasPrefix("anvil"))
        #expect(first.reason.contains(damage.reason), "\(first.reason)")
        #expect(outcome.summary.isComplete)
    }

    @Test func `a bad byte in a source package's name costs that one alone`() throws {
        let good = [Self.tracker(Self.bytes("CVE-2026-1111"))]
        let sources = [Self.bytes("rope"), [0x61, 0xFF], Self.bytes("anvil")]
        let outcome = try read(Self.feed(sources.map { Self.source($0, good) }))
        #expect(outcome.advisories.map { $0.affected[0].name } == ["rope", "anvil"])
        #expect(outcome.summary.rejected.map(\.record) == ["record 2"])
        #expect(outcome.summary.isComplete)
    }

    @Test(arguments: [
        (1, true, 0), (2, false, 1), (1601, false, 1), (0, true, 1), (-1, true, 1),
    ])
    func `a catalogue with fewer entries than it says is not whole`(
        _ count: Int, _ isComplete: Bool, _ rejected: Int
    ) throws {
        let outcome = try read(
            """
            {"catalogVersion": "1", "count": \(count), "vulnerabilities": [
             {"cveID": "CVE-2026-1111", "dateAdded": "2026-03-01"}]}
            """)
        #expect(outcome.summary.records == 1)
        #expect(outcome.summary.isComplete == isComplete)
        #expect(outcome.summary.rejectedCount == rejected)
    }

    @Test func `an entry that is rejected is one of those that the catalogue counts`() throws {
        let outcome = try read(
            """
            {"catalogVersion": "1", "count": 2, "vulnerabilities": [
             {"cveID": "CVE-2026-1111", "dateAdded": "2026-03-01"}, {"cveID": "CVE-x"}]}
            """)
        #expect(outcome.summary.isComplete)
        #expect(outcome.summary.rejected.map(\.record) == ["CVE-x"])
    }

    @Test func `records one after another are read, however long the first`() throws {
        func record(_ number: Int, _ details: String) -> String {
            """
            {"id": "A-\(number)", "modified": "2026-01-01T00:00:00Z", "affected": [],
             "details": "\(details)"}
            """
        }
        let long = record(1, String(repeating: "x", count: FeedReader.prefixSize))
        let lines = [long, record(2, ""), record(3, "")].map { $0.replacing("\n", with: " ") }
        for text in [lines.joined(separator: "\n"), long + record(2, "") + "\n" + record(3, "")] {
            let outcome = try read(Array(text.utf8), pieces: 60_000)
            #expect(outcome.advisories.map(\.id) == ["A-1", "A-2", "A-3"])
            #expect(outcome.summary.isComplete)
        }
        let cut = try read(Array((long + "\n{\"id\": \"A-2\"").utf8), pieces: 60_000)
        #expect(cut.advisories.map(\.id) == ["A-1"])
        #expect(!cut.summary.isComplete)
    }

    @Test func `a line that is too long is rejected with its length`() throws {
        let line = "CVE-2026-1111,0.5," + String(repeating: "9", count: 70_000)
        let outcome = try read(
            Array("cve,epss,percentile\n\(line)\nCVE-2026-2222,0.5,0.5\n".utf8), pieces: 60_000)
        #expect(outcome.summary.records == 1)
        #expect(outcome.summary.rejected.map(\.record) == ["line 2"])
        #expect(outcome.summary.rejected.first?.reason.hasPrefix("70018 bytes") == true)
    }

    @Test(arguments: ["CVE-2026-1111\u{202E}", "A/B", String(repeating: "x", count: 500)])
    func `a name that is none is rejected, whichever reader found it`(_ name: String) throws {
        let good = "{\"id\": \"A-1\", \"modified\": \"2026-01-01T00:00:00Z\", \"affected\": []}"
        let outcome = try read("[\(good), \(good.replacing("A-1", with: name))]")
        #expect(outcome.advisories.map(\.id) == ["A-1"])
        #expect(outcome.summary.rejected.first?.reason.contains("no name") == true)
    }

    @Test func `a title shows as it is written`() throws {
        let outcome = try read(
            """
            [{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [],
              "summary": "invoice\u{202E}fdp.exe \\u001b[31mred\\u0007"}]
            """)
        #expect(outcome.advisories.first?.title == "invoice fdp.exe [31mred")
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
