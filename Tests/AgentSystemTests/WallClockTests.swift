import AgentSystem
import Fleet
import Testing

/// The clock that people at an endpoint go by.
struct WallClockTests {
    private static let instant = Timestamp(seconds: 1_795_000_000)

    @Test(arguments: ["UTC", "Etc/UTC", "Nowhere/Land", "", "../../etc/passwd"])
    func `where no rules of a zone are known the clock shows universal time`(zone: String) {
        let clock = WallClock(zone: { zone }, folder: ZoneFolder(path: "/nonexistent"))
        #expect(clock.offset(at: Self.instant) == 0)
        #expect(clock.text(Self.instant) == "2026-11-18 11:06 UTC")
    }
}
