import Foundation
import TestSupport
import Testing
import Versions

/// The order is held against dpkg itself, and against recorded verdicts of dpkg and other tools.
@Suite struct `Agreement with dpkg` {
    private static let dpkg = "/usr/bin/dpkg"

    /// Our own answer is put to dpkg, which exits 0 when it thinks so too: one process a pair.
    @Test(.requires(.tool(dpkg, package: "dpkg")))
    func `dpkg confirms the order of random versions`() async throws {
        let seed = Seeds.all[0]
        var samples = VersionSamples(seed: seed)
        for _ in 0..<500 {
            let a = samples.wellFormed()
            let b =
                Bool.random(using: &samples.generator)
                ? samples.wellFormed() : samples.neighbour(of: a)
            let sign = (try? DebianVersion.order(a, b))?.sign
            let result = try await run([Self.dpkg, "--compare-versions", a, sign ?? "=", b])
            #expect(
                result.status == (sign == nil ? 2 : 0), "seed \(seed): \(a) \(sign ?? "!") \(b)")
        }
    }

    @Test(.requires(.tool(dpkg, package: "dpkg")))
    func `dpkg accepts, warns about and refuses the same texts`() async throws {
        let seed = Seeds.all[0]
        var samples = VersionSamples(seed: seed)
        for _ in 0..<200 {
            // A dash in front would be an option to dpkg, and it alone reads a sign before the
            // epoch.
            let text = samples.arbitrary()
            if text.hasPrefix("-") || text.drop(while: { " \t".contains($0) }).first == "+" {
                continue
            }
            let version = try? DebianVersion(text)
            let expected: Int32 = version == nil ? 2 : version?.flaw == nil ? 0 : 1
            let result = try await run([Self.dpkg, "--validate-version", text])
            #expect(result.status == expected, "seed \(seed): \"\(text)\" \(result.errorOutput)")
        }
    }

    @Test(.requires(.sharedData))
    func `every recorded judgement of validity is confirmed`() throws {
        let rows = try Vectors.rows(of: "dpkg-validity.tsv")
        #expect(rows.count >= 10)
        for row in rows {
            try #require(row.count == 2, "\(row)")
            let isValid = (try? DebianVersion(row[1])).map { $0.flaw == nil } ?? false
            #expect(isValid == (row[0] == "valid"), "\(row)")
        }
    }
}
