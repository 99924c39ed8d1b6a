import Foundation
import Testing

@testable import Versions

/// Bounds as people write them: read, written, and asked by each ecosystem's own order.
@Suite struct `Bounds of versions` {
    @Test(
        arguments: [
            (">= 2.0, < 2.4", ">= 2.0, < 2.4"), (">=2.0,<2.4", ">= 2.0, < 2.4"),
            ("  <2  ", "< 2"), ("2.4.1", "= 2.4.1"), ("= 1:2.3-1", "= 1:2.3-1"),
            ("> 1.0~rc1, != 1.0, <= 3", "> 1.0~rc1, != 1.0, <= 3"),
        ])
    func `a text is read, and written in one way`(text: String, canonical: String) throws {
        let bounds = try VersionBounds(parsing: text)
        #expect(bounds.description == canonical)
        #expect(try VersionBounds(parsing: canonical) == bounds)
        let coded = try JSONEncoder().encode([bounds])
        #expect(try JSONDecoder().decode([VersionBounds].self, from: coded) == [bounds])
    }

    private static let faults: [(text: String, offset: Int, clause: String)] = [
        ("", 0, "a comparison is missing here, such as “>= 2.0”"),
        (">= 1,", 5, "a comparison is missing here, such as “>= 2.0”"),
        (">=", 0, "a version is missing behind “>=”"),
        (">= 1, =< 2", 6, "“=<” is no comparison; did you mean “<=”?"),
        ("== 2", 0, "“==” is no comparison; did you mean “=”?"),
        ("~> 2.3", 0, "“~>” is no comparison; write both ends, such as “>= 2.3, < 2.4”"),
        (">= 2.0 < 2.4", 0, "“2.0 < 2.4” is no version; did you mean “>= 2.0, < 2.4”?"),
        (">= new", 0, "“new” is no version"),
    ]

