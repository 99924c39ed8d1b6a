import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import Trust

/// Which jobs have begun to carry out which grants: the endpoint's own count of their tries.
struct CarriedOut: Hashable, Sendable, Codable {
    /// One job's try.
    struct Entry: Hashable, Sendable, Codable {
        /// The grant's nonce.
        var nonce: String
        /// The job that carried it out; it may go on after a crash.
        var job: JobID
        /// When the grant ends, so that its nonce can be forgotten.
        var until: Timestamp
        /// Whether the job has done all that it was ordered to: then there is nothing to try again.
        var isDone: Bool?
    }

    var entries: [Entry] = []
}

extension TrustDesk {
    /// The policies that hold, checked anew.
    ///
    /// - Throws: `VerificationRefusal` when they do not hold any more, `StateFolderFailure`.
    func policies(_ memo: TrustMemo, at now: Timestamp) throws -> Accepted<PolicySet> {
        guard let bytes = try state.read(TrustFiles.policies, limit: TrustFiles.sizeLimit) else {
            throw VerificationRefusal.malformed("the policies of this endpoint are gone")
        }
        return try memo.state.verify(bytes, as: PolicySet.self, at: now).accepted
    }

    /// Whether the policies that were believed do not have the signatures that the trust root of
    /// now asks for: until new ones come, nothing is done.
    func policiesLackKeys(_ memo: TrustMemo, at now: Timestamp) -> Bool {
        memo.policiesLackKeys(in: state, at: now)
    }

    /// The holds that are known, those that have ended left out.
    func holds(_ memo: TrustMemo, at now: Timestamp) -> [Accepted<Hold>] {
        let names = (try? state.names(in: TrustFiles.holds)) ?? []
        return names.compactMap { name in
            guard
                let bytes = try? state.read(
                    "\(TrustFiles.holds)/\(name)", limit: TrustFiles.sizeLimit)
            else { return nil }
            return try? memo.state.verify(bytes, as: Hold.self, at: now).accepted
        }
    }

    /// The endpoint as it sees itself: facts of its own scan, the rest as it is signed.
    func subject(
        _ memo: TrustMemo, facts: EndpointFacts?, at now: Timestamp
    ) throws -> EndpointSubject {
        var entry: Placement.Entry?
        if let bytes = try state.read(TrustFiles.placement, limit: TrustFiles.sizeLimit) {
            // One that has ended says nothing any more: then it is not known.
            entry = (try? memo.state.verify(bytes, as: Placement.self, at: now))?.accepted.document
                .body.entry(of: endpoint)
        }
        return EndpointSubject(endpoint, facts: facts, managers: nil, placement: entry)
    }

    /// The zones that policies name, and that of the endpoint's site as it is signed, as far as they
    /// are known here; and who is on duty, where a window needs somebody.
    func zones(
        for policies: [PlacedPolicy], subject: EndpointSubject, _ memo: TrustMemo,
        at now: Timestamp
    ) -> Zones {
        let facts = subject.facts
        var zones = Zones(endpoint: facts.flatMap { self.zones($0.timeZone) } ?? .utc)
        let used = policies.flatMap {
            $0.policy.windows.map(\.zone) + $0.policy.freezes.compactMap(\.zone)
        }
        for case .named(let name) in Set(used) { zones.named[name.text] = self.zones(name.text) }
        zones.setSite(subject.siteZone, from: self.zones)
        if policies.contains(where: { $0.policy.windows.contains(where: \.isStaffed) }) {
            zones.onDuty = onDuty(memo, at: now)
        }
        return zones
    }

    /// The opening of a lane's windows that the endpoint slept through, by its own record; those
    /// that count from a release by that of the order.
    func missed(
        _ lane: Lane, _ policies: [PlacedPolicy], _ subject: EndpointSubject, _ zones: Zones,
        since begin: Timestamp, release: Timestamp?, at now: Timestamp
    ) -> Occurrence? {
        guard let absences = absences(), !absences.gaps.isEmpty,
            let effective = EffectivePolicy(of: policies, for: subject, at: now),
            let calendar = try? WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value), zones: zones,
                release: release)
        else { return nil }
        return absences.missed(in: calendar.only(.install), since: begin, at: now)
    }

    /// The grant of an order: the newest one that came for its job.
    func grant(of order: JobOrder) -> String? {
        let file = "\(JobFolder(order.job).path)/grant.dsse.json"
        if let bytes = try? state.read(file, limit: TrustFiles.sizeLimit) {
            return String(validating: bytes, as: UTF8.self)
        }
        return order.grant
    }

    /// Keeps a grant that came for a job after its order.
    func keep(grant: String, of job: JobID) throws {
        try state.replace("\(JobFolder(job).path)/grant.dsse.json", with: Array(grant.utf8))
    }

    /// The grants that have been carried out whole, by whichever job, and how many other jobs have
    /// begun each, by nonce.
    func uses(byOthersThan job: JobID) -> (done: Set<String>, tries: [String: Int]) {
        let entries = carriedOut().entries
        let done = Set(entries.filter { $0.isDone == true }.map(\.nonce))
        let others = entries.filter { $0.job != job }
        return (done, Dictionary(others.map { ($0.nonce, 1) }, uniquingKeysWith: +))
    }

    /// Whether a job has begun to carry out a grant that may still hold. One whose journal is gone
    /// all the same is none that begins: journals of ended jobs are kept by number, so that a control
    /// plane could have them removed, and a job's name is its own choice.
    func hasBegun(_ job: JobID) -> Bool { carriedOut().entries.contains { $0.job == job } }

    /// Takes down that a job has ended. Where it did all that it was ordered to, its grant covers
    /// no other try; it is on the disk when this returns.
    func noteEnd(of job: JobID, _ result: JobResult) throws(StateFolderFailure) {
        let isDone = result.outcomes.allSatisfy {
            $0.state == .verified || $0.state == .pendingRestart
        }
        var known = carriedOut()
        guard isDone, !result.outcomes.isEmpty,
            known.entries.contains(where: { $0.job == job && $0.isDone != true })
        else { return }
        for place in known.entries.indices where known.entries[place].job == job {
            known.entries[place].isDone = true
        }
        try state.replace(TrustFiles.nonces, with: AgentJSON.encode(known) ?? [])
    }

    /// Remembers that a job carries a grant out; it is on the disk when this returns.
    func remember(nonce: String, of job: JobID, until: Timestamp) throws {
        var known = carriedOut()
        guard !known.entries.contains(where: { $0.nonce == nonce && $0.job == job }) else { return }
        // A day's grace, for a clock that is set back.
        let limit = effects.now().adding(seconds: -86_400)
        known.entries.removeAll { $0.until < limit }
        known.entries.append(CarriedOut.Entry(nonce: nonce, job: job, until: until))
        try state.replace(TrustFiles.nonces, with: AgentJSON.encode(known) ?? [])
    }

    private func carriedOut() -> CarriedOut {
        guard let bytes = try? state.read(TrustFiles.nonces, limit: TrustFiles.sizeLimit) else {
            return CarriedOut()
        }
        return AgentJSON.decode(CarriedOut.self, from: bytes) ?? CarriedOut()
    }
}
