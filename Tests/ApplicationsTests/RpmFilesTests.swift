@testable import Applications
import Foundation
import PackageManagers
import Recipes
import Synchronization
import TestSupport
import Testing

/// Vendors' packages of rpm. rpm is played here after what the tool says; the test bed has the tool
/// itself do the same (`ToolEndpointTests`).
struct RpmFilesTests {
    @Test func `a vendor's package goes in, is kept, and is put back`() async throws {
        try await withTemporaryFolder { folder in
            let rpm = PlayedRpm()
            let bench = RpmBench(folder, rpm)
            try await bench.bringIn("2.0", from: "1.0")
            try await bench.bringIn("3.0", from: "2.0")
            #expect(rpm.installed.withLock { $0 } == "3.0")
            let recipe = bench.recipe("3.0")
            #expect(bench.store.canReturn(recipe, to: "2.0"))
            #expect(!bench.store.canReturn(recipe, to: "1.0"))
            #expect(bench.store.keeps(recipe, installed: "3.0"))
            try await bench.run(recipe, from: "3.0", to: "2.0").putBack()
            #expect(rpm.installed.withLock { $0 } == "2.0")
            // Nothing was put in that rpm had not tried before.
            #expect(
                rpm.told.withLock { $0 } == [
                    "test 2.0", "in 2.0", "test 3.0", "in 3.0", "test 2.0", "in 2.0",
                ])
            // Neither is anything put back that would take another package's place.
            rpm.obsoletes.withLock { $0 = "labplain < 3.0\n" }
            await bench.expect(.dependency, saying: "labplain") {
                try await bench.run(recipe, from: "2.0", to: "3.0").putBack()
            }
            // What was kept and is another file now is not put back.
            try Data("other".utf8).write(to: URL(filePath: bench.store.kept(recipe, "3.0")))
            await bench.expect(.hashMismatch) {
                try await bench.run(recipe, from: "2.0", to: "3.0").putBack()
            }
        }
    }

    @Test func `a vendor's package is removed by its name`() async throws {
        try await withTemporaryFolder { folder in
            let rpm = PlayedRpm()
            let bench = RpmBench(folder, rpm)
            try await bench.bringIn("2.0", from: "1.0")
            let care = ApplicationCare(
                store: bench.store, runner: rpm, programs: RunningPrograms(folder: bench.processes))
            try await care.remove(bench.recipe("2.0"), installed: "2.0") { _ in }
            #expect(rpm.installed.withLock { $0 }.isEmpty)
            #expect(rpm.told.withLock { $0 }.last == "out labvendor")
            #expect(!bench.store.canReturn(bench.recipe("2.0"), to: "2.0"))
        }
    }

    @Test func `a package of another name, or one that takes others' place, changes nothing`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let rpm = PlayedRpm()
            let bench = RpmBench(folder, rpm)
            rpm.name.withLock { $0 = "somethingelse" }
            await bench.expect(.refused) { try await bench.bringIn("2.0", from: "1.0") }
            rpm.name.withLock { $0 = "labvendor" }
            rpm.obsoletes.withLock { $0 = "labvendor < 2\nlabgone < 3.0\nlabplain < 3.0\n" }
            await bench.expect(.dependency, saying: "labplain") {
                try await bench.bringIn("2.0", from: "1.0")
            }
            #expect(!rpm.told.withLock { $0 }.contains { $0.hasPrefix("in ") })
            #expect(rpm.installed.withLock { $0 } == "1.0")
        }
    }

    @Test func `a list of packages is none`() async throws {
        try await withTemporaryFolder { folder in
            let files = RpmFiles(tools: ApplicationTools(runner: PlayedRpm()))
            let list = folder.appending(path: "list")
            try Data("https://example.org/other.rpm\n".utf8).write(to: list)
            #expect(await files.name(in: list.path) == nil)
            try RpmBench.magic.write(to: list)
            #expect(await files.name(in: list.path) == "labvendor")
        }
    }

    struct Complaint: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: Int32 = 1
        var errorOutput: String
        var kind: ApplicationFault.Kind
        var says: String
    }

    @Test(arguments: [
        Complaint(
            testDescription: "a dependency is missing",
            errorOutput: """
                warning: /x.rpm: Header V4 RSA/SHA256 Signature, key ID 0a1b2c3d: NOKEY
                error: Failed dependencies:
                \tlablib >= 9 is needed by labvendor-2.0-1.noarch
                """, kind: .dependency, says: "lablib >= 9"),
        Complaint(
            testDescription: "another package has the file",
            errorOutput: """
                \tfile /usr/bin/lab from install of labvendor-2.0-1 conflicts with file from \
                package labplain-1.0-1
                """, kind: .dependency, says: "labplain-1.0-1"),
        Complaint(
            testDescription: "rpm is at work",
            errorOutput: """
                error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Resource \
                temporarily unavailable)
                """, kind: .lockHeld, says: "transaction lock"),
        Complaint(
            testDescription: "the disk is too small",
            errorOutput: """
                \tinstalling package labvendor-2.0-1.noarch needs 12MB more space on the / filesystem
                """, kind: .diskFull, says: "12MB more space"),
        Complaint(
            testDescription: "the endpoint wants signatures",
            errorOutput: "\tpackage labvendor-2.0-1.noarch does not verify: no signature\n",
            kind: .signature, says: "no signature"),
    ])
    func `what rpm would not do is told before anything is stopped`(complaint: Complaint)
        async throws
    {
        try await withTemporaryFolder { folder in
            let rpm = PlayedRpm()
            let bench = RpmBench(folder, rpm)
            rpm.test.withLock { $0 = (complaint.status, complaint.errorOutput) }
            await bench.expect(complaint.kind, saying: complaint.says) {
                try await bench.bringIn("2.0", from: "1.0")
            }
            #expect(rpm.installed.withLock { $0 } == "1.0")
            #expect(!rpm.told.withLock { $0 }.contains { $0.hasPrefix("in ") })
        }
    }

    @Test(arguments: [
        "warning: %postun(labvendor-1.0-1.noarch) scriptlet failed, exit status 1",
        "warning: %post(labvendor-tools-1.0-1.noarch) scriptlet failed, exit status 1",
        "warning: %triggerin(labplain-1.0-1.noarch) scriptlet failed, exit status 1",
        "the server said 400 BAD REQUEST, which is no matter",
    ])
    func `what fails beside the new version is no failure of it`(said: String) async throws {
        try await withTemporaryFolder { folder in
            let rpm = PlayedRpm()
            let bench = RpmBench(folder, rpm)
            rpm.install.withLock { $0 = (0, said) }
            try await bench.bringIn("2.0", from: "1.0")
            #expect(rpm.installed.withLock { $0 } == "2.0")
            #expect(bench.store.canReturn(bench.recipe("2.0"), to: "2.0"))
        }
    }

    @Test(arguments: [
        // A script behind the files only earns a warning, and the status says that all is well.
        Complaint(
            testDescription: "the script behind the files fails", status: 0,
            errorOutput: """
                cannot migrate the settings
                warning: %post(labvendor-2.0-1.noarch) scriptlet failed, exit status 1
                """, kind: .maintainerScript, says: "%post"),
        Complaint(
            testDescription: "the script before the files fails",
            errorOutput: """
                error: %prein(labvendor-2.0-1.noarch) scriptlet failed, exit status 1
                error:   labvendor-2.0-1.noarch: install failed
                """, kind: .maintainerScript, says: "%prein"),
        Complaint(
            testDescription: "the disk is full",
            errorOutput: """
                error: unpacking of archive failed on file /opt/x;6a: cpio: write failed - No space \
                left on device
                error: labvendor-2.0-1.noarch: install failed
                """, kind: .diskFull, says: "unpacking of archive failed"),
    ])
    func `a package that fails while it goes in is a failure`(complaint: Complaint) async throws {
        try await withTemporaryFolder { folder in
            let rpm = PlayedRpm()
            let bench = RpmBench(folder, rpm)
            rpm.install.withLock { $0 = (complaint.status, complaint.errorOutput) }
            await bench.expect(complaint.kind, saying: complaint.says) {
                try await bench.bringIn("2.0", from: "1.0")
            }
            // What failed is not kept as something that can be gone back to.
            #expect(!bench.store.canReturn(bench.recipe("2.0"), to: "2.0"))
        }
    }
}

