import Fleet
import Policy
import Testing

@Suite("Expressions say which endpoints and which updates")
struct ExpressionTests {
    @Test(
        arguments: [
            ("role = server and tag = production and not (os = debian and os.version < 12)", .yes),
            ("role = server and tag = production and not (os = debian and os.version <= 12)", .no),
            ("tag in (staging, production)", .yes), ("tag not in (staging, production)", .no),
            ("tag != production", .no), ("OS = Debian", .yes), ("hostname ~ \"EPT_*\"", .yes),
            ("hostname ~ ept_?", .yes), ("hostname ~ ept", .no), ("os.version = 12.0", .yes),
            ("os.version >= 9", .yes), ("os.version > 12.1", .no), ("os.version < 100", .yes),
            ("kernel >= 6.1.0 and kernel < 6.2", .yes), ("kernel < 6.1.0-9", .no),
            ("memory >= 8 GiB", .yes), ("memory > 8GiB", .no), ("memory < 10 GB", .yes),
            ("criticality >= high", .yes), ("criticality > high", .no), ("exposed", .yes),
            ("not internet-facing", .no), ("exposed = yes and container = no", .yes),
            ("virtual", .no), ("manager = apt", .yes), ("group = web or nonsense.fact = 1", nil),
            ("site = berlin", .yes), ("processors in (2, 4)", .yes), ("all", .yes),
            ("not all", .no), ("os.codename = bookworm", .yes), ("architecture = amd64", .yes),
            ("role = server or role = kiosk and tag = staging", .yes),
            ("(role = server or role = kiosk) and tag = staging", .no),
        ] as [(String, Ternary?)])
    func `a group expression is judged`(text: String, expected: Ternary?) {
        let expression = try? GroupExpression(parsing: text)
        #expect(expression?.evaluate(Sample.endpoint(), at: Sample.monday) == expected)
    }

    @Test(
        arguments: [
            ("role = server", .unknown), ("not role = server", .unknown),
            ("role != server", .unknown), ("role = server or os = debian", .yes),
            ("role = server and os = fedora", .no), ("role = server and os = debian", .unknown),
            ("tag = x", .unknown), ("exposed", .unknown), ("site = a", .no),
        ] as [(String, Ternary)])
    func `a missing fact is neither yes nor no`(text: String, expected: Ternary) throws {
        var endpoint = Sample.endpoint(role: nil, tags: nil, site: "")
        endpoint.isExposed = nil
        #expect(try Sample.group(text).evaluate(endpoint, at: Sample.monday) == expected)
    }

    @Test(
        arguments: [
            ("severity = high", .yes), ("severity >= moderate", .yes),
            ("severity < critical", .yes),
            ("severity >= critical", .no), ("severity = unrated", .no), ("kev", .no),
            ("kev = true or epss >= 0.5", .no), ("epss >= 1%", .yes), ("class = security", .yes),
            ("class != feature", .yes), ("class in (bugfix, feature)", .no),
            ("cve = cve-2026-0001", .yes), ("cve ~ CVE-2025-*", .no), ("age >= 4 days", .yes),
            ("age > 4d", .no), ("age >= 96h and age < \"1 week\"", .yes), ("bytes < 2 MB", .yes),
            ("package ~ \"OPEN*\"", .yes), ("origin ~ Debian-Security:*", .yes),
            ("installability = installable", .yes), ("ssvc = act", .unknown),
            ("cvss < 4", .unknown),
            ("not (cvss < 4)", .unknown), ("source = openssl", .unknown),
        ] as [(String, Ternary)])
    func `a rule's condition is judged`(text: String, expected: Ternary) throws {
        let answer = try Sample.when(text).evaluate(Sample.update(), at: Sample.monday)
        #expect(answer == expected, "\(text)")
    }

    @Test func `unrated is its own class, neither more nor less than others`() throws {
        let unrated = Sample.update(severity: .unrated)
        for comparator in ["<", "<=", ">", ">="] {
            let test = try Sample.when("severity \(comparator) low")
            #expect(test.evaluate(unrated, at: Sample.monday) == .unknown)
        }
        #expect(try Sample.when("severity != low").evaluate(unrated, at: Sample.monday) == .yes)
    }

    @Test(
        arguments: [
            ("", .empty, 0, "all"), ("   ", .empty, 3, "all"),
            ("rol = x", .unknownField, 0, "role"),
            ("os.versoin < 12", .unknownField, 0, "os.version"),
            ("role = server and tga = x", .unknownField, 18, "tag"),
            ("role == x", .syntax, 5, "="), ("!role = x", .syntax, 0, "not"),
            ("role = a && tag = b", .badCharacter, 9, "and"),
            ("role = \"x", .unterminatedText, 7, "\""), ("(role = x", .syntax, 9, nil),
            ("role = x)", .syntax, 8, nil), ("role < x", .wrongComparator, 5, nil),
            ("memory ~ x", .wrongComparator, 7, nil), ("memory = x", .wrongValue, 9, nil),
            ("criticality = hihg", .wrongValue, 14, "high"), ("role", .syntax, 4, nil),
            ("role = ", .syntax, 7, nil), ("role in server", .syntax, 8, nil),
            ("role in (a,)", .syntax, 11, nil), ("role = and", .syntax, 7, nil),
            ("exposed = maybe", .wrongValue, 10, nil), ("os.version = abc", .wrongValue, 13, nil),
            ("rôle = x and ö = 1", .unknownField, 0, "role"), ("tag = x tag = y", .syntax, 8, nil),
            ("processors = -1", .wrongValue, 13, nil),
            ("role = é and memory = x", .wrongValue, 22, nil),
        ] as [(String, ExpressionError.Code, Int, String?)])
    func `what is wrong is told with its place and what was meant`(
        text: String, code: ExpressionError.Code, offset: Int, suggestion: String?
    ) {
        let error = #expect(throws: ExpressionError.self) { try GroupExpression(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
        #expect(error?.suggestion == suggestion)
        #expect(error?.message.hasSuffix(".") == true || error?.message.hasSuffix("?") == true)
    }

