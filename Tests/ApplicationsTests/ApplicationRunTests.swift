@testable import Applications
import Foundation
import PackageManagers
import Recipes
import Synchronization
import TestSupport
import Testing

/// Versions brought in and taken back with real archives, links and folders.
struct ApplicationRunTests {
    @Test(arguments: [Recipe.Installation.Form.tar, .tarGzip, .tarXZ, .zip, .file])
    func `a version is unpacked beside the old one, and the old one can be put back`(
        form: Recipe.Installation.Form
    ) async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, form)
            try await bench.putByHand("1.0")
            try await bench.bringIn("2.0", from: "1.0")
            #expect(try bench.version == "2.0")
            #expect(bench.names == ["1.0", "2.0"])
            #expect(bench.store.canReturn(bench.recipe("2.0"), to: "1.0"))
            try await bench.putBack("1.0", from: "2.0")
            #expect(try bench.version == "1.0")
            // What lies there already is taken again without being unpacked.
            try await bench.bringIn("2.0", from: "1.0")
            try await bench.bringIn("3.0", from: "2.0")
            #expect(try bench.version == "3.0")
            // Versions that the agent brought in go when two newer ones are there.
            try await bench.bringIn("4.0", from: "3.0")
            #expect(bench.names == ["1.0", "3.0", "4.0"])
            #expect(bench.leftovers.isEmpty, "\(bench.leftovers)")
        }
    }

    @Test func `a file that is not the one of the recipe is removed, and nothing is changed`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0")
            let file = try #require(bench.store.download(recipe))
            try Data("another".utf8).write(to: URL(filePath: file))
            await bench.expect(.hashMismatch) { try await bench.run(recipe, "1.0").bringIn() }
            #expect(try bench.version == "1.0")
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(bench.leftovers.isEmpty, "\(bench.leftovers)")
        }
    }

    @Test func `an archive without the folder around it that the recipe says is not taken`()
        async throws
    {
        try await withTemporaryFolder { folder in
            var bench = try await Bench(folder, .tarGzip)
            bench.strip = 3
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0")
            await bench.expect(.other) { try await bench.run(recipe, "1.0").bringIn() }
            #expect(try bench.version == "1.0")
            #expect(bench.leftovers.isEmpty, "\(bench.leftovers)")
        }
    }

    @Test func `a running program that blocks keeps the old version`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let program = "\(bench.link)/bin/tool"
            try bench.pretend(pid: 77, runs: "\(bench.link)/bin/tool")
            let recipe = try await bench.lay("2.0", blocking: [program])
            await bench.expect(.blockedByProcess) { try await bench.run(recipe, "1.0").bringIn() }
            #expect(try bench.version == "1.0")
            try FileManager.default.removeItem(atPath: "\(bench.processes)/77")
            try await bench.run(recipe, "1.0").bringIn()
            #expect(try bench.version == "2.0")
        }
    }

    @Test(arguments: [
        ("tool", "/opt/x/tool", "", true), ("tool", "/usr/bin/python3", "/opt/x/tool", true),
        ("/opt/x/tool", "/usr/bin/python3", "/opt/x/tool", true),
        ("/opt/x/tool", "/opt/x/tool (deleted)", "", true),
        ("tool", "/opt/x/toolbox", "", false), ("/opt/x", "/opt/x/tool", "", false),
    ])
    func `a program is told by its path, its name or its script`(
        named: String, program: String, script: String, blocks: Bool
    ) async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try bench.pretend(pid: 7, runs: program, script: script)
            let recipe = try await bench.lay("2.0", blocking: [named])
            let found = RunningPrograms(folder: bench.processes).blocking(recipe)
            #expect((found != nil) == blocks, "\(found ?? "none")")
            // What one of the recipe's services runs is stopped, and does not block.
            try bench.pretend(pid: 7, runs: program, script: script, unit: "tool.service")
            let served = try await bench.lay("2.1", blocking: [named], services: ["tool.service"])
            #expect(RunningPrograms(folder: bench.processes).blocking(served) == nil)
        }
    }

    @Test func `services are stopped for the exchange and started again`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0", services: ["tool.service", "off.service"])
            bench.runner.active.withLock { $0 = ["tool.service"] }
            try await bench.run(recipe, "1.0").bringIn()
            #expect(
                bench.runner.told.withLock { $0 } == ["stop tool.service", "start tool.service"])
            #expect(try bench.version == "2.0")
            // One that does not come up again is a failure, though the version is in.
            let next = try await bench.lay("3.0", services: ["tool.service"])
            bench.runner.refusesToStart.withLock { $0 = true }
            await bench.expect(.maintainerScript) { try await bench.run(next, "2.0").bringIn() }
            #expect(try bench.version == "3.0")
        }
    }

    @Test func `what somebody else has put there is left alone`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0")
            let place = "\(bench.versions)/2.0"
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
            await bench.expect(.refused) { try await bench.run(recipe, "1.0").bringIn() }
            #expect(FileManager.default.fileExists(atPath: place))
            #expect(try bench.version == "1.0")
        }
    }

    @Test func `a link that leads elsewhere is found again under its version`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            let elsewhere = folder.appending(path: "opt/tool-1.0").path
            try await bench.putByHand("1.0", at: elsewhere)
            try FileManager.default.createSymbolicLink(
                atPath: bench.link, withDestinationPath: "tool-1.0")
            #expect(try bench.version == "1.0")
            try await bench.bringIn("2.0", from: "1.0")
            #expect(try bench.version == "2.0")
            try await bench.putBack("1.0", from: "2.0")
            #expect(try bench.version == "1.0")
        }
    }
}

