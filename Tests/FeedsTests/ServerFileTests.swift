import Foundation
import ServerRecords
import TestSupport
import Testing

@testable import Feeds

@Suite struct `Files of the server as feeds` {
    @Test(
        arguments: [
            ("pipe", "a pipe or a device"), ("folder", "a pipe or a device"),
            ("device", "a pipe or a device"), ("nothing", "There is no file"),
            ("below a file", "cannot be opened"),
        ])
    func `what is no file with content is refused at once, and read nothing of`(
        _ kind: String, _ words: String
    ) throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "source").path
            let source: String
            switch kind {
            case "pipe":
                #expect(mkfifo(path, 0o600) == 0)
                source = path
            case "folder": source = folder.path
            case "device": source = "/dev/zero"
            case "below a file":
                try Data().write(to: URL(filePath: path))
                source = path + "/feed"
            default: source = path
            }
            let trouble = #expect(throws: FeedTrouble.self) {
                try FeedFolder.copy(source, to: folder.appending(path: "draft"))
            }
            #expect(trouble?.message.contains(words) == true, "\(trouble?.message ?? "")")
        }
    }

    @Test func `a file is taken whole, and one that is too large is refused`() throws {
        try withTemporaryFolder { folder in
            let (source, draft) = (
                folder.appending(path: "source"), folder.appending(path: "draft")
            )
            let content = Data(repeating: 0x5B, count: (1 << 20) + 7)
            try content.write(to: source)
            try FeedFolder.copy(source.path, to: draft, atMost: Int64(content.count))
            #expect(try Data(contentsOf: draft) == content)
            #expect(throws: FeedTrouble.self) {
                try FeedFolder.copy(source.path, to: draft, atMost: Int64(content.count) - 1)
            }
        }
    }
}
