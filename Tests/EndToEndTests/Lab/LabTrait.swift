import Foundation
import TestSupport
import Testing

/// Gives a test function a lab for all of its cases, and takes it down afterwards, whatever
/// happens.
struct LabTrait: TestTrait, TestScoping {
    let database: Database

    /// Once around the whole function, not around each case.
    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
        testCase == nil ? self : nil
    }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try await Lab.start(database)
        do {
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
}

extension Requirement {
    /// `testbed/lab doctor` finds nothing missing.
    static let testBed = Requirement {
        let doctor = Process()
        let answer = Pipe()
        doctor.executableURL = Lab.tool("lab")
        doctor.arguments = ["doctor"]
        doctor.standardOutput = answer
        doctor.standardError = answer
        guard (try? doctor.run()) != nil else { return "testbed/lab does not start" }
        let text = String(
            decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        doctor.waitUntilExit()
        guard doctor.terminationStatus != 0 else { return nil }
        return "the test bed lacks something: "
            + text.split(separator: "\n").joined(separator: "; ")
    }

    /// The product has been built.
    static let binaries = Requirement {
        [Lab.builtServer, Lab.builtAgent].first {
            !FileManager.default.isExecutableFile(atPath: $0.path)
        }
        .map { "\($0.lastPathComponent) has not been built (swift build)" }
    }
}