/// Where an application may lie, and what stays when it goes.
struct ApplicationPlaceTests {
    @Test func `a place in which others could exchange the application is refused`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0")
            let place = folder.appending(path: "opt").path
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: place)
            await bench.expect(.refused) { try await bench.run(recipe, "1.0").bringIn() }
            #expect(try bench.version == "1.0")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)
            try await bench.run(recipe, "1.0").bringIn()
            #expect(try bench.version == "2.0")
        }
    }

    @Test func `what is not the application is not moved away for its link`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            var recipe = try await bench.lay("2.0")
            recipe.detect = "/opt/elsewhere/VERSION"
            await bench.expect(.refused) { try await bench.run(recipe, "1.0").bringIn() }
            #expect(try bench.version == "1.0")
            #expect(bench.names.isEmpty)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/dpkg-query")))
    func `what a package has brought is known as the package's`() async throws {
        let tools = ApplicationTools(runner: Runner())
        #expect(await tools.package(owning: "/usr/bin/dpkg") == "dpkg")
        #expect(await tools.package(owning: "/opt/patchbay-nobodys") == nil)
    }

    @Test func `a version that another one's link leads to stays`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            try await bench.bringIn("2.0", from: "1.0")
            try FileManager.default.removeItem(atPath: "\(bench.versions)/1.0")
            try FileManager.default.createSymbolicLink(
                atPath: "\(bench.versions)/1.0", withDestinationPath: "2.0")
            try await bench.bringIn("3.0", from: "2.0")
            try await bench.bringIn("4.0", from: "3.0")
            #expect(bench.names == ["1.0", "2.0", "3.0", "4.0"])
        }
    }

    @Test func `a removal that fails leaves the services running`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .deb)
            bench.runner.active.withLock { $0 = ["tool.service"] }
            let recipe = Recipe(
                name: "tool", version: "2.0", detect: "/opt/x", installed: .init(file: "/opt/x"),
                install: .init(
                    .deb, from: "https://example.org/tool",
                    sha256: String(repeating: "0", count: 64),
                    size: 1, package: "patchbay-nobodys", services: ["tool.service"]))
            try bench.store.make()
            bench.runner.refusesPackages.withLock { $0 = true }
            await bench.expect(.other) {
                try await bench.care.remove(recipe, installed: "2.0") { _ in }
            }
            #expect(
                bench.runner.told.withLock { $0 } == ["stop tool.service", "start tool.service"])
        }
    }
}

/// What a power cut leaves, and what the agent's next start makes of it.
struct ApplicationRepairTests {
    @Test func `a cut while unpacking leaves the old version working, and half a folder goes`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let half = "\(bench.versions)/\(PendingWork.staging("2.0"))"
            try FileManager.default.createDirectory(
                atPath: half, withIntermediateDirectories: true)
            try bench.store.make()
            try PendingWork(versions: bench.versions, link: bench.link)
                .write(PendingWork.file("tool", in: bench.store))
            #expect(try bench.version == "1.0")
            let said = await bench.care.repair()
            #expect(said.count == 1, "\(said)")
            #expect(bench.leftovers.isEmpty, "\(bench.leftovers)")
            #expect(await bench.care.repair().isEmpty)
            try await bench.bringIn("2.0", from: "1.0")
            #expect(try bench.version == "2.0")
        }
    }

    @Test func `a cut between the two steps of the first exchange gives the link its version back`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            try FileManager.default.createDirectory(
                atPath: bench.versions, withIntermediateDirectories: true)
            try bench.store.make()
            try PendingWork(
                versions: bench.versions, link: bench.link, moving: "1.0",
                stopped: ["tool.service"]
            ).write(PendingWork.file("tool", in: bench.store))
            try FileManager.default.moveItem(
                atPath: bench.link, toPath: "\(bench.versions)/1.0")
            let said = await bench.care.repair()
            #expect(said.count == 2, "\(said)")
            #expect(try bench.version == "1.0")
            #expect(bench.runner.told.withLock { $0 } == ["start tool.service"])
            try await bench.bringIn("2.0", from: "1.0")
            #expect(try bench.version == "2.0")
        }
    }

    @Test func `a run that is at work is left alone, and no second one begins`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0")
            try PendingWork(versions: bench.versions, link: bench.link)
                .write(PendingWork.file("tool", in: bench.store))
            let claim = try bench.store.claim()
            #expect(await bench.care.repair().isEmpty)
            await bench.expect(.lockHeld) { try await bench.run(recipe, "1.0").bringIn() }
            FileMoves.release(claim)
            try await bench.run(recipe, "1.0").bringIn()
            #expect(try bench.version == "2.0")
        }
    }

    @Test func `an application is taken away whole, and only what was brought in`() async throws {
        try await withTemporaryFolder { folder in
            let bench = try await Bench(folder, .tarGzip)
            try await bench.putByHand("1.0")
            let recipe = try await bench.lay("2.0")
            await bench.expect(.refused) {
                try await bench.care.remove(recipe, installed: "1.0") { _ in }
            }
            #expect(try bench.version == "1.0")
            try await bench.run(recipe, "1.0").bringIn()
            try await bench.care.remove(recipe, installed: "2.0") { _ in }
            #expect(!FileManager.default.fileExists(atPath: bench.link))
            #expect(!FileManager.default.fileExists(atPath: bench.versions))
        }
    }
}
