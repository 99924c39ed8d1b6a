import Testing
import Versions

@Suite struct `The order of Debian versions` {
    @Test(arguments: [
        ("1.0", "<", "1.1"), ("1.9", "<", "1.10"), ("1.0~rc1", "<", "1.0"), ("1.0~~", "<", "1.0~"),
        ("1.0~~a", "<", "1.0~"), ("1.0~", "<", "1.0"), ("1.0", "<", "1.0a"), ("1.0a", "<", "1.0+"),
        ("1.0Z", "<", "1.0a"), ("1.0-1", "<", "1.0-2"), ("1.0-9", "<", "1.0-10"), ("9", "<", "1:0"),
        ("1.0-1~bpo12+1", "<", "1.0-1"), ("1.0-1", "<", "1.0-1+b1"),
        ("1.0-1+b1", "<", "1.0-1+deb12u1"),
        ("2.36.1-8+deb12u1", "<", "2.36.1-8+deb12u2"), ("1-2-3", ">", "1-1-9"),
        ("1:1:2-1", ">", "1:1:1-2"),
        ("1.18446744073709551617", ">", "1.18446744073709551616"),
    ])
    func `the newer of two is found, seen from either side`(a: String, sign: String, b: String)
        throws
    {
        #expect(try DebianVersion.order(a, b).sign == sign)
        #expect(try DebianVersion.order(b, a).reversed.sign == sign)
        #expect(try Ecosystem.deb.compare(a, b).sign == sign)
        #expect(try DebianVersion(a).order(to: DebianVersion(b)).sign == sign)
    }

    @Test(arguments: [
        ("1.0", "1.0-0"), ("1.0", "0:1.0"), ("1.0", "1.00"), ("1.0", "1."), ("1.0-1", "1.0-01"),
        ("00:1", "1"),
        ("1.a", "1.a0"), ("0", "00"), ("1.0-0", "1.0-00"), ("  1.0", "1.0\t"),
        ("1.0a-b", "1.0a0-b00"),
    ])
    func `versions that differ only in writing are equal and hash alike`(a: String, b: String)
        throws
    {
        let (left, right) = try (DebianVersion(a), DebianVersion(b))
        #expect(try DebianVersion.order(a, b) == .equal)
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(Set([left, right]).count == 1)
    }

    @Test func `sorting puts a release's whole life in order`() throws {
        let life = [
            "1.0~alpha-1", "1.0~rc1-1", "1.0-1~bpo12+1", "1.0-1", "1.0-1+deb12u1", "1.0.1-1",
            "1:0.9-1",
        ]
        let sorted = try life.reversed().map { text in try DebianVersion(text) }.sorted()
        #expect(sorted.map(\.text) == life)
    }

    @Test func `the parts are those of deb-version(7)`() throws {
        let version = try DebianVersion(" 2:1.0-rc1-3+b1 ")
        #expect(version.epoch == 2)
        #expect(version.upstream == "1.0-rc1")
        #expect(version.revision == "3+b1")
        #expect(version.description == "2:1.0-rc1-3+b1")
        #expect(try DebianVersion("7").revision == nil)
    }
}

@Suite struct `What is a Debian version` {
    @Test(arguments: [
        ("", VersionProblem.empty), (" \t ", .empty), ("1 2", .embeddedSpace),
        ("1 :2", .embeddedSpace),
        (":1.0", .epochEmpty), (":", .epochEmpty), ("10a:5.2", .epochNotNumber),
        ("-1:1", .epochNotNumber),
        ("+1:1", .epochNotNumber), ("2147483648:1", .epochTooBig),
        ("99999999999999999999:1", .epochTooBig),
        ("1:", .nothingAfterEpoch), ("-0", .upstreamEmpty), ("0:-0", .upstreamEmpty),
        ("1.0-", .revisionEmpty),
        ("-", .revisionEmpty), ("1é", .notASCII), ("1.0-1é", .notASCII), ("1\n2", .notASCII),
    ])
    func `what dpkg refuses is refused for the same reason`(text: String, problem: VersionProblem)
        throws
    {
        let error = try #require(throws: VersionError.self) { try DebianVersion(text) }
        #expect(error.problem == problem)
        #expect(throws: error) { try DebianVersion.order(text, "1") }
        #expect(throws: error) { try DebianVersion.order("1", text) }
    }

    @Test(arguments: [
        ("foo5.2", VersionProblem?.some(.upstreamNotDigitFirst)),
        ("0:foo5.2", .upstreamNotDigitFirst),
        ("1_1", .upstreamCharacter), ("5.2@3-2", .upstreamCharacter),
        ("2.2.4-47978_Debian_lenny", .revisionCharacter), ("2147483647:1", nil), ("1:1.0:1.0", nil),
        ("1.0-1.0-1", nil), ("1--1", nil), ("0", nil),
    ])
    func `a version with a flaw is read, and the flaw is told`(text: String, flaw: VersionProblem?)
        throws
    {
        #expect(try DebianVersion(text).flaw == flaw)
    }

    @Test
    func `an error says what is wrong, where, and what to do, and does not repeat a huge text`()
        throws
    {
        let error = try #require(throws: VersionError.self) { try DebianVersion("1.0-") }
        #expect(error.code == "E_VERSION_REVISION_EMPTY")
        #expect(
            error.description.contains(
                "\"1.0-\" is no deb version: the revision after the last hyphen is empty."))
        #expect(error.description.contains(error.nextStep))
        let huge = String(repeating: "9", count: 100_000) + "-"
        let other = try #require(throws: VersionError.self) { try DebianVersion(huge) }
        #expect(other.description.count < 400)
    }

    @Test func `every problem has its own code and its own sentence`() {
        let problems = VersionProblem.allCases
        #expect(Set(problems.map(\.rawValue)).count == problems.count)
        #expect(Set(problems.map(\.sentence)).count == problems.count)
        #expect(problems.allSatisfy { $0.rawValue.hasPrefix("E_VERSION_") })
    }
}
