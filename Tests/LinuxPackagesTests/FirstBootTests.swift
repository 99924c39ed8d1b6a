import Foundation
import TestSupport
import Testing

@testable import LinuxPackages

struct FirstBootTests {
    @Test(arguments: [
        (true, "cloud-init", "cloud-init (pid 812)"), (true, "sshd", nil),
        (false, "cloud-init", nil),
    ])
    func `nothing is begun while cloud-init sets a machine up, and it is named`(
        hasFolder: Bool, program: String, worker: String?
    ) throws {
        try withTemporaryFolder { root in
            let process = root.appending(path: "proc/812")
            try FileManager.default.createDirectory(
                at: process, withIntermediateDirectories: true)
            try Data("\(program)\n".utf8).write(to: process.appending(path: "comm"))
            if hasFolder {
                try FileManager.default.createDirectory(
                    at: root.appending(path: "run/cloud-init"), withIntermediateDirectories: true)
            }
            #expect(FirstBoot.worker(root: root.path) == worker)
        }
    }
}
