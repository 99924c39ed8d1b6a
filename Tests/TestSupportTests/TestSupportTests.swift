import Foundation
import Testing

@testable import TestSupport

@Suite struct `What tests share` {
    @Test func `a seed decides every number, and another seed gives others`() {
        var (one, same, other) = (
            SeededGenerator(seed: 7), SeededGenerator(seed: 7), SeededGenerator(seed: 8)
        )
        let numbers = (0..<100).map { _ in one.next() }
        #expect(numbers == (0..<100).map { _ in same.next() })
        #expect(Set(numbers + (0..<100).map { _ in other.next() }).count == 200)
    }

    @Test func `a temporary folder is gone after its use, also after an error`() async throws {
        struct Fault: Error {}
        var seen: [URL] = []
        try withTemporaryFolder { seen.append($0) }
        try? await withTemporaryFolder { folder async throws in
            try Data().write(to: folder.appending(path: "file"))
            seen.append(folder)
            throw Fault()
        }
        #expect(seen.count == 2)
        #expect(seen.allSatisfy { !FileManager.default.fileExists(atPath: $0.path) })
    }

    @Test
    func `a golden file that is missing or differs is a complaint, and writing it settles it`()
        throws
    {
        try withTemporaryFolder { folder in
            let golden = GoldenFile(folder.appending(path: "deep/page.html"))
            let missing = try #require(golden.compare(with: "a\nb\n", update: false))
            #expect(
                missing.contains("There is no golden file") && missing.contains("UPDATE_GOLDEN=1"))
            #expect(golden.compare(with: "a\nb\n", update: true) == nil)
            #expect(golden.compare(with: "a\nb\n", update: false) == nil)
            let changed = try #require(golden.compare(with: "a\nc\n", update: false))
            #expect(changed.contains("- 2: b\n+ 2: c"))
        }
    }

    @Test func `a long difference is cut, and says by how much`() {
        let text = lineDifference(
            from: "", to: (1...50).map(String.init).joined(separator: "\n"), limit: 10)
        #expect(text.hasSuffix("... and 41 lines more"))
    }

    @Test func `a program's status, output and error output come back apart`() async throws {
        let result = try await run(
            ["/usr/bin/env", "sh", "-c", "cat; echo oops >&2; exit 3"], input: "hello")
        #expect(result.status == 3 && result.output == "hello" && result.errorOutput == "oops\n")
        #expect(!result.timedOut)
    }

    @Test func `a program that outlives its time is killed and says so`() async throws {
        let result = try await run(["/usr/bin/env", "sleep", "600"], timeout: .milliseconds(200))
        #expect(result.timedOut && result.status == 137)
    }

    @Test func `a program that is not there or has no absolute path is an error`() async {
        await #expect(throws: ProgramError.self) { try await run(["/nowhere/at/all"]) }
        await #expect(throws: ProgramError.self) { try await run(["true"]) }
    }

    @Test func `an unmet need fails the test in continuous integration, and skips it elsewhere`()
        async throws
    {
        let test = try #require(Test.current)
        let unmet = Requirement { "it is only tried" }
        let strict = RequirementTrait(requirements: [unmet], isContinuousIntegration: true)
        await #expect(throws: UnmetRequirement.self) { try await strict.prepare(for: test) }
        let met = RequirementTrait(
            requirements: [Requirement { nil }], isContinuousIntegration: true)
        await #expect(throws: Never.self) { try await met.prepare(for: test) }
    }
}
