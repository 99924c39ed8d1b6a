import Policy
import PolicyDocument
import PolicyForm
import Testing
import Verdicts

/// How a policy asks for verdicts: `approve: verdict ok`, alone or with an age.
struct VerdictWordTests {
    private func reading(_ approve: String) -> PolicyFile {
        read(smallest(adding: "rules:\n  - {when: kev = true, approve: \(approve)}"))
    }

    @Test(
        arguments: [
            ("verdict ok", nil, "verdict ok"), ("Verdict OK", nil, "verdict ok"),
            ("verdict ok or after 7 days", 7, "verdict ok or after 7 days"),
            ("verdict ok or 7 days", 7, "verdict ok or after 7 days"),
            ("verdict ok or after 1 day", 1, "verdict ok or after 1 day"),
            ("verdict ok or after 1 days", 1, "verdict ok or after 1 day"),
            ("verdict ok or after 0 days", 0, "verdict ok or after 0 days"),
            ("verdict ok or after 365 days", 365, "verdict ok or after 365 days"),
        ] as [(String, Int?, String)])
    func `it is read, goes through the form, and is written in one way`(
        _ text: String, _ days: Int?, _ written: String
    ) throws {
        let file = reading(text)
        #expect(file.diagnostics == [])
        let policy = try #require(file.policies.first)
        #expect(
            policy.rules.map(\.treatment.approval) == [.byVerdict(VerdictGate(orAfterDays: days))])
        let yaml = PolicyWriter.yaml(policy)
        #expect(
            ["\n", "}", ","].contains { yaml.contains("approve: \(written)\($0)") }, "\(yaml)")
        #expect(read(PolicyWriter.yaml(policy)).policies == [policy])
        let sheet = PolicySheet(policy)
        let row = sheet.root[table: "rules"][0]
        #expect(row["approve"] == "byVerdict" && row["days"] == days.map { "\($0)" } ?? "")
        let sent = PolicySheet(fields: sheet.root.fields)
        #expect(read(sent.document.text).policies == [policy])
    }

    @Test(arguments: [
        (
            "verdict good",
            "“approve” cannot be “verdict good”; write “verdict ok”, or “verdict ok or after 7 days” with a number of days from 0 to 365"
        ),
        ("verdict", "“approve” cannot be “verdict”; write “verdict ok”, or"),
        (
            "verdict ok or after a week",
            "“approve” cannot be “verdict ok or after a week”; write “verdict ok”, or"
        ),
        (
            "verdict ok and after 7 days",
            "“approve” cannot be “verdict ok and after 7 days”; write “verdict ok”, or"
        ),
        (
            "verdict ok or after -1 days",
            "“approve” cannot be “verdict ok or after -1 days”; write “verdict ok”, or"
        ),
        (
            "verdict ok or after 366 days",
            "“verdict ok or after” takes at most 365 days; for never, write “verdict ok”"
        ),
        ("verdct ok", "“approve” cannot be “verdct ok”; did you mean “verdict ok”?"),
        (
            "verdikt ok or after 7 days",
            "“approve” cannot be “verdikt ok or after 7 days”; did you mean “verdict ok or after 7 days”?"
        ),
        ("ok", "“approve” cannot be “ok”; did you mean “verdict ok”?"),
    ])
    func `what it cannot be is told with its place, and with what to write`(
        _ text: String, _ message: String
    ) {
        let found = reading(text).diagnostics.map(\.description)
        #expect(found.contains { $0.hasPrefix("f:8:33: \(message)") }, "\(found)")
        #expect(!reading(text).isUsable)
    }

    @Test func `it asks nobody, so that people cannot be counted`() {
        #expect(
            reading("verdict ok, approvers: 2").diagnostics.map(\.description) == [
                "f:8:45: “approvers” counts people, and “verdict ok” asks nobody"
            ])
    }

    @Test func `what it means is said in words`() throws {
        let policy = try #require(reading("verdict ok or after 1 day").policies.first)
        let words = WrittenPolicy(policy).markdown.replacing("\\", with: "")
        #expect(
            words.contains(
                "is approved when a verdict of ok is known of it, waits for a person when caution is "
                    + "advised, and is held when it is blocked; without any verdict it is approved "
                    + "when the fix has been out for 1 day."), "\(words)")
    }
}
