import AgentCore
import Fleet
import Foundation
import SystemFiles
import TestSupport
import Testing

@testable import AgentSystem

/// The return to a snapshot on a real Btrfs, whose file system stands for a system's root: mounting
/// it again stands for the boot.
struct BtrfsReturnTests {
    private static var isPossible: Bool {
        geteuid() == 0 && Files.exists("/dev/loop-control")
            && ["/sbin/mkfs.btrfs", "/usr/sbin/mkfs.btrfs"].contains { Files.exists($0) }
    }

    private struct NotDone: Error { let words: String }

    private let now = Timestamp("2026-11-22T01:02:03Z") ?? Timestamp(seconds: 0)

    @discardableResult
    private func run(_ command: String...) async throws -> String {
        let output = await ProgramOutput.of(command, patience: 60_000)
        guard let output, output.status == 0 else {
            throw NotDone(words: "\(command): \(output?.text ?? "")")
        }
        return output.text
    }

    private func write(_ text: String, to path: String) throws {
        try FileManager.default.createDirectory(
            atPath: URL(filePath: path).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    /// Mounts a new Btrfs, with a subvolume `@` or without, for as long as `body` runs.
    private func withSystem(
        subvolume: Bool,
        _ body: (_ place: String, _ boot: () async throws -> Void) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk").path
            let place = folder.appending(path: "root").path
            try await run("/usr/bin/truncate", "-s", "256M", disk)
            try await run("/sbin/mkfs.btrfs", "-q", disk)
            try await run("/bin/mkdir", place)
            if subvolume {
                try await run("/bin/mount", "-o", "loop", disk, place)
                try await run("/usr/bin/btrfs", "subvolume", "create", "\(place)/@")
                try await run("/bin/umount", place)
            }
            let options = subvolume ? "loop,subvol=@" : "loop"
            try await run("/bin/mount", "-o", options, disk, place)
            do {
                try await body(place) {
                    try await run("/bin/umount", place)
                    try await run("/bin/mount", "-o", options, disk, place)
                }
            } catch {
                try await run("/bin/umount", place)
                throw error
            }
            try await run("/bin/umount", place)
        }
    }

    private func snapshots(of place: String, subvolume: Bool) -> Snapshots {
        var snapshots = Snapshots()
        snapshots.mountPoint = place
        snapshots.bootWords = { subvolume ? "root=/dev/sda1 rootflags=subvol=@" : "root=/dev/sda1" }
        snapshots.fileSystemTable = { "" }
        return snapshots
    }

    @Test(
        .enabled(if: isPossible, "needs root, loop devices and mkfs.btrfs"),
        arguments: [true, false])
    func `what was there comes back at the next mount, with what the agent remembers now`(
        subvolume: Bool
    ) async throws {
        try await withSystem(subvolume: subvolume) { place, boot in
            let snapshots = snapshots(of: place, subvolume: subvolume)
            let (word, state) = ("\(place)/etc/word", "\(place)/var/lib/agent")
            try write("old", to: word)
            try write("then", to: "\(state)/journal")
            guard case .taken(let name) = await snapshots.take("job-1", at: now) else {
                throw NotDone(words: "no snapshot")
            }
            try write("new", to: word)
            try write("now", to: "\(state)/journal")
            #expect(await snapshots.faultOfReturn(to: name) == nil)
            for _ in 1...2 {
                let fault = await snapshots.makeReady(
                    to: name, carrying: state, at: now.adding(seconds: 60))
                #expect(fault == nil, "\(fault ?? "")")
            }
            #expect(Files.line(word) == "new")
            try await boot()
            #expect(Files.line(word) == "old")
            #expect(Files.line("\(state)/journal") == "now")
            try write("writable", to: word)
            // The former root is kept, with all that it held.
            let list = try await run("/usr/bin/btrfs", "subvolume", "list", place)
            #expect(list.contains(subvolume ? "@\(Snapshots.formerMark)" : Snapshots.defaultMark))
        }
    }

    @Test(.enabled(if: isPossible, "needs root, loop devices and mkfs.btrfs"))
    func `what no snapshot of the root holds keeps the return away`() async throws {
        try await withSystem(subvolume: true) { place, _ in
            let snapshots = snapshots(of: place, subvolume: true)
            guard case .taken(let name) = await snapshots.take("job-1", at: now) else {
                throw NotDone(words: "no snapshot")
            }
            try await run("/usr/bin/btrfs", "subvolume", "create", "\(place)/data")
            #expect(await snapshots.faultOfReturn(to: name) == nil)
            try write("rows", to: "\(place)/data/table")
            #expect(await snapshots.faultOfReturn(to: name)?.contains("/@/data") == true)
        }
    }

    @Test(.enabled(if: isPossible, "needs root, loop devices and mkfs.btrfs"))
    func `a kernel that came after the snapshot keeps the return away where it stands beside`()
        async throws
    {
        try await withSystem(subvolume: false) { place, _ in
            let snapshots = snapshots(of: place, subvolume: false)
            try write("", to: "\(place)/boot/vmlinuz-1")
            try write("", to: "\(place)/lib/modules/1/modules.dep")
            guard case .taken(let name) = await snapshots.take("job-1", at: now) else {
                throw NotDone(words: "no snapshot")
            }
            #expect(await snapshots.faultOfReturn(to: name) == nil)
            try write("", to: "\(place)/boot/vmlinuz-2")
            #expect(await snapshots.faultOfReturn(to: name)?.contains("kernel 2") == true)
        }
    }
}
