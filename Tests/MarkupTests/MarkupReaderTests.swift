import Markup
import Testing

/// Events as one line of text: `(a x=1 "text" )a`.
func events(_ text: String, limits: MarkupLimits = MarkupLimits()) throws -> String {
    try events(Array(text.utf8), limits: limits)
}

func events(_ bytes: [UInt8], limits: MarkupLimits = MarkupLimits()) throws -> String {
    var found: [MarkupEvent] = []
    try MarkupReader.read(bytes, limits: limits) { found.append($0) }
    return shown(found)
}

func shown(_ events: [MarkupEvent]) -> String {
    events.map { event in
        switch event {
        case .start(let element):
            (["(" + element.name] + element.attributes.map { "\($0.name)=\($0.value)" })
                .joined(separator: " ")
        case .end(let name): ")" + name
        case .text(let text): "\"\(text)\""
        }
    }.joined(separator: " ")
}

struct MarkupReaderTests {
    @Test(arguments: [
        ("<a/>", "(a )a"), ("<a></a>", "(a )a"), ("<a></a >\n", "(a )a"),
        ("<?xml version=\"1.0\" encoding='UTF-8' standalone=\"yes\"?>\n<a>x</a>", "(a \"x\" )a"),
        ("\u{FEFF}<a>ä</a>", "(a \"ä\" )a"),
        ("<a b='1' c = \"2\"\n\td='\"'/>", "(a b=1 c=2 d=\" )a"),
        ("<a>&lt;&gt;&amp;&apos;&quot;&#65;&#x1F600;</a>", "(a \"<>&'\"A😀\" )a"),
        ("<a b='&lt;&#10;x\ny\tz\r\n'/>", "(a b=<\nx y z  )a"),
        ("<a>x\r\ny\rz</a>", "(a \"x\ny\nz\" )a"),
        ("<a>x<![CDATA[<b>&amp;]]]]><![CDATA[>]]>y</a>", "(a \"x<b>&amp;]]>y\" )a"),
        ("<a>x<!-- <b> - & --><?target data ?>y</a>", "(a \"xy\" )a"),
        ("<!-- before --><?p?><a/><!-- behind --> <?p ?>", "(a )a"),
        ("<o:d xmlns:o='u'><o:e/></o:d>", "(o:d xmlns:o=u (o:e )o:e )o:d"),
        ("<größe 名='x'>y</größe>", "(größe 名=x \"y\" )größe"),
        ("<a>1 > 0 ]] ></a>", "(a \"1 > 0 ]] >\" )a"),
        ("<a b='>'>c</a>", "(a b=> \"c\" )a"),
        ("<!DOCTYPE a><a/>", "(a )a"),
        ("<!DOCTYPE a SYSTEM \"x>y\" [<!ENTITY e \"]>\"> <!-- ' ]> --> <?p ]> ' ?>]><a/>", "(a )a"),
    ])
    func `a well-formed document is read`(text: String, expected: String) throws {
        #expect(try events(text) == expected)
    }

