import Foundation
import TestSupport
import Testing

/// Gives a test function a lab for all of its cases, and takes it down afterwards, whatever
/// happens.
struct LabTrait: TestTrait, TestScoping {
    let database: Database
    /// Which of the labs of one test run it is.
    var part = Lab.Part.server
    /// How many endpoints are booted and enrolled.
    var size: Int { part == .empty ? 0 : Lab.size }

    /// Once around the whole function, not around each case.
    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? self : nil
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try await Lab.start(database, part, booting: size)
        do {
            if size == 0 { try await lab.patchbay("admin", "create", "anna") }
            try await Lab.$shared.withValue(lab) { try await function() }
        } catch {
            await lab.end()
            throw error
        }
        await lab.end()
    }
}

extension Trait where Self == LabTrait {
    /// A lab with a server over this database, and enrolled endpoints.
    static func lab(_ database: Database) -> Self { LabTrait(database: database) }

    /// A further lab of that kind over SQLite, for what happens on endpoints alone.
    static var labOfEndpoints: Self { LabTrait(database: .sqlite, part: .endpoints) }

    /// A lab with a server over SQLite and no endpoint yet.
    static var emptyLab: Self { LabTrait(database: .sqlite, part: .empty) }
}

extension Requirement {
    /// `testbed/lab doctor` finds nothing missing.
    static let testBed = Lab.doctor()

    /// The product has been built.
    static let binaries = Requirement {
        [Lab.builtServer, Lab.builtAgent].first {
            !FileManager.default.isExecutableFile(atPath: $0.path)
        }
        .map { "\($0.lastPathComponent) has not been built (swift build)" }
    }
}

extension Lab {
    /// What `testbed/lab doctor` finds missing.
    static func doctor(_ options: String...) -> Requirement {
        Requirement {
            let answer = answer(of: [tool("lab").path, "doctor"] + options)
            guard answer.status != 0 else { return nil }
            return "the test bed lacks something: "
                + answer.text.split(separator: "\n").joined(separator: "; ")
        }
    }

    /// What a program says, waited for.
    static func answer(of arguments: [String]) -> (status: Int32, text: String) {
        let log = FileManager.default.temporaryDirectory.appending(
            path: "patchbay-answer-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: log) }
        guard
            let program = try? StartedProgram(
                arguments, environment: ProcessInfo.processInfo.environment, output: log)
        else { return (-1, "\(arguments[0]) does not start") }
        let status = program.wait()
        return (status, (try? String(contentsOf: log, encoding: .utf8)) ?? "")
    }
}
