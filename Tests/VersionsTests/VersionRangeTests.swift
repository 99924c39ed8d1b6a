import Foundation
import TestSupport
import Testing
import Versions

@Suite struct `Ranges of versions` {
    private static let branches: [VersionEvent] = [
        .introduced("2.0"), .introduced("0"), .fixed("2.0.5"), .fixed("1.0.7"),
    ]

    @Test(
        arguments: [
            (branches, "0.1", true), (branches, "1.0.6", true), (branches, "1.0.7", false),
            (branches, "1.9", false), (branches, "2.0", true), (branches, "2.0.4", true),
            (branches, "2.0.5-rc1", true), (branches, "2.0.5", false), (branches, "3", false),
            ([.introduced("1.0")], "0.9", false), ([.introduced("1.0")], "99", true),
            ([.introduced("0"), .lastAffected("1.2")], "1.2", true),
            ([.introduced("0"), .lastAffected("1.2")], "1.2.1", false),
            ([.introduced("1"), .lastAffected("2"), .introduced("3")], "2.5", false),
            ([.introduced("1"), .lastAffected("2"), .introduced("3")], "3", true),
            ([.introduced("1"), .fixed("2"), .introduced("2"), .fixed("3")], "2", true),
            ([.introduced("1"), .introduced("2"), .fixed("3")], "1.5", true),
            ([.introduced("0"), .limit("2")], "1.9", true),
            ([.introduced("0"), .limit("2")], "2", false),
            ([.introduced("0"), .limit("2"), .limit("4")], "3", true),
            ([.introduced("0"), .limit("2"), .limit("*")], "5", true),
            ([.fixed("2")], "1", false), ([], "1", false),
        ] as [([VersionEvent], String, Bool)])
    func `events are evaluated as OSV's schema says`(
        events: [VersionEvent], version: String, isAffected: Bool
    ) throws {
        for order in [events, events == Self.branches ? events.reversed() : events] {
            let set = try VersionRangeSet(events: order, in: .semver)
            #expect(try set.contains(version) == isAffected)
        }
    }

