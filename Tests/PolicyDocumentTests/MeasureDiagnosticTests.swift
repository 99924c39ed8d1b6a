import PolicyDocument
import Testing

/// What is said about probes that measure, each with its place; the written policy's words for them.
struct MeasureDiagnosticTests {
    @Test(
        arguments: [
            ("after: {probes: [{crashes: {}}, {journal: {times: 3}}]}", nil),
            (
                "after: {probes: [{crashs: {}}]}",
                "f:7:19: a probe has no key “crashs”; did you mean “crashes”?"
            ),
            (
                "after: {probes: [{crashes: {atmost: 2}}]}",
                "f:7:29: “crashes” has no key “atmost”; did you mean “atMost”?"
            ),
            (
                "after: {probes: [{crashes: 2}]}",
                "f:7:28: “crashes” must be a mapping of keys, not a text"
            ),
            (
                "after: {probes: [{crashes: {atMost: 1001}}]}",
                "f:7:37: “atMost” must be a whole number from 0 to 1000, not “1001”"
            ),
            (
                "after: {probes: [{crashes: {program: /bin/a}}]}",
                "f:7:38: the program must be a name of letters, digits and : - _ . @ +, not “/bin/a”"
            ),
            (
                "after: {probes: [{journal: {text: \"**\"}}]}",
                "f:7:35: “text” must be on one line, say more than * and ?, and have at most 128 bytes"
            ),
            (
                "after: {probes: [{journal: {over: 5s}}]}",
                "f:7:35: “over” must be from 10s to 1h, not 5s"
            ),
            (
                "after: {probes: [{bootTime: {}}]}",
                "f:7:29: “bootTime” needs “atMost” or “slower”, such as “slower: 20%”"
            ),
            (
                "after: {probes: [{bootTime: {slower: 20}}]}",
                "f:7:38: “slower” must be a share from 0% to 100%, not “20”; did you mean “20%”?"
            ),
            (
                "after: {probes: [{bootTime: {slower: 0.5%}}]}",
                "f:7:38: “slower” must be from 1% to 100% in whole percent, not 0.5%"
            ),
        ] as [(String, String?)])
    func `a probe that measures is read, or told where it is wrong`(
        _ line: String, _ message: String?
    ) {
        let found = read(smallest(adding: line)).diagnostics.map(\.description)
        #expect(found == (message.map { [$0] } ?? []))
    }

    @Test(
        arguments: [
            (
                "{crashes: {}}",
                "Crashes, from the installation's beginning until 5 minutes after it: "
                    + "no more than in the day before."
            ),
            (
                "{crashes: {program: nginx, atMost: 0, over: 1m}}",
                "Crashes of nginx, from the installation's beginning until 1 minute after it: none."
            ),
            (
                "{journal: {unit: a.service, text: timed out, atMost: 5, times: 3}}",
                "Errors in the journal of a.service with “timed out”, in 5 minutes after it: "
                    + "at most 5, or at most 3 times as many as in the same time before."
            ),
            (
                "{bootTime: {atMost: 90s, slower: 20%}}",
                "The last boot took to its default target at most 90 seconds, "
                    + "or at most 20% longer than the boot before."
            ),
        ])
    func `a probe that measures has its sentence`(_ probe: String, _ sentence: String) throws {
        let file = read(smallest(adding: "after: {probes: [\(probe)]}"))
        let policy = try #require(file.policies.first)
        let items = WrittenPolicy(policy).sections.flatMap(\.items)
        #expect(items.contains("After, within 10 minutes: \(sentence)"), "\(items)")
    }
}
