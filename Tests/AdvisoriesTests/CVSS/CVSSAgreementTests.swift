import Advisories
import Foundation
import TestSupport
import Testing

/// Scores that publishers printed beside their vectors.
@Suite struct `Agreement with published CVSS scores` {
    /// Publishers' own slips, which no specification explains (the score of another vector, or of
    /// none): so many rows of each file.
    @Test(
        .requires(.sharedData, .tool("/usr/bin/gzip", package: "gzip")),
        arguments: [
            ("cvss-vectors-with-scores.tsv.gz", 900, 0),
            ("cvss-scores-vulnrichment-all.tsv.gz", 39_000, 19),
        ])
    func `published scores are computed from their vectors`(
        file: String, atLeast: Int, slips: Int
    ) async throws {
        let path = Places.sharedData.appending(path: "cve/\(file)").path
        let unpacked = try await run(["/usr/bin/gzip", "--decompress", "--stdout", path])
        var (read, refused) = (0, 0)
        var wrong: [String] = []
        for line in unpacked.output.split(separator: "\n").dropFirst() {
            let row = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard row.count == 6, let published = Double(row[3]), !row[5].isEmpty else { continue }
            read += 1
            guard let vector = try? CVSSVector(String(row[5])) else {
                refused += 1
                continue
            }
            if !explains(published, vector, text: String(row[5])) { wrong.append(String(line)) }
        }
        #expect(read >= atLeast)
        #expect(refused == 0)
        #expect(wrong.count == slips, "\(wrong)")
    }

    /// The published number is the base score; or the score of all that the vector says; or what
    /// some calculators print, the environmental score of an environment like any other.
    private func explains(_ published: Double, _ vector: CVSSVector, text: String) -> Bool {
        if vector.baseScore == published || vector.score == published { return true }
        guard vector.version == .v30 || vector.version == .v31 else { return false }
        return (try? CVSSVector(text + "/CR:M"))?.environmentalScore == published
    }

    /// Microsoft prints base and temporal score before each vector.
    @Test(.requires(.sharedData, .tool("/usr/bin/gzip", package: "gzip")))
    func `base and temporal scores of Microsoft's notices are confirmed`() async throws {
        let folder = Places.sharedData.appending(path: "advisories/microsoft")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("cvrf-") && $0.hasSuffix(".xml.gz") }
        var count = 0
        for file in files {
            let path = folder.appending(path: file).path
            let text = try await run(["/usr/bin/gzip", "--decompress", "--stdout", path]).output
            for block in Set(text.components(separatedBy: "ScoreSet>")) {
                guard let base = value(of: "BaseScore>", in: block).flatMap(Double.init),
                    let temporal = value(of: "TemporalScore>", in: block).flatMap(Double.init),
                    let vector = value(of: "Vector>", in: block)
                else { continue }
                count += 1
                let scored = try CVSSVector(vector)
                #expect(scored.baseScore == base, "\(file): \(vector)")
                #expect(scored.temporalScore ?? base == temporal, "\(file): \(vector)")
            }
        }
        #expect(count > 200)
    }

    private func value(of tag: String, in block: String) -> String? {
        guard let start = block.range(of: tag) else { return nil }
        return String(block[start.upperBound...].prefix { $0 != "<" })
    }
}
