@testable import LinuxPackages
import Policy
import Testing

/// How a limit of downloads gets into the commands of package tools.
struct DownloadCapTests {
    private func cap(_ text: String, own: Int64? = nil) throws -> DownloadCap {
        DownloadCap(bandwidth: try #require(Bandwidth(text)), ownOfApt: own)
    }

    @Test(
        arguments: [
            ("2 MB/s", nil, 1920), ("5 MB/s", nil, 4480), ("500 kB/s", nil, 320),
            ("100 kB/s", nil, 91), ("2 MB/s", 500, 500), ("2 MB/s", 9_000, 1920),
            ("10 kB/s", nil, 9),
        ] as [(String, Int64?, Int64)])
    func `apt keeps a limit in steps of what it reads at once, and a lower one of its own stays`(
        text: String, own: Int64?, limit: Int64
    ) throws {
        let words = try cap(text, own: own).applied(to: ["/usr/bin/apt-get", "-y", "install", "a"])
        #expect(
            words == [
                "/usr/bin/apt-get", "-o", "Acquire::http::Dl-Limit=\(limit)", "-o",
                "Acquire::https::Dl-Limit=\(limit)", "-o", "Acquire::Queue-Mode=access", "-y",
                "install", "a",
            ])
    }

    @Test(arguments: ["/usr/bin/dnf", "/usr/bin/dnf5", "/usr/bin/dnf-3"])
    func `dnf counts in bytes`(path: String) throws {
        #expect(
            try cap("2 MB/s").applied(to: [path, "-y", "upgrade", "a"]) == [
                path, "--setopt=throttle=2000000", "-y", "upgrade", "a",
            ])
    }

    @Test func `what downloads nothing stays as it is, and the others have no limit`() throws {
        let cap = try cap("2 MB/s")
        #expect(cap.applied(to: ["/usr/bin/dpkg", "-a"]) == ["/usr/bin/dpkg", "-a"])
        for path in ["/usr/bin/zypper", "/usr/bin/pacman", "/usr/bin/flatpak"] {
            #expect(cap.applied(to: [path, "update"]) == nil)
        }
        #expect(
            cap.sentence(withoutIn: "zypper")
                == "zypper cannot limit its downloads, so that the policy's 2 MB/s did not hold "
                + "for it.")
    }

    @Test(
        arguments: [
            ([], nil), (["HTTP='500'"], 500), (["HTTP='0'"], nil),
            (["HTTP='700'", "HTTPS='600'"], 600),
            (["E: nothing"], nil),
        ] as [([String], Int64?)])
    func `apt's own limit is read from its configuration`(lines: [String], limit: Int64?) {
        #expect(DownloadCap.ownLimit(lines) == limit)
    }
}
