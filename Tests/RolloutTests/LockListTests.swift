import Fleet
import Policy
import Testing

@testable import Rollout

/// Which files later rings are bound to.
struct LockListTests {
    private static let ids = RolloutSample.endpoints(20)

    private static func file(_ hash: String, _ version: String = "2", on platform: String?)
        -> LockedPackage
    {
        LockedPackage(
            key: RolloutSample.package, version: version, sha256: hash, platform: platform)
    }

    /// The four canaries have installed these files, and the next ring is open.
    private static func opened(_ files: [LockedPackage]) -> RingRollout {
        var rollout = RingRollout(RolloutSample.twoRings(ids))
        rollout.take(.started)
        for (id, file) in zip(ids.prefix(4), files) {
            rollout.take(
                .jobVerified(
                    rollout.offer(id), RolloutVerification(installed: [file], isHealthy: true)))
        }
        rollout.take(.tick, after: 2 * 86_400)
        return rollout
    }

    @Test func `each system has its own file of a version, and that is no difference`() {
        let rollout = Self.opened([
            Self.file("aa", on: "debian 12"), Self.file("bb", on: "ubuntu 24.04"),
            Self.file("aa", on: "debian 12"), Self.file("cc", "3", on: "debian 13"),
        ])
        #expect(rollout.state == .running)
        func hash(_ version: String, _ platform: String?) -> String? {
            rollout.lockedHash(of: RolloutSample.package, version: version, platform: platform)
        }
        #expect(hash("2", "debian 12") == "aa")
        #expect(hash("2", "ubuntu 24.04") == "bb")
        #expect(hash("3", "debian 13") == "cc")
        #expect(hash("2", "debian 11") == nil)
        #expect(hash("2", nil) == nil)
    }

    @Test func `nothing is bound while the first ring finds the files out`() {
        var rollout = RingRollout(RolloutSample.twoRings(Self.ids))
        rollout.take(.started)
        rollout.verify(Self.ids[0])
        #expect(rollout.lockedHash(of: RolloutSample.package, version: "2", platform: nil) == nil)
    }

    @Test func `what a later ring reports adds nothing to the list`() {
        var rollout = Self.opened(Array(repeating: Self.file("aa", on: "debian 12"), count: 4))
        rollout.take(
            .jobVerified(
                rollout.offer(Self.ids[4]),
                RolloutVerification(installed: [Self.file("dd", on: "debian 11")])))
        #expect(rollout.state == .running)
        #expect(rollout.lockList == [Self.file("aa", on: "debian 12")])
    }

    @Test func `a later ring's endpoint that is offered another file stops it`() {
        var rollout = Self.opened(Array(repeating: Self.file("aa", on: "debian 12"), count: 4))
        let actions = rollout.take(.jobFailed(rollout.offer(Self.ids[4]), .hashMismatch))
        #expect(actions.halt == .lockListDiffers(Self.ids[4]))
    }
}
