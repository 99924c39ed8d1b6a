import Policy
import PolicyDocument
import TestSupport
import Testing

/// Policies written for people.
struct RenderingTests {
    @Test(arguments: Examples.names)
    func `an example is written for a client as its golden file has it`(_ name: String) throws {
        let file = PolicyFile.read(try Examples.bytes(name), named: name, in: surroundings)
        let texts = file.policies.map {
            WrittenPolicy($0, accepting: file.exceptions[$0.name] ?? [], among: file.policies)
                .markdown
        }
        expectGolden(
            texts.joined(separator: "\n"), name.replacing(".yaml", with: ".md"))
    }

    @Test func `the same sentences stand in HTML`() throws {
        let file = read(PolicyFileTests.contract)
        expectGolden(WrittenPolicy.html(file.policies.map { WrittenPolicy($0) }), "contract.html")
    }

    @Test func `what a policy says means itself, and nothing in Markdown or HTML`() throws {
        let file = read(smallest(adding: "title: \"<b>*x*</b> & [y](z)\""))
        let policy = WrittenPolicy(try #require(file.policies.first))
        #expect(policy.markdown.hasPrefix("# \\<b\\>\\*x\\*\\</b\\> \\& \\[y\\](z)\n"))
        let html = WrittenPolicy.html([policy])
        #expect(html.contains("<h1>&lt;b&gt;*x*&lt;/b&gt; &amp; [y](z)</h1>"))
        #expect(!html.contains("<b>"))
    }

    @Test(arguments: [
        ("role = server", "its role is server"),
        ("role != server", "its role is not server"),
        ("not role = server", "its role is not server"),
        ("tag = a and not tag = b", "it has the tag a and it has not the tag b"),
        ("os in (debian, ubuntu)", "its operating system is debian or ubuntu"),
        ("os.version < 12", "its system's version is below 12"),
        ("not os.version < 12", "its system's version is not below 12"),
        ("exposed", "it can be reached from the internet"),
        ("not exposed", "it cannot be reached from the internet"),
        ("hostname ~ \"web-*\"", "its name fits the pattern web-*"),
        ("memory >= 8 GB", "its memory is at least 8 GB"),
        ("criticality > normal", "its criticality is above normal"),
        (
            "(tag = a or tag = b) and site = x",
            "either it has the tag a or it has the tag b and its site is x"
        ),
        (
            "not (os = debian and os.version < 12)",
            "it is not so that its operating system is debian and its system's version is below 12"
        ),
    ])
    func `a condition over endpoints is said in words`(_ text: String, _ words: String) throws {
        let policy = try #require(read(smallest(applies: "'\(text)'")).policies.first)
        let expected = "This policy applies to an endpoint when \(words)."
        #expect(
            WrittenPolicy(policy).markdown.replacing("\\", with: "").contains(expected),
            "\(WrittenPolicy(policy).markdown)")
    }

    @Test(arguments: [
        ("kev = true", "it closes a vulnerability that is known to be exploited (KEV)"),
        ("kev = false", "it closes no vulnerability that is known to be exploited (KEV)"),
        ("epss >= 0.5", "the probability that it is exploited (EPSS) is at least 50%"),
        ("class in (security, bugfix)", "it is a security update or it is a bugfix update"),
        ("class != security", "it is no security update"),
        ("age > 14 days", "the time that the fix has been out is above 14 days"),
        ("cvss >= 7.0", "its CVSS score is at least 7"),
        ("cve = CVE-2026-1", "it closes CVE-2026-1"),
        ("bytes < 1500 kB", "its download is below 1.5 MB"),
    ])
    func `a condition over updates is said in words`(_ text: String, _ words: String) throws {
        let rules = "rules: [{when: '\(text)', approve: at once}]"
        let policy = try #require(read(smallest(adding: rules)).policies.first)
        #expect(
            WrittenPolicy(policy).markdown.replacing("\\", with: "")
                .contains("1. When \(words), the update is approved at once."),
            "\(WrittenPolicy(policy).markdown)")
    }

    @Test func `soaks that a deadline or the emergency lane shortens are said so`() throws {
        let ringed = """
            rings: {r: [{name: a, members: tag = a, soak: 30d}, {name: b, members: rest}]}
            sla: [ce-14]
            rules: [{when: kev = true, approve: at once, lane: emergency}]
            """
        let file = read(smallest(adding: ringed, lane: "[w], rings: r"))
        let text = WrittenPolicy(try #require(file.policies.first)).markdown
        #expect(
            text.contains(
                "Where a deadline comes first, the times between rings are shortened, down to 1 hour."
            ))
        #expect(text.contains("In the emergency lane no ring waits out such a time."))
        #expect(
            file.diagnostics.map(\.message).contains(
                "the soaks of “r” come to 30 d, and its deadlines leave 14 d at most: they are "
                    + "shortened, down to 1 hour each, so that due dates are kept"),
            "\(file.diagnostics.map(\.message))")
        let easy = read(
            smallest(adding: ringed.replacing("30d", with: "3d"), lane: "[w], rings: r"))
        #expect(!easy.diagnostics.contains { $0.message.contains("soaks of") })
        #expect(
            easy.diagnostics.map(\.message).contains(
                "the emergency lane takes the rings “r” and does not wait out their soaks: “a” has "
                    + "no gate, so the next ring opens as soon as its endpoints have ended, not "
                    + "after 3 d"),
            "\(easy.diagnostics.map(\.message))")
    }
}
