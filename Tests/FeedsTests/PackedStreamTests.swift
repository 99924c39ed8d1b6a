import AdvisoryFormats
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// Files packed with bzip2, xz and Zstandard by the tools themselves.
struct PackedStreamTests {
    private static let packers = [
        ["/usr/bin/bzip2", "-1"], ["/usr/bin/bzip2", "-9"], ["/usr/bin/xz", "-0"],
        ["/usr/bin/xz", "-6"], ["/usr/bin/xz", "-1", "--check=crc32"],
        ["/usr/bin/xz", "-1", "--check=none"], ["/usr/bin/xz", "-1", "--block-size=20000"],
        ["/usr/bin/xz", "--lzma2=lc=1,lp=3,pb=4,dict=64KiB"], ["/usr/bin/zstd", "-q", "-1"],
        ["/usr/bin/zstd", "-q", "-19"], ["/usr/bin/zstd", "-q", "--no-check"],
    ]

    private static func stream(
        _ packed: [UInt8], _ limits: FeedLimits = .standard
    ) throws -> ByteStream {
        let (source, budget) = (ByteStream(packed), UnpackingBudget(limits))
        if Bzip2Stream.isPacked(packed.prefix(4)) { return Bzip2Stream.unpacked(source, budget) }
        if XZStream.isPacked(packed.prefix(6)) { return XZStream.unpacked(source, budget) }
        guard ZstandardStream.isPacked(packed.prefix(4)) else { throw StreamDamage("not packed") }
        return ZstandardStream.unpacked(source, budget)
    }

    private static func pack(
        _ bytes: [UInt8], _ packer: [String], in folder: URL
    ) async throws -> [UInt8] {
        let file = folder.appending(path: "plain")
        try Data(bytes).write(to: file)
        let result = try await run([packer[0], "-kf"] + packer.dropFirst() + [file.path])
        #expect(result.status == 0, "\(result.errorOutput)")
        let suffixes = ["xz": "xz", "bzip2": "bz2", "zstd": "zst"]
        let suffix = suffixes[URL(filePath: packer[0]).lastPathComponent] ?? ""
        return [UInt8](try Data(contentsOf: folder.appending(path: "plain.\(suffix)")))
    }

    /// Text that repeats itself, noise, and long runs.
    private static func content(_ seed: UInt64) -> [[UInt8]] {
        var random = SeededGenerator(seed: seed)
        let text = Array(catalogue(80).utf8)
        let noise = (0..<9_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let runs = (0..<60).flatMap { _ in
            [UInt8](
                repeating: UInt8.random(in: 0...3, using: &random),
                count: Int.random(in: 1...600, using: &random))
        }
        return [[], [7], text, text + noise + text, runs]
    }

    @Test(arguments: packers)
    func `what was packed comes out again`(_ packer: [String]) async throws {
        try await withTemporaryFolder { folder in
            for bytes in Self.content(1) {
                let packed = try await Self.pack(bytes, packer, in: folder)
                let whole = try Self.stream(packed).all(limit: 10_000_000)
                #expect(whole == bytes)
                let twice = try Self.stream(packed + packed).all(limit: 10_000_000)
                #expect(twice == bytes + bytes)
            }
        }
    }

    @Test(arguments: packers)
    func `damaged data never end the program, and what is checked is never wrong`(
        _ packer: [String]
    ) async throws {
        var random = SeededGenerator(seed: 5)
        try await withTemporaryFolder { folder in
            let bytes = Array(catalogue(15).utf8)
            let packed = try await Self.pack(bytes, packer, in: folder)
            let isChecked = !packer.contains { $0 == "--check=none" || $0 == "--no-check" }
            for _ in 0..<40 {
                var damaged = packed
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(
                        in: .min ... .max, using: &random)
                }
                if Bool.random(using: &random) {
                    damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random))
                }
                let outcome = try? Self.stream(damaged).all(limit: 10_000_000)
                guard let outcome, isChecked else { continue }
                #expect(outcome == bytes)
            }
        }
    }

    @Test(arguments: ["--bzip2", "--xz", "--zstd"])
    func `an archive packed so is read as a feed`(_ flag: String) async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.add("in/a.json", catalogue(30))
            let archive = folder.appending(path: "a").path
            let result = try await run([
                "/usr/bin/tar", flag, "-cf", archive, "-C", folder.path, "in",
            ])
            #expect(result.status == 0, "\(result.errorOutput)")
            let (report, records) = try load(URL(filePath: archive))
            #expect(records == 30)
            #expect(report.rejectedCount == 0)
        }
    }

    @Test(arguments: ["/usr/bin/bzip2", "/usr/bin/xz", "/usr/bin/zstd"])
    func `what unpacks to far more than its size is broken off`(_ packer: String) async throws {
        try await withTemporaryFolder { folder in
            let packed = try await Self.pack(
                [UInt8](repeating: 0, count: 1_500_000), [packer], in: folder)
            var limits = FeedLimits.standard
            limits.ratioFloor = 1 << 20
            let stream = try Self.stream(packed, limits)
            #expect(throws: StreamDamage.self) { try stream.all(limit: 10_000_000) }
        }
    }
}
