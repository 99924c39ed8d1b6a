@testable import LinuxPackages
import Fleet
import Foundation
import PackageManagers
import Recipes
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Applications that are found by recipes, with real programs and files.
struct RecipeLookTests {
    private struct Lab {
        let folder: URL

        func write(_ text: String, to path: String, mode: Int = 0o644) throws {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try writeProgram(text, to: file, permissions: mode)
        }

        func path(_ path: String) -> String { folder.appending(path: path).path }

        func lay(_ recipe: Recipe, mode: Int = 0o644) throws {
            let bytes = try JSONEncoder().encode(recipe)
            try write(
                String(decoding: bytes, as: UTF8.self), to: "recipes.d/\(recipe.name).json",
                mode: mode)
        }

        func look() async -> RecipeLook.Found {
            await RecipeLook(
                runner: SubprocessRunner(), folder: path("recipes.d"), owner: geteuid(),
                // A crowded machine does not fail a test.
                programSeconds: 600
            ).look()
        }
    }

    private func withLab(_ body: (Lab) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "patchbay-recipes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(Lab(folder: folder))
    }

    @Test func `a program and a file tell their versions, and what is older is missing`()
        async throws
    {
        try await withLab { lab in
            try lab.write("#!/bin/sh\necho \"labbin v1.4.0\"\n", to: "bin/labbin", mode: 0o755)
            try lab.lay(
                Recipe(
                    name: "labbin", version: "1.5.0", detect: lab.path("bin/labbin"),
                    installed: .init(program: [lab.path("bin/labbin")], pattern: "labbin v*")))
            try lab.write("5.4.1\n", to: "suite/VERSION")
            try lab.lay(
                Recipe(
                    name: "labsuite", version: "5.4.1", detect: lab.path("suite/VERSION"),
                    installed: .init(file: lab.path("suite/VERSION"))))
            try lab.lay(
                Recipe(
                    name: "absent", version: "1", detect: lab.path("absent"),
                    installed: .init(file: lab.path("absent"))))
            let found = await lab.look()
            #expect(
                found.packages.map { "\($0.manager.rawValue) \($0.name) \($0.version)" } == [
                    "recipe labbin 1.4.0", "recipe labsuite 5.4.1",
                ])
            #expect(found.updates.map(\.candidate) == ["1.5.0"])
            #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        }
    }

    @Test func `what others could have written is neither read nor run`() async throws {
        try await withLab { lab in
            let mark = lab.path("was-run")
            try lab.write("#!/bin/sh\n: > \(mark)\necho 1\n", to: "bin/open", mode: 0o777)
            try lab.lay(
                Recipe(
                    name: "open", version: "2", detect: lab.path("bin/open"),
                    installed: .init(program: [lab.path("bin/open")])))
            try lab.write("1", to: "v")
            try lab.lay(
                Recipe(
                    name: "writable", version: "2", detect: lab.path("v"),
                    installed: .init(file: lab.path("v"))), mode: 0o666)
            let found = await lab.look()
            #expect(found.packages.isEmpty)
            #expect(found.unparsed.count == 2)
            #expect(found.unparsed.allSatisfy { $0.contains("others than root") })
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
    }

    @Test func `what cannot be told is told, and the others go on`() async throws {
        try await withLab { lab in
            try lab.write("{", to: "recipes.d/a.json")
            try lab.write("#!/bin/sh\necho broken >&2\nexit 3\n", to: "bin/b", mode: 0o755)
            try lab.lay(
                Recipe(
                    name: "b", version: "2", detect: lab.path("bin/b"),
                    installed: .init(program: [lab.path("bin/b")])))
            try lab.write("nothing here", to: "c")
            try lab.lay(
                Recipe(
                    name: "c", version: "2", detect: lab.path("c"),
                    installed: .init(file: lab.path("c"))))
            try lab.write("1.0", to: "d")
            try lab.lay(
                Recipe(
                    name: "d", version: "2", detect: lab.path("d"),
                    installed: .init(file: lab.path("d"))))
            try lab.lay(
                Recipe(
                    name: "e", version: "none", detect: lab.path("d"),
                    installed: .init(file: lab.path("d"))))
            let found = await lab.look()
            #expect(found.packages.map(\.name) == ["d"])
            let words = [
                "is no recipe", "broken", "no line of what it says", "its version is none",
            ]
            #expect(found.unparsed.count == words.count, "\(found.unparsed)")
            for (sentence, word) in zip(found.unparsed, words) {
                #expect(sentence.contains(word), "\(sentence)")
            }
        }
    }
}
