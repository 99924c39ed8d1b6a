import Fleet
import Foundation
import PackageManagers
import TestSupport
import Testing

@testable import LinuxPackages

/// `needs-restarting -r` of dnf 4 and dnf 5.
struct NeedsRestartingTests {
    private func packages(_ status: Int32, _ text: String, errors: String = "") -> [String] {
        NeedsRestarting(
            CommandOutput(
                status: status, output: Array(text.utf8), errorOutput: Array(errors.utf8))
        ).packages
    }

    /// dnf 4 prints the list alone, dnf 5 after what it says of its repositories.
    static let recorded: [(String, [String])] = [
        ("dnf/ci-needs-restarting-L28-needs-restarting.txt", ["glibc"]),
        ("dnf/ci-needs-restarting-L66-needs-restarting.txt", ["sarcina"]),
        ("dnf/ci-needs-restarting-conf-files-L35-needs-restarting-r.txt", ["wget"]),
        ("dnf/ci-needs-restarting-conf-files-L128-needs-restarting-r.txt", ["dwm"]),
        ("dnf5/azlpe-dnf5-needs-restarting-L710.txt", ["glibc"]),
    ]

    @Test(.requires(.sharedData), arguments: recorded)
    func `what was recorded of dnf 4 and dnf 5 is read`(file: String, names: [String]) throws {
        let path = Places.sharedData.appending(path: "tool-outputs/\(file)")
        let output = CommandOutput(status: 1, output: Array(try Data(contentsOf: path)))
        #expect(NeedsRestarting(output).packages == names)
        let signal = try #require(NeedsRestarting(output).signal)
        #expect(signal.kind == .coreFilesReplaced)
        #expect(signal.detail == "\(names[0]): updated since the endpoint started")
    }

    private static let list = """
        Core libraries or services have been updated since boot-up:
          * glibc
          * kernel-core
          * systemd

        Reboot is required to fully utilize these updates.
        More information: https://access.redhat.com/solutions/27943
        """

    @Test func `each package is told, and a kernel by its own evidence`() {
        #expect(packages(1, Self.list) == ["glibc", "systemd"])
        let fifth = "Updating and loading repositories:\nRepositories loaded.\n" + Self.list
        #expect(packages(1, fifth) == ["glibc", "systemd"])
    }

    @Test func `an error is no reason for a reboot, though its status is the same`() {
        let lacking = "No such command: needs-restarting. Please use /usr/bin/dnf --help"
        #expect(packages(1, "", errors: lacking).isEmpty)
        #expect(
            packages(1, "Core libraries or services have been updated since boot-up:\n").isEmpty)
        let none = "No core libraries or services have been updated since boot-up."
        #expect(packages(0, none).isEmpty)
        #expect(NeedsRestarting(CommandOutput(status: 0)).signal == nil)
    }
}