    @Test(arguments: [
        ("epss > 1.5", ExpressionError.Code.wrongValue), ("age > 14", .wrongValue),
        ("age > 14 parsecs", .wrongValue), ("severity = hihg", .wrongValue),
        ("kev = 2", .wrongValue),
        ("cvss >= high", .wrongValue), ("class > security", .wrongComparator),
        ("hostname = x", .unknownField), ("bytes = 99999999 TB", .wrongValue),
        ("epss > 0x1", .wrongValue), ("epss > 1e9", .wrongValue), ("epss > nan", .wrongValue),
    ])
    func `a value must fit its field`(text: String, code: ExpressionError.Code) {
        let error = #expect(throws: ExpressionError.self) { try UpdateExpression(parsing: text) }
        #expect(error?.code == code)
    }

    @Test func `nesting, length and number of tests have limits`() {
        let deep = String(repeating: "(", count: 100) + "kev" + String(repeating: ")", count: 100)
        let nots = String(repeating: "not ", count: 100) + "kev"
        let many = Array(repeating: "kev", count: 2000).joined(separator: " or ")
        let list = "package in (" + Array(repeating: "a", count: 1000).joined(separator: ",") + ")"
        let codes = [deep, nots, many, list].map { text -> ExpressionError.Code? in
            #expect(throws: ExpressionError.self) { try UpdateExpression(parsing: text) }?.code
        }
        #expect(codes == [.tooDeep, .tooDeep, .tooLong, .tooManyTests])
    }

    @Test(arguments: [
        ("((role = 'server'))  AND NOT(os=debian)", "role = server and not os = debian"),
        ("a = 1", nil), ("tag=\"my tag\"", "tag = \"my tag\""), ("tag = 'and'", "tag = \"and\""),
        ("tag = 'say \"so\"'", "tag = \"say \"\"so\"\"\""), ("exposed", "exposed = true"),
        ("memory > 8589934592", "memory > 8GiB"), ("memory > 1500", "memory > 1500"),
        ("tag not in (a, b, a)", "not tag in (a, b)"), ("tags = x", "tag = x"),
        ("role = a or (tag = b or tag = c)", "role = a or tag = b or tag = c"),
        ("(role = a or tag = b) and tag = c", "(role = a or tag = b) and tag = c"),
        ("not (role = a and tag = b)", "not (role = a and tag = b)"),
    ])
    func `the canonical text has one space, few brackets and one way to say a thing`(
        text: String, expected: String?
    ) {
        let expression = try? GroupExpression(parsing: text)
        #expect(expression?.description == expected)
    }

    @Test func `every word of an enumeration is read, judged and printed`() throws {
        for severity in Severity.allCases {
            let test = try Sample.when("severity = \(severity.rawValue)")
            for other in Severity.allCases {
                let update = Sample.update(severity: other)
                #expect(
                    test.evaluate(update, at: Sample.monday) == Ternary(severity == other))
            }
        }
        for decision in SSVCDecision.allCases {
            var update = Sample.update()
            update.ssvc = decision
            let test = try Sample.when("ssvc = \(decision.rawValue)")
            #expect(test.evaluate(update, at: Sample.monday) == .yes)
        }
        for state in Installability.allCases {
            var update = Sample.update()
            update.update.installability = state
            let test = try Sample.when("installability = \(state.rawValue)")
            #expect(test.evaluate(update, at: Sample.monday) == .yes)
        }
        for way in WayBack.allCases {
            var update = Sample.update()
            let test = try Sample.when("wayback = \(way.rawValue)")
            #expect(test.evaluate(update, at: Sample.monday) == .unknown)
            update.update.wayBack = way
            #expect(test.evaluate(update, at: Sample.monday) == .yes)
        }
        for kind in UpdateClass.allCases {
            let test = try Sample.when("class = \(kind.rawValue)")
            #expect(test.evaluate(Sample.update(classes: [kind]), at: Sample.monday) == .yes)
        }
    }

    @Test func `a newer version of a fix is as old as the fix`() throws {
        var update = Sample.update(outFor: 20)
        update.firstSeenAt = Sample.days(-30)
        #expect(try Sample.when("age >= 30d").evaluate(update, at: Sample.monday) == .yes)
        update.releasedAt = nil
        update.firstSeenAt = nil
        #expect(try Sample.when("age >= 0d").evaluate(update, at: Sample.monday) == .unknown)
    }
}
