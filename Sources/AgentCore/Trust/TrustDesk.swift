import AgentProtocol
public import Calendar
public import Fleet
public import Logging
import Synchronization
import Trust

/// Keeps the signed documents of an endpoint: takes what it believes, refuses the rest with the
/// reason, and tells the control plane which of the two it did.
///
/// The control plane only carries the documents. What was accepted once is never taken back by its
/// silence, and a refusal leaves what was believed.
public final class TrustDesk: Sendable {
    let endpoint: EndpointID
    let tenant: TenantID
    private let fingerprint: String?
    let state: any StateFolder
    let zones: @Sendable (String) -> TimeZoneRules?
    let effects: AgentEffects
    private let logger: Logger
    private let nextTry = Mutex<Timestamp?>(nil)
    private let scans = Mutex<ScanDesk?>(nil)
    /// A check-in and an order may bring news at the same time, and each adds to what is on the
    /// disk.
    private let pen = Mutex(())
    /// Signs of life are written by the loop, by a timer and by whoever judges an order.
    let diary = Mutex(())

    /// How long after a refusal the same documents are looked at again, in seconds: an hour, since
    /// a clock may have been set meanwhile.
    static let retrySeconds: Int64 = 3_600

    /// A desk.
    ///
    /// - Parameters:
    ///   - endpoint: the endpoint.
    ///   - tenant: its tenant, whose documents alone are believed.
    ///   - fingerprint: the fingerprint of the trust root from the enrolment token; without one the
    ///     first root that comes over the authenticated connection is believed.
    ///   - state: the state folder.
    ///   - zones: the rules of a zone by its name; `nil` for one that is not known here.
    ///   - effects: the clock.
    ///   - logger: takes what the desk has to say.
    public init(
        endpoint: EndpointID, tenant: TenantID, fingerprint: String?, state: any StateFolder,
        zones: @escaping @Sendable (String) -> TimeZoneRules?, effects: AgentEffects,
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.tenant = tenant
        self.fingerprint = fingerprint
        self.state = state
        self.zones = zones
        self.effects = effects
        self.logger = logger
    }

    /// Says where the endpoint's own facts come from.
    func use(_ desk: ScanDesk) { scans.withLock { $0 = desk } }

    /// The endpoint's own facts, by the newest scan.
    func facts() async -> EndpointFacts? {
        guard let desk = scans.withLock({ $0 }) else { return nil }
        if desk.latest == nil { _ = try? await desk.scan(refreshingSources: false) }
        return desk.latest?.posture.endpoint
    }

    /// Whether every order needs a grant: once policies have been accepted, and always in sealed
    /// mode. When what was believed cannot be read it counts as so: nothing is installed then.
    var asksForGrants: Bool {
        do throws(StateFolderFailure) {
            // An endpoint that knows the root's fingerprint and has not seen the root cannot know
            // whether orders need grants: so they do.
            guard let memo = try TrustFiles.load(from: state) else { return fingerprint != nil }
            return memo.policyDigest != nil || memo.state.root.body.mode == .sealed
        } catch {
            return true
        }
    }

    /// Fetches what is new, when a check-in says that something is: whether policies or recipes are
    /// others now, which a scan goes by.
    @discardableResult
    func refresh(_ tag: String?, over link: any ControlPlaneLink) async -> Bool {
        let memo = try? TrustFiles.load(from: state)
        let isDue = nextTry.withLock { $0.map { effects.now() >= $0 } ?? false }
        guard let tag, tag != memo?.tag || isDue else { return false }
        let known = recipes()
        do throws(LinkFailure) {
            let answer = try await link.exchange(Self.request(memo))
            let refusal = take(answer)
            nextTry.withLock {
                $0 = refusal == nil ? nil : effects.now().adding(seconds: Self.retrySeconds)
            }
            var report = Self.request(try? TrustFiles.load(from: state))
            report.refusal = refusal?.code
            report.sentence = refusal?.description
            _ = try await link.exchange(report)
        } catch {
            logger.warning("Signed documents could not be exchanged: \(error.sentence)")
        }
        return (try? TrustFiles.load(from: state))?.policyDigest != memo?.policyDigest
            || recipes() != known
    }

    static func request(_ memo: TrustMemo?) -> TrustRequest {
        TrustRequest(
            rootVersion: memo?.state.root.heading.version, policyVersion: memo?.policyVersion,
            policyDigest: memo?.policyDigest)
    }

    /// Says something that nobody need do anything about.
    func note(_ sentence: String) { logger.notice("\(sentence)") }

    /// Takes what can be believed of an answer.
    ///
    /// - Returns: the first refusal; `nil` when all of it was taken.
    @discardableResult
    func take(_ answer: TrustResponse) -> VerificationRefusal? {
        pen.withLock { _ in takeAlone(answer) }
    }

    private func takeAlone(_ answer: TrustResponse) -> VerificationRefusal? {
        do throws(StateFolderFailure) {
            let refusal = try takeAll(answer)
            if let refusal {
                logger.error("A signed document was refused: \(refusal)")
            }
            return refusal
        } catch {
            logger.error("\(error)")
            return nil
        }
    }

