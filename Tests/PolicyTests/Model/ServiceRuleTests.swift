import Foundation
import Fleet
import Policy
import TestSupport
import Testing

/// Services that are never restarted, and limits of downloads.
struct ServiceRuleTests {
    @Test func `docs/restarts.md holds every kind of untouchable service as it is`() throws {
        let file = Places.packageRoot.appending(path: "docs/restarts.md")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let rows = lines.drop { $0 != "## Never restarted" }.filter { $0.hasPrefix("| `") }
        let expected = UntouchableService.kinds.map { kind in
            "| " + kind.patterns.map { "`\($0.pattern)`" }.joined(separator: " ")
                + " | \(kind.reason) |"
        }
        #expect(Array(rows) == expected)
    }

    @Test(arguments: [
        ("10 kB/s", 10_000), ("500kB/s", 500_000), ("2 MB/s", 2_000_000), ("1 GB/s", 1_000_000_000),
        ("10 GB/s", 10_000_000_000), ("9 kB/s", nil), ("11 GB/s", nil), ("2 MiB/s", nil),
        ("2", nil), ("MB/s", nil), ("-1 MB/s", nil), ("1.5 MB/s", nil), ("2  MB/s", nil),
        ("99999999999999999999 GB/s", nil),
    ])
    func `a bandwidth is a whole number and a unit`(text: String, bytes: Int64?) throws {
        #expect(Bandwidth(text)?.bytesPerSecond == bytes)
        guard let bandwidth = Bandwidth(text) else { return }
        #expect(Bandwidth(bandwidth.description) == bandwidth)
        let bytes = try JSONEncoder().encode(bandwidth)
        #expect(try JSONDecoder().decode(Bandwidth.self, from: bytes) == bandwidth)
    }
}
