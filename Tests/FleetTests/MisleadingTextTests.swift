import Testing

import Fleet

struct MisleadingTextTests {
    @Test(arguments: [
        ("a plain text, “quoted” → grün", "a plain text, “quoted” → grün"), ("", ""),
        ("a\u{1B}[31mb\u{7}c\u{7F}\u{85}\u{9B}d", "a·[31mb·c···d"),
        ("invoice\u{202E}fdp.exe\u{202C}", "invoice·fdp.exe·"),
        ("\u{200E}a\u{200F}b\u{61C}c", "·a·b·c"),
        ("\u{2066}a\u{2067}b\u{2068}c\u{2069}", "·a·b·c·"),
        ("one\u{2028}two\u{2029}three\u{0}\r", "one·two·three··"), ("a\nb\tc", "a\nb\tc"),
        ("שלום", "שלום"), ("👩\u{200D}🔧", "👩\u{200D}🔧"),
    ])
    func `what moves, hides or turns round its neighbours gives way`(
        _ text: String, _ shown: String
    ) {
        #expect(text.withoutMisleading("·", keeping: ["\n", "\t"]) == shown)
    }
}
