import Testing

@testable import HTTPAPI

/// A table that a spreadsheet opens must hold what it says, and run nothing.
struct CSVLineTests {
    @Test(arguments: [
        ("web-1", "web-1"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("two\r\nlines", "\"two\r\nlines\""), ("=1+1", "\"'=1+1\""),
        (
            "=HYPERLINK(\"http://example.org\",\"x\")",
            "\"'=HYPERLINK(\"\"http://example.org\"\",\"\"x\"\")\""
        ),
        ("+49", "\"'+49\""), ("-2+3", "\"'-2+3\""), ("@SUM(A1)", "\"'@SUM(A1)\""),
        ("\tx", "\"'\tx\""), ("\rx", "\"'\rx\""), ("\nx", "\"'\nx\""), ("\r\nx", "\"'\r\nx\""),
        ("＝1", "\"'＝1\""), ("grün", "grün"), ("a=b", "a=b"), ("\"=1\"", "\"\"\"=1\"\"\""),
        ("invoice\u{202E}fdp.exe", "invoice\u{FFFD}fdp.exe"), ("a\u{1B}[31m", "a\u{FFFD}[31m"),
        ("\u{200E}=1+1", "\u{FFFD}=1+1"), ("=\u{2066}1", "\"'=\u{FFFD}1\""),
        ("=\u{301}x", "\"'=\u{301}x\""),
    ])
    func `a text is one cell, and never a formula`(_ text: String, _ cell: String) {
        #expect(CSVLine([text]).text == cell)
    }

    @Test func `a line has all of its cells, and ends as RFC 4180 says`() {
        var line = CSVLine(["", "a"])
        line.add(1.5)
        line.add(nil as Double?)
        line.add(7)
        line.add(true)
        #expect(String(decoding: line.bytes, as: UTF8.self) == ",a,1.5,,7,yes\r\n")
    }
}
