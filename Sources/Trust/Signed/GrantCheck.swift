public import Calendar
public import Fleet
public import Policy
public import Versions

/// An endpoint's own judgement of a grant: whether work may begin now, by the signed policies, by
/// its own clock and windows, and by what is installed. A control plane in the wrong hands changes
/// nothing here but when the grant arrives.
public struct GrantCheck: Sendable {
    /// The signed policies that hold.
    public var policies: Accepted<PolicySet>
    /// The holds that are known.
    public var holds: [Accepted<Hold>]
    /// The endpoint.
    public var endpoint: EndpointID
    /// What the endpoint knows of itself. What the server says of it is not to be used here.
    public var subject: EndpointSubject
    /// The zones of its windows.
    public var zones: Zones
    /// The installed version of each package.
    public var installed: [PackageKey: String]
    /// The nonces of the grants that have been carried out whole.
    public var carriedOut: Set<String>
    /// How many other jobs have begun to carry out each grant, by its nonce.
    public var tries: [String: Int]
    /// The last opening that the endpoint slept through and has not caught up, by its own record.
    public var missed: Occurrence?
    /// How long the order is taken to need without a reboot, in seconds, by what the endpoint knows
    /// itself; `nil` when it is not asked whether it fits in the window, because it is about to
    /// start.
    public var workSeconds: Int64?
    /// What is kept back for a reboot after it, in seconds, by what the endpoint knows itself.
    public var rebootReserveSeconds: Int64
    /// How two versions of a package manager stand to each other; `nil` when one of them is none.
    public var compare: @Sendable (PackageManagerName, String, String) -> VersionOrder?

    /// A judge.
    public init(
        policies: Accepted<PolicySet>, holds: [Accepted<Hold>] = [], endpoint: EndpointID,
        subject: EndpointSubject, zones: Zones, installed: [PackageKey: String],
        carriedOut: Set<String> = [], tries: [String: Int] = [:], missed: Occurrence? = nil,
        workSeconds: Int64? = 0, rebootReserveSeconds: Int64 = WorkFigures.rebootReserveSeconds,
        compare: @escaping @Sendable (PackageManagerName, String, String) -> VersionOrder?
    ) {
        self.policies = policies
        self.holds = holds
        self.endpoint = endpoint
        self.subject = subject
        self.zones = zones
        self.installed = installed
        self.carriedOut = carriedOut
        self.tries = tries
        self.missed = missed
        self.workSeconds = workSeconds
        self.rebootReserveSeconds = rebootReserveSeconds
        self.compare = compare
    }

    /// Whether the updates of an order may be installed now. Where the lock list names a file's
    /// hash the order must name the same, and none where it does not: the endpoint compares it with
    /// its own index.
    ///
    /// - Parameters:
    ///   - grant: what was signed.
    ///   - updates: what is to be installed now.
    ///   - order: all packages of the order, those too that are in already: what is ordered
    ///     together goes by one window, and goes on by the same one when a part is done.
    ///   - now: the endpoint's own clock.
    /// - Throws: why not. Nothing may be installed then, not even a part.
    public func check(
        _ grant: Accepted<Grant>, for updates: [Grant.Update], of order: [PackageKey]? = nil,
        at now: Timestamp
    ) throws(GrantRefusal) {
        try checkTime(grant, at: now)
        let body = grant.document.body
        guard body.policyDigest == policies.digest else { throw .otherPolicy }
        guard !carriedOut.contains(body.nonce) else { throw .carriedOut }
        let covered = body.tries ?? 1
        guard tries[body.nonce, default: 0] < covered else { throw .triesMade(covered) }
        guard includes(body.target, at: now) else { throw .otherEndpoint }
        let brake = policies.document.body.brake
        if brake.needsSecondSignature(for: body), grant.signers.count < Self.signersBeyondBrake {
            guard brake.needsSecondSignature(for: body.reach) else { throw .brakeReturn }
            let tenants = body.reach.tenantsInHour
            if tenants > brake.tenantsPerHour {
                throw .brakeTenants(tenants)
            }
            throw .brake(endpoints: body.reach.endpoints, of: body.reach.ofEndpoints)
        }
        guard
            let effective = EffectivePolicy(
                of: policies.document.body.policies, for: subject, at: now),
            let nearest = effective.nearest
        else { throw .noPolicy }
        try checkRing(body, effective, nearest.name, at: now)
        let together = order ?? updates.map(\.package)
        try checkWindow(body.lane, effective, release: body.release(of: together), at: now)
        try checkUpdates(updates, of: body, at: now)
    }

