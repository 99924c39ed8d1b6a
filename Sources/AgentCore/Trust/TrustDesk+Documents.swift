import AgentProtocol
import Calendar
import Fleet
import Policy
import Trust

/// Grants that have been carried out.
struct CarriedOut: Hashable, Sendable, Codable {
    /// One grant.
    struct Entry: Hashable, Sendable, Codable {
        /// The grant's nonce.
        var nonce: String
        /// The job that carried it out; it may go on after a crash.
        var job: JobID
        /// When the grant ends, so that its nonce can be forgotten.
        var until: Timestamp
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

    /// The zones that policies name, as far as they are known here.
    func zones(for policies: [PlacedPolicy], facts: EndpointFacts?) -> Zones {
        var zones = Zones(endpoint: facts.flatMap { self.zones($0.timeZone) } ?? .utc)
        let used = policies.flatMap {
            $0.policy.windows.map(\.zone) + $0.policy.freezes.compactMap(\.zone)
        }
        for case .named(let name) in Set(used) { zones.named[name.text] = self.zones(name.text) }
        return zones
    }

    /// The opening of a lane's windows that the endpoint slept through, by its own record.
    func missed(
        _ lane: Lane, _ policies: [PlacedPolicy], _ subject: EndpointSubject, _ zones: Zones,
        since begin: Timestamp, at now: Timestamp
    ) -> Occurrence? {
        guard let absences = absences(), !absences.gaps.isEmpty,
            let effective = EffectivePolicy(of: policies, for: subject, at: now),
            let calendar = try? WindowCalendar(
                effective.windows(of: lane), freezes: effective.freezes.map(\.value), zones: zones)
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

    /// The nonces of grants that other jobs have carried out.
    func noncesOfOthers(than job: JobID) -> Set<String> {
        Set(carriedOut().entries.filter { $0.job != job }.map(\.nonce))
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
