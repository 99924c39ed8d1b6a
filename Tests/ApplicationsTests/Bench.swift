@testable import Applications
import Foundation
import PackageManagers
import Recipes
import Synchronization
import TestSupport
import Testing

/// An application in a folder of its own: a tool that consists of a version file and a program.
struct Bench {
    let folder: URL
    let form: Recipe.Installation.Form
    let runner = Runner()
    var strip = 1

    var store: ApplicationStore { ApplicationStore(folder.appending(path: "store").path) }
    var versions: String { folder.appending(path: "opt/tool-versions").path }
    var link: String { folder.appending(path: "opt/tool").path }
    var processes: String { folder.appending(path: "proc").path }
    var care: ApplicationCare {
        ApplicationCare(store: store, runner: runner, programs: RunningPrograms(folder: processes))
    }

    init(_ folder: URL, _ form: Recipe.Installation.Form) async throws {
        self.folder = folder
        self.form = form
        for name in ["opt", "proc", "store"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
    }

    /// The version that the application would tell.
    var version: String {
        get throws {
            let file = form == .file ? link : "\(link)/VERSION"
            return try String(contentsOfFile: file, encoding: .utf8)
        }
    }

    /// The versions that lie beside each other.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? [])
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    /// What a run must not leave behind.
    var leftovers: [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
        return (all ?? []).filter {
            $0.contains(".patchbay-new") || $0.hasSuffix(PendingWork.ending)
        }
    }

    func recipe(
        _ version: String, sha256: String = String(repeating: "0", count: 64), size: Int64 = 1,
        blocking: [String]? = nil, services: [String]? = nil
    ) -> Recipe {
        Recipe(
            name: "tool", version: version, detect: "\(link)/VERSION",
            installed: .init(file: "\(link)/VERSION"),
            install: .init(
                form, from: "https://example.org/tool", sha256: sha256, size: size,
                versions: versions, link: link, strip: form == .file ? nil : strip,
                blocking: blocking, services: services))
    }

    /// Installs a version as a person would, without a link.
    func putByHand(_ version: String, at place: String? = nil) async throws {
        let place = place ?? link
        if form == .file {
            try Data(version.utf8).write(to: URL(filePath: place))
        } else {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
            try Data(version.utf8).write(to: URL(filePath: "\(place)/VERSION"))
        }
    }

    /// Makes the artefact of a version, lays it where a download would be, and gives its recipe.
    func lay(
        _ version: String, blocking: [String]? = nil, services: [String]? = nil
    ) async throws -> Recipe {
        let made = folder.appending(path: "made-\(version)")
        try await make(version, made)
        let sum = try await TestSupport.run(["/usr/bin/sha256sum", made.path])
        let recipe = recipe(
            version, sha256: String(sum.output.prefix(64)),
            size: Int64(try Data(contentsOf: made).count), blocking: blocking, services: services)
        let place = try #require(store.download(recipe))
        try? FileManager.default.removeItem(atPath: place)
        try FileManager.default.moveItem(atPath: made.path, toPath: place)
        #expect(store.isDownloaded(recipe))
        return recipe
    }

    private func make(_ version: String, _ place: URL) async throws {
        if form == .file { return try Data(version.utf8).write(to: place) }
        let tree = folder.appending(path: "tree-\(version)")
        let top = tree.appending(path: "tool-\(version)")
        try FileManager.default.createDirectory(
            at: top.appending(path: "bin"), withIntermediateDirectories: true)
        try Data(version.utf8).write(to: top.appending(path: "VERSION"))
        try Data("#!/bin/sh\n".utf8).write(to: top.appending(path: "bin/tool"))
        let result: ProgramResult
        if form == .zip {
            let file = "\(place.path).zip"
            result = try await TestSupport.run([
                "/usr/bin/python3", "-c",
                "import shutil,sys; shutil.make_archive(sys.argv[1], 'zip', sys.argv[2])",
                place.path, tree.path,
            ])
            try FileManager.default.moveItem(atPath: file, toPath: place.path)
        } else {
            let option = [Recipe.Installation.Form.tarGzip: "-cz", .tarXZ: "-cJ"][form] ?? "-c"
            result = try await TestSupport.run([
                "/usr/bin/tar", option, "-f", place.path, "-C", tree.path, "tool-\(version)",
            ])
        }
        #expect(result.status == 0, "\(result.errorOutput)")
    }

    func run(_ recipe: Recipe, _ from: String) throws -> ApplicationRun {
        try ApplicationRun(
            ApplicationPlan(recipe: recipe, from: from, to: recipe.version, store: store.path),
            runner: runner, programs: RunningPrograms(folder: processes)
        ) { _ in }
    }

    func bringIn(_ version: String, from: String) async throws {
        try await run(try await lay(version), from).bringIn()
    }

    func putBack(_ version: String, from: String) async throws {
        try await ApplicationRun(
            ApplicationPlan(recipe: recipe(from), from: from, to: version, store: store.path),
            runner: runner, programs: RunningPrograms(folder: processes)
        ) { _ in }.putBack()
    }

    /// A process as the kernel shows it.
    func pretend(
        pid: Int, runs program: String, script: String = "", unit: String? = nil
    ) throws {
        let place = "\(processes)/\(pid)"
        try? FileManager.default.removeItem(atPath: place)
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(place)/exe", withDestinationPath: program)
        try FileManager.default.createSymbolicLink(
            atPath: "\(place)/root", withDestinationPath: "/")
        let words = [program] + (script.isEmpty ? [] : [script])
        try Data((words.joined(separator: "\0") + "\0").utf8)
            .write(to: URL(filePath: "\(place)/cmdline"))
        try Data("0::/system.slice/\(unit ?? "session.scope")\n".utf8)
            .write(to: URL(filePath: "\(place)/cgroup"))
    }

    func expect(
        _ kind: ApplicationFault.Kind, location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        do {
            try await body()
            Issue.record("nothing was refused", sourceLocation: location)
        } catch let fault as ApplicationFault {
            #expect(fault.kind == kind, "\(fault.sentence)", sourceLocation: location)
        } catch {
            Issue.record("\(error)", sourceLocation: location)
        }
    }
}

/// Runs everything but systemctl, whose services are pretended.
final class Runner: CommandRunning {
    let told = Mutex<[String]>([])
    let active = Mutex<Set<String>>([])
    let refusesToStart = Mutex(false)
    let refusesPackages = Mutex(false)

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        if command.path.hasSuffix("/dpkg"), refusesPackages.withLock({ $0 }) {
            return CommandOutput(status: 1, errorOutput: Array("dpkg: error: no.\n".utf8))
        }
        guard command.path.hasSuffix("/systemctl"), let service = command.arguments.last else {
            return try await SubprocessRunner().run(command)
        }
        switch command.arguments[0] {
        case "is-active":
            return CommandOutput(status: active.withLock { $0.contains(service) } ? 0 : 3)
        case "start" where refusesToStart.withLock { $0 }:
            return CommandOutput(status: 1, errorOutput: Array("Job failed.\n".utf8))
        case let verb:
            told.withLock { $0.append("\(verb) \(service)") }
            active.withLock {
                _ = verb == "start" ? $0.insert(service).inserted : $0.remove(service) != nil
            }
            return CommandOutput(status: 0)
        }
    }
}