    /// How many different keys sign what goes beyond the brake.
    static let signersBeyondBrake = 2

    private func checkTime(_ grant: Accepted<Grant>, at now: Timestamp) throws(GrantRefusal) {
        let policyEnd = policies.document.heading.expiresAt
        guard now < policyEnd else { throw .policyExpired(policyEnd) }
        let body = grant.document.body
        guard now >= body.notBefore else { throw .tooEarly(body.notBefore) }
        let end = min(body.notAfter, grant.document.heading.expiresAt)
        guard now < end else { throw .tooLate(end) }
    }

    private func includes(_ target: Grant.Target, at now: Timestamp) -> Bool {
        guard subject.key == endpoint.text else { return false }
        if let endpoints = target.endpoints { return endpoints.contains(endpoint) }
        return target.group?.evaluate(subject, at: now) == .yes
    }

    /// The ring is found by the endpoint itself: nobody is made a canary from outside.
    private func checkRing(
        _ grant: Grant, _ effective: EffectivePolicy, _ policy: PolicyName, at now: Timestamp
    ) throws(GrantRefusal) {
        let rings = effective.rings(of: grant.lane)
        let place = RingAssignment(rings, of: policy).place(of: subject, at: now)
        guard place.ring.map({ rings[$0].name }) == grant.ring else { throw .otherRing(grant.ring) }
    }

    private func checkWindow(
        _ lane: Lane, _ effective: EffectivePolicy, release: Timestamp?, at now: Timestamp
    ) throws(GrantRefusal) {
        let calendar: WindowCalendar
        do {
            calendar = try WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value), zones: zones,
                release: release)
        } catch {
            throw .unknownZone(error.message)
        }
        let installing = calendar.only(.install)
        let mayReboot = (effective.reboot?.value ?? .none).mode != .never
        let work = WorkEstimate(
            seconds: workSeconds ?? 0,
            rebootReserveSeconds: mayReboot && workSeconds != nil ? rebootReserveSeconds : 0)
        let stated = effective.catchUp?.value ?? .nextWindow
        let catchUp = missed.map { stated.holding(for: $0, in: installing) } ?? stated
        let start = catchUp.start(missed: missed, at: now, in: installing)
        guard let start, start <= now else {
            let fitting = installing.earliestStart(of: work, from: now)
            let unattended = calendar.unattended(.install, at: now)
            // A window would come first that only somebody on duty is missing for: then that is
            // what it waits for.
            let shut = unattended.first {
                OpenStretch(opens: $0.opens, closes: $0.closes).start(of: work, from: now) != nil
            }
            if let shut, fitting.map({ max(shut.opens, now) < $0 }) ?? true {
                throw .nobodyOnDuty(window: shut.window, next: fitting)
            }
            let next = installing.nextOpening(after: now)?.opens
            guard next != nil || unattended.isEmpty else {
                // Nobody is asked to be there for a window that is too short for it.
                throw .tooLittleTime(neededSeconds: work.totalSeconds, next: nil)
            }
            throw .windowClosed(next: next)
        }
        // What is caught up outside of windows need not fit in one.
        guard workSeconds != nil, missed == nil || catchUp != .nextCheckIn else { return }
        if case .tooLong(let needed, _) = installing.fit(work, at: now) {
            throw .tooLittleTime(
                neededSeconds: needed, next: installing.earliestStart(of: work, from: now))
        }
    }

    private func checkUpdates(
        _ updates: [Grant.Update], of grant: Grant, at now: Timestamp
    ) throws(GrantRefusal) {
        guard !updates.isEmpty else { throw .nothing }
        let granted = Dictionary(grant.updates.map { ($0.package, $0) }) { first, _ in first }
        let held = holds.map(\.document).filter {
            $0.heading.issuedAt <= now && now < $0.heading.expiresAt
        }
        for update in updates {
            let (package, name) = (update.package, update.package.name)
            guard let line = granted[package], line.version == update.version,
                update.sha256 == line.sha256,
                (update.goesBack == true) == (line.goesBack == true),
                line.replaces == nil || update.replaces == line.replaces,
                update.returnsTo == line.returnsTo
            else { throw .notInLockList(name) }
            if held.contains(where: { $0.body.covers(package, version: update.version) }) {
                throw .held(name)
            }
            guard let present = installed[package] else {
                if package.manager.addsUpdates, line.goesBack != true { continue }
                throw .notInstalled(name)
            }
            if let replaces = line.replaces, present != replaces, present != update.version {
                throw .replacesOther(name)
            }
            switch compare(package.manager, present, update.version) {
            case .less, .equal: break
            // Only what was signed as a way back goes back.
            case .greater where line.goesBack == true: break
            case .greater: throw .downgrade(name)
            // It was signed for exactly what is installed: an older grant is for something else.
            case nil where line.replaces != nil: break
            case nil: throw .unorderedVersion(name)
            }
        }
    }
}