    /// The schema's own loop, written down once more: for each event from old to new.
    @Test(arguments: Seeds.all)
    func `events agree with the schema's loop`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            let events = (0..<Int.random(in: 1...5, using: &generator)).map { _ -> VersionEvent in
                let version = "\(Int.random(in: 0...6, using: &generator))"
                switch Int.random(in: 0...2, using: &generator) {
                case 0: return .introduced(version)
                case 1: return .fixed(version)
                default: return .lastAffected(version)
                }
            }
            let set = try VersionRangeSet(events: events, in: .generic)
            for version in 0...7 {
                #expect(
                    try set.contains("\(version)") == looped(events, version),
                    "seed \(seed): \(events) \(version)")
            }
        }
    }

    private func looped(_ events: [VersionEvent], _ version: Int) -> Bool {
        func number(_ event: VersionEvent) -> Int {
            switch event {
            case .introduced(let text), .fixed(let text), .lastAffected(let text), .limit(let text):
                Int(text) ?? 0
            }
        }
        // `introduced: 0` stands before everything at its place.
        let sorted = events.enumerated().sorted {
            let (a, b) = (number($0.element), number($1.element))
            let (x, y) = ($0.element == .introduced("0"), $1.element == .introduced("0"))
            return a != b ? a < b : x != y ? x : $0.offset < $1.offset
        }
        var isAffected = false
        for (_, event) in sorted {
            switch event {
            case .introduced where version >= number(event): isAffected = true
            case .fixed where version >= number(event): isAffected = false
            case .lastAffected where version > number(event): isAffected = false
            default: continue
            }
        }
        return isAffected
    }

    @Test(
        arguments: [
            (">= 1.0, < 1.2", ["1.0", "1.1.9"], ["0.9", "1.2", "2"]),
            (">=1.0 <1.2", ["1.0"], ["1.2"]), ("= 1.0.0", ["1", "1.0"], ["1.0.1"]),
            ("1.0", ["1.0.0"], ["2"]), ("==1.0", ["1.0"], ["2"]),
            ("<= 3", ["3", "0.1"], ["3.0.1"]),
            ("< 1 || >= 2, != 2.5", ["0.9", "2", "3"], ["1", "2.5", "1.9"]),
            ("> 1", ["1.0.1"], ["1"]),
        ] as [(String, [String], [String])])
    func `comparisons hold what they say`(text: String, inside: [String], outside: [String]) throws
    {
        let set = try VersionRangeSet(comparisons: text, in: .semver)
        for version in inside { #expect(try set.contains(version), "\(version)") }
        for version in outside { #expect(try !set.contains(version), "\(version)") }
    }

    @Test(
        arguments: [
            ("vers:npm/>=1.0.0|<2.0.0", ["1.0.0", "1.9.9"], ["0.9.0", "2.0.0"]),
            ("vers:deb/<1:2.0-1", ["2.5-1", "1:1.9-1"], ["1:2.0-1"]),
            ("vers:deb/%3C1%3A2.0-1", [], []),
            ("vers:npm/*", ["1.0.0"], []), ("vers:npm/1.0|3.0", ["1.0.0", "3.0.0"], ["2.0.0"]),
            ("vers:npm/!=1.0", ["0.9.0", "1.1.0"], ["1.0.0"]),
            (
                "vers:npm/<1|>=2|<3|!=2.5|7", ["0.9.0", "2.0.0", "7.0.0"],
                ["1.5.0", "2.5.0", "4.0.0"]
            ),
            ("vers:npm/>1|>=2|<3", ["1.5.0"], ["1.0.0", "3.0.0"]),
            ("vers:npm/>1|<2|<=3", ["2.5.0", "3.0.0"], ["3.0.1"]),
            ("vers:npm/<2|>1", ["1.5.0"], ["1.0.0", "2.0.0"]),
            ("vers:pypi/ >= 1.0%2Bab | < 2", ["1.0+ab"], ["1.0"]),
        ] as [(String, [String], [String])])
    func `vers texts hold what they say`(text: String, inside: [String], outside: [String]) throws {
        // An encoded sign is part of a version, which then is none.
        if inside.isEmpty {
            #expect(throws: VersionRangeError.self) { try VersionRangeSet(vers: text) }
            return
        }
        let set = try VersionRangeSet(vers: text)
        for version in inside { #expect(try set.contains(version), "\(version)") }
        for version in outside { #expect(try !set.contains(version), "\(version)") }
    }

    @Test(arguments: [
        ("npm/1.0", VersionRangeError.notVers), ("vers:npm", .notVers),
        ("vers:cobol/1", .unknownScheme("cobol")), ("vers:npm/", .constraintEmpty),
        ("vers:npm/>=1||<2", .constraintEmpty), ("vers:npm/>=", .constraintEmpty),
        ("vers:npm/>=1,<2", .constraintEmpty), ("vers:npm/=>1", .constraintEmpty),
        ("vers:npm/1%2", .constraintEmpty),
    ])
    func `what is no range is refused with the reason`(text: String, expected: VersionRangeError)
        throws
    {
        let error = try #require(throws: VersionRangeError.self) { try VersionRangeSet(vers: text) }
        #expect(error == expected)
        #expect(!error.description.isEmpty)
        #expect(error.code.hasPrefix("E_RANGE_"))
    }

    @Test func `bounds that are no versions, and too many of them, are refused`() throws {
        let error = try #require(throws: VersionRangeError.self) {
            try VersionRangeSet(comparisons: ">= nonsense", in: .semver)
        }
        #expect(error.code == "E_VERSION_NOT_NUMBER_FIRST")
        #expect(throws: VersionRangeError.self) {
            try VersionRangeSet(events: [.introduced("x"), .fixed("1")], in: .semver)
        }
        #expect(throws: VersionRangeError.constraintEmpty) {
            try VersionRangeSet(comparisons: "  ", in: .semver)
        }
        let many =
            "vers:npm/" + String(repeating: "1|", count: VersionRangeSet.mostConstraints) + "1"
        #expect(throws: VersionRangeError.tooManyConstraints) { try VersionRangeSet(vers: many) }
        let set = try VersionRangeSet(comparisons: "<2", in: .semver)
        #expect(throws: VersionError.self) { try set.contains("nonsense") }
        let none = try VersionRangeSet([], in: .semver)
        #expect(throws: VersionError.self) { try none.contains("nonsense") }
    }
}

