import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers

struct AptSourceTests {
    private func names(oneLine text: String) -> [String] {
        AptSourceLists.merged(AptSourceLists.oneLine(Array(text.utf8)).sources).map(\.name)
    }

    private func names(paragraphs text: String) -> [String] {
        AptSourceLists.merged(AptSourceLists.paragraphs(Array(text.utf8)).sources).map(\.name)
    }

    @Test(arguments: [
        (
            "deb http://deb.example.org/debian bookworm main",
            ["http://deb.example.org/debian bookworm main"]
        ),
        (
            "deb http://deb.example.org/debian/ bookworm main contrib # old",
            ["http://deb.example.org/debian bookworm main contrib"]
        ),
        (
            "deb [arch=amd64 signed-by=/k.gpg] https://v.example.org/apt ./",
            ["https://v.example.org/apt ./"]
        ),
        (
            "deb [ arch=amd64 ] https://v.example.org/apt stable main",
            ["https://v.example.org/apt stable main"]
        ),
        ("deb-src http://deb.example.org/debian bookworm main", []),
        ("# deb http://x.example.org y z", []), ("", []),
        (
            "deb cdrom:[Debian GNU/Linux 12 - amd64]/ bookworm main",
            ["cdrom:[Debian GNU/Linux 12 - amd64] bookworm main"]
        ),
        (
            "deb http://u:p@deb.example.org/debian bookworm main",
            ["http://deb.example.org/debian bookworm main"]
        ),
        (
            """
            deb http://d.example.org/d b main
            deb http://d.example.org/d b contrib
            \tdeb http://d.example.org/d b-updates main
            """,
            ["http://d.example.org/d b main contrib", "http://d.example.org/d b-updates main"]
        ),
    ])
    func `the one-line format is read`(text: String, names: [String]) {
        #expect(self.names(oneLine: text) == names)
    }

    @Test(arguments: [
        "deb http://deb.example.org/debian", "rpm http://x.example.org y z", "deb [arch=amd64",
        "nonsense",
    ])
    func `a line that apt would refuse is named`(line: String) {
        #expect(AptSourceLists.oneLine(Array("\(line)\n".utf8)).unreadable == [line])
    }

    @Test func `a paragraph stands for each of its addresses and suites`() {
        let text = """
            # the archive
            Types: deb deb-src
            URIs: http://a.example.org/debian http://b.example.org/debian
            # in the middle
            Suites: bookworm
              bookworm-updates
            Components: main
             contrib
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             abc

            Types: deb
            Enabled: no
            URIs: http://off.example.org
            Suites: x

            types: DEB-SRC
            uris: http://src.example.org
            suites: x

            """
        #expect(
            names(paragraphs: text) == [
                "http://a.example.org/debian bookworm main contrib",
                "http://a.example.org/debian bookworm-updates main contrib",
                "http://b.example.org/debian bookworm main contrib",
                "http://b.example.org/debian bookworm-updates main contrib",
            ])
    }

    @Test func `a paragraph without a suite is named with its line`() {
        let read = AptSourceLists.paragraphs(
            Array("\n\nTypes: deb\nURIs: http://x.example.org\n".utf8))
        #expect(
            read.sources.isEmpty
                && read.unreadable == ["line 3: a paragraph without Types, URIs or Suites"])
    }

    @Test(arguments: [
        ("http://deb.example.org/debian", "bookworm", "deb.example.org_debian_dists_bookworm_"),
        (
            "http://deb.example.org/debian-security", "bookworm-security",
            "deb.example.org_debian-security_dists_bookworm-security_"
        ),
        ("http://127.0.0.1:18999", "./", "127.0.0.1:18999_._"),
        ("file:/srv/repo", "stable", "_srv_repo_dists_stable_"),
        ("https://p.example.org/~me/a_b", "x", "p.example.org_%7eme_a%5fb_dists_x_"),
        ("http://d.example.org/d", "bookworm/updates", "d.example.org_d_dists_bookworm_updates_"),
    ])
    func `the index file's name is made as apt makes it`(
        address: String, suite: String, prefix: String
    ) {
        #expect(AptSource(address: address, suite: suite, components: []).listPrefix == prefix)
    }

    @Test(.requires(.tool("/usr/bin/apt-get", package: "apt")))
    func `the index files of this machine are found`() async throws {
        let sources = AptSourceLists.read(folder: "/etc/apt").sources
        let result = try await run(
            [
                "/usr/bin/apt-get", "indextargets", "--format",
                "$(REPO_URI) $(RELEASE) $(FILENAME)", "Created-By: Packages",
            ])
        for line in result.output.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            let source = AptSource(address: words[0], suite: words[1], components: [])
            #expect(sources.contains { $0.refreshKey == source.refreshKey }, "\(line)")
            let file = words[2].split(separator: "/").last.map(String.init) ?? ""
            #expect(file.hasPrefix(source.listPrefix), "\(file) \(source.listPrefix)")
        }
    }
}

