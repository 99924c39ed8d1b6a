import Fleet
import Policy

extension TrustDesk {
    /// How fast the signed policies let packages be downloaded; `nil` for no limit, and where there
    /// are no policies that hold.
    func bandwidth(at now: Timestamp) async -> Bandwidth? {
        await windowGround(at: now)?.effective.bandwidth?.value
    }
}
