import AdvisoryFormats
import Foundation
import TestSupport
import Testing

@testable import Feeds

struct TarArchiveTests {
    @Test(arguments: ["gnu", "pax", "ustar", "v7"])
    func `an archive of tar is read, packed or not`(_ format: String) async throws {
        try await withTemporaryFolder { folder in
            let long =
                format == "gnu" || format == "pax" ? String(repeating: "long-", count: 40) : "short"
            _ = try folder.add("in/\(long).json", catalogue(300))
            _ = try folder.add("in/second.json", catalogue(2))
            for (flag, name) in [("-cf", "a.tar"), ("-czf", "a.tgz")] {
                let archive = folder.appending(path: name).path
                let result = try await run(
                    ["/usr/bin/tar", "--format=\(format)", flag, archive, "-C", folder.path, "in"])
                #expect(result.status == 0, "\(result.errorOutput)")
                let (report, records) = try load(URL(filePath: archive))
                #expect(records == 302)
                #expect(report.files.map(\.name).contains("\(archive)/in/\(long).json"))
                #expect(report.rejectedCount == 0)
            }
        }
    }

    @Test func `members that are packed themselves are unpacked, and unsafe names are refused`()
        async throws
    {
        try await withTemporaryFolder { folder in
            _ = try folder.add("in/a.json", catalogue(3))
            _ = try await folder.gzip("in/a.json")
            _ = try folder.add("in/b.json", catalogue(5))
            let archive = folder.appending(path: "a.tar").path
            let result = try await run([
                "/usr/bin/tar", "-cPf", archive, "-C", folder.appending(path: "in").path,
                "--transform", "s,^b,../b,", "a.json.gz", "b.json",
            ])
            #expect(result.status == 0, "\(result.errorOutput)")
            let (report, records) = try load(URL(filePath: archive))
            #expect(records == 3)
            #expect(report.rejected.first?.reason.contains("leads out") == true)
        }
    }

    @Test(arguments: Seeds.all)
    func `a damaged archive never ends the program`(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await withTemporaryFolder { folder in
            for index in 0..<3 { _ = try folder.add("in/\(index).json", catalogue(3)) }
            for (flag, name) in [("-cf", "a.tar"), ("-czf", "a.tgz")] {
                let archive = folder.appending(path: name)
                _ = try await run(["/usr/bin/tar", flag, archive.path, "-C", folder.path, "in"])
                let whole = [UInt8](try Data(contentsOf: archive))
                for _ in 0..<40 {
                    let file = try folder.add("damaged", Data(damaged(whole, using: &random)))
                    if let outcome = try? load(file) {
                        #expect(outcome.records <= 12, "seed \(seed)")
                    }
                }
            }
        }
    }
}

struct ZipArchiveTests {
    /// A .zip of stored and deflated members, put together by hand.
    private func zip(
        _ members: [(name: String, text: String)], in folder: URL, isPacked: Bool,
        method: UInt16? = nil
    ) async throws -> [UInt8] {
        var local: [UInt8] = []
        var directory: [UInt8] = []
        for (index, member) in members.enumerated() {
            _ = try folder.add("member\(index)", member.text)
            // Behind ten bytes of header, and before eight of sum and length, gzip's file is a
            // deflated stream.
            let gzip = [UInt8](try Data(contentsOf: try await folder.gzip("member\(index)")))
            let content = isPacked ? Array(gzip.dropFirst(10).dropLast(8)) : Array(member.text.utf8)
            let name = Array(member.name.utf8)
            var figures = bytes(isPacked ? 8 : 0, 2)
            if let method { figures = bytes(Int(method), 2) }
            figures += bytes(0, 4) + gzip.suffix(8).prefix(4)
            figures += bytes(content.count, 4) + bytes(member.text.utf8.count, 4)
            figures += bytes(name.count, 2) + bytes(0, 2)
            directory += bytes(0x0201_4B50, 4) + bytes(20, 2) + bytes(20, 2) + bytes(0, 2) + figures
            directory +=
                bytes(0, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0, 4) + bytes(local.count, 4)
            directory += name
            local += bytes(0x0403_4B50, 4) + bytes(20, 2) + bytes(0, 2) + figures + name + content
        }
        let end =
            bytes(0x0605_4B50, 4) + bytes(0, 2) + bytes(0, 2) + bytes(members.count, 2)
            + bytes(members.count, 2) + bytes(directory.count, 4) + bytes(local.count, 4)
            + bytes(0, 2)
        return local + directory + end
    }

    private func bytes(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    @Test(arguments: [true, false])
    func `an archive is read, its members packed or not`(_ isPacked: Bool) async throws {
        try await withTemporaryFolder { folder in
            let archive = try await zip(
                [
                    ("kev.json", catalogue(300)), ("sub/two.json", catalogue(2)),
                    ("notes.txt", "hello"),
                ],
                in: folder, isPacked: isPacked)
            let (report, records) = try load(try folder.add("a.zip", Data(archive)))
            #expect(records == 302)
            #expect(report.format == .kev)
            #expect(report.fileCount == 3)
            #expect(report.rejected.map(\.record).first?.hasSuffix("notes.txt") == true)
        }
    }

    @Test func `what cannot be unpacked is named, the rest is read`() async throws {
        try await withTemporaryFolder { folder in
            let strange = try await zip(
                [("a.json", catalogue())], in: folder, isPacked: true, method: 14)
            let file = try folder.add("a.zip", Data(strange))
            #expect { try load(file) } throws: { "\($0)".contains("method 14") }
            let unsafe = try await zip(
                [("../a.json", catalogue()), ("b.json", catalogue(3))], in: folder, isPacked: false)
            let (report, records) = try load(try folder.add("b.zip", Data(unsafe)))
            #expect(records == 3)
            #expect(report.rejected.first?.reason.contains("leads out") == true)
        }
    }

    @Test func `a changed byte in a member is noticed`() async throws {
        try await withTemporaryFolder { folder in
            var archive = try await zip([("a.json", catalogue())], in: folder, isPacked: false)
            let place = try #require(archive.firstRange(of: Array("CVE-2026-1000".utf8)))
            archive[place.upperBound - 1] = UInt8(ascii: "7")
            let (report, _) = try load(try folder.add("a.zip", Data(archive)))
            #expect(!report.isComplete)
        }
    }

    @Test(arguments: Seeds.all)
    func `a damaged archive never ends the program`(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        try await withTemporaryFolder { folder in
            let whole = try await zip(
                [("a.json", catalogue(3)), ("b.json", catalogue(3))], in: folder, isPacked: true)
            for _ in 0..<80 {
                let file = try folder.add("damaged", Data(damaged(whole, using: &random)))
                if let outcome = try? load(file) { #expect(outcome.records <= 8, "seed \(seed)") }
            }
        }
    }
}

/// Bytes with a few of them changed, added or lost.
private func damaged(_ original: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 30))
        }
        if bytes.isEmpty { return [0] }
    }
    return bytes
}