    private func takeAll(_ answer: TrustResponse) throws(StateFolderFailure)
        -> VerificationRefusal?
    {
        let now = effects.now()
        let held = try TrustFiles.load(from: state)
        var refusal: VerificationRefusal?
        var believed: TrustState?
        do throws(VerificationRefusal) {
            believed = try rotate(held?.state, answer.roots, at: now)
        } catch {
            refusal = error
            believed = held?.state
        }
        guard let believed else {
            if let refusal { try note(early: refusal) }
            return refusal
        }
        var memo = held ?? TrustMemo(state: believed)
        memo.state = believed
        for step in [
            takePolicies, takePlacement, takeHolds, takeScripts, takeRecipes, takeDuties,
        ] {
            do throws(TakingFailure) {
                try step(answer, &memo, now)
            } catch {
                switch error {
                case .refused(let why): refusal = refusal ?? why
                case .folder(let failure): throw failure
                }
            }
        }
        memo.tag = answer.digest
        memo.refusal = refusal?.code
        memo.sentence = refusal?.description
        memo.refusedAt = refusal == nil ? nil : now
        try keep(memo)
        return refusal
    }

    enum TakingFailure: Error {
        case refused(VerificationRefusal)
        case folder(StateFolderFailure)
    }

    /// The chain of roots: from the one that is believed, or the one that the enrolment token
    /// names, each by the one before.
    private func rotate(
        _ held: TrustState?, _ roots: [String], at now: Timestamp
    ) throws(VerificationRefusal) -> TrustState? {
        var rest = roots.map { Array($0.utf8) }[...]
        var state: TrustState
        if let held {
            state = held
        } else {
            var digests: [String] = []
            for root in rest { digests.append(try Envelope(json: root).payloadDigest) }
            guard let newest = digests.last else { return nil }
            let wanted = fingerprint ?? newest
            guard let place = digests.firstIndex(of: wanted) else { throw .wrongRoot }
            state = try TrustState(
                root: rest[place], fingerprint: wanted, tenant: tenant, at: now)
            rest = rest[(place + 1)...]
        }
        for root in rest { state = try state.rotatingRoot(root, at: now) }
        return state
    }

    private func takePolicies(
        _ answer: TrustResponse, _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        guard let bytes = answer.policies.map({ Array($0.utf8) }) else { return }
        let taken = try believe(bytes, as: PolicySet.self, memo, now)
        try requireNewest(taken.accepted, beside: TrustFiles.policies, memo, now)
        memo.state = taken.state
        try keep(bytes, as: TrustFiles.policies, believing: memo)
        memo.policyVersion = taken.accepted.document.heading.version
        memo.policyDigest = taken.accepted.digest
        memo.policyExpiresAt = taken.accepted.document.heading.expiresAt
    }

    private func takePlacement(
        _ answer: TrustResponse, _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        guard let bytes = answer.placement.map({ Array($0.utf8) }) else { return }
        let taken = try believe(bytes, as: Placement.self, memo, now)
        guard taken.accepted.document.body.entry(of: endpoint) != nil else {
            throw .refused(.malformed("it says nothing of this endpoint"))
        }
        try requireNewest(taken.accepted, beside: TrustFiles.placement, memo, now)
        memo.state = taken.state
        try keep(bytes, as: TrustFiles.placement, believing: memo)
    }

    /// A hold that was accepted stays until it ends or a newer version lifts it: that the server
    /// does not name it any more means nothing.
    private func takeHolds(
        _ answer: TrustResponse, _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        for text in answer.holds.prefix(TrustFiles.maximumHolds) {
            let bytes = Array(text.utf8)
            let taken = try believe(bytes, as: Hold.self, memo, now)
            memo.state = taken.state
            let heading = taken.accepted.document.heading
            let name = "\(TrustFiles.holds)/\(heading.scope)-\(heading.name).dsse.json"
            try keep(bytes, as: name, believing: memo)
        }
    }

    /// Refuses what was issued before the document that is held, where that has another name or
    /// scope: versions count by name and tell nothing then, and a control plane could bring back
    /// what was said of the endpoint, or the policies, of before. What is held counts unless keys
    /// have signed it that the root no longer has.
    private func requireNewest<Body: RoleDocument>(
        _ offered: Accepted<Body>, beside file: String, _ memo: TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit),
            let envelope = try? Envelope(json: bytes),
            let held = try? SignedDocument<Body>(unverified: envelope).heading
        else { return }
        let heading = offered.document.heading
        guard heading.name != held.name || heading.scope != held.scope,
            heading.issuedAt < held.issuedAt
        else { return }
        do throws(VerificationRefusal) {
            _ = try memo.state.verify(bytes, as: Body.self, at: now)
        } catch {
            switch error {
            case .unknownKey, .thresholdNotMet: return
            default: break
            }
        }
        throw .refused(.outdated(held: held.issuedAt))
    }

    func believe<Body: RoleDocument>(
        _ bytes: [UInt8], as type: Body.Type, _ memo: TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) -> (accepted: Accepted<Body>, state: TrustState) {
        do throws(VerificationRefusal) {
            return try memo.state.verify(bytes, as: type, at: now)
        } catch {
            throw .refused(error)
        }
    }

    /// What is believed is on the disk before the document that it allows.
    func keep(
        _ bytes: [UInt8], as file: String, believing memo: TrustMemo
    ) throws(TakingFailure) {
        do throws(StateFolderFailure) {
            try keep(memo)
            try state.replace(file, with: bytes)
        } catch {
            throw .folder(error)
        }
    }

    func keep(_ memo: TrustMemo) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(memo) else { return }
        try state.replace(TrustFiles.memo, with: bytes + [0x0A])
    }

    private func note(early refusal: VerificationRefusal) throws(StateFolderFailure) {
        let early = EarlyRefusal(code: refusal.code, sentence: refusal.description)
        guard let bytes = AgentJSON.encode(early) else { return }
        try state.replace(TrustFiles.refusal, with: bytes + [0x0A])
    }
}
