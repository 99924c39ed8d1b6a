import Fleet
import Foundation
import TestSupport
import Testing

@testable import PackageManagers

/// Programs that install updates beside all policies are told by what turns them on.
@Suite struct `What updates itself` {
    /// A root folder with these files, and links `name -> target`.
    private func found(
        _ files: [String: String], _ links: [String: String] = [:]
    ) throws -> [OwnUpdater] {
        try withTemporaryFolder { folder in
            for (path, text) in files {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            for (path, target) in links {
                let link = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
                try FileManager.default.createSymbolicLink(
                    atPath: link.path, withDestinationPath: target)
            }
            return OwnUpdaters(root: folder.path).read()
        }
    }

    private static let program = ["usr/bin/unattended-upgrade": ""]
    private static let wants = "etc/systemd/system/timers.target.wants/"
    private static let aptTimer = [
        wants + "apt-daily-upgrade.timer": "/lib/systemd/system/apt-daily-upgrade.timer"
    ]

    static let texts: [(String, Bool)] = [
        ("APT::Periodic::Unattended-Upgrade \"1\";", true),
        ("APT::Periodic::Unattended-Upgrade \"0\";", false),
        ("APT::Periodic::Unattended-Upgrade \"always\";", true),
        ("APT::Periodic::Unattended-Upgrade \"12h\";", true),
        ("APT { Periodic { Unattended-Upgrade \"7\"; }; };", true),
        ("apt::periodic { enable \"0\"; unattended-upgrade \"1\"; };", false),
        ("// APT::Periodic::Unattended-Upgrade \"1\";", false),
        ("# APT::Periodic::Unattended-Upgrade \"1\";", false),
        ("/* APT::Periodic::Unattended-Upgrade \"1\"; */", false),
        ("APT::Periodic::Unattended-Upgrade \"1\"; /* unfinished", true),
        ("Acquire::http::Proxy \"http://p:1\"; APT::Periodic::Unattended-Upgrade \"1\";", true),
        ("}}}{;;\"", false), ("", false),
    ]

    @Test(arguments: texts)
    func `apt's configuration is read as apt reads it`(text: String, isOn: Bool) throws {
        let files = Self.program.merging(["etc/apt/apt.conf.d/20auto-upgrades": text]) { $1 }
        #expect(try found(files, Self.aptTimer).isEmpty != isOn)
    }

    @Test func `a later file counts, and files that apt does not read do not`() throws {
        let on = "APT::Periodic::Unattended-Upgrade \"1\";"
        let off = "APT::Periodic::Unattended-Upgrade \"0\";"
        let base = Self.program.merging(["etc/apt/apt.conf.d/20auto-upgrades": on]) { $1 }
        #expect(
            try found(base, Self.aptTimer) == [
                OwnUpdater(
                    "unattended-upgrades",
                    evidence: "APT::Periodic::Unattended-Upgrade is \"1\" in "
                        + "/etc/apt/apt.conf.d/20auto-upgrades, and apt-daily-upgrade.timer is on")
            ])
        let later = base.merging(["etc/apt/apt.conf.d/99-managed": off]) { $1 }
        #expect(try found(later, Self.aptTimer).isEmpty)
        let ignored = base.merging(["etc/apt/apt.conf.d/99.dpkg-old": off]) { $1 }
        #expect(try found(ignored, Self.aptTimer).count == 1)
    }

    @Test func `without the program or its timer nothing happens`() throws {
        let text = [
            "etc/apt/apt.conf.d/20auto-upgrades": "APT::Periodic::Unattended-Upgrade \"1\";"
        ]
        #expect(try found(text, Self.aptTimer).isEmpty)
        let whole = text.merging(Self.program) { $1 }
        #expect(try found(whole).isEmpty)
        let masked = Self.aptTimer.merging([
            "etc/systemd/system/apt-daily-upgrade.timer": "/dev/null"
        ]) { $1 }
        #expect(try found(whole, masked).isEmpty)
    }

    @Test(arguments: [
        ("apply_updates = yes", true), ("apply_updates=no", false), ("#apply_updates = yes", false),
        ("[commands]\napply_updates = no\napply_updates = True\n", true), ("", false),
    ])
    func `dnf-automatic counts when it applies what it finds`(text: String, isOn: Bool) throws {
        let files = ["etc/dnf/automatic.conf": text]
        let timer = [Self.wants + "dnf-automatic.timer": "/usr/lib/systemd/system/x"]
        #expect(try found(files, timer).map(\.name) == (isOn ? ["dnf-automatic"] : []))
        #expect(try found(files).isEmpty)
    }

    @Test(arguments: [
        ("dnf-automatic-install.timer", "dnf-automatic"),
        ("transactional-update.timer", "transactional-update"), ("os-update.timer", "os-update"),
    ])
    func `a timer that installs is enough`(timer: String, name: String) throws {
        let found = try found([:], [Self.wants + timer: "/usr/lib/systemd/system/\(timer)"])
        #expect(found == [OwnUpdater(name, evidence: "\(timer) is on")])
    }
}
