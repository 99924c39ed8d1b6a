import Advisories
import AdvisoryFormats
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// A feed of this many records.
func catalogue(_ count: Int = 2) -> String {
    let rows = (0..<count).map {
        "{\"cveID\": \"CVE-2026-\(1000 + $0)\", \"vulnerabilityName\": \"x\", \"dateAdded\": \"2026-03-01\"}"
    }
    return "{\"catalogVersion\": \"1\", \"vulnerabilities\": [\(rows.joined(separator: ", "))]}"
}

/// Reads a path, and counts what was handed on.
func load(_ file: URL, limits: FeedLimits = .standard) throws -> (report: FeedReport, records: Int)
{
    var records = 0
    let report = try FeedLoader(limits: limits).load([file.path]) { _ in records += 1 }
    return (report, records)
}

extension URL {
    /// Writes a file in this folder.
    func add(_ name: String, _ text: String) throws -> URL {
        try add(name, Data(text.utf8))
    }

    func add(_ name: String, _ data: Data) throws -> URL {
        let file = appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        return file
    }

    /// Packs a file in this folder with gzip.
    func gzip(_ name: String) async throws -> URL {
        let result = try await run(["/usr/bin/gzip", "-fkn9", appending(path: name).path])
        #expect(result.status == 0)
        return appending(path: name + ".gz")
    }
}

struct FeedLoaderTests {
    @Test func `a plain and a packed file say the same`() async throws {
        try await withTemporaryFolder { folder in
            let plain = try load(try folder.add("any name", catalogue(3)))
            let packed = try load(try await folder.gzip("any name"))
            #expect(plain.report.format == .kev)
            #expect(plain.records == 3)
            #expect(packed.report.format == .kev)
            #expect(packed.records == 3)
        }
    }

    @Test func `a file packed in several parts is read to its end`() async throws {
        try await withTemporaryFolder { folder in
            let text = catalogue(400)
            let half = text.index(text.startIndex, offsetBy: text.count / 2)
            _ = try folder.add("a", String(text[..<half]))
            _ = try folder.add("b", String(text[half...]))
            let parts = try [await folder.gzip("a"), await folder.gzip("b")].map {
                try Data(contentsOf: $0)
            }
            let joined = try folder.add("whole.gz", parts[0] + parts[1] + Data(count: 20))
            #expect(try load(joined).records == 400)
        }
    }

    @Test func `a folder is read with all in it, and what is no feed is named`() throws {
        try withTemporaryFolder { folder in
            _ = try folder.add("a/kev.json", catalogue(2))
            _ = try folder.add("b/scores.csv", "cve,epss,percentile\nCVE-2026-1111,0.5,0.5\n")
            _ = try folder.add("README.md", "# Feeds")
            _ = try folder.add(".hidden/x.json", "{}")
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "loop"), withDestinationURL: folder)
            let (report, records) = try load(folder)
            #expect(records == 3)
            #expect(report.format == nil)
            #expect(report.formats == [.kev: 1, .epss: 1])
            #expect(report.rejectedCount == 2)
            #expect(report.files.map(\.problem).count(where: { $0 != nil }) == 2)
        }
    }

    @Test(arguments: [
        ("", FeedError.Code.unknownFormat), ("hello", .unknownFormat),
        (
            "{\"catalogVersion\": \"1\", \"vulnerabilities\": [{\"cveID\": \"x\", \"dateAdded\": \"y\"}]}",
            .nothingRead
        ),
    ])
    func `a path of which nothing can be read is an error`(
        _ text: String, _ code: FeedError.Code
    ) throws {
        try withTemporaryFolder { folder in
            let file = try folder.add("x", text)
            #expect { try load(file) } throws: { ($0 as? FeedError)?.code == code }
        }
    }

    @Test func `a path that is not there is an error`() {
        #expect { try load(URL(filePath: "/nonexistent/feed")) } throws: {
            ($0 as? FeedError)?.code == .notFound
        }
    }

    @Test func `an empty feed is one`() throws {
        try withTemporaryFolder { folder in
            let (report, _) = try load(try folder.add("x", catalogue(0)))
            #expect(report.format == .kev)
            #expect(report.records == 0)
        }
    }

    @Test func `a file that is cut off says so, and keeps what came`() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.add("x", catalogue(20_000))
            let whole = try Data(contentsOf: try await folder.gzip("x"))
            let cut = try folder.add("cut.gz", whole.prefix(whole.count / 2))
            let (report, records) = try load(cut)
            #expect(records > 1000)
            #expect(!report.isComplete)
            #expect(report.rejected.last?.reason.contains("too early") == true)
            #expect { try load(try folder.add("c", whole.prefix(20))) } throws: { $0 is FeedError }
        }
    }
}

struct BombTests {
    @Test func `a file that unpacks to far more than its size is broken off`() async throws {
        try await withTemporaryFolder { folder in
            let blanks = String(repeating: " ", count: 8 << 20)
            _ = try folder.add(
                "bomb", "{\"catalogVersion\": \"1\", \"vulnerabilities\": [" + blanks)
            let bomb = try await folder.gzip("bomb")
            var limits = FeedLimits.standard
            limits.ratioFloor = 1 << 20
            #expect { try load(bomb, limits: limits) } throws: {
                "\($0)".contains("times its size")
            }
            limits = .standard
            limits.unpackedBytes = 1 << 20
            #expect { try load(bomb, limits: limits) } throws: {
                "\($0)".contains("more than 1048576")
            }
        }
    }

    @Test func `packing over and over has an end`() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.add("x", catalogue())
            let file = folder.appending(path: "x")
            for _ in 0..<6 {
                let packed = try Data(contentsOf: try await folder.gzip("x"))
                try packed.write(to: file)
            }
            #expect { try load(file) } throws: { "\($0)".contains("packed more than") }
        }
    }

    @Test func `all streams of an archive share one budget`() async throws {
        try await withTemporaryFolder { folder in
            for index in 0..<10 { _ = try folder.add("in/\(index).json", catalogue(500)) }
            let archive = folder.appending(path: "a.tar.gz").path
            let result = try await run(["/usr/bin/tar", "-czf", archive, "-C", folder.path, "in"])
            #expect(result.status == 0)
            var limits = FeedLimits.standard
            limits.unpackedBytes = 200_000
            let (report, records) = try load(URL(filePath: archive), limits: limits)
            #expect(records < 5000)
            #expect(!report.isComplete)
        }
    }
}
