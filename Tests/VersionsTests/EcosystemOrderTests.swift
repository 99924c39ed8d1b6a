import Testing
import Versions

/// Rows from old to new: each version is older than the next one, and than all that follow.
@Suite struct `The order of each ecosystem` {
    @Test(
        arguments: [
            (
                Ecosystem.rpm,
                [
                    "1.0~rc1", "1.0~rc1-1", "1.0", "1.0-1", "1.0-1.1", "1.0-2", "1.0^git1-1",
                    "1.0a-1", "1.0.1-1", "1.0.10-1", "1:0.1-1", "10:0.1-1",
                ]
            ),
            (
                .apk,
                [
                    "1.0_alpha", "1.0_alpha2", "1.0_beta", "1.0_pre1", "1.0_rc1", "1.0_rc1-r1",
                    "1.0-r0", "1.0-r1", "1.0-r10", "1.0_cvs1", "1.0_git20240101", "1.0_p1",
                    "1.0_p1-r1", "1.0a", "1.0b", "1.01", "1.02", "1.1", "1.1.1", "1.10",
                ]
            ),
            (
                .pacman,
                [
                    "1.0alpha-1", "1.0b-1", "1.0beta-1", "1.0rc-1", "1.0-1", "1.0-1.1", "1.0-2",
                    "1.0.a-1", "1.0.1-1", "1.0.10-1", "1:0.1-1",
                ]
            ),
            (
                .semver,
                [
                    "1.0.0-0", "1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                    "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1",
                    "1.1", "v1.2.0", "2",
                ]
            ),
            (
                .pep440,
                [
                    "1.0.dev1", "1.0a1.dev1", "1.0a1", "1.0a1.post1.dev1", "1.0a1.post1", "1.0b1",
                    "1.0rc1", "1.0", "1.0+abc", "1.0+abc.5", "1.0+5", "1.0.post1.dev1",
                    "1.0.post1", "1.1.dev1", "1.1", "1!0.1",
                ]
            ),
            (
                .winget,
                [
                    "Unknown", "0.1", "< 1.0", "1.0", "> 1.0", "1.0.1-beta", "v1.0.1", "1.0.10",
                    "1.1a", "1.1B", "1.1", "Latest",
                ]
            ),
            (
                .generic,
                [
                    "1.0-dev", "1.0 alpha", "1.0b1", "1.0 beta 2", "1.0-preview.1", "1.0-rc1",
                    "1.0.0", "1.0 Update 1", "1.0w", "1.0.1", "1.0.1a", "1.0.1b", "1.0.10",
                    "17.0.9+8", "17.0.9+9", "2024.1",
                ]
            ),
            (
                .rubygems,
                [
                    "1.0.a", "1.0.a.1", "1.0.b1", "1.0.pre", "1.0.rc1", "1.0", "1.0.0.1", "1.0.1",
                    "1.1",
                ]
            ),
            (
                .nuget,
                ["1.0.0-alpha", "1.0.0-Beta", "1.0.0-beta2", "1.0.0", "1.0.0.1", "1.0.1", "1.1"]
            ),
            (
                .maven,
                [
                    "1.0-alpha-1", "1.0-a2", "1.0-beta", "1.0-m3", "1.0-rc1", "1.0-SNAPSHOT", "1.0",
                    "1.0-sp", "1.0-x", "1.0-1", "1.0.1", "1.1",
                ]
            ),
        ] as [(Ecosystem, [String])])
    func `a version's whole life stands in order`(ecosystem: Ecosystem, life: [String]) throws {
        for (place, older) in life.enumerated() {
            for newer in life.dropFirst(place + 1) {
                #expect(try ecosystem.compare(older, newer) == .less, "\(older) \(newer)")
                #expect(try ecosystem.compare(newer, older) == .greater, "\(newer) \(older)")
            }
        }
    }

