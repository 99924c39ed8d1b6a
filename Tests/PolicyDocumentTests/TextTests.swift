import TestSupport
import Testing

@testable import PolicyDocument

/// What YAML makes of a text before anyone asks what it means.
struct TextTests {
    private func read(_ bytes: [UInt8]) -> (documents: [YAMLValue], messages: [String]) {
        let list = DiagnosticList(file: "f")
        guard let source = SourceText(bytes, list) else { return ([], list.all.map(\.description)) }
        let documents = YAMLComposer(source, list).documents()
        return (documents, list.inOrder.map(\.description))
    }

    private func read(_ text: String) -> (documents: [YAMLValue], messages: [String]) {
        read(Array(text.utf8))
    }

    /// The texts of a mapping by key.
    private func texts(_ text: String) -> [String: String] {
        guard case .mapping(let entries) = read(text).documents.first?.content else { return [:] }
        var result: [String: String] = [:]
        for entry in entries {
            if case .scalar(let scalar) = entry.value.content {
                result[entry.key.text] = scalar.text
            }
        }
        return result
    }

    @Test(arguments: [
        ("a: no", "no"), ("a: on", "on"), ("a: 22:00", "22:00"), ("a: 1.10", "1.10"),
        ("a: 0777", "0777"), ("a: 2026-12-20", "2026-12-20"), ("a: \"x # y\"", "x # y"),
        ("a: x # y", "x"), ("a: 'it''s'", "it's"), ("a: >\n  b\n  c\n", "b c\n"),
        ("a: |\n  b\n  c\n", "b\nc\n"), ("a: b\r\nc: d", "b"), ("\u{FEFF}a: b", "b"),
    ])
    func `a text stays what was written, whatever an older YAML made of it`(
        _ yaml: String, _ value: String
    ) {
        #expect(texts(yaml)["a"] == value)
    }

    @Test(arguments: [
        ("{a: x in (b, c), d: e}", "x in (b, c)"),
        ("{a: x in (b, (c, d)), d: e}", "x in (b, (c, d))"),
        ("{a: x in (\"b, c\", 'd'), d: e}", "x in (\"b, c\", 'd')"),
        ("{a: x ~ \"b, c\", d: e}", "x ~ \"b, c\""),
        ("{a: \"x in (b, c)\", d: e}", "x in (b, c)"),
        ("{a: don't, d: e}", "don't"),
        ("{a: x in (b,\n   c), d: e}", "x in (b, c)"),
        ("{a: open (b, d: e}", "open (b"),
        ("{a: b (\"c, d: e}", "b (\"c"),
    ])
    func `commas in brackets belong to the text also in flow style`(_ yaml: String, _ value: String)
    {
        #expect(texts(yaml) == ["a": value, "d": "e"])
    }

    @Test(arguments: [
        ("a: !!str b", "!!str", 4), ("a: !!str \"b\"", "!!str", 4), ("{a: !!str b}", "!!str", 5),
        ("a: !!map\n  b: c", "!!map", 4), ("a: !!seq [b]", "!!seq", 4), ("!!str a: b", "!!str", 1),
        ("a: !mine b", "!mine", 4), ("a: !<tag:example.org,2026:x> b", "tag:example.org", 4),
    ])
    func `a tag is refused also where it says what the looks say`(
        _ yaml: String, _ tag: String, _ column: Int
    ) {
        let messages = read(yaml).messages
        #expect(messages.count == 1)
        #expect(messages.first?.hasPrefix("f:1:\(column): tags (\(tag)") == true)
        #expect(read("a: \"!!str b\"").messages == [])
    }

    @Test func `commas between brackets still part keys`() {
        let found = texts("{a: f(x, y), b: 'c (d', e: \"f)\", g: (h), i: j}")
        #expect(found == ["a": "f(x, y)", "b": "c (d", "e": "f)", "g": "(h)", "i": "j"])
        #expect(texts("a: |\n  {x (,\nb: {c: (d, e)}\nf: g (h, i\nj: k)")["j"] == "k)")
    }