    @Test(arguments: faults.indices)
    func `what cannot be read is told with its place`(_ number: Int) {
        let (text, offset, clause) = Self.faults[number]
        let error = #expect(throws: VersionBoundsError.self) {
            try VersionBounds(parsing: text)
        }
        #expect(error?.offset == offset)
        #expect(error?.clause == clause)
    }

    @Test func `more comparisons than anybody writes are refused`() {
        let text = Array(repeating: "> 1", count: VersionBounds.most + 1).joined(separator: ",")
        #expect(throws: VersionBoundsError.self) { try VersionBounds(parsing: text) }
    }

    private static let judged: [(Ecosystem, String, String, Bool?)] = [
        (.deb, ">= 2.0, < 2.4", "2.3.9-1", true), (.deb, ">= 2.0, < 2.4", "2.4~rc1-1", true),
        (.deb, ">= 2.0, < 2.4", "2.4-1", false), (.deb, ">= 2.0, < 2.4", "1:2.1-1", false),
        (.deb, ">= 1:2.0", "1:2.0~beta", false), (.deb, "<= 2.4", "2.4-1", false),
        (.deb, "= 1.0", "1.0-0", true),
        (.rpm, ">= 1:2.4, < 1:2.5", "1:2.4.57-11.el9_4.1", true),
        (.rpm, ">= 2.4", "2.4~rc1-1", false), (.rpm, "< 2.4", "2.4~rc1-1", true),
        (.rpm, "> 2.4", "2.4^git1-1", true), (.rpm, "<= 2.4", "2.4-1", false),
        (.semver, ">= 1.0.0", "1.0.0-rc.1", false), (.semver, "< 1.0.0", "1.0.0-rc.1", true),
        (.semver, "= 1.0.0", "1.0.0+build.5", true), (.semver, ">= 01.0.0", "2.0.0", nil),
        (.pacman, ">= 6.0", "6.0-3", true), (.pacman, "= 6.0", "6.0-3", true),
        (.pacman, "< 1:1", "9.9-1", true), (.apk, "< 3.2.1", "3.2.1_rc2-r4", true),
        (.pep440, ">= 2.0", "2.0.dev1", false), (.pep440, "< 1!1.0", "99.0", true),
        (.winget, ">= 124.0", "124.0.6367.91", true), (.nuget, "<= 6.0.2", "6.0.2.0", true),
        (.rubygems, "< 3.1.0", "3.1.0.rc1", true), (.maven, "< 2.17.1", "2.17.1-rc-1", true),
        (.generic, "< 1.0", "1.0-rc1", true), (.deb, "> 1, != 2-1", "2-1", false),
        (.semver, "< 3", "not a version", nil), (.semver, "< x1, < 3", "4.0.0", false),
    ]

    @Test(arguments: judged.indices)
    func `the version's own ecosystem decides`(_ number: Int) throws {
        let (ecosystem, text, version, expected) = Self.judged[number]
        let found = try VersionBounds(parsing: text).contains(version, in: ecosystem)
        #expect(found == expected, "\(ecosystem.rawValue): \(version) in \(text)")
    }

    @Test(
        arguments: [
            ("> 2, < 1", false, "> 1, < 2"), (">= 2, < 2", false, nil), ("= 1, = 2", false, nil),
            (">= 2, <= 2", true, nil), (">= 2, <= 2, != 2", false, nil), ("> 1, < 2", true, nil),
            ("< 3, = 4", false, nil), (">= 3.0, >= 5.0, < 4.0", false, nil),
            ("> 1.0~rc1, < 1.0", true, nil), ("= 1.0, <= 1.0-0", true, nil),
        ])
    func `whether anything can be within is told`(
        text: String, canHold: Bool, turned: String?
    ) throws {
        let bounds = try VersionBounds(parsing: text)
        #expect(bounds.canHold == canHold)
        #expect(bounds.turned?.description == turned)
    }

    private static let versions: [Ecosystem: [String]] = [
        .deb: ["1.0-1", "1.0~rc1-1", "1:0.9-1", "1.0-1+deb12u1", "2.4", "2.4-0", "10.0-1"],
        .rpm: ["1.0-1", "1.0~rc1-1", "1.0^git-1", "1:0.9-1.el9", "2.4-1", "10.0-1"],
        .semver: ["1.0.0", "1.0.0-rc.1", "1.0.0-rc.1.2", "2.4.0", "10.0.0"],
        .pacman: ["1.0-1", "1.0rc1-1", "1:0.9-1", "2.4-2", "10.0-1"],
        .apk: ["1.0-r0", "1.0_rc1-r0", "2.4-r3", "10.0-r0"],
        .pep440: ["1.0", "1.0rc1", "1.0.post1", "1!0.9", "2.4", "10.0"],
    ]

    @Test(arguments: versions.keys.sorted { $0.rawValue < $1.rawValue })
    func `a bound and its opposite never hold together, and one of them does`(
        ecosystem: Ecosystem
    ) throws {
        let all = try #require(Self.versions[ecosystem])
        let opposites = [("<", ">="), ("<=", ">"), ("=", "!=")]
        for bound in all {
            for version in all {
                for (sign, opposite) in opposites {
                    let one = try VersionBounds(parsing: "\(sign) \(bound)")
                    let other = try VersionBounds(parsing: "\(opposite) \(bound)")
                    let answers = [
                        one.contains(version, in: ecosystem),
                        other.contains(version, in: ecosystem),
                    ]
                    #expect(Set(answers) == [true, false], "\(version) \(sign) \(bound)")
                    let both = try VersionBounds(parsing: "\(one), \(other)")
                    #expect(both.contains(version, in: ecosystem) == false)
                }
                // What is within a range shows that something can be.
                let range = try VersionBounds(parsing: ">= \(bound), <= \(version)")
                let inside = all.filter { range.contains($0, in: ecosystem) == true }
                #expect(inside.isEmpty || range.canHold(in: ecosystem), "\(range)")
                #expect(inside.contains(bound) == range.canHold(in: ecosystem), "\(range)")
            }
        }
    }
}
