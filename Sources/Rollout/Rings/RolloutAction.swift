public import Fleet
public import Policy

/// What must be done because of an event, in this order.
public enum RolloutAction: Hashable, Sendable, Codable {
    /// Give the endpoint its order; `isExact` when it must install what the rollout's lock list
    /// says and nothing else.
    case offer(RolloutOffer, isExact: Bool)
    /// Take back an order that has not begun, and answer with `jobWithdrawn` when that is certain.
    case withdraw(RolloutOffer)
    /// The rollout has stopped.
    case halt(HaltReason)
    /// The gate of a ring, counted from 0, is passed.
    case gatePassed(ring: Int)
    /// A ring begins.
    case openRing(Int)
    /// Call with `tick` at this instant; it replaces the one before.
    case wait(until: Timestamp)
    /// Tell people.
    case notify(RolloutNotice)
    /// Give these versions to nobody else; empty when the lock list is not known yet, and the
    /// deployment's own list counts.
    case block([LockedPackage])
    /// Everyone has ended.
    case complete
}

/// Something that people should know.
public enum RolloutNotice: Hashable, Sendable, Codable {
    /// The required share of a ring is reached; it is watched until then.
    case soaking(ring: PolicyName, until: Timestamp)
    /// The soak was shortened so that the due date is met, in seconds.
    case soakShortened(ring: PolicyName, fromSeconds: Int64, toSeconds: Int64)
    /// What had been reached no longer holds; the soak begins anew when it does.
    case soakInterrupted(ring: PolicyName)
    /// An endpoint is given up.
    case gaveUp(EndpointID, GiveUpReason)
    /// Somebody let it go on.
    case resumed(by: String, ResumeMode)
    /// Somebody called it off.
    case cancelled(by: String)
}

/// Why an endpoint is not tried again.
public enum GiveUpReason: Hashable, Sendable, Codable {
    /// This failure does not pass by itself, or it came too often.
    case failure(FailureClass)
    /// The deadline passed in the middle of the work too often.
    case expired
    /// The update keeps going missing again after it was verified.
    case comesBack

    /// Whether the package itself is the likely cause, and other endpoints would meet it too.
    public var blamesPackage: Bool {
        switch self {
        case .failure(.maintainerScript), .failure(.hashMismatch), .failure(.signature),
            .failure(.nothingChanged), .failure(.hung), .comesBack:
            true
        case .failure, .expired: false
        }
    }
}

/// Why a rollout stopped.
public enum HaltReason: Hashable, Sendable, Codable {
    /// A person stopped it.
    case person(by: String, reason: String)
    /// The ring can no longer reach the verified share or number that its gate wants.
    case gateOutOfReach(ring: PolicyName, possible: Int, members: Int)
    /// Too many patched endpoints are unhealthy, and those not yet patched are not.
    case unhealthy(ring: PolicyName, unhealthy: Int, verified: Int)
    /// A canary failed in a way that points at the package.
    case badPackage(EndpointID)
    /// In a ring without a gate too many have failed.
    case tooManyFailures(ring: PolicyName, failures: Int, ended: Int)
    /// An endpoint installed another file than the lock list names.
    case lockListDiffers(EndpointID)

    /// One sentence for people.
    public var sentence: String {
        switch self {
        case .person(let person, let reason): "\(person) halted it: \(reason.withStop)"
        case .gateOutOfReach(let ring, let possible, let members):
            "Ring \(ring) cannot pass its gate: at most \(possible) of \(members) can be verified."
        case .unhealthy(let ring, let unhealthy, let verified):
            "In ring \(ring) \(unhealthy) of \(verified) patched endpoints are unhealthy, "
                + "more than of the unpatched."
        case .badPackage(let endpoint):
            "The package failed on \(endpoint), which is a canary; nobody else has got it."
        case .tooManyFailures(let ring, let failures, let ended):
            "In ring \(ring) \(failures) of \(ended) endpoints failed."
        case .lockListDiffers(let endpoint):
            "\(endpoint) got another file for the same version than the lock list names."
        }
    }
}

/// What a rollout that has not ended waits for.
public enum RolloutWait: Hashable, Sendable, Codable {
    /// Somebody has to begin it.
    case start
    /// Somebody has to let it go on.
    case resume(HaltReason)
    /// So many orders are open in a ring.
    case jobs(ring: PolicyName, count: Int)
    /// The soak of a ring.
    case soak(ring: PolicyName, until: Timestamp)
    /// So many endpoints of a ring rest before their next try.
    case retries(ring: PolicyName, count: Int, first: Timestamp)
    /// So many endpoints of a ring are silent.
    case offline(ring: PolicyName, count: Int)
    /// The budget of a ring is used up, or lets nobody work.
    case budget(ring: PolicyName, waiting: Int)
    /// Another member of the cluster is down.
    case cluster(ring: PolicyName, waiting: Int)
    /// Endpoints that were not patched are as unhealthy as those that were.
    case outage(ring: PolicyName)
    /// The gate of a ring is not met yet.
    case gate(ring: PolicyName)
}
