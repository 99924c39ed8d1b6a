import Testing

@testable import Fleet

@Suite("The name of a snapshot tells when it was taken, and whether an order can return to it")
struct SnapshotReturnTests {
    @Test(arguments: [
        "lvm lab/patchbay-20261122010203-job_1",
        "btrfs /.patchbay-snapshots/patchbay-20261122010203-j",
        "zfs rpool/root@patchbay-20261122010203-job_1",
    ])
    func `the agent's own names tell the time`(name: String) {
        #expect(SnapshotReturn.takenAt(name) == Timestamp("2026-11-22T01:02:03Z"))
        #expect(SnapshotReturn.canBeOrdered(name) == name.hasPrefix("lvm "))
    }

    @Test(arguments: [
        "", "lvm ", "snapper 7", "lvm lab/mine", "lvm lab/patchbay-2026112201020-job_1",
        "lvm lab/patchbay-20261322010203-job_1", "lvm lab/patchbay-202611220102031-job_1",
    ])
    func `other names tell nothing`(name: String) {
        #expect(SnapshotReturn.takenAt(name) == nil)
        #expect(!SnapshotReturn.canBeOrdered(name))
    }
}
