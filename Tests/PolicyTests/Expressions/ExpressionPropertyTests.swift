import Fleet
import Policy
import TestSupport
import Testing

@Suite("Expressions of all shapes")
struct ExpressionPropertyTests {
    @Test(arguments: Seeds.all)
    func `the canonical text reads back as the same expression`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let text = Self.update(depth: 4, &generator)
            let expression = try UpdateExpression(parsing: text)
            let again = try UpdateExpression(parsing: expression.description)
            #expect(again == expression, "\(text)")
            #expect(again.description == expression.description)
        }
    }

    @Test(arguments: Seeds.all)
    func `a compiled expression answers as its parts do`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let (one, other) = (
                Self.update(depth: 2, &generator), Self.update(depth: 2, &generator)
            )
            let subject = Self.subject(&generator)
            func answer(_ text: String) throws -> Ternary {
                try UpdateExpression(parsing: text).evaluate(subject, at: Sample.monday)
            }
            let (left, right) = (try answer(one), try answer(other))
            let both = left == .no || right == .no ? Ternary.no : left == .yes ? right : .unknown
            #expect(try answer("(\(one)) and (\(other))") == both, "\(one) | \(other)")
            let either =
                left == .yes || right == .yes ? Ternary.yes : left == .no ? right : .unknown
            #expect(try answer("(\(one)) or (\(other))") == either, "\(one) | \(other)")
            #expect(try answer("not (\(one))") == !left)
        }
    }

    @Test(arguments: Seeds.all)
    func `any text is read or refused at a place inside it`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "role", "os.version", "=", "!=", "<", "(", ")", ",", "and", "or", "not", "in", "\"",
            "'",
            "12", "é", "\u{1F600}", "14 days", "~", "*", "all", " ", "\n", "\u{0}", "exposed",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...12, using: &generator)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }
                .joined(separator: Bool.random(using: &generator) ? " " : "")
            do {
                let expression = try GroupExpression(parsing: text)
                #expect(throws: Never.self) {
                    try GroupExpression(parsing: expression.description)
                }
            } catch {
                #expect((0...text.unicodeScalars.count).contains(error.offset), "\(text)")
                #expect(
                    error.offset + error.length <= text.unicodeScalars.count, "\(text)")
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `a pattern matches as the plain rule says`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func text(_ letters: [String], _ count: Int) -> String {
            (0..<Int.random(in: 0...count, using: &generator))
                .compactMap { _ in letters.randomElement(using: &generator) }.joined()
        }
        for _ in 0..<3000 {
            let pattern = text(["a", "b", "*", "?"], 7)
            let subject = text(["a", "b"], 9)
            #expect(
                Glob(pattern).matches(subject)
                    == Self.plainMatch(pattern[...], subject[...]), "\(pattern) \(subject)")
        }
    }

    private static func plainMatch(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return plainMatch(pattern.dropFirst(), text)
                || !text.isEmpty && plainMatch(pattern, text.dropFirst())
        }
        guard let letter = text.first, first == "?" || first == letter else { return false }
        return plainMatch(pattern.dropFirst(), text.dropFirst())
    }

    static func update(depth: Int, _ generator: inout SeededGenerator) -> String {
        let shape = depth == 0 ? 0 : Int.random(in: 0...4, using: &generator)
        switch shape {
        case 1: return "not (" + update(depth: depth - 1, &generator) + ")"
        case 2:
            return "(" + update(depth: depth - 1, &generator) + ") and ("
                + update(depth: depth - 1, &generator) + ")"
        case 3:
            return "(" + update(depth: depth - 1, &generator) + ") or ("
                + update(depth: depth - 1, &generator) + ")"
        default: return tests.randomElement(using: &generator) ?? "all"
        }
    }

    private static let tests = [
        "kev", "kev = false", "epss >= 0.5", "epss < 0.0000015", "cvss in (7.5, 9, 10)", "all",
        "severity >= important", "severity in (critical, unrated)", "class != feature",
        "package ~ \"lib*\"", "package = openssl", "age >= 14 days", "age < 90m", "bytes > 8 MiB",
        "cve = CVE-2026-0001", "source in (a, 'b c', \"d\"\"e\")", "ssvc >= attend",
        "installability = held", "family = 'DSA-1'", "origin ~ *security", "bytes <= 1.5 kB",
        "wayback = none",
    ]

    private static func subject(_ generator: inout SeededGenerator) -> UpdateSubject {
        var subject = Sample.update(
            ["openssl", "libc6", "nginx"].randomElement(using: &generator) ?? "",
            severity: Severity.allCases.randomElement(using: &generator) ?? .low,
            kev: [true, false, nil].randomElement(using: &generator) ?? nil,
            epss: [0.9, 0.1, nil].randomElement(using: &generator) ?? nil,
            outFor: [0, 20, nil].randomElement(using: &generator) ?? nil)
        subject.ssvc = [.act, .track, nil].randomElement(using: &generator) ?? nil
        subject.update.wayBack =
            [.packageDowngrade, .noWay, nil].randomElement(using: &generator) ?? nil
        subject.cvss = [9, 7.5, 1, nil].randomElement(using: &generator) ?? nil
        return subject
    }
}
