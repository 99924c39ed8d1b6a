import Foundation
import TestSupport
import Testing

/// `patchbay feeds inspect`, on small feeds of our own making.
struct FeedsCommandTests {
    private static let catalogue = """
        {"catalogVersion": "1", "dateReleased": "2026-03-02T00:00:00Z", "vulnerabilities": [
         {"cveID": "CVE-2026-1111", "vulnerabilityName": "x", "dateAdded": "2026-03-01"},
         {"cveID": "CVE-2026-2222", "vulnerabilityName": "y", "dateAdded": "soon"}]}
        """
    private static let scores = "cve,epss,percentile\nCVE-2026-1111,0.5,0.5\n"

    private struct Answer: Decodable {
        struct Rejection: Decodable, Equatable {
            var record: String
            var reason: String
        }
        struct File: Decodable {
            var format: String
        }
        var format: String
        var records: Int
        var newest: String?
        var rejected: [Rejection]
        var rejectedCount: Int
        var complete: Bool
        var files: [File]?
    }

    private func inspect(_ path: String, status: Int32 = 0) async throws -> ProgramResult {
        let ending = try await CommandLine.patchbay("feeds", "inspect", path, "--format", "json")
        #expect(ending.status == status, "\(ending.output)\(ending.errorOutput)")
        return ending
    }

    private func answer(_ path: String) async throws -> Answer {
        let ending = try await inspect(path)
        #expect(ending.errorOutput.isEmpty)
        return try JSONDecoder().decode(Answer.self, from: Data(ending.output.utf8))
    }

    @Test func `a feed is told by its content, and what was rejected has its reason`() async throws
    {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "some file")
            try Data(Self.catalogue.utf8).write(to: file)
            let answer = try await answer(file.path)
            #expect(answer.format == "kev")
            #expect(answer.records == 1)
            #expect(answer.newest == "2026-03-01T00:00:00Z")
            #expect(answer.complete)
            #expect(
                answer.rejected == [
                    .init(record: "CVE-2026-2222", reason: "“dateAdded” is no date: soon")
                ])
        }
    }

    @Test func `a folder of several formats is mixed, and its files are listed`() async throws {
        try await withTemporaryFolder { folder in
            try Data(Self.catalogue.utf8).write(to: folder.appending(path: "a"))
            try Data(Self.scores.utf8).write(to: folder.appending(path: "b"))
            try Data("hello".utf8).write(to: folder.appending(path: "c"))
            let answer = try await answer(folder.path)
            #expect(answer.format == "mixed")
            #expect(answer.records == 2)
            #expect(answer.rejectedCount == 2)
            #expect(answer.files?.map(\.format) == ["kev", "epss", "unknown"])
        }
    }

    @Test func `no date is told as null`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "scores")
            try Data(Self.scores.utf8).write(to: file)
            let ending = try await inspect(file.path)
            #expect(ending.output.contains("\"newest\" : null"))
        }
    }

    @Test(arguments: ["", "hello", "{}", "<html></html>", "{\"catalogVersion\": \"1\""])
    func `content that is no feed ends with status 2 and a sentence`(_ text: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "x")
            try Data(text.utf8).write(to: file)
            let ending = try await inspect(file.path, status: 2)
            #expect(ending.output.isEmpty)
            #expect(ending.errorOutput.contains("There is no feed in"))
        }
        let missing = try await inspect("/nonexistent", status: 2)
        #expect(missing.errorOutput.contains("There is no file"))
    }
}
