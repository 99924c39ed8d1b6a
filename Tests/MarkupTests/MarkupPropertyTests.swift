import Markup
import TestSupport
import Testing

/// Random documents, random chunks and random damage.
struct MarkupPropertyTests {
    private static let document = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE updates [ <!ENTITY x "]>"> <!-- ' --> ]>
        <updates xmlns:o="urn:x" when='2026-11-21'>
          <update from="a &amp; b" type="security"><id>A-1</id><title>größer &lt; größer</title>
            <description><![CDATA[<b> & ]] </b>]]> &#x1F600; 漢字</description><!-- note --></update>
          <o:empty/><?pi data?>
        </updates>

        """

    private func read(_ bytes: [UInt8], chunks: (Int) -> Int) throws -> [MarkupEvent] {
        var found: [MarkupEvent] = []
        var reader = MarkupReader()
        var place = 0
        while place < bytes.count {
            let end = min(bytes.count, place + max(1, chunks(bytes.count - place)))
            try reader.read(bytes[place..<end]) { found.append($0) }
            place = end
        }
        try reader.finish()
        return found
    }

    @Test(arguments: Seeds.all)
    func `where the chunks are cut makes no difference`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = Array(Self.document.utf8)
        let whole = try read(bytes) { $0 }
        #expect(try read(bytes) { _ in 1 } == whole)
        for _ in 0..<100 {
            let cut = try read(bytes) { _ in Int.random(in: 1...40, using: &generator) }
            #expect(cut == whole, "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.all)
    func `a damaged document gives balanced events or an error, chunked or not`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var bytes = Array(Self.document.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: place)
                case 2:
                    bytes.insert(
                        "<>&;'\"/!?-[]=".utf8.randomElement(using: &generator) ?? 0, at: place)
                case 3: bytes.removeSubrange(place..<min(bytes.count, place + 30))
                default: bytes += bytes[place...]
                }
                if bytes.isEmpty { bytes = [0x3C] }
            }
            let whole = outcome { try read(bytes) { $0 } }
            let cut = outcome { try read(bytes) { _ in 3 } }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(whole == cut, "seed \(seed): chunks change the answer for \(text)")
            if whole.error == nil { #expect(isBalanced(whole.events), "seed \(seed): \(text)") }
        }
    }

    private struct Outcome: Equatable {
        var events: [MarkupEvent] = []
        var error: MarkupError?
    }

    private func outcome(_ read: () throws -> [MarkupEvent]) -> Outcome {
        do {
            return Outcome(events: try read())
        } catch {
            if !(error is MarkupError) { Issue.record(error) }
            return Outcome(error: error as? MarkupError)
        }
    }

    private func isBalanced(_ events: [MarkupEvent]) -> Bool {
        var open: [String] = []
        for event in events {
            switch event {
            case .start(let element): open.append(element.name)
            case .end(let name): if open.popLast() != name { return false }
            case .text: if open.isEmpty { return false }
            }
        }
        return open.isEmpty
    }

    @Test(arguments: Seeds.all)
    func `what is written with escapes is read back`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("ab<>&'\"]\n\t ß漢😀-")
        for _ in 0..<300 {
            let text = String(
                (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                    letters.randomElement(using: &generator) ?? "a"
                })
            var escaped = ""
            for character in text {
                switch character {
                case "<": escaped += "&lt;"
                case ">": escaped += "&gt;"
                case "&": escaped += "&amp;"
                case "'": escaped += "&#39;"
                case "\n": escaped += "&#xA;"
                case "\t": escaped += "&#9;"
                default: escaped.append(character)
                }
            }
            let document = "<a b='\(escaped)'>\(escaped)</a>"
            let found = try read(Array(document.utf8)) { $0 }
            let expected: [MarkupEvent] = [
                .start(
                    MarkupElement(name: "a", attributes: [MarkupAttribute(name: "b", value: text)])),
                .text(text), .end(name: "a"),
            ]
            #expect(found == expected, "seed \(seed): \(document)")
        }
    }
}
