import Testing

@testable import AdvisoryFormats

struct JSONSplitterTests {
    private func pieces(
        _ text: String, _ plan: JSONSplitter.Plan, limit: Int = 1000, size: Int = 1
    ) throws -> [String] {
        var splitter = JSONSplitter(stream(Array(text.utf8), pieces: size), plan, limit: limit)
        var found: [String] = []
        while let piece = try splitter.next() {
            switch piece {
            case .record(let number, let key, let bytes):
                found.append("\(key ?? "\(number)"): \(String(decoding: bytes, as: UTF8.self))")
            case .oversized(let number, let key, _): found.append("\(key ?? "\(number)") oversized")
            case .header(let key, let bytes):
                found.append("header \(key) \(String(decoding: bytes, as: UTF8.self))")
            case .damaged: found.append("damaged")
            }
        }
        return found
    }

    @Test(arguments: [
        ("{\"a\": 1}", JSONSplitter.Plan.document, ["1: {\"a\": 1}"]),
        ("[{\"a\":\"]\"}, [1] ,2]", .elements, ["1: {\"a\":\"]\"}", "2: [1]", "3: 2"]),
        ("[]", .elements, []),
        (
            "{\"x\": \"y\", \"r\": [1, {}], \"z\": {}}", .elementsOf("r"),
            ["header x \"y\"", "1: 1", "2: {}", "header z {}"]
        ),
        ("{\"a\": {\"x\": \"}\\\"\"}, \"b\": 2}", .members, ["a: {\"x\": \"}\\\"\"}", "b: 2"]),
        ("{\"a\": 1} {\"b\": 2}\n{}", .documents, ["1: {\"a\": 1}", "2: {\"b\": 2}", "3: {}"]),
        ("{\"a\": 1}", .documents, ["1: {\"a\": 1}"]),
        ("{\"a\": 1} [", .documents, ["1: {\"a\": 1}", "damaged"]),
        ("{\"a\": 1} {\"b\":", .documents, ["1: {\"a\": 1}", "damaged"]),
        ("{\"a\":1}\n\n {\"b\":2}\r\n", .lines, ["1: {\"a\":1}", "3:  {\"b\":2}"]),
        ("\u{FEFF} [1]", .elements, ["1: 1"]),
    ])
    func `a text is cut into its records`(
        _ text: String, _ plan: JSONSplitter.Plan, _ expected: [String]
    ) throws {
        for size in [1, 2, 3, 1000] {
            #expect(try pieces(text, plan, size: size) == expected, "pieces of \(size)")
        }
    }

    @Test(arguments: [
        ("[1, 2", ["1: 1", "damaged"]), ("[{\"a\":1},{\"b\":", ["1: {\"a\":1}", "damaged"]),
        ("[1 2]", ["1: 1", "damaged"]), ("{}", ["damaged"]), ("", ["damaged"]),
        ("[,]", ["damaged"]), ("[1] x", ["1: 1", "damaged"]), ("[\"abc", ["damaged"]),
    ])
    func `what came before the damage stands`(_ text: String, _ expected: [String]) throws {
        #expect(try pieces(text, .elements) == expected)
    }

    @Test func `a record that is too large is read past`() throws {
        let large = "\"" + String(repeating: "x", count: 2000) + "\""
        #expect(
            try pieces("[1,\(large),2,{\"a\":[\(large)]},3]", .elements, size: 100)
                == ["1: 1", "2 oversized", "3: 2", "4 oversized", "5: 3"])
        #expect(try pieces("1\n\(large)\n2", .lines, size: 100) == ["1: 1", "2 oversized", "3: 2"])
    }
}