/// An application whose versions are packages of rpm, in a folder of its own.
private struct RpmBench {
    let folder: URL
    let rpm: PlayedRpm

    var store: ApplicationStore { ApplicationStore(folder.appending(path: "store").path) }
    var processes: String { folder.appending(path: "proc").path }

    init(_ folder: URL, _ rpm: PlayedRpm) {
        self.folder = folder
        self.rpm = rpm
    }

    func recipe(_ version: String, sha256: String? = nil) -> Recipe {
        Recipe(
            name: "labvendor", version: version, detect: "/opt/labvendor/version",
            installed: .init(file: "/opt/labvendor/version"),
            install: .init(
                .rpm, from: "https://example.org/labvendor.rpm",
                sha256: sha256 ?? String(repeating: "0", count: 64), size: 3, package: "labvendor"))
    }

    func run(_ recipe: Recipe, from: String, to: String) throws -> ApplicationRun {
        try ApplicationRun(
            ApplicationPlan(recipe: recipe, from: from, to: to, store: store.path), runner: rpm,
            programs: RunningPrograms(folder: processes)
        ) { _ in }
    }

    /// How every package of rpm begins.
    static let magic = Data([0xED, 0xAB, 0xEE, 0xDB])

    /// The file of a version holds its number, by which rpm is played.
    func bringIn(_ version: String, from: String) async throws {
        try FileManager.default.createDirectory(
            atPath: store.path, withIntermediateDirectories: true)
        let made = folder.appending(path: "made")
        try (Self.magic + Data(version.utf8)).write(to: made)
        let sum = try await TestSupport.run(["/usr/bin/sha256sum", made.path])
        let recipe = recipe(version, sha256: String(sum.output.prefix(64)))
        let place = try #require(store.download(recipe))
        #expect(place.hasSuffix(".rpm"))
        try Data(contentsOf: made).write(to: URL(filePath: place))
        try await run(recipe, from: from, to: version).bringIn()
    }

