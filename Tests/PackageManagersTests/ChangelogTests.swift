import TestSupport
import Testing

@testable import PackageManagers

struct ChangelogTests {
    private static let text = """
        openssl (3.0.17-1~deb12u3) bookworm-security; urgency=medium

          * CVE-2025-9230: out-of-bounds read and write (Closes: #1).
          * CVE-2025-9231 and CVE-2025-9232, once more CVE-2025-9230.

         -- Somebody <somebody@example.org>  Tue, 30 Sep 2025 10:00:00 +0200

        openssl (3.0.17-1~deb12u2) bookworm; urgency=medium

          * Mentions CVE-20-1, CVE-2025-12, CVE-2025-123456789 and XCVE-2024-0001x.

         -- Somebody <somebody@example.org>  Sat, 16 Aug 2025 10:00:00 +0200

        openssl (3.0.16-1~deb12u1) bookworm; urgency=medium

          * CVE-2024-13176

         -- Somebody <somebody@example.org>  Tue, 11 Feb 2025 10:00:00 +0100

        """

    @Test(arguments: [
        ("3.0.17-1~deb12u3", []),
        (
            "3.0.17-1~deb12u2",
            ["CVE-2025-9230", "CVE-2025-9231", "CVE-2025-9232"]
        ),
        (
            "3.0.16-1~deb12u1",
            ["CVE-2025-9230", "CVE-2025-9231", "CVE-2025-9232", "CVE-2024-0001"]
        ),
        (
            "3.0.15-1",
            [
                "CVE-2025-9230", "CVE-2025-9231", "CVE-2025-9232", "CVE-2024-0001",
                "CVE-2024-13176",
            ]
        ),
        ("1:0", []),
    ])
    func `only entries newer than the installed version count`(
        _ installed: String, _ expected: [String]
    ) {
        let names = DebianChangelog.vulnerabilities(in: Array(Self.text.utf8), after: installed)
        #expect(names == expected)
    }

    /// An archive as tar writes it, with one file a path.
    private static func archive(_ files: [(path: String, content: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            var header = [UInt8](repeating: 0, count: 512)
            header.replaceSubrange(0..<file.path.utf8.count, with: file.path.utf8)
            let size = String(file.content.count, radix: 8)
            let digits = String(repeating: "0", count: 11 - size.count) + size
            header.replaceSubrange(124..<135, with: digits.utf8)
            header[156] = UInt8(ascii: "0")
            header.replaceSubrange(257..<265, with: "ustar  \0".utf8)
            bytes += header + file.content
            bytes += [UInt8](repeating: 0, count: (512 - file.content.count % 512) % 512)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    private static let files: [(path: String, content: [UInt8])] = [
        ("./usr/bin/tool", Array(repeating: 7, count: 700)),
        ("./usr/share/doc/tool/changelog.Debian.gz", Array("inside".utf8)),
        ("./usr/share/man/tool.1", []),
    ]

    @Test func `a file is found in an archive by its path`() {
        let archive = Self.archive(Self.files)
        #expect(
            TarFile.content(of: archive) { $0.hasSuffix("/tool/changelog.Debian.gz") }
                == Array("inside".utf8))
        #expect(TarFile.content(of: archive) { $0.hasSuffix("/other") } == nil)
        #expect(TarFile.content(of: Array(archive.prefix(600))) { _ in true } == nil)
        #expect(TarFile.content(of: []) { _ in true } == nil)
    }

    @Test(arguments: Seeds.all)
    func `damaged archives and changelogs end nothing`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (archive, text) = (Self.archive(Self.files), Array(Self.text.utf8))
        for _ in 0..<300 {
            var (damaged, words) = (archive, text)
            for _ in 0..<4 {
                damaged[Int.random(in: damaged.indices, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
                words[Int.random(in: words.indices, using: &random)] =
                    UInt8.random(in: 0...255, using: &random)
            }
            damaged.removeLast(Int.random(in: 0..<damaged.count, using: &random))
            let found = TarFile.content(of: damaged) { $0.hasSuffix("changelog.Debian.gz") }
            #expect(found?.count ?? 0 <= damaged.count, "seed \(seed)")
            let names = DebianChangelog.vulnerabilities(in: words, after: "3.0.15-1")
            #expect(names.allSatisfy { $0.hasPrefix("CVE-") && $0.utf8.count <= 16 })
        }
    }
}