/// Why an endpoint does not carry out a grant.
public enum GrantRefusal: Error, Hashable, Sendable {
    /// It was made under other policies than those that hold.
    case otherPolicy
    /// The policies have expired.
    case policyExpired(Timestamp)
    /// No policy applies to the endpoint for certain.
    case noPolicy
    /// It is not for this endpoint.
    case otherEndpoint
    /// The endpoint is not in the ring that it is for.
    case otherRing(PolicyName?)
    /// It goes further than one signature reaches.
    case brake(endpoints: Int, of: Int)
    /// It is one of approvals for more tenants in an hour than one signature reaches.
    case brakeTenants(Int)
    /// It lets endpoints return to a snapshot, and one key signed it.
    case brakeReturn
    /// A window is open, and not for long enough for the order; `next` is when one is.
    case tooLittleTime(neededSeconds: Int64, next: Timestamp?)
    /// It does not hold yet.
    case tooEarly(Timestamp)
    /// It does not hold any more.
    case tooLate(Timestamp)
    /// It has been carried out.
    case carriedOut
    /// All tries that it covers have been made.
    case triesMade(Int)
    /// No window is open.
    case windowClosed(next: Timestamp?)
    /// A window needs somebody on duty, and nobody is; `next` is when somebody is in a window.
    case nobodyOnDuty(window: String, next: Timestamp?)
    /// A window's zone is not known; a sentence says which.
    case unknownZone(String)
    /// The order names no update.
    case nothing
    /// The order names a package or version that is not granted.
    case notInLockList(String)
    /// A signed hold covers it.
    case held(String)
    /// It is not installed, and nothing new is installed by a grant.
    case notInstalled(String)
    /// A newer version is installed.
    case downgrade(String)
    /// Its versions cannot be compared, so that it could be a downgrade.
    case unorderedVersion(String)
    /// Something else is installed than what it replaces.
    case replacesOther(String)