    @Test(arguments: [
        ("", "unfinished", "1:1"), ("<!-- x -->", "unfinished", "1:11"),
        ("<a>", "unfinished", "1:4"),
        ("<a", "unfinished", "1:3"), ("<a>\n<!-- ", "unfinished", "2:6"),
        ("<a/", "unfinished", "1:4"),
        ("<a></b>", "mismatchedTag", "1:4"), ("<a>\nä</A>", "mismatchedTag", "2:2"),
        ("</a>", "mismatchedTag", "1:1"), ("<a/></a>", "mismatchedTag", "1:5"),
        ("<a/><b/>", "malformed", "1:5"), ("x<a/>", "malformed", "1:1"),
        ("<a/>\n x", "malformed", "2:2"),
        ("<a/><![CDATA[x]]>", "malformed", "1:5"), ("<>", "malformed", "1:2"),
        ("<1/>", "malformed", "1:2"),
        ("< a/>", "malformed", "1:2"), ("<a b/>", "malformed", "1:5"),
        ("<a b=c/>", "malformed", "1:6"),
        ("<a b='1'c='2'/>", "malformed", "1:9"), ("<a b='1' b='2'/>", "malformed", "1:10"),
        ("<a b='<'/>", "malformed", "1:7"), ("<a></a b='1'>", "malformed", "1:8"),
        ("<a>&b;</a>", "unknownEntity", "1:4"), ("<a b='\n&b;'/>", "unknownEntity", "2:1"),
        ("<a>&</a>", "malformed", "1:4"), ("<a>& ;</a>", "malformed", "1:4"),
        ("<a>&#;</a>", "malformed", "1:4"),
        ("<a>&#x;</a>", "malformed", "1:4"), ("<a>&#0;</a>", "malformed", "1:4"),
        ("<a>&#xD800;</a>", "malformed", "1:4"), ("<a>&#xFFFF;</a>", "malformed", "1:4"),
        ("<a>&#+5;</a>", "malformed", "1:4"), ("<a>&#99999999999;</a>", "malformed", "1:4"),
        ("<a>]]></a>", "malformed", "1:4"), ("<a><!-- -- --></a>", "malformed", "1:9"),
        ("<a><!-- ---></a>", "malformed", "1:9"), ("<a>\u{1}</a>", "malformed", "1:4"),
        ("<a>\u{FFFE}</a>", "encoding", "1:4"), ("<a/><!DOCTYPE a>", "malformed", "1:5"),
        ("<!DOCTYPE a><!DOCTYPE a><a/>", "malformed", "1:13"),
        ("<!ELEMENT a><a/>", "malformed", "1:1"),
        (" <?xml version='1.0'?><a/>", "malformed", "1:2"),
        ("<?XML version='1.0'?><a/>", "malformed", "1:1"),
        ("<?xml version='2.0'?><a/>", "malformed", "1:2"), ("<?xml?><a/>", "malformed", "1:2"),
        ("<?xml encoding='UTF-8' version='1.0'?><a/>", "malformed", "1:2"),
        ("<? x?><a/>", "malformed", "1:3"),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>", "encoding", "1:2"),
        ("<?xml version='1.0' encoding='windows-1252'?><a/>", "encoding", "1:2"),
    ])
    func `what is not well-formed is an error with its place`(
        text: String, code: String, place: String
    ) throws {
        let error = #expect(throws: MarkupError.self) { try events(text) }
        #expect(
            error?.code.rawValue == code && error?.description.hasPrefix(place + ":") == true,
            "\(String(describing: error))")
    }

    @Test func `bytes that are no UTF-8 are refused, and Latin-1 is read when it is declared`()
        throws
    {
        let head = "<?xml version='1.0' encoding='ISO-8859-1'?>"
        let body: [UInt8] =
            Array("<a b='".utf8) + [0xE4] + Array("'>".utf8) + [0xFC] + Array("</a>".utf8)
        #expect(try events(Array(head.utf8) + body) == "(a b=ä \"ü\" )a")
        let error = #expect(throws: MarkupError.self) { try events(body) }
        #expect(error?.code == .encoding && error?.position.column == 7)
        for bytes: [UInt8] in [
            [0xFF, 0xFE, 0x3C, 0], [0xFE, 0xFF, 0, 0x3C], [0x3C, 0, 0x61, 0], [0, 0x3C, 0, 0x61],
        ] {
            #expect(throws: MarkupError.self) { try events(bytes + [0, 0]) }
        }
        for bytes: [UInt8] in [
            [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3],
        ] {
            let text = Array("<a>".utf8) + bytes + Array("</a>".utf8)
            #expect(throws: MarkupError.self) { try events(text) }
        }
    }

    @Test func `no entity that a document declares is expanded`() throws {
        let text = """
            <!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///x">]>
            <l>&b;</l>
            """
        let error = #expect(throws: MarkupError.self) { try events(text) }
        #expect(error?.code == .unknownEntity)
    }

    @Test(arguments: [
        String(repeating: "<a>", count: 9), "<a b='1' c='2' d='3'/>", "<aaaaaaaaaaaaaaaaaaaaa/>",
        "<a b='" + String(repeating: "x", count: 200) + "'/>",
        "<a>" + String(repeating: "x", count: 200),
        "<a><![CDATA[" + String(repeating: "x", count: 60) + "]]>"
            + String(repeating: "x", count: 60),
        "<!--" + String(repeating: "x", count: 200),
        "<!DOCTYPE a [" + String(repeating: "x", count: 200),
    ])
    func `each part of a document has a limit`(text: String) throws {
        let limits = MarkupLimits(
            depth: 8, attributes: 2, nameBytes: 20, markupBytes: 100, textBytes: 100)
        let error = #expect(throws: MarkupError.self) { try events(text, limits: limits) }
        #expect(error?.code == .limit, "\(String(describing: error))")
    }

    @Test func `names are known without their prefixes too`() {
        let element = MarkupElement(
            name: "o:title", attributes: [MarkupAttribute(name: "id", value: "7")])
        #expect(
            element.localName == "title" && element["id"] == "7"
                && element["x"] == nil)
        #expect(MarkupElement(name: "title").localName == "title")
    }

    @Test func `a reader that has failed or ended reads no more`() throws {
        var reader = MarkupReader()
        #expect(throws: MarkupError.self) { try reader.read(Array("<a></b>".utf8)[...]) { _ in } }
        #expect(throws: MarkupError.self) { try reader.read(Array("<a/>".utf8)[...]) { _ in } }
        var ended = MarkupReader()
        try ended.read(Array("<a/>".utf8)[...]) { _ in }
        try ended.finish()
        #expect(throws: MarkupError.self) { try ended.finish() }
    }
}
