import AgentCore
@testable import AgentSystem
import Foundation
import TestSupport
import Testing

struct DiskStateFolderTests {
    @Test func `what is written can be read, whole and in pieces, and only by its owner`() throws {
        try withTemporaryFolder { folder in
            let state = DiskStateFolder(folder.appending(path: "a/b").path)
            #expect(try state.read("jobs/x/journal", limit: 10) == nil)
            #expect(try state.size(of: "jobs/x/journal") == 0)
            try state.append(Array("one\n".utf8), to: "jobs/x/journal")
            try state.append(Array("two\n".utf8), to: "jobs/x/journal")
            #expect(try state.read("jobs/x/journal", limit: 100) == Array("one\ntwo\n".utf8))
            #expect(try state.read("jobs/x/journal", from: 4, length: 3) == Array("two".utf8))
            #expect(try state.read("jobs/x/journal", from: 400, length: 3) == [])
            #expect(try state.names(in: "jobs") == ["x"])
            let attributes = try FileManager.default.attributesOfItem(
                atPath: "\(state.path)/jobs/x/journal")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let folderAttributes = try FileManager.default.attributesOfItem(atPath: state.path)
            #expect(folderAttributes[.posixPermissions] as? Int == 0o700)
            try state.replace("jobs/x/journal", with: [1])
            #expect(try state.read("jobs/x/journal", limit: 100) == [1])
            try state.remove("jobs/x")
            try state.remove("jobs/x")
            #expect(try state.names(in: "jobs") == [])
        }
    }

    @Test func `a file beyond the limit is refused with a code`() throws {
        try withTemporaryFolder { folder in
            let state = DiskStateFolder(folder.path)
            try state.replace("big", with: Array(repeating: 1, count: 100))
            #expect {
                try state.read("big", limit: 99)
            } throws: {
                ($0 as? StateFolderFailure)?.code == "E_STATE_TOO_LARGE"
            }
        }
    }

    @Test(.requires(.root, .tool("/bin/mount", package: "mount")))
    func `a full disk is told, and leaves no half line in a journal`() async throws {
        try await withTemporaryFolder { folder in
            let mounted = try await run([
                "/bin/mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.path,
            ])
            try #require(mounted.status == 0)
            let state = DiskStateFolder(folder.path)
            try state.append(Array("first\n".utf8), to: "journal")
            #expect {
                try state.append(Array(repeating: 0x41, count: 200_000), to: "journal")
            } throws: {
                ($0 as? StateFolderFailure)?.code == "E_STATE_NO_SPACE"
            }
            #expect(try state.read("journal", limit: 1_000_000) == Array("first\n".utf8))
            _ = try await run(["/bin/umount", folder.path])
        }
    }

    @Test func `what cannot be read is told apart, and can be put aside`() throws {
        try withTemporaryFolder { folder in
            let state = DiskStateFolder(folder.path)
            try state.append([1], to: "job/journal/surprise")
            try state.append([2], to: "job/journal.damaged")
            #expect {
                try state.read("job/journal", limit: 100_000)
            } throws: {
                ($0 as? StateFolderFailure)?.code == "E_STATE_UNREADABLE"
            }
            try state.rename("job/journal", to: "job/journal.damaged")
            #expect(try state.read("job/journal", limit: 100_000) == nil)
            #expect(try state.names(in: "job/journal.damaged") == ["surprise"])
        }
    }

    @Test(arguments: [
        ("12 (a b) S 1 12 12 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 777 1 1", 12, 12, false),
        ("9 (odd) name)) Z 1 9 8 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 777 1 1", 9, 8, true),
    ])
    func `a line of proc stat is read whatever the program is called`(
        _ line: String, _ pid: Int32, _ session: Int32, _ isDead: Bool
    ) throws {
        let entry = try #require(ProcessTable.entry(in: line))
        #expect(entry == .init(pid: pid, session: session, startTicks: 777, isDead: isDead))
    }

    @Test func `a process is known again by its start, not by its number alone`() throws {
        let own = try #require(ProcessRecord.current())
        #expect(own.isAlive)
        var other = own
        other.startTicks += 1
        #expect(!other.isAlive)
        other = own
        other.bootId = "another boot"
        #expect(!other.isAlive)
    }
}