    /// A stable code.
    public var code: String {
        switch self {
        case .otherPolicy: "E_GRANT_POLICY"
        case .policyExpired: "E_GRANT_POLICY_EXPIRED"
        case .noPolicy: "E_GRANT_NO_POLICY"
        case .otherEndpoint: "E_GRANT_ENDPOINT"
        case .otherRing: "E_GRANT_RING"
        case .brake, .brakeTenants, .brakeReturn: "E_GRANT_BRAKE"
        case .tooLittleTime: "E_GRANT_WINDOW_SHORT"
        case .tooEarly: "E_GRANT_EARLY"
        case .tooLate: "E_GRANT_LATE"
        case .carriedOut, .triesMade: "E_GRANT_REPEATED"
        case .windowClosed: "E_GRANT_WINDOW"
        case .nobodyOnDuty: "E_GRANT_DUTY"
        case .unknownZone: "E_GRANT_ZONE"
        case .nothing: "E_GRANT_EMPTY"
        case .notInLockList: "E_GRANT_LOCK_LIST"
        case .held: "E_GRANT_HELD"
        case .notInstalled: "E_GRANT_NOT_INSTALLED"
        case .downgrade: "E_GRANT_DOWNGRADE"
        case .unorderedVersion: "E_GRANT_VERSION"
        case .replacesOther: "E_GRANT_REPLACES"
        }
    }

    /// Why, in one sentence.
    public var sentence: String {
        switch self {
        case .otherPolicy: "The approval was made under other policies than the ones that hold."
        case .policyExpired(let end): "The signed policies expired at \(end)."
        case .noPolicy: "No signed policy applies to this endpoint for certain."
        case .otherEndpoint: "The approval is not for this endpoint."
        case .otherRing(let ring?): "This endpoint is not in the ring \(ring)."
        case .otherRing(nil): "The approval names no ring, and this endpoint is in one."
        case .brake(let endpoints, let whole):
            "The approval covers \(endpoints) of \(whole) endpoints, which the policy wants two "
                + "different keys to sign."
        case .brakeTenants(let tenants):
            "Approvals for \(tenants) tenants were made within an hour, which the policy wants two "
                + "different keys to sign."
        case .brakeReturn:
            "A return to a snapshot takes back more than its updates, which the policy wants two "
                + "different keys to sign."
        case .tooLittleTime(let needed, let next?):
            "The open window closes before it would be done, which takes about "
                + "\(Self.minutes(needed)) with what is kept back for a reboot; it begins at "
                + "\(next)."
        case .tooLittleTime(let needed, nil):
            "It takes about \(Self.minutes(needed)) with what is kept back for a reboot, which no "
                + "window of its lane has."
        case .tooEarly(let start): "The approval holds from \(start) on."
        case .tooLate(let end): "The approval held until \(end)."
        case .carriedOut: "The approval has been carried out."
        case .triesMade(1): "The approval covered one try, which has been made."
        case .triesMade(let tries):
            "The approval covered \(tries) tries, which have been made."
        case .windowClosed(let next?): "No maintenance window is open; the next opens at \(next)."
        case .windowClosed(nil): "No maintenance window is open, and none will open."
        case .nobodyOnDuty(let window, let next):
            "The window \(window) needs somebody on duty, and nobody is"
                + (next.map { " before \($0)." } ?? ".")
        case .unknownZone(let sentence): sentence
        case .nothing: "The order names no update."
        case .notInLockList(let name): "\(name) is not in the lock list with this version."
        case .held(let name): "\(name) is held by a signed stop."
        case .notInstalled(let name):
            "\(name) is not installed, and an approval installs nothing new."
        case .downgrade(let name):
            "A newer version of \(name) is installed, and an endpoint never goes back."
        case .unorderedVersion(let name):
            "The versions of \(name) cannot be compared, so that it could be a step back."
        case .replacesOther(let name):
            "Something else of \(name) is installed than what the approval replaces."
        }
    }

    private static func minutes(_ seconds: Int64) -> String {
        let minutes = (seconds + 59) / 60
        return minutes == 1 ? "a minute" : "\(minutes) minutes"
    }
}
