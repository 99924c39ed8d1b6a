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

    @Test func `zypper and pacman are told of the configuration with the limit`() throws {
        var cap = try cap("2 MB/s")
        cap.zypperFile = "/s/zypp.conf"
        cap.pacmanFile = "/s/pacman.conf"
        #expect(
            cap.applied(to: ["/usr/bin/zypper", "install", "a"]) == [
                "/usr/bin/env", "ZYPP_CONF=/s/zypp.conf", "/usr/bin/zypper", "install", "a",
            ])
        #expect(
            cap.applied(to: ["/usr/bin/pacman", "-S", "a"]) == [
                "/usr/bin/pacman", "--config", "/s/pacman.conf", "-S", "a",
            ])
        // What mends pacman downloads nothing.
        #expect(cap.applied(to: ["/usr/bin/rm", "-f", "x"]) == ["/usr/bin/rm", "-f", "x"])
    }

    @Test(
        arguments: [
            ("", "2 MB/s", 2_000_000), ("", "1 MB/s", 800_000),
            ("[main]\ndownload.max_download_speed = 300000", "1 MB/s", 300_000),
            (
                "[main]\n# download.max_download_speed = 1\ndownload.max_download_speed=0",
                "5 MB/s",
                5_000_000
            ),
            ("[main]\ndownload.max_download_speed = 9000000", "5 MB/s", 5_000_000),
        ])
    func `zypp's configuration keeps all that it says, and gets the lower limit at its end`(
        own: String, limit: String, speed: Int
    ) throws {
        let capped = CappedConfiguration(bandwidth: try #require(Bandwidth(limit)))
        let text = capped.zypper(own)
        #expect(text.hasPrefix(own))
        #expect(text.hasSuffix("\n[main]\ndownload.max_download_speed = \(speed)\n"))
    }

    @Test func `pacman's configuration gets wget, unless it has a program of its own`() throws {
        let capped = CappedConfiguration(bandwidth: try #require(Bandwidth("2 MB/s")))
        let text = try #require(capped.pacman("# own\n[options]\nIgnorePkg = a\n[core]\n"))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(
            lines[0...1] == ["# own", "[options]"] && lines[3...4] == ["IgnorePkg = a", "[core]"])
        #expect(lines[2].hasPrefix("XferCommand = /usr/bin/wget "))
        #expect(lines[2].contains("--limit-rate=2000000") && lines[2].hasSuffix("%o %u"))
        #expect(capped.pacman("[options]\n XferCommand=/usr/bin/curl %u\n") == nil)
        #expect(capped.pacman("[options]\n#XferCommand = /usr/bin/curl %u\n") != nil)
    }
}
