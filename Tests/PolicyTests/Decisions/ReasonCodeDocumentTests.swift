import Foundation
import Policy
import TestSupport
import Testing

@Suite("The page of reason codes is made from the codes")
struct ReasonCodeDocumentTests {
    @Test func `docs/reason-codes.md holds every code as it is`() throws {
        let file = Places.packageRoot.appending(path: "docs/reason-codes.md")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(Self.page.utf8).write(to: file, options: .atomic)
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(
            text == Self.page,
            "Run the test with UPDATE_GOLDEN=1:\n\(lineDifference(from: text, to: Self.page))")
    }

    @Test(arguments: Decision.ReasonCode.allCases)
    func `each code has a meaning, and a next step where a person is needed`(
        code: Decision.ReasonCode
    ) {
        #expect(code.meaning.hasSuffix("."))
        #expect(code.nextStep?.hasSuffix(".") ?? true)
        if code.action == .wait, code != .ageing { #expect(code.nextStep != nil) }
    }

    private static var page: String {
        let rows = Decision.ReasonCode.allCases.map { code in
            "| `\(code.rawValue)` | `\(code.action.rawValue)` | \(code.meaning) | "
                + "\(code.nextStep ?? "It takes its course.") |"
        }
        return """
            # Reason codes

            Each missing update of each endpoint has exactly one reason code, with one sentence, the rule that decided, and
            the next time something will happen. The list is closed: programs may rely on it, and codes are only ever added.
            This page is made from `Decision.ReasonCode` and checked by a test.

            | code | action | meaning | what to do |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
