import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import Trust

/// Whether an order may begin now, by what the endpoint itself believes.
enum Admission: Hashable, Sendable {
    /// It may.
    case open
    /// Not yet: it is asked again at that time.
    case waits(until: Timestamp, sentence: String)
    /// It may not, for this reason.
    case refused(String)
}

/// Asks the signed policies about an order. It is the last word: what it refuses, nobody can make
/// the endpoint do.
struct GrantGate: Sendable {
    let desk: TrustDesk
    let link: any ControlPlaneLink

    /// When an approval under the policies that hold is asked for again, in seconds.
    static let renewalSeconds: Int64 = 300
    /// The longest that a wait lasts before the gate is asked again, in seconds: a clock may be
    /// set, a freeze be signed.
    static let longestWaitSeconds: Int64 = 3_600
    /// When it is asked again whether somebody is on duty, in seconds: a person waits for it.
    static let dutySeconds: Int64 = 60
    /// When an endpoint that is not as the policy wants it looks again, in seconds: a cable is soon
    /// put in.
    static let readinessSeconds: Int64 = 60

    /// The facts that a judgement needs of the endpoint.
    struct View: Sendable {
        /// The lines of the order that are not settled.
        var updates: [LockedUpdate]
        /// The installed version of each of their packages.
        var installed: [PackageKey: String]
        /// What the last scan showed of the endpoint.
        var facts: EndpointFacts?
        /// How long it is taken to need, in seconds; `nil` when the run is about to start, and it is
        /// not asked any more whether it fits in the window.
        var workSeconds: Int64?
        /// What is kept back for a reboot after it, in seconds.
        var rebootReserveSeconds = WorkFigures.rebootReserveSeconds
        /// What the endpoint waits for beside its window, as a sentence; `nil` for nothing.
        var unready: String?
    }

    /// Whether an order is judged: once the endpoint asks for grants, and when one comes although
    /// it has seen no policies yet. They may have been signed since its last check-in.
    func isAsked(_ order: JobOrder) -> Bool { order.grant != nil || desk.asksForGrants }

    /// Judges an order. When it may begin, its grant is remembered as carried out by this job
    /// before this returns.
    func admission(of order: JobOrder, _ view: View) async -> Admission {
        guard isAsked(order) else { return .open }
        switch judge(order, view) {
        case .settled(let admission): return admission
        case .needsRenewal(let reason):
            return await renewed(order, view, reason)
        }
    }

    private enum Judgement {
        case settled(Admission)
        /// The grant is missing, is not believed or was made under other policies: the server may
        /// have a newer one.
        case needsRenewal(Reason)
    }

    private enum Reason {
        case otherPolicy
        /// Keys have signed it, or the policies, that the trust root no longer has.
        case otherKeys(rootVersion: Int)
        case refused(String)

        /// What becomes of the order while the server has nothing newer.
        func admission(asking later: Timestamp) -> Admission {
            switch self {
            case .otherPolicy:
                .waits(
                    until: later,
                    sentence: "Waits for an approval that was made under the policies that hold.")
            case .otherKeys(let version):
                .waits(
                    until: later,
                    sentence: "Waits for policies and an approval signed by keys of version "
                        + "\(version) of the trust root; what its former keys have signed does "
                        + "not count any more.")
            case .refused(let sentence): .refused(sentence)
            }
        }
    }

    private func renewed(_ order: JobOrder, _ view: View, _ reason: Reason) async -> Admission {
        let later = desk.effects.now().adding(seconds: Self.renewalSeconds)
        do throws(LinkFailure) {
            var request = TrustDesk.request(try? TrustFiles.load(from: desk.state))
            request.job = order.job
            let answer = try await link.exchange(request)
            // The policies that it was made under may be new too.
            desk.take(answer)
            guard desk.asksForGrants else { return .open }
            if let grant = answer.grant { try? desk.keep(grant: grant, of: order.job) }
        } catch {
            // Where nobody has answered, there may be something better to come.
            if case .refused = reason, !error.isAnAnswer {
                return Reason.otherPolicy.admission(asking: later)
            }
            return reason.admission(asking: later)
        }
        switch judge(order, view) {
        case .settled(let admission): return admission
        case .needsRenewal(let reason): return reason.admission(asking: later)
        }
    }

