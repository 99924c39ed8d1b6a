import Foundation
import TestSupport
import Testing

@testable import AgentSystem

struct ProgramCopyTests {
    @Test
    func `a program takes the place of another whole, and can be run`() throws {
        try withTemporaryFolder { folder in
            let (source, target) = (folder.path + "/new", folder.path + "/old")
            try Data("#!/bin/true\n".utf8).write(to: URL(filePath: source))
            try Data("before".utf8).write(to: URL(filePath: target))
            #expect(ProgramCopy.put(source, at: target, limit: 100) == nil)
            #expect(try Data(contentsOf: URL(filePath: target)) == Data("#!/bin/true\n".utf8))
            #expect(FileManager.default.isExecutableFile(atPath: target))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        }
    }

    @Test(arguments: [("/nowhere/at/all", Int64(100)), ("/etc/passwd", Int64(3))])
    func `what cannot be copied whole changes nothing`(_ source: String, _ limit: Int64) throws {
        try withTemporaryFolder { folder in
            let target = folder.path + "/old"
            try Data("before".utf8).write(to: URL(filePath: target))
            #expect(ProgramCopy.put(source, at: target, limit: limit) != nil)
            #expect(try Data(contentsOf: URL(filePath: target)) == Data("before".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
        }
    }
}
