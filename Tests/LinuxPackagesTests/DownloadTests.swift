import AgentCore
import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import LinuxPackages

/// The programs that download without installing.
struct DownloadTests {
    private static func update(_ manager: PackageManagerName) -> LockedUpdate {
        LockedUpdate(
            manager: manager, name: "labgood", architecture: "noarch", from: "1.0-1", to: "1:2.0-1")
    }

    static let commands: [(PackageManagerName, [String]?)] = [
        (
            .zypper,
            [
                "/usr/bin/zypper", "--non-interactive", "--no-refresh", "install",
                "--download-only", "--no-recommends", "labgood.noarch=1:2.0-1",
            ]
        ),
        (
            .pacman,
            [
                "/usr/bin/pacman", "-Sw", "--noconfirm", "--noprogressbar", "labgood=1:2.0-1",
            ]
        ),
        (.flatpak, nil),
    ]

    @Test(arguments: commands)
    func `a tool downloads exactly what was approved, or says that it cannot`(
        manager: PackageManagerName, command: [String]?
    ) throws {
        let tool = try #require(
            NativeTools.installing(manager, runner: SubprocessRunner(), replaced: nil))
        let downloading = tool as? any DownloadingTool
        #expect(downloading?.download(of: [Self.update(manager)]) == command)
    }

    /// Asked for patches, zypper would pass over those that want a restart, and end with 0.
    @Test func `zypper is asked for packages and never for patches`() {
        let tool = ZypperTool(runner: SubprocessRunner())
        let commands = tool.commands(for: [Self.update(.zypper)])
        #expect(commands.count == 1)
        #expect(commands[0].contains("install") && !commands[0].contains("patch"))
        #expect(commands[0].last == "labgood.noarch=1:2.0-1")
    }

    @Test func `programs of a run are not looked for where people put wrappers`() {
        for path in [
            ToolEnvironment.fixed["PATH"], AptInstaller().installRun(for: []).environment["PATH"],
        ] {
            #expect(path?.hasPrefix("/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/") == true)
        }
        #expect(ToolEnvironment.fixed["LC_ALL"] == "C.UTF-8")
    }

    @Test func `dnf downloads with the words of its installation`() {
        let tool = DnfTool(runner: SubprocessRunner())
        let update = Self.update(.dnf)
        let command = tool.download(of: [update])
        #expect(command == (tool.commands(for: [update]).first ?? []) + ["--downloadonly"])
    }

    @Test func `kept packages that differ in their epoch alone are two files`() {
        let names = ["2.0-1", "0:2.0-1", "1:2.0-1", "2:2.0-1"].map {
            RpmStore.keptName("labgood", $0, "noarch")
        }
        #expect(
            names == [
                "labgood-2.0-1.noarch.rpm", "labgood-2.0-1.noarch.rpm",
                "labgood-1_2.0-1.noarch.rpm", "labgood-2_2.0-1.noarch.rpm",
            ])
    }

    @Test func `a package of rpm is found in the folder of whichever source it came from`()
        throws
    {
        try withTemporaryFolder { folder in
            let packages = folder.appending(path: "dnf/lab-0123/packages")
            try FileManager.default.createDirectory(at: packages, withIntermediateDirectories: true)
            let file = packages.appending(path: "labgood-2.0-1.noarch.rpm")
            let store = RpmStore(stores: [folder.appending(path: "dnf").path])
            #expect(store.file("labgood", "1:2.0-1", "noarch") == nil)
            try Data("rpm".utf8).write(to: file)
            #expect(store.file("labgood", "1:2.0-1", "noarch") == file.path)
            #expect(store.file("labgood", "2.0-2", "noarch") == nil)
            #expect(store.file("../labgood", "2.0-1", "noarch") == nil)
        }
    }
}
