public import Fleet

/// One order to one endpoint. The number tells a late word about an earlier order from one about
/// the present one.
public struct RolloutOffer: Hashable, Sendable, Codable {
    /// To whom.
    public var endpoint: EndpointID
    /// Which order to this endpoint it is, from 1.
    public var number: Int

    /// An order.
    public init(endpoint: EndpointID, number: Int) {
        self.endpoint = endpoint
        self.number = number
    }
}

/// What a fresh scan showed after a run that did everything it should.
public struct RolloutVerification: Hashable, Sendable, Codable {
    /// What was installed.
    public var installed: [LockedPackage]
    /// Whether the probes after the run passed; `nil` when none has answered yet.
    public var isHealthy: Bool?

    /// What a scan showed.
    public init(installed: [LockedPackage] = [], isHealthy: Bool? = nil) {
        self.installed = installed
        self.isHealthy = isHealthy
    }
}

/// Why an endpoint did not try.
public enum SkipReason: String, Hashable, Sendable, Codable, CaseIterable {
    /// It has the update already, or the package is gone: it counts nowhere.
    case notNeeded
    /// It must not: a hold or an exception that came meanwhile. It counts as not verified.
    case heldBack
    /// All that it misses has been denied since, by a person or a policy: it counts nowhere.
    case denied
}

/// How a halted rollout goes on.
public enum ResumeMode: String, Hashable, Sendable, Codable, CaseIterable {
    /// As it stands; it halts again at once if the reason still holds.
    case keep
    /// Endpoints that were given up get new tries.
    case retryFailed
    /// A person answers for it: the gates of the rings that are open count as passed.
    case passGate
}

/// What can happen to a rollout. Words about an endpoint that it does not know, about an order that
/// is not the latest, or that came before, change nothing.
public enum RolloutEvent: Hashable, Sendable, Codable {
    /// It begins.
    case started
    /// Time has passed.
    case tick
    /// The endpoint works on the order.
    case jobStarted(RolloutOffer)
    /// A scan shows the update in force.
    case jobVerified(RolloutOffer, RolloutVerification)
    /// The update is in force, and the endpoint's probes fail.
    case jobUnhealthy(RolloutOffer)
    /// The run failed.
    case jobFailed(RolloutOffer, FailureClass)
    /// The order's deadline passed before it ended.
    case jobExpired(RolloutOffer)
    /// The endpoint did not try.
    case jobSkipped(RolloutOffer, SkipReason)
    /// These orders hold what must not be installed any more: those that have not begun are taken
    /// back, and their endpoints have their turn again.
    case ordersRecalled([RolloutOffer])
    /// A withdrawn order will not be carried out.
    case jobWithdrawn(RolloutOffer)
    /// Probes of an endpoint, patched or not yet, answered at a time.
    case healthReported(EndpointID, isHealthy: Bool, observedAt: Timestamp)
    /// A scan that was made at a time shows the update missing again.
    case updateMissingAgain(EndpointID, observedAt: Timestamp)
    /// An endpoint has come into a ring, counted from 0.
    case endpointJoined(RolloutMember, ring: Int)
    /// An endpoint no longer belongs to the rollout.
    case endpointLeft(EndpointID)
    /// An endpoint is silent since a time.
    case endpointOffline(EndpointID, observedAt: Timestamp)
    /// An endpoint was heard at a time.
    case endpointOnline(EndpointID, observedAt: Timestamp)
    /// What another deployment did or blocked is over: who rests without having failed has its turn.
    case wayCleared
    /// Somebody stops it.
    case haltRequested(by: String, reason: String)
    /// Somebody lets it go on.
    case resumeRequested(by: String, ResumeMode)
    /// Somebody calls it off.
    case cancelRequested(by: String)
}