    func expect(
        _ kind: ApplicationFault.Kind, saying words: String = "",
        location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("nothing was refused", sourceLocation: location)
        } catch let fault as ApplicationFault {
            #expect(fault.kind == kind, "\(fault.sentence)", sourceLocation: location)
            #expect(
                words.isEmpty || fault.sentence.contains(words), "\(fault.sentence)",
                sourceLocation: location)
        } catch {
            Issue.record("\(error)", sourceLocation: location)
        }
    }
}

/// Answers as rpm does; a package file holds its version.
private final class PlayedRpm: CommandRunning {
    let installed = Mutex("1.0")
    let name = Mutex("labvendor")
    let obsoletes = Mutex("")
    /// What a trial and the installation end with.
    let test = Mutex<(Int32, String)>((0, ""))
    let install = Mutex<(Int32, String)>((0, ""))
    let told = Mutex<[String]>([])

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        guard command.path.hasSuffix("/rpm") else {
            return try await SubprocessRunner().run(command)
        }
        let words = command.arguments
        let last = words.last ?? ""
        if words.contains("--queryformat") { return answer(name.withLock { $0 } + "\n") }
        if words.contains("--obsoletes") { return answer(obsoletes.withLock { $0 }) }
        if words.first == "--query" {
            return CommandOutput(status: ["labvendor", "labplain"].contains(last) ? 0 : 1)
        }
        if words.first == "--erase" {
            told.withLock { $0.append("out \(last)") }
            installed.withLock { $0 = "" }
            return answer("")
        }
        let bytes = (try? Data(contentsOf: URL(filePath: last))) ?? Data()
        let version = String(decoding: bytes.dropFirst(RpmBench.magic.count), as: UTF8.self)
        let isTest = words.contains("--test")
        let end = isTest ? test.withLock { $0 } : install.withLock { $0 }
        told.withLock { $0.append("\(isTest ? "test" : "in") \(version)") }
        if !isTest, end.0 == 0 { installed.withLock { $0 = version } }
        return CommandOutput(status: end.0, errorOutput: Array(end.1.utf8))
    }

    private func answer(_ text: String) -> CommandOutput {
        CommandOutput(status: 0, output: Array(text.utf8))
    }
}