    private func judge(_ order: JobOrder, _ view: View) -> Judgement {
        let now = desk.effects.now()
        // After a long sleep nobody else may have noted it yet.
        desk.noteAlive()
        do {
            let memo = try TrustFiles.load(from: desk.state)
            guard let memo else { return .needsRenewal(.otherPolicy) }
            guard memo.policyDigest != nil else { return .needsRenewal(.otherPolicy) }
            guard let text = desk.grant(of: order) else {
                return .needsRenewal(
                    .refused("The order has no signed approval. (E_GRANT_MISSING)"))
            }
            let otherKeys = Reason.otherKeys(rootVersion: memo.state.root.heading.version)
            // Believed once, and now not signed by enough keys: the root is another one.
            guard !desk.policiesLackKeys(memo, at: now) else { return .needsRenewal(otherKeys) }
            let policies = try desk.policies(memo, at: now)
            let grant: Accepted<Grant>
            do {
                grant = try memo.state.verify(Array(text.utf8), as: Grant.self, at: now).accepted
            } catch {
                let isFormer = memo.state.isOfFormerRoot(Array(text.utf8), as: Grant.self)
                return .needsRenewal(
                    isFormer ? otherKeys : .refused("\(error.message) (\(error.code))"))
            }
            return try judge(order, view, memo, policies, grant, at: now)
        } catch let refusal as VerificationRefusal {
            return .settled(.refused("\(refusal.message) (\(refusal.code))"))
        } catch {
            return .settled(.refused("What this endpoint believes cannot be read: \(error)"))
        }
    }

    private func judge(
        _ order: JobOrder, _ view: View, _ memo: TrustMemo, _ policies: Accepted<PolicySet>,
        _ grant: Accepted<Grant>, at now: Timestamp
    ) throws -> Judgement {
        let body = grant.document.body
        let subject = try desk.subject(memo, facts: view.facts, at: now)
        let zones = desk.zones(
            for: policies.document.body.policies, subject: subject, memo, at: now)
        // The server reckons with the whole order, and so does the endpoint when a part is in.
        let whole = order.updates.map(\.key)
        let missed = desk.missed(
            body.lane, policies.document.body.policies, subject, zones, since: body.notBefore,
            release: body.release(of: whole), at: now)
        let uses = desk.uses(byOthersThan: order.job)
        let check = GrantCheck(
            policies: policies, holds: desk.holds(memo, at: now), endpoint: desk.endpoint,
            subject: subject, zones: zones, installed: view.installed,
            carriedOut: uses.done, tries: uses.tries, missed: missed,
            workSeconds: view.workSeconds, rebootReserveSeconds: view.rebootReserveSeconds,
            compare: { $0.order($1, $2) })
        let lines = view.updates.map {
            Grant.Update(
                $0.key, version: $0.to, sha256: $0.sha256, goesBack: $0.goesBack,
                replaces: $0.replaces, returnsTo: $0.returnsTo)
        }
        do throws(GrantRefusal) {
            try check.check(grant, for: lines, of: whole, at: now)
        } catch {
            return judgement(on: error, at: now)
        }
        // Nothing is remembered yet: a missed window is made up for once the endpoint is ready.
        if let sentence = view.unready {
            let soon = now.adding(seconds: Self.readinessSeconds)
            return .settled(.waits(until: soon, sentence: sentence))
        }
        try desk.remember(nonce: body.nonce, of: order.job, until: body.notAfter)
        if missed != nil { desk.noteCatchUp() }
        return .settled(.open)
    }

    private func judgement(on refusal: GrantRefusal, at now: Timestamp) -> Judgement {
        let longest = now.adding(seconds: Self.longestWaitSeconds)
        switch refusal {
        case .otherPolicy: return .needsRenewal(.otherPolicy)
        case .nobodyOnDuty(_, let next):
            // Somebody may be declared, or called off, at any time.
            let soon = now.adding(seconds: Self.dutySeconds)
            return .settled(.waits(until: min(next ?? soon, soon), sentence: refusal.sentence))
        case .windowClosed(let next?):
            return .settled(.waits(until: next, sentence: refusal.sentence))
        case .tooLittleTime(_, let next):
            return .settled(.waits(until: next ?? longest, sentence: refusal.sentence))
        case .tooEarly(let start):
            return .settled(.waits(until: min(start, longest), sentence: refusal.sentence))
        default:
            return .settled(.refused("\(refusal.sentence) (\(refusal.code))"))
        }
    }
}

extension LinkFailure {
    /// Whether somebody answered, however badly: then there is nothing better to wait for.
    fileprivate var isAnAnswer: Bool {
        switch self {
        case .refused, .malformed: true
        case .unreachable, .busy: false
        }
    }
}
