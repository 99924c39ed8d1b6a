import Foundation
import SystemFiles
import TestSupport
import Testing

/// Whether others could exchange what a path leads to.
struct OwnedPathTests {
    private let own: Set<UInt32> = [geteuid()]

    private func folder(_ path: String, _ mode: Int) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func file(_ path: String) throws {
        try Data().write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    @Test func `a folder above that others may write gives the path away`() throws {
        try withTemporaryFolder { folder in
            let place = folder.path
            try self.folder("\(place)/a/b", 0o755)
            try file("\(place)/a/b/program")
            #expect(OwnedPath.fault(of: "\(place)/a/b/program", trusting: own) == nil)
            for mode in [0o775, 0o757, 0o777] {
                try self.folder("\(place)/a", mode)
                let fault = OwnedPath.fault(of: "\(place)/a/b/program", trusting: own)
                #expect(fault == "\(place)/a can be written by others")
            }
            // As in /tmp: names there can be taken away by their owners only.
            try self.folder("\(place)/a", 0o1777)
            #expect(OwnedPath.fault(of: "\(place)/a/b/program", trusting: own) == nil)
            #expect(OwnedPath.fault(of: "\(place)/a", trusting: own) != nil)
            #expect(
                OwnedPath.fault(of: "\(place)/a/new/one", trusting: own, mayBeMissing: true)
                    == "\(place)/a can be written by everybody")
            try self.folder("\(place)/a", 0o755)
            #expect(
                OwnedPath.fault(of: "\(place)/a/new/one", trusting: own, mayBeMissing: true) == nil)
            #expect(OwnedPath.fault(of: "\(place)/a/new/one", trusting: own) != nil)
        }
    }

    @Test func `links are followed step by step, through every folder on the way`() throws {
        try withTemporaryFolder { folder in
            let place = folder.path
            for name in ["safe", "open"] { try self.folder("\(place)/\(name)", 0o755) }
            try file("\(place)/safe/program")
            let manager = FileManager.default
            try manager.createSymbolicLink(
                atPath: "\(place)/open/middle", withDestinationPath: "../safe/program")
            try manager.createSymbolicLink(
                atPath: "\(place)/safe/link", withDestinationPath: "\(place)/open/middle")
            #expect(OwnedPath.fault(of: "\(place)/safe/link", trusting: own) == nil)
            try self.folder("\(place)/open", 0o777)
            #expect(
                OwnedPath.fault(of: "\(place)/safe/link", trusting: own)
                    == "\(place)/open can be written by others")
            try manager.createSymbolicLink(
                atPath: "\(place)/safe/round", withDestinationPath: "round")
            #expect(
                OwnedPath.fault(of: "\(place)/safe/round", trusting: own)?.contains("circles")
                    == true)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func `what belongs to another user gives the path away`() throws {
        try withTemporaryFolder { folder in
            let place = folder.path
            try self.folder("\(place)/theirs", 0o755)
            try file("\(place)/theirs/program")
            #expect(chown("\(place)/theirs", 12_345, 12_345) == 0)
            #expect(
                OwnedPath.fault(of: "\(place)/theirs/program", trusting: [])
                    == "\(place)/theirs belongs to another user")
            #expect(OwnedPath.fault(of: "\(place)/theirs/program", trusting: [12_345]) == nil)
        }
    }
}
