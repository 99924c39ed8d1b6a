@testable import HTMLTree
import Fleet
import HTTPAPI
import PageParts
import TestSupport
import Testing

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Dashboard

/// The small parts that pages are made of.
@Suite struct PartsTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"),
        (-1000, "-1,000"),
    ])
    func `a count is written in groups of three digits`(number: Int, text: String) {
        #expect(Words.count(number) == text)
    }

    @Test(arguments: [
        (0, 428, "0%"), (428, 428, "100%"), (427, 428, "99.8%"), (9_999_999, 10_000_000, "99.9%"),
        (1, 10_000_000, "0.1%"), (341, 428, "79.7%"), (1, 2, "50%"), (0, 0, "0%"),
    ])
    func `a percentage is never rounded up to all nor down to none`(
        part: Int, whole: Int, text: String
    ) {
        #expect(Words.percent(part, of: whole) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_240_000, "1.2 MB"),
            (69_400_000, "69 MB"),
            (41_900_000_000, "42 GB"), (5_000_000_000_000_000, "5000 TB"),
        ] as [(Int64, String)])
    func `a size is written in its largest unit`(bytes: Int64, text: String) {
        #expect(Words.size(bytes) == text)
    }

    @Test(
        arguments: [
            (0, "just now"), (-44, "just now"), (-60, "1 min ago"), (-3599, "59 min ago"),
            (-7200, "2 h ago"),
            (-47 * 3600, "47 h ago"), (-48 * 3600, "2 d ago"), (300, "in 5 min"),
            (7 * 86_400 - 2, "in 7 d"), (-61 * 86_400, "2026-09-21"),
        ] as [(Int64, String)])
    func `a time is said as seen from now`(seconds: Int64, text: String) {
        #expect(Words.relative(Samples.now.adding(seconds: seconds), to: Samples.now) == text)
    }

    @Test func `a feed's text cannot turn a page's line round, and what a person edits stays`() {
        let text = "invoice\u{202E}fdp.exe\u{1B}\n"
        let page = HTML.pieces {
            p(.title(text)) { text }
            textarea(.name("document")) { "a\u{200F}b" }
            input(.type("text"), .value("a\u{200F}b"))
        }.text
        #expect(page.contains("title=\"invoice\u{FFFD}fdp.exe\u{FFFD}\n\""), "\(page)")
        #expect(page.contains(">invoice\u{FFFD}fdp.exe\u{FFFD}\n"))
        #expect(page.contains(">a\u{200F}b</textarea>"))
        #expect(page.contains("value=\"a\u{200F}b\""))
    }

    @Test func `a link to a vulnerability has its name as it is`() {
        #expect(
            Place("vulnerabilities", "ALSA-2024:2950").text == "/vulnerabilities/ALSA-2024:2950")
        #expect(Place("a/b", "ä?").with("q", "a:b").text == "/a%2Fb/%C3%A4%3F?q=a%3Ab")
    }

    @Test func `a time carries the instant itself for programs and on hover`() {
        let text = Samples.chrome().time(Samples.ago(hours: 2)).text
        #expect(
            text
                == "<time datetime=\"2026-11-21T16:00:00Z\" title=\"2026-11-21 16:00:00 UTC\">2 h ago</time>"
        )
    }

    @Test(arguments: Seeds.all)
    func `a bar's parts fill it, and whatever is there is seen`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let counts = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Bool.random(using: &random) ? 0 : Int.random(in: 1...100_000, using: &random)
            }
            let text = bar(counts.map { BarPart(count: $0, fill: .ok, words: "x") }).text
            let widths = text.matches(of: /x="(\d+)" y="0" width="(\d+)"/).map {
                (Int($0.1) ?? -1, Int($0.2) ?? -1)
            }
            let shown = counts.count { $0 > 0 }
            #expect(widths.count == max(shown, 1), "seed \(seed): \(counts)")
            #expect(widths.allSatisfy { $0.1 >= 1 }, "seed \(seed): \(counts) \(widths)")
            if let last = widths.last {
                #expect(last.0 + last.1 == 1000, "seed \(seed): \(counts) \(widths)")
            }
        }
    }

    @Test func `a place's parts and fields cannot break out of it`() {
        let place = Place("a/b", "c d?").with("q", "x&y=z#\"ü").at("f g")
        #expect(place.text == "/a%2Fb/c%20d%3F?q=x%26y%3Dz%23%22%C3%BC#f%20g")
        #expect(place.without("q").query.isEmpty)
        #expect(place.with("q", nil) == place)
        #expect(place.with("q", "1").query.count == 1)
        #expect(place.adding("q", "1").query.count == 2)
    }

    @Test(arguments: [
        ("2026-11-21T18:00", "2026-11-21T18:00:00Z"),
        ("2026-11-21T18:00:30", "2026-11-21T18:00:30Z"),
        ("2026-11-21T18:00:30+01:00", "2026-11-21T17:00:30Z"),
    ])
    func `an instant is read as a link has it and as a browser's field has it`(
        text: String, instant: String
    ) {
        #expect(Dashboard.instant(text)?.description == instant)
    }

    @Test func `a selection without an endpoint or an update is refused with a sentence`() throws {
        for text in [
            "", "endpoint=\(Samples.items[0].id)", "update=nginx@1", "endpoint=x&update=nginx@1",
        ] {
            let form = try #require(FormFields(text[...]))
            #expect(throws: Refusal.self) { try Dashboard.selection(form) }
        }
        let form = try #require(
            FormFields("endpoint=\(Samples.items[0].id)&update=nginx%401.2&deadline=3600"))
        let selection = try Dashboard.selection(form)
        #expect(selection.updates == [.init(name: "nginx", candidate: "1.2")])
        #expect(selection.deadlineSeconds == 3600)
    }

    @Test func `an asset's address changes with its content, and is the same in every run`() {
        for asset in Asset.all {
            #expect(asset.place.path.contains(/^\/assets\/[a-z]+\.[0-9a-f]{12}\.(css|js|svg)$/))
            #expect(!asset.bytes.isEmpty)
        }
        #expect(Set(Asset.all.map(\.place)).count == Asset.all.count)
    }

    @Test func `the style sheet and the script refer to no other site`() {
        for asset in Asset.all where asset.type != "image/svg+xml" {
            let text = String(decoding: asset.bytes, as: UTF8.self)
            #expect(
                !text.contains("http:") && !text.contains("https:") && !text.contains("@import"))
            #expect(!text.contains(/url\((?!#)/))
        }
    }
}