    @Test(
        arguments: [
            (.rpm, "1.0", "1_0"), (.rpm, "0:1.00-1", "1.0-1"), (.rpm, "1.0.", "1.0"),
            (.rpm, "1.α", "1.β"),
            (.apk, "1.0-r1", "1.0-r01"), (.apk, "1_alpha0", "1_alpha00"),
            (.pacman, "1.0", "1.0-3"), (.pacman, "0:1.0-1", "1_0-1"),
            (.semver, "1.0.0+a", "1.0.0+b"), (.semver, " v1.2.3", "= 1.2.3"),
            (.semver, "1", "1.0.0"),
            (.pep440, "1.0.RC-1", "v1rc1"), (.pep440, "1.0-1", "1.0.post1"),
            (.pep440, "1.0+A_b", "1+a.B"), (.pep440, "1.0alphadev", "1.0a0.dev0"),
            (.winget, "1.0.0", "1"), (.winget, "Release-1.2", "v1.2"),
            (.winget, "LATEST.0", "latest"),
            (.winget, "1. 0-RC", "1.0-rc"),
            (.generic, "v1.0", "1"), (.generic, "1.0-rc1", "1-RC1"), (.generic, "2.0 Final", "2"),
            (.generic, "1_2", "1.2"),
            (.rubygems, "1.0.0", "1"), (.rubygems, "1.0.a", "1.a"), (.rubygems, "1-x", "1.pre.x"),
            (.rubygems, "10.a", "10.0.a"),
            (.nuget, "1.0.0-BETA+1", "01.0-beta"), (.maven, "1.0-GA", "1"),
            (.maven, "1rc1", "1-cr-1"),
        ] as [(Ecosystem, String, String)])
    func `versions that differ only in writing are equal`(
        ecosystem: Ecosystem, a: String, b: String
    ) throws {
        #expect(try ecosystem.compare(a, b) == .equal)
        #expect(try ecosystem.compare(b, a) == .equal)
    }

    @Test(
        arguments: [
            (.rpm, "", .empty), (.rpm, "1 2", .embeddedSpace), (.rpm, "1:", .nothingAfterEpoch),
            (.rpm, "-1", .upstreamEmpty), (.pacman, "1:-1", .upstreamEmpty),
            (.apk, "", .empty), (.apk, "a1", .notNumberFirst), (.apk, "-r1", .notNumberFirst),
            (.semver, " ", .empty), (.semver, "x.1", .notNumberFirst),
            (.semver, "1..2", .notNumberFirst), (.semver, "01.2.3", .leadingZero),
            (.semver, "1.2.3-01", .leadingZero), (.semver, "1.2.3-", .identifierEmpty),
            (.semver, "1.2.3-a..b", .identifierEmpty), (.semver, "1.2.3+", .identifierEmpty),
            (.semver, "1.2.3 4", .unexpectedText), (.semver, "1.2.3-é", .unexpectedText),
            (.semver, "1.2.3+a+b", .unexpectedText), (.semver, "v", .notNumberFirst),
            (.pep440, "", .empty), (.pep440, "french toast", .notNumberFirst),
            (.pep440, "1.0+", .identifierEmpty), (.pep440, "1.0+a+b", .unexpectedText),
            (.pep440, "1!", .nothingAfterEpoch), (.pep440, "1.0-", .unexpectedText),
            (.pep440, "1.0ſ", .unexpectedText), (.pep440, "1.0rc1rc1", .unexpectedText),
            (.winget, " ", .empty), (.winget, "< Unknown", .unexpectedText),
            (.generic, "\t", .empty), (.maven, " ", .empty),
            (.rubygems, "a", .notNumberFirst), (.rubygems, "1..2", .identifierEmpty),
            (.rubygems, "1.", .identifierEmpty), (.rubygems, "1 2", .unexpectedText),
            (.nuget, "1.0-", .identifierEmpty),
        ] as [(Ecosystem, String, VersionProblem)])
    func `what is no version is refused with the reason`(
        ecosystem: Ecosystem, text: String, problem: VersionProblem
    ) throws {
        let error = try #require(throws: VersionError.self) { try ecosystem.check(text) }
        #expect(error.problem == problem)
        #expect(error.ecosystem == ecosystem)
        #expect(throws: error) { try ecosystem.compare(text, "1.0.0") }
        #expect(throws: error) { try ecosystem.compare("1.0.0", text) }
    }

    @Test(arguments: Ecosystem.allCases)
    func `numbers have any length`(ecosystem: Ecosystem) throws {
        let digits = String(repeating: "9", count: 20_000)
        #expect(try ecosystem.compare("1.\(digits)8", "1.\(digits)9") == .less)
        #expect(try ecosystem.compare("1.\(digits)0", "1.\(digits)") == .greater)
        #expect(try ecosystem.compare("18446744073709551616", "18446744073709551615") == .greater)
    }

    @Test(arguments: Ecosystem.allCases)
    func `a text beyond the longest is refused, and the longest is not`(ecosystem: Ecosystem) throws
    {
        let longest = String(repeating: "1", count: Ecosystem.longestVersion)
        #expect(try ecosystem.compare(longest, longest) == .equal)
        let error = try #require(throws: VersionError.self) {
            try ecosystem.compare("1", longest + "1")
        }
        #expect(error.problem == .tooLong)
        #expect(error.text.utf8.count == Ecosystem.longestVersion + 1)
    }

    @Test(arguments: Ecosystem.allCases)
    func `many zeros and separators take no longer than their length`(ecosystem: Ecosystem) throws {
        let zeros = String(repeating: ".0", count: 200_000)
        #expect(try ecosystem.compare("1\(zeros).1", "1\(zeros).2") == .less)
    }
}
