import Foundation
import TestSupport
import Testing

@testable import CommandBasics
@testable import patchbay

struct PartTests {
    private func table(width: Int?) -> String {
        var table = Table(.text("NAME"), .number("COUNT"), .text("WHY"))
        table.add("web-1", "7", "a reason that is rather long")
        table.add("database", "1234", "short")
        return table.text(width: width)
    }

    @Test func `a table stands in columns, numbers at the right`() {
        #expect(
            table(width: nil) == """
                NAME      COUNT  WHY
                web-1         7  a reason that is rather long
                database   1234  short
                """)
    }

    @Test func `a table fits the terminal by cutting its widest column`() {
        #expect(
            table(width: 30) == """
                NAME      COUNT  WHY
                web-1         7  a reason tha…
                database   1234  short
                """)
        #expect(table(width: 30).split(separator: "\n").allSatisfy { $0.count <= 30 })
    }

    @Test func `a name from an endpoint cannot move the cursor`() {
        #expect(Table.printable("a\u{1b}[31mb\u{7f}\n\u{9b}c") == "a·[31mb···c")
        #expect(Table.printable("invoice\u{202E}fdp.exe") == "invoice·fdp.exe")
    }

    @Test(arguments: [
        ("8443", ListenAddress(address: "0.0.0.0", port: 8443)),
        ("127.0.0.1:80", ListenAddress(address: "127.0.0.1", port: 80)),
        ("[::1]:80", ListenAddress(address: "::1", port: 80)),
        (":80", nil), ("a:", nil), ("a:70000", nil), ("a", nil), ("", nil),
    ])
    func `a place to listen is read`(_ text: String, _ expected: ListenAddress?) {
        #expect(ListenAddress(argument: text) == expected)
    }

    @Test(arguments: [
        ("ept_01h2", "ept_01h2"), ("../x", "none"), ("a/b", "none"), ("", "none"), ("a?b", "none"),
        ("ä", "none"),
    ])
    func `what a person types reaches no other route`(_ text: String, _ segment: String) {
        #expect(Path.segment(text) == segment)
    }

    @Test func `an archive gives back what was put in`() throws {
        try withTemporaryFolder { folder in
            let sizes = [0, 1, 511, 512, 513, 3_000_000]
            let files = try sizes.map { size in
                let file = folder.appending(path: "in-\(size)")
                try Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: file)
                return (name: "folder/\(size)", file: file)
            }
            let archive = try archive(files, in: folder)
            let out = folder.appending(path: "out")
            let names = try TarArchive.extract(
                try FileHandle(forReadingFrom: archive), into: out, isWanted: { _ in true })
            #expect(names == files.map(\.name))
            for (name, file) in files {
                #expect(
                    try Data(contentsOf: out.appending(path: name)) == Data(contentsOf: file),
                    "\(name)")
            }
        }
    }

    @Test(arguments: Seeds.all)
    func `an archive that is cut off or altered anywhere is refused`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "in")
            try Data(repeating: 7, count: 2000).write(to: file)
            let whole = try Data(contentsOf: try archive([("a", file)], in: folder))
            for _ in 0..<30 {
                var damaged = whole
                if Bool.random(using: &random) {
                    damaged.removeLast(Int.random(in: 1025...whole.count, using: &random))
                } else {
                    // The header and the content; what fills the last block means nothing.
                    let place = Int.random(in: 0..<512 + 2000, using: &random)
                    damaged[place] = damaged[place] &+ UInt8.random(in: 1...255, using: &random)
                }
                let copy = folder.appending(path: "damaged")
                try damaged.write(to: copy)
                #expect(throws: Failure.self, "seed \(seed)") {
                    try TarArchive.extract(
                        try FileHandle(forReadingFrom: copy), into: folder.appending(path: "out"),
                        isWanted: { $0 == "a" })
                }
            }
        }
    }

    @Test func `tar itself reads an archive`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "in")
            try Data("content".utf8).write(to: file)
            let archive = try archive([("keys/a", file)], in: folder)
            let listing = try await run(["/usr/bin/tar", "-tvf", archive.path])
            #expect(listing.status == 0)
            #expect(listing.output.contains("keys/a"))
            #expect(listing.output.contains("-rw-------"))
            let out = folder.path
            #expect(try await run(["/usr/bin/tar", "-xf", archive.path, "-C", out]).status == 0)
            let sums = try String(contentsOfFile: "\(out)/SHA256SUMS", encoding: .utf8)
            let own = try await run(["/usr/bin/sha256sum", "\(out)/keys/a"])
            #expect(own.output.prefix(64) == sums.prefix(64))
        }
    }

    private func archive(_ files: [(name: String, file: URL)], in folder: URL) throws -> URL {
        let archive = folder.appending(path: "archive")
        try PrivateFile.write([], to: archive)
        let handle = try FileHandle(forWritingTo: archive)
        try TarArchive.write(files, to: handle)
        try handle.close()
        return archive
    }
}
