import PolicyDocument
import Testing

/// What people write who know other products: each mistake is told with what to write instead.
@Suite struct `A mistake comes with what to write instead` {
    private func messages(_ text: String) -> [String] {
        read(text).diagnostics.map(\.description)
    }

    static let general =
        "; write day, weekdays such as “saturday, sunday”, 2nd tuesday + 4 days, last friday, day 15, "
        + "last day, a date or 7 days after release"

    @Test(
        arguments: [
            ("monthly", "“monthly” is not known here" + general),
            ("0 3 * * 6", "“0” is not a number of days, 1 to 366"),
            ("*/5 * * * *", "“*/5” is not known here" + general),
            (
                "weekdays",
                "“weekdays” is not known here; did you mean “monday, tuesday, wednesday, thursday, friday”?"
            ),
            ("weekend", "“weekend” is not known here; did you mean “saturday, sunday”?"),
            ("patch tuesday + 3 days", "“patch” is not known here; did you mean “2nd”?"),
        ] as [(String, String)])
    func `days are written in words`(_ every: String, _ message: String) {
        let found = messages(
            smallest(windows: "{w: {every: \"\(every)\", from: \"22:00\", for: 4h}}"))
        #expect(found.contains { $0.hasSuffix(message) }, "\(found)")
    }

    @Test(
        arguments: [
            ("1h30m", "; did you mean “90m”?"), ("1.5h", "; did you mean “90m”?"),
            ("PT4H", "; did you mean “4h”?"), ("P1DT12H", "not “P1DT12H”"),
            ("2 hrs", "not “2 hrs”"), ("0.1s", "not “0.1s”"), ("1..5h", "not “1..5h”"),
            ("99999999999999999999h", "not “99999999999999999999”"),
        ] as [(String, String)])
    func `a length of time has one number and one unit`(_ length: String, _ end: String) {
        let found = messages(
            smallest(windows: "{w: {every: day, from: \"22:00\", for: \(length)}}"))
        #expect(found.contains { $0.hasSuffix(end) }, "\(found)")
    }

    @Test(arguments: ["\"*\"", "any", "true", "everyone"])
    func `every endpoint is written all`(_ applies: String) {
        let found = messages(smallest(applies: applies))
        #expect(found.contains { $0.hasSuffix("; for every one write “all”") }, "\(found)")
    }

    @Test(
        arguments: [
            ("kb = KB5031234", "; what “kb” is elsewhere is “package” here"),
            (
                "class = security and vendor = debian",
                "; what “vendor” is elsewhere is “origin” here"
            ),
        ] as [(String, String)])
    func `a field that has another name elsewhere is named`(_ condition: String, _ end: String) {
        let found = messages(
            smallest(adding: "rules: [{when: \(condition), approve: at once}]"))
        #expect(found.contains { $0.hasSuffix(end) }, "\(found)")
    }

    @Test func `a text that would be shown in another order is refused`() {
        #expect(
            messages(smallest(adding: "title: \"safe\u{202E}evil\"")) == [
                "f:7:8: the title holds a character that nobody sees and that changes how the rest is "
                    + "shown (U+202E); take it out"
            ])
    }

    @Test func `a quote that is never closed is looked for where it begins`() {
        let text = "title: \"never closed\n" + smallest().replacing("for: 4h", with: "for: \"4h\"")
        let found = messages(text)
        #expect(
            found.contains { $0.hasSuffix("; the quote in line 1 may not be closed") }, "\(found)")
    }

    @Test func `a condition with square brackets stands in quotes`() {
        let found = messages(
            smallest(adding: "rules:\n  - {when: package ~ [a-z]x, approve: at once}"))
        #expect(!found.isEmpty)
    }
}
