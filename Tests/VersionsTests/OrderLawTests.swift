import TestSupport
import Testing
import Versions

/// An ecosystem, and pieces whose concatenations its order treats differently.
struct VersionPieces: Sendable, CustomTestStringConvertible {
    let ecosystem: Ecosystem
    let first: [String]
    let pieces: [String]
    /// What every version ends with: some orders are total only then.
    var ending: [String] = [""]

    var testDescription: String { ecosystem.rawValue }

    static let all = [
        VersionPieces(
            ecosystem: .deb, first: ["0", "1", "1:2", "a"],
            pieces: ["0", "1", "00", "10", "a", "Z", "~", "~~", "+", ".", "-", ":1", "@"]),
        VersionPieces(
            ecosystem: .rpm, first: ["0", "1", "1:2", "a"],
            pieces: ["0", "1", "00", "10", "a", "Z", "~", "^", ".", "_", "..", "-1", "-", "é"]),
        VersionPieces(
            ecosystem: .apk, first: ["0", "1", "10"],
            pieces: [
                "0", "1", ".0", ".01", ".1", "a", "b", "_alpha", "_rc1", "_p", "_git2", "-r1",
                "~ab", "_", "-", ".", "p1",
            ]),
        VersionPieces(
            ecosystem: .pacman, first: ["0", "1", "1:2"],
            pieces: ["0", "1", "00", "10", "a", "Z", "rc", ".0", ".1", "_a", ".b2"],
            ending: ["-1", "-2", "-1.1"]),
        VersionPieces(
            ecosystem: .semver, first: ["1.0.0", "1.0", "1", "v1.2.3", "1.10.0.1"],
            pieces: ["-a", "-1", ".a", ".10", ".B", "-rc", "+b", "-0", ".0"]),
        VersionPieces(
            ecosystem: .pep440, first: ["0", "1", "1!0", "1.0"],
            pieces: [
                ".0", ".1", ".10", "a1", "b", "rc2", ".post1", ".dev1", "-1", "+ab", "+1", ".c",
                ".00", "dev",
            ]),
        VersionPieces(
            ecosystem: .winget, first: ["0", "1", "v1", "< 1", "> 1", "latest", "Unknown", "x"],
            pieces: [".0", ".1", ".00", "10", "-rc", ".", "a", "B", ".latest", " "]),
        VersionPieces(
            ecosystem: .generic, first: ["0", "1", "v1", "x", "R2"],
            pieces: [
                ".0", ".1", "0", "-rc1", "-rc", "a", "b2", "+9", " final", ".00", "_10", "dev", "é",
            ]),
        VersionPieces(
            ecosystem: .rubygems, first: ["0", "1", "10", "1.0"],
            pieces: [".0", ".1", ".10", ".a", "b1", "-1", "-x", ".00", "0", ".0.a", ".pre"]),
        VersionPieces(
            ecosystem: .nuget, first: ["1.0.0", "1.0", "1", "1.2.3.4", "01.0"],
            pieces: ["-a", "-1", ".a", ".10", ".B", "-RC", "+b", "-0", ".0"]),
    ]

    /// A version of at most six pieces.
    func sample(_ generator: inout SeededGenerator) -> String {
        let count = Int.random(in: 0...6, using: &generator)
        let middle = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }
        return (first.randomElement(using: &generator) ?? "0") + middle.joined()
            + (ending.randomElement(using: &generator) ?? "")
    }

    /// A version near another one: one piece more in some place, or one character less.
    func neighbour(of text: String, _ generator: inout SeededGenerator) -> String {
        guard ending == [""] else { return sample(&generator) }
        var characters = Array(text)
        let place = Int.random(in: 0..<max(characters.count, 1), using: &generator)
        if Bool.random(using: &generator), characters.count > 1 {
            characters.remove(at: place)
        } else {
            let piece = pieces.randomElement(using: &generator) ?? "1"
            characters.insert(contentsOf: piece, at: place)
        }
        return String(characters)
    }
}

@Suite struct `The laws of every order` {
    @Test(arguments: VersionPieces.all, Seeds.all)
    func `it is reflexive, antisymmetric and transitive`(pieces: VersionPieces, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let ecosystem = pieces.ecosystem
        var readable = 0
        for _ in 0..<1_200 {
            let a = pieces.sample(&generator)
            let texts = [
                a, pieces.neighbour(of: a, &generator), pieces.neighbour(of: a, &generator),
            ]
            guard texts.allSatisfy({ (try? ecosystem.check($0)) != nil }) else { continue }
            readable += 1
            expectLaws(texts, ecosystem, seed)
        }
        #expect(readable > 80, "seed \(seed): the samples are hardly ever versions")
    }

    private func expectLaws(_ texts: [String], _ ecosystem: Ecosystem, _ seed: UInt64) {
        func order(_ a: Int, _ b: Int) -> VersionOrder? {
            try? ecosystem.compare(texts[a], texts[b])
        }
        for place in 0..<3 { #expect(order(place, place) == .equal, "seed \(seed): \(texts)") }
        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            #expect(order(a, b)?.reversed == order(b, a), "seed \(seed): \(texts)")
        }
        for (a, b, c) in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)] {
            guard let first = order(a, b), let second = order(b, c), first != .greater,
                second != .greater
            else { continue }
            let both: VersionOrder = first == .equal && second == .equal ? .equal : .less
            #expect(order(a, c) == both, "seed \(seed): \(texts[a]) \(texts[b]) \(texts[c])")
        }
    }

    /// Maven's rules make no total order of all texts; they are antisymmetric all the same.
    @Test(arguments: Seeds.all)
    func `Maven's order is reflexive and antisymmetric`(seed: UInt64) throws {
        let pieces = VersionPieces(
            ecosystem: .maven, first: ["0", "1", "a"],
            pieces: [".0", "-1", ".1", "rc", "a1", "-sp", ".ga", "-", ".", "final", "x", "-x"])
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1_200 {
            let a = pieces.sample(&generator)
            let b = pieces.neighbour(of: a, &generator)
            guard !b.isEmpty else { continue }
            let order = try Ecosystem.maven.compare(a, b)
            #expect(try Ecosystem.maven.compare(b, a) == order.reversed, "seed \(seed): \(a) \(b)")
            #expect(try Ecosystem.maven.compare(a, a) == .equal, "seed \(seed): \(a)")
        }
    }

    @Test(arguments: Ecosystem.allCases, Seeds.all)
    func `any bytes are either read or refused`(ecosystem: Ecosystem, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<800 {
            let count = Int.random(in: 0...16, using: &generator)
            let bytes = (0..<count).map { _ -> UInt8 in
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0x2A...0x3A, using: &generator)
                    : UInt8.random(in: 0...255, using: &generator)
            }
            let order = try? ecosystem.compare(bytes.span, bytes.span)
            #expect(order == nil || order == .equal, "seed \(seed): \(bytes)")
        }
    }
}
