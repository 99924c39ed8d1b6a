import Fleet
import Policy

extension TrustDesk {
    /// When the endpoint may scan by itself by its signed policies; at any time where there are
    /// none that hold, since nobody else must be able to blind it.
    func detection(at now: Timestamp) async -> DetectionTime {
        guard let ground = await windowGround(at: now) else { return .always }
        return ground.effective.detection(in: ground.zones, at: now)
    }
}
