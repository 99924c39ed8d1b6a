import Calendar
import Fleet
import TestSupport
import Testing

@Suite struct `The calendar feed` {
    private static let stamp = Timestamp.at("2026-05-01T08:00:00Z")

    private func entry(_ title: String, details: String = "") -> CalendarEntry {
        CalendarEntry(
            Occurrence(
                opens: .at("2026-05-01T22:00:00.400Z"), closes: .at("2026-05-02T02:00:00Z"),
                window: "weekend", localDate: .iso("2026-05-02")),
            title: title, details: details, scope: "acme/servers")
    }

    @Test func `a feed is what its golden file holds`() {
        let text = CalendarFeed.text(
            [
                entry("Patching; servers, all of them"),
                entry(
                    "Wartungsfenster für die Datenbankserver in Köln, Zürich und Genève – 🛠 bitte nichts starten",
                    details: "First line\nsecond \\ line\u{7}"),
            ], name: "Acme", stamp: Self.stamp)
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\r" || $0 == "\n" })
        expectGolden(text.replacing("\r\n", with: "\n"), "feed.ics")
    }

    @Test(arguments: Seeds.all)
    func `lines end in CR LF and have at most 75 octets, and unfolding gives the text back`(
        seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        let letters: [Unicode.Scalar] = ["a", " ", "é", "€", "🛠", "\\", ";", ",", "\n"]
        for _ in 0..<200 {
            var title = ""
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                title.unicodeScalars.append(letters.randomElement(using: &generator) ?? "a")
            }
            let text = CalendarFeed.text([entry(title)], name: "n", stamp: Self.stamp)
            #expect(text.utf8.suffix(2).elementsEqual([13, 10]))
            for line in text.utf8.split(separator: 10) {
                #expect(line.last == 13 && line.count <= 76, "seed \(seed): \(title)")
                #expect(String(line.dropLast()) != nil, "seed \(seed): cut inside a character")
            }
            let escaped = title.replacing("\\", with: "\\\\").replacing(";", with: "\\;")
                .replacing(",", with: "\\,").replacing("\n", with: "\\n")
            let unfolded = text.unicodeScalars.split(separator: "\r").reduce(into: "") {
                let line = $1.drop { $0 == "\n" }
                $0 +=
                    line.first == " "
                    ? String(Substring(line.dropFirst())) : "\n" + String(Substring(line))
            }
            #expect(unfolded.contains("\nSUMMARY:\(escaped)\nTRANSP"), "seed \(seed): \(title)")
        }
    }

    @Test func `what is at the same hour by every clock floats, and the rest is universal time`() {
        var floating = entry("x")
        floating.isFloating = true
        let text = CalendarFeed.text([floating, entry("y")], name: "n", stamp: Self.stamp)
        let times = text.split(separator: "\r\n").filter { $0.hasPrefix("DT") }
        #expect(
            times == [
                "DTSTAMP:20260501T080000Z", "DTSTART:20260501T220000", "DTEND:20260502T020000",
                "DTSTAMP:20260501T080000Z", "DTSTART:20260501T220000Z", "DTEND:20260502T020000Z",
            ])
    }

    @Test func `an opening keeps its name when its hours change`() {
        var later = Occurrence(
            opens: .at("2026-05-01T23:00:00Z"), closes: .at("2026-05-02T02:00:00Z"),
            window: "weekend", localDate: .iso("2026-05-02"))
        #expect(CalendarEntry(later, title: "x", scope: "acme/servers").uid == entry("y").uid)
        later.localDate = .iso("2026-05-03")
        #expect(CalendarEntry(later, title: "x", scope: "acme/servers").uid != entry("y").uid)
        #expect(CalendarEntry(later, title: "x", scope: "acme").uid != entry("y").uid)
    }
}