    @Test(arguments: [
        ("a: b\na: c", "f:2:1: the key “a” stands twice in one mapping; the first is in line 1"),
        (
            "a: {b: c, b: d}",
            "f:1:11: the key “b” stands twice in one mapping; the first is in line 1"
        ),
        (
            "a: &x [1]\nb: *x",
            "f:2:4: anchors (&) and aliases (*) are not used in policies; write the value out"
        ),
        ("a: &x 1", "f:1:4: anchors (&) are not used in policies; write the value out"),
        (
            "a: !!int 1",
            "f:1:4: tags (tag:yaml.org,2002:int) are not used in policies; quote a text that begins with !"
        ),
        ("a: b\u{07}", "f:1:5: the character U+0007 cannot stand in a policy file"),
        ("[a]: b", "f:1:1: a key must be a word"),
    ])
    func `what a policy file does not hold is refused where it stands`(
        _ yaml: String, _ message: String
    ) {
        #expect(read(yaml).messages == [message])
    }

    @Test(arguments: [
        ("a:\n\tb: c", 2, "spaces, not tabs"), ("a: @b", 1, "in quotes"),
        ("a: {b: c\n", 1, "begins here"),
        ("a: \"b", 1, ""), ("a: b: c", 1, ""), ("- a\nb: c", 2, ""),
        ("a: *x", 1, "quote a text that begins with *"),
    ])
    func `what is not YAML is told with its line and what to do`(
        _ yaml: String, _ line: Int, _ advice: String
    ) {
        let messages = read(yaml).messages
        #expect(messages.count == 1)
        #expect(messages.first?.hasPrefix("f:\(line):") == true, "\(messages)")
        #expect(messages.first?.contains(advice) == true || advice.isEmpty, "\(messages)")
    }

    @Test func `bytes that are no text are told apart`() {
        #expect(
            read([0x61, 0x3A, 0x20, 0x0A, 0x62, 0xFF, 0x63]).messages
                == ["f:2:2: the file is not UTF-8 from here on"])
        #expect(
            read([0xFF, 0xFE, 0x61, 0]).messages
                == ["f:1:1: the file is UTF-16; save it as UTF-8"])
        let huge = [UInt8](repeating: 0x23, count: SourceText.maximumBytes + 1)
        #expect(read(huge).messages.first?.contains("a policy file has at most") == true)
    }

    @Test(arguments: ["[", "- ", "{a: "])
    func `deep nesting is refused, not followed`(_ opening: String) {
        for depth in [40, 2_000, 100_000] {
            let (documents, messages) = read(String(repeating: opening, count: depth))
            #expect(documents.isEmpty || depth == 40)
            #expect(!messages.isEmpty, "\(depth) levels")
        }
    }

    @Test func `a short file does not grow while it is read`() {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1...40 {
            bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(read(bomb).messages.count == 1)
        #expect(read(bomb + "? *a40\n: x\n? *a40\n: y\n").messages.count == 1)
    }

    @Test func `several documents are read, and empty ones left out`() {
        #expect(read("---\na: b\n---\n---\nc: d\n...\n").documents.count == 2)
        #expect(read("").documents.isEmpty)
        #expect(read("# nothing\n").documents.isEmpty)
        let many = String(repeating: "---\na: b\n", count: YAMLComposer.maximumDocuments + 1)
        #expect(read(many).messages.count == 1)
    }

    @Test(arguments: [
        ("a: b = cc", 4, 1, 8), ("a: \"b = cc\"", 4, 1, 9), ("a: 'b = ''c'", 5, 1, 11),
        ("a: >\n  b =\n  cc\n", 4, 3, 3), ("a: |\n  b =\n  cc\n", 4, 3, 3),
        ("a: b =\n  cc", 4, 2, 3), ("{a: b =\n   cc, d: e}", 4, 2, 4), ("a: \"ä = cc\"", 4, 1, 9),
    ])
    func `a character of a text is found in the file`(
        _ yaml: String, _ offset: Int, _ line: Int, _ column: Int
    ) throws {
        let list = DiagnosticList(file: "f")
        let source = try #require(SourceText(Array(yaml.utf8), list))
        let document = try #require(YAMLComposer(source, list).documents().first)
        guard case .mapping(let entries) = document.content,
            case .scalar(let scalar) = entries.first?.value.content
        else {
            Issue.record("no text")
            return
        }
        #expect(source.place(of: offset, in: scalar) == Place(line: line, column: column))
    }

    @Test(arguments: Seeds.all)
    func `no bytes make it fail`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "a", ":", " ", "\n", "-", "{", "}", "[", "]", ",", "(", ")", "\"", "'", "#", "|", ">",
            "&", "*", "!", "%", "\t", "\\", "---\n", "ä", "?", "x: y\n", "  ",
        ]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...40, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let (documents, messages) = read(text)
            #expect(
                documents.count <= count && messages.count <= count + 1, "seed \(seed): \(text)")
        }
    }
}
