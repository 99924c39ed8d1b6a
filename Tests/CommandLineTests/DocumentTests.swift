import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import patchbay

/// A command that a document shows is one that the program takes.
@Suite struct `Commands in the documents` {
    /// A line of a document that shows a command.
    struct Line: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: [String]
    }

    /// Words that stand for something of the reader's own.
    private static let standIns = [
        "ENDPOINT": "ept_01h2xcejqtf2nbrexx3vqjhp41", "DAYS": "30", "FILE": "x.tar", "NAME": "anna",
    ]

    static let lines: [Line] = {
        let root = Places.packageRoot
        let manager = FileManager.default
        let pages = ((try? manager.subpathsOfDirectory(atPath: root.path + "/docs")) ?? [])
            .filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
        return (["README.md"] + pages).flatMap { page -> [Line] in
            let text = (try? String(contentsOf: root.appending(path: page), encoding: .utf8)) ?? ""
            return blocks(text).filter { $0.hasPrefix("patchbay ") }.map { line in
                let words = line.split(separator: " ").dropFirst().map(String.init)
                return Line(
                    testDescription: "\(page): \(line)", words: words.map { standIns[$0] ?? $0 })
            }
        }
    }()

    /// The lines of the blocks that hold commands.
    private static func blocks(_ text: String) -> [Substring] {
        var isInside = false
        return text.split(separator: "\n").filter { line in
            if line.hasPrefix("```") {
                isInside = line == "```console"
                return false
            }
            return isInside
        }
    }

    @Test func `are found`() {
        #expect(Self.lines.count >= 10)
    }

    @Test(arguments: lines) func `are taken as they stand`(_ line: Line) throws {
        #expect(throws: Never.self) { try Patchbay.parseAsRoot(line.words) }
    }
}
