import Fleet
import Policy

extension TrustDesk {
    /// What the signed policies ask for before an installation; nothing while the endpoint asks for
    /// no grants. Where nothing can be said of it, no grant is believed either.
    func preconditions(at now: Timestamp) async -> Preconditions {
        await windowGround(at: now)?.effective.before?.value ?? Preconditions()
    }
}
