import Testing

@testable import AdvisoryFormats

struct JSONDocumentTests {
    @Test(arguments: [
        "{}", "[]", "0", "-0.5e+10", "true", "false", "null", "\"\"", " [1, 2 ,3]\n",
        "{\"a\":[{}]}",
        "\"\\u00e9\\n\\\"\\\\\\/\"", "\u{FEFF}{}", "{\"a\":1,\"b\":1}",
    ])
    func `a right text is taken`(_ text: String) throws {
        #expect(try JSONDocument(Array(text.utf8)).root != nil)
    }

    @Test(arguments: [
        "", " ", "{", "[", "]", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",
        "{\"a\":1,}",
        "{,}", "01", "1.", ".5", "-", "1e", "tru", "nul", "\"", "\"\\x\"", "\"\\u12\"", "\"\t\"",
        "[1]]",
        "{} {}", "[}", "{]", "NaN", "'a'", "\"\\",
    ])
    func `a wrong text is an error`(_ text: String) {
        #expect(throws: JSONError.self) { try JSONDocument(Array(text.utf8)) }
    }

    @Test(arguments: [
        "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        "{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,\"5\":0}",
        "[{\"x\":{\"b\":1,\"b\":2}}]",
    ])
    func `a key that stands twice is an error`(_ text: String) {
        #expect { try JSONDocument(Array(text.utf8)) } throws: { "\($0)".contains("twice") }
    }

    @Test func `keys of different objects may be the same`() throws {
        let text = "[{\"a\":{\"a\":1},\"b\":{\"a\":1}},{\"a\":2}]"
        #expect(try JSONDocument(Array(text.utf8)).root?.first?["b"]?["a"]?.integer == 1)
    }

    @Test(
        arguments: [
            [0xFF], [0xC3], [0xE2, 0x82], [0xC0, 0xAF], [0xED, 0xA0, 0x80],
            [0xF5, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are an error`(_ bytes: [UInt8]) {
        let text = Array("[\"".utf8) + bytes + Array("\"]".utf8)
        #expect { try JSONDocument(text) } throws: { "\($0)".contains("UTF-8") }
    }

    @Test func `depth, strings and texts have their limits`() {
        var limits = JSONLimits()
        limits.depth = 3
        limits.stringBytes = 4
        limits.textBytes = 20
        let depth = "[[[1]]]"
        #expect(throws: Never.self) { try JSONDocument(Array(depth.utf8), limits: limits) }
        for text in ["[[[[1]]]]", "\"12345\"", "[1111111111, 22222222]"] {
            #expect(throws: JSONError.self) { try JSONDocument(Array(text.utf8), limits: limits) }
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONDocument(Array(deep.utf8)) }
    }

    @Test(arguments: [
        ("\"a\\tb\"", "a\tb"), ("\"\\u00fc\"", "ü"), ("\"\\ud83d\\ude00\"", "😀"),
        ("\"\\ud83d\"", "\u{FFFD}"), ("\"\\ude00x\"", "\u{FFFD}x"),
        ("\"\\ud83d\\u0041\"", "\u{FFFD}A"),
        ("\"\\\\u0041\"", "\\u0041"), ("\"\\b\\f\\r\\/\"", "\u{8}\u{C}\r/"),
    ])
    func `escapes are replaced`(_ text: String, _ expected: String) throws {
        #expect(try JSONDocument(Array(text.utf8)).root?.text == expected)
    }

    @Test func `values are what was asked for, or nothing`() throws {
        let text = """
            {"s": "x", "n": 1.5, "i": 7, "b": true, "z": null, "a": ["p", 1, "q"], "big": 1e999,
             "o": {"k": "v"}, "\\u0065": "escaped"}
            """
        let root = try #require(try JSONDocument(Array(text.utf8)).root)
        #expect(root.text("s") == "x")
        #expect(root["n"]?.number == 1.5)
        #expect(root["i"]?.integer == 7)
        #expect(root["n"]?.integer == nil)
        #expect(root["b"]?.flag == true)
        #expect(root["z"] == nil)
        #expect(root["big"]?.number == nil)
        #expect(root.texts("a") == ["p", "q"])
        #expect(root.list("s").isEmpty)
        #expect(root.entries("o").map(\.key) == ["k"])
        #expect(root.text("e") == "escaped")
        #expect(root["i"]?.textOrNumber == "7")
        #expect(root.text("missing") == nil)
    }

    @Test func `what a prefix shows can be looked at`() {
        let text = "{\"a\": [{\"b\": \"c\"}, {\"d\": \"cut o"
        for length in 0...text.utf8.count {
            let root = JSONDocument(prefix: Array(text.utf8)[..<length]).root
            if length > 20 { #expect(root?["a"]?.first?.text("b") == "c", "\(length)") }
        }
    }
}
