import AgentCore
import Fleet
import Foundation
@testable import PackageManagers
import Rollout
import Synchronization
import TestSupport
import Testing

/// Whether a lock list can be installed now, with a recorded apt and a root folder made for the
/// test.
struct PreflightTests {
    private static let plan = """
        The following packages will be upgraded:
           labgood (1.0 => 2.0)
        1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
        Need to get 758 B of archives.
        After this operation, 1,024 B of additional disk space will be used.
        """

    private func update(_ name: String) -> LockedUpdate {
        LockedUpdate(manager: .apt, name: name, architecture: "all", from: "1.0", to: "2.0")
    }

    private func paragraph(_ name: String, _ status: String = "install ok installed") -> String {
        "Package: \(name)\nStatus: \(status)\nVersion: 1.0\nArchitecture: all\n\n"
    }

    private func root(_ folder: URL, _ status: String) throws -> String {
        for path in ["var/lib/dpkg/updates", "var/cache/apt/archives", "var/lib/apt/lists"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: path), withIntermediateDirectories: true)
        }
        try Data(status.utf8).write(to: folder.appending(path: "var/lib/dpkg/status"))
        return folder.path
    }

    private func check(
        _ root: String, _ names: [String], tolerating: [String] = [],
        answer: @escaping @Sendable ([String]) -> CommandOutput
    ) async -> Preflight {
        let installer = AptInstaller(
            runner: RecordedApt(answer: answer), root: root, inactivityLimitSeconds: 60)
        return await installer.preflight(names.map(update), tolerating: tolerating)
    }

    private static func solved(_ text: String) -> CommandOutput {
        CommandOutput(status: 0, output: Array(text.utf8))
    }

    private static func refused(_ text: String) -> CommandOutput {
        CommandOutput(status: 100, errorOutput: Array(text.utf8))
    }

    @Test func `a list that apt can solve is ready`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labgood"))
            let answer = await check(root, ["labgood"]) { _ in Self.solved(Self.plan) }
            #expect(answer == .ready(install: [update("labgood")], settled: []))
        }
    }

    @Test func `a held package is left out with its reason`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(
                folder, paragraph("labgood") + paragraph("labheld", "hold ok installed"))
            guard
                case .ready(let install, let settled) = await check(
                    root, ["labgood", "labheld"], answer: { _ in Self.solved(Self.plan) })
            else {
                Issue.record("not ready")
                return
            }
            #expect(install == [update("labgood")])
            #expect(settled.map(\.failure) == [.held])
        }
    }

    @Test func `what apt blames is left out, and the rest is looked at again`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labgood") + paragraph("labdep"))
            let answer = await check(root, ["labdep", "labgood"]) { arguments in
                arguments.contains("labdep=2.0")
                    ? Self.refused(
                        " labdep : Depends: labgood (>= 9) but 1.0 is to be installed\nE: Unable to correct problems, you have held broken packages.\n"
                    )
                    : Self.solved(Self.plan)
            }
            guard case .ready(let install, let settled) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(install == [update("labgood")])
            #expect(settled.map(\.failure) == [.dependency])
        }
    }

    @Test func `an update that nobody approved is not taken along`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labgood") + paragraph("labother"))
            let plan = Self.plan.replacingOccurrences(
                of: "   labgood (1.0 => 2.0)",
                with: "   labgood (1.0 => 2.0)\n   labother (1.0 => 2.0)")
            let answer = await check(root, ["labgood"]) { _ in Self.solved(plan) }
            guard case .blocked(.dependency, let sentence) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(sentence.contains("labother"))
        }
    }

    @Test func `too little room blocks, with both figures`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labdisk"))
            let plan = Self.plan.replacingOccurrences(
                of: "1,024 B of additional", with: "1024 TB of additional"
            )
            .replacingOccurrences(of: "labgood", with: "labdisk")
            let answer = await check(root, ["labdisk"]) { _ in Self.solved(plan) }
            guard case .blocked(.diskFull, let sentence) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(
                sentence.contains("free,") && sentence.contains("1024000 GB needed"), "\(sentence)")
        }
    }

    @Test func `a huge package does not keep the others back`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labdisk") + paragraph("labgood"))
            let huge = Self.plan.replacingOccurrences(
                of: "1,024 B of additional", with: "1024 TB of additional"
            )
            .replacingOccurrences(of: "labgood", with: "labdisk")
            let answer = await check(root, ["labdisk", "labgood"]) { arguments in
                Self.solved(arguments.contains("labdisk=2.0") ? huge : Self.plan)
            }
            guard case .ready(let install, let settled) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(install == [update("labgood")])
            #expect(settled.map(\.failure) == [.diskFull])
        }
    }

    @Test(arguments: ["half-configured", "unpacked", "half-installed"])
    func `a package that dpkg has not finished asks for a repair, unless it is known`(
        _ state: String
    ) async throws {
        try await withTemporaryFolder { folder in
            let root = try root(
                folder, paragraph("labgood") + paragraph("labfail", "install ok \(state)"))
            let answer = await check(root, ["labgood"]) { _ in Self.solved(Self.plan) }
            #expect(answer == .needsRepair("labfail is \(state)."))
            let known = await check(root, ["labgood"], tolerating: ["labfail"]) { _ in
                Self.solved(Self.plan)
            }
            #expect(known == .ready(install: [update("labgood")], settled: []))
        }
    }

    @Test(arguments: [("half-installed", true), ("unpacked", false), ("half-configured", false)])
    func `an update of a package that was not wholly unpacked is its repair`(
        _ state: String, _ isReady: Bool
    ) async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labgood", "install reinstreq \(state)"))
            let answer = await check(root, ["labgood"]) { _ in Self.solved(Self.plan) }
            #expect(
                answer
                    == (isReady
                        ? .ready(install: [update("labgood")], settled: [])
                        : .needsRepair("labgood is \(state).")))
        }
    }

    @Test func `dpkg's journal asks for a repair`() async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labgood"))
            try Data().write(to: folder.appending(path: "var/lib/dpkg/updates/0003"))
            let answer = await check(root, ["labgood"], tolerating: ["labgood"]) { _ in
                Self.solved(Self.plan)
            }
            #expect(answer == .needsRepair("dpkg was interrupted."))
        }
    }

    @Test(
        .requires(.tool("/usr/bin/perl", package: "perl-base")),
        arguments: LockHolders.files)
    func `a real lock is found with its holder's name and number`(_ file: String) async throws {
        try await withTemporaryFolder { folder in
            let root = try root(folder, paragraph("labgood"))
            let lock = "\(root)\(file)"
            try Data().write(to: URL(filePath: lock))
            #expect(LockHolders(root: root).first() == nil)
            let held = folder.appending(path: "held").path
            let done = folder.appending(path: "done").path
            // struct flock of Linux on 64 bits: l_type, l_whence, l_start, l_len, l_pid.
            let script = """
                my ($file, $held, $done) = @ARGV;
                open(F, '+<', $file) or die;
                my $lock = pack('ssx4qqix4', 1, 0, 0, 0, 0);
                fcntl(F, 6, $lock) or die;
                open(M, '>', "$held.new") or die; print M $$; close(M); rename("$held.new", $held);
                for (1..1200) { last if -e $done; select(undef, undef, undef, 0.1) }
                """
            async let holder = run(["/usr/bin/perl", "-e", script, lock, held, done])
            var pid = ""
            for _ in 0..<1200 where pid.isEmpty {
                pid = (try? String(contentsOfFile: held, encoding: .utf8)) ?? ""
                try await Task.sleep(for: .milliseconds(50))
            }
            let answer = await check(root, ["labgood"]) { _ in Self.solved(Self.plan) }
            #expect(answer == .locked(holder: "perl (pid \(pid))"))
            try Data().write(to: URL(filePath: done))
            #expect(try await holder.status == 0)
        }
    }

    @Test func `the room on boot is judged by the kernel that is there`() throws {
        try withTemporaryFolder { folder in
            let boot = folder.appending(path: "boot")
            try FileManager.default.createDirectory(at: boot, withIntermediateDirectories: true)
            for (name, size) in [
                ("vmlinuz-6.1.0-1-amd64", 8_000_000), ("initrd.img-6.1.0-1-amd64", 84_000_000),
            ] {
                try Data(repeating: 0, count: size).write(to: boot.appending(path: name))
            }
            let need = DiskNeed(
                plan: [],
                newPackages: ["linux-image-6.1.0-2-amd64", "linux-image-amd64", "labgood"])
            #expect(need.kernels == 1)
            let disks = [
                Disk(mountPoint: "/", freeBytes: 10_000_000_000, totalBytes: 20_000_000_000),
                Disk(mountPoint: "/boot", freeBytes: 34_000_000, totalBytes: 500_000_000),
            ]
            #expect(
                need.shortage(on: disks, root: folder.path) == "/boot 34 MB free, 92 MB needed.")
        }
    }

    @Test func `files are a package's by path, by merged folder and by library`() {
        let files = PackageFiles([
            "/.", "/lib/x86_64-linux-gnu/libcrypto.so.3", "/usr/lib/x86_64-linux-gnu/libz.so.1.3.1",
            "/usr/sbin/labdaemon",
        ])
        let mapped = [
            "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/usr/lib/x86_64-linux-gnu/libz.so.1.2.13",
            "/usr/sbin/labdaemon",
            "/usr/lib/x86_64-linux-gnu/libcrypto.so.1.1", "/usr/sbin/other",
        ]
        #expect(files.own(among: mapped) == Array(mapped.prefix(3)))
    }
}

/// Answers for apt.
struct RecordedApt: CommandRunning {
    let answer: @Sendable ([String]) -> CommandOutput

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        answer(command.arguments)
    }
}
