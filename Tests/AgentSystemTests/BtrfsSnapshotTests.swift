import AgentCore
import Fleet
import Foundation
import SystemFiles
import TestSupport
import Testing

@testable import AgentSystem

/// Snapshots of a real Btrfs, on a file that is mounted for the test.
struct BtrfsSnapshotTests {
    private static var isPossible: Bool {
        geteuid() == 0 && Files.exists("/dev/loop-control")
            && ["/sbin/mkfs.btrfs", "/usr/sbin/mkfs.btrfs"].contains { Files.exists($0) }
    }

    private func run(_ command: String...) async throws {
        let output = await ProgramOutput.of(command, patience: 60_000)
        guard output?.status == 0 else {
            throw NotDone(words: "\(command): \(output?.text ?? "")")
        }
    }

    private struct NotDone: Error { let words: String }

    @Test(.enabled(if: isPossible, "needs root, loop devices and mkfs.btrfs"))
    func `a snapshot holds what was there, and the oldest of seven go`() async throws {
        try await withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk").path
            let place = folder.appending(path: "root").path
            try await run("/usr/bin/truncate", "-s", "256M", disk)
            try await run("/sbin/mkfs.btrfs", "-q", disk)
            try await run("/bin/mkdir", place)
            try await run("/bin/mount", "-o", "loop", disk, place)
            do {
                try await takeSeven(of: place)
            } catch {
                try await run("/bin/umount", "--lazy", place)
                throw error
            }
            try await run("/bin/umount", "--lazy", place)
        }
    }

    private func takeSeven(of place: String) async throws {
        var snapshots = Snapshots()
        snapshots.mountPoint = place
        var names: [String] = []
        for number in 1...7 {
            try Data("\(number)".utf8).write(to: URL(filePath: "\(place)/word"))
            let now = Timestamp(seconds: 1_795_309_323 + Int64(number))
            guard case .taken(let name) = await snapshots.take("job-\(number)", at: now) else {
                throw NotDone(words: "\(await snapshots.take("job", at: now))")
            }
            names.append(name)
        }
        let folder = "\(place)/\(Snapshots.btrfsFolder)"
        #expect(Files.names(in: folder).count == Snapshots.kept)
        let last = try #require(names.last?.split(separator: " ").last.map(String.init))
        #expect(Files.line("\(last)/word") == "7")
        #expect(Files.line("\(folder)/\(Files.names(in: folder)[0])/word") == "3")
    }
}