@Suite(.requires(.sharedData)) struct `Agreement with recorded ranges` {
    private func json(_ path: String) throws -> Any {
        let url = Places.sharedData.appending(path: "version-ranges/\(path)")
        return try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    }

    @Test func `canonical vers texts are those of univers`() throws {
        let tests = try #require(try json("univers-pypi_range_roundtrip.json") as? [[String: Any]])
        #expect(tests.count >= 15)
        for test in tests {
            let input = try #require((test["input"] as? [String: String])?["vers"])
            let output = try #require(test["expected_output"] as? String)
            #expect(try VersionRangeSet.canonicalVers(input) == output)
            #expect(try VersionRangeSet(vers: input) == VersionRangeSet(vers: output))
        }
    }

    @Test func `comparisons of Python packages are the vers texts of the specification`() throws {
        let file = try #require(try json("vers/pypi_range_from_native_test.json") as? [String: Any])
        let tests = try #require(file["tests"] as? [[String: Any]])
        #expect(tests.count >= 3)
        for test in tests {
            let input = try #require((test["input"] as? [String: String])?["native_range"])
            let output = try #require(test["expected_output"] as? String)
            let set = try VersionRangeSet(comparisons: input, in: .pep440)
            #expect(try set == VersionRangeSet(vers: output))
        }
    }

    /// Requirements of npm packages keep versions to come out unless they name one, and have signs
    /// of their own; rows of plain comparisons with plain versions mean the same everywhere.
    @Test(arguments: [
        ("semver-node-range-include.tsv", true, 20), ("semver-node-range-exclude.tsv", false, 12),
    ])
    func `plain comparisons agree with node-semver`(file: String, isInside: Bool, atLeast: Int)
        throws
    {
        let url = Places.sharedData.appending(path: "version-ranges/\(file)")
        var compared = 0
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let row = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard row.count >= 3, !row[0].hasPrefix("#"), isPlain(row[0]), !row[1].contains("-"),
                (try? Ecosystem.semver.check(row[1])) != nil
            else { continue }
            compared += 1
            let set = try VersionRangeSet(comparisons: row[0], in: .semver)
            #expect(try set.contains(row[1]) == isInside, "\(line)")
        }
        #expect(compared >= atLeast)
    }

    /// Three numbers in each version: with fewer npm means all that begin so.
    private func isPlain(_ range: String) -> Bool {
        let pieces = range.split { " ,|<>=".contains($0) }
        return !pieces.isEmpty && !range.contains("~") && !range.contains("^")
            && !range.contains(" - ")
            && pieces.allSatisfy {
                $0.split(separator: ".").count == 3 && $0.allSatisfy { "0123456789.".contains($0) }
            }
    }

    /// Python's requirements keep post-releases and local versions apart; rows of plain comparisons
    /// with plain versions mean the same everywhere.
    @Test func `plain comparisons agree with Python's specifiers`() throws {
        let url = Places.sharedData.appending(path: "version-ranges/pep440-specifiers.tsv")
        var compared = 0
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let row = line.split(separator: "\t").map(String.init)
            guard row.count == 3, !row[1].contains("*"), !row[1].hasPrefix("~="),
                !row[1].hasPrefix("==="), !line.contains("+"), !row[0].contains("post"),
                !(row[1].hasPrefix("<") && !row[1].hasPrefix("<=") && isToCome(row[0]))
            else { continue }
            compared += 1
            let set = try VersionRangeSet(comparisons: row[1], in: .pep440)
            #expect(try set.contains(row[0]) == (row[2] == "True"), "\(line)")
        }
        #expect(compared >= 35)
    }

    private func isToCome(_ version: String) -> Bool {
        version.contains { "abcr".contains($0) } || version.contains("dev")
    }
}