struct SourceFreshnessTests {
    private static let source = AptSource(
        address: "http://deb.example.org/debian", suite: "bookworm", components: ["main"])
    private static let now = Timestamp(seconds: 1_800_000_000)
    private static let hour: Int64 = 3600

    private static func ago(_ hours: Int64) -> Timestamp { now.adding(seconds: -hours * hour) }

    private func release(_ hours: Int64, validUntil: Timestamp? = nil) -> AptReleaseFile {
        var file = AptReleaseFile([], modified: Self.ago(hours))
        file.validUntil = validUntil
        return file
    }

    private func state(_ evidence: SourceFreshness.Evidence) -> SourceState {
        SourceFreshness.state(of: Self.source, evidence: evidence, now: Self.now)
    }

    @Test func `an index that was refreshed lately is ok`() {
        let state = state(.init(release: release(900), lastAttempt: Self.ago(3)))
        #expect(state.state == .ok && state.refreshedAt == Self.ago(3) && state.error == nil)
        #expect(state.name == "http://deb.example.org/debian bookworm main")
    }

    @Test func `an index that nobody refreshed for days is stale`() {
        #expect(self.state(.init(release: release(900), lastAttempt: Self.ago(48))).state == .ok)
        let state = state(.init(release: release(900), lastAttempt: Self.ago(49)))
        #expect(state.state == .stale && state.refreshedAt == Self.ago(49))
    }

    @Test func `an index that was never fetched is stale and has no time`() {
        let state = state(.init(lastAttempt: Self.ago(1)))
        #expect(state.state == .stale && state.refreshedAt == nil && state.error != nil)
    }

    @Test func `a refresh that failed outweighs a folder that was touched`() {
        let own = RefreshReport.Outcome(succeededAt: Self.ago(30), error: "BADSIG")
        let state = state(
            .init(
                release: release(900), lastAttempt: Self.ago(1), own: own, ownAttempt: Self.ago(1)))
        #expect(
            state.state == .failed && state.error == "BADSIG" && state.refreshedAt == Self.ago(30))
    }

    @Test func `a failure is over when a newer index has come since`() {
        let own = RefreshReport.Outcome(succeededAt: Self.ago(30), error: "no route")
        let state = state(
            .init(release: release(1), lastAttempt: Self.ago(1), own: own, ownAttempt: Self.ago(5)))
        #expect(state.state == .ok && state.refreshedAt == Self.ago(1))
    }

    @Test func `what another program's refresh got and apt did not accept is a failure`() {
        let rejected = SourceFreshness.Evidence(
            release: release(900), lastAttempt: Self.ago(3), hasRejectedDownload: true)
        #expect(state(rejected).state == .failed && state(rejected).error != nil)
        let running = SourceFreshness.Evidence(
            release: release(900), lastAttempt: Self.now, hasRejectedDownload: true)
        #expect(state(running).state == .ok)
    }

    @Test func `an index past its own date is stale`() {
        let state = state(
            .init(release: release(1, validUntil: Self.ago(1)), lastAttempt: Self.ago(1)))
        #expect(state.state == .stale && state.error?.contains("expired") == true)
    }

    @Test(arguments: [
        ("Fri, 20 Nov 2026 00:12:41 UTC", "2026-11-20T00:12:41Z"),
        ("Sat, 01 Feb 2025  9:05:01 UTC", "2025-02-01T09:05:01Z"),
        ("Sat, 31 Feb 2025 09:05:01 UTC", nil), ("yesterday", nil), ("", nil),
    ])
    func `the archive's dates are read`(text: String, instant: String?) {
        #expect(AptReleaseFile.timestamp(text) == instant.flatMap { Timestamp($0) })
    }

    @Test func `the dates of a signed release file are found behind the signature's heading`() {
        let text = """
            -----BEGIN PGP SIGNED MESSAGE-----
            Hash: SHA256

            Origin: Debian
            Date: Fri, 20 Nov 2026 00:12:41 UTC
            Valid-Until: Fri, 27 Nov 2026 00:12:41 UTC
            SHA256:
             abc 12 main/Packages

            """
        let file = AptReleaseFile(Array(text.utf8), modified: Self.now)
        #expect(
            file.date == Timestamp("2026-11-20T00:12:41Z")
                && file.validUntil == Timestamp("2026-11-27T00:12:41Z"))
    }
}
